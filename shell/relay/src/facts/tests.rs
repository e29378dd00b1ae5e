use super::of;

#[test]
fn the_message_id_loses_its_brackets_and_the_subject_is_kept_only_if_wanted() {
    let header = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID:\r\n <one@acme.example>\r\n\r\nbody";
    let facts = of(header, true);
    assert_eq!(facts.message_id.as_deref(), Some("one@acme.example"));
    assert_eq!(facts.subject.as_deref(), Some("Grüße"));
    assert_eq!(of(header, false).subject, None);
}

#[test]
fn a_header_without_them_has_none_and_a_long_one_is_cut() {
    assert_eq!(of(b"From: a@b.example\r\n\r\n", true), spool::HeaderFacts::default());
    let long = format!("Subject: {}\r\n\r\n", "ü".repeat(400));
    assert_eq!(of(long.as_bytes(), true).subject.map(|subject| subject.len()), Some(300));
}
