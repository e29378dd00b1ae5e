//! Who is named when a source is listed.

use super::*;

fn source(name: &str) -> SourceName {
    name.parse().unwrap()
}

/// Three weeks in which `senders` each send 40 a day over each of two sources.
fn weeks(senders: &[&str]) -> (Conducts, Timestamp) {
    let mut conducts = Conducts::default();
    let mut now = start();
    for _ in 0..21 {
        for sender in senders {
            for name in ["eu-1", "eu-2"] {
                message(&mut conducts, sender, 0, 40, now);
                conducts.sent(&acme(), sender, &source(name), 40, now);
            }
        }
        now = now + 24 * HOUR;
    }
    (conducts, now)
}

#[test]
fn who_left_its_history_on_the_source_is_named_with_its_figures() {
    let (mut conducts, now) = weeks(&["ann@acme.example", "ben@acme.example"]);
    conducts.sent(&acme(), "ben@acme.example", &source("eu-1"), 5000, now);
    let (blamed, moved) = conducts.listed(&source("eu-1"), now);
    assert_eq!(blamed.len(), 1, "{blamed:?}");
    assert_eq!(
        (blamed[0].sender.as_str(), blamed[0].findings[0].aspect),
        ("ben@acme.example", Aspect::Source)
    );
    assert!(blamed[0].findings[0].value >= 5000.0);
    assert_eq!(moved[0].standing.suspicion.as_ref().unwrap().sources, [source("eu-1"), source("eu-2")]);
    assert_eq!(conducts.only(&acme(), "ben@acme.example", now).unwrap(), [source("eu-1"), source("eu-2")]);
    assert_eq!(conducts.only(&acme(), "ann@acme.example", now), None);
    assert!(conducts.is_clean(&acme(), "ann@acme.example", now));
    assert!(!conducts.is_clean(&acme(), "ben@acme.example", now));
    assert!(conducts.tainted().contains(&source("eu-2")));
    let after = now + 24 * HOUR;
    assert!(!conducts.due(after).is_empty());
    assert_eq!(conducts.only(&acme(), "ben@acme.example", after), None, "a suspicion ends");
}

#[test]
fn nobody_stands_out_and_nobody_is_blamed() {
    let (mut conducts, now) = weeks(&["ann@acme.example", "ben@acme.example"]);
    // All that went over eu-2 goes over eu-1 now, and a bit more.
    for sender in ["ann@acme.example", "ben@acme.example"] {
        conducts.sent(&acme(), sender, &source("eu-1"), 250, now);
    }
    assert!(conducts.listed(&source("eu-1"), now).0.is_empty());
    assert!(conducts.listed(&source("eu-9"), now).0.is_empty(), "nobody sent over it");
}

#[test]
fn mail_that_was_moved_here_is_no_offence() {
    let mut conducts = Conducts::default();
    let mut now = start();
    for _ in 0..21 {
        message(&mut conducts, "news@acme.example", 0, 1000, now);
        conducts.sent(&acme(), "news@acme.example", &source("eu-2"), 1000, now);
        now = now + 24 * HOUR;
    }
    conducts.sent(&acme(), "news@acme.example", &source("eu-1"), 1000, now);
    assert!(conducts.listed(&source("eu-1"), now).0.is_empty());
}

#[test]
fn a_bad_profile_is_named_before_a_loud_one_and_in_the_first_days_too() {
    let mut conducts = Conducts::default();
    let now = start();
    for sender in ["ann@acme.example", "ben@acme.example"] {
        message(&mut conducts, sender, 0, 400, now);
        conducts.sent(&acme(), sender, &source("eu-1"), 400, now);
        answers(&mut conducts, sender, Sign::Accepted, 200, now);
    }
    answers(&mut conducts, "ben@acme.example", Sign::Unknown, 100, now);
    let (blamed, _) = conducts.listed(&source("eu-1"), now);
    let names: Vec<&str> = blamed.iter().map(|blame| blame.sender.as_str()).collect();
    assert_eq!(names, ["ben@acme.example"]);
    assert_eq!(
        blamed[0].findings[0].to_string(),
        "33.3 % unknown mailboxes of 300 (usual 0.0 %, limit 10.0 %)"
    );
}

#[test]
fn whom_an_operator_allows_is_not_blamed() {
    let (mut conducts, now) = weeks(&["ann@acme.example"]);
    conducts.sent(&acme(), "ann@acme.example", &source("eu-1"), 5000, now);
    let subject = Subject { tenant: acme(), sender: Some("ann@acme.example".to_owned()) };
    let until = now + 24 * HOUR;
    let permit =
        Permit { kind: PermitKind::Allow, by: "kim".to_owned(), note: String::new(), since: now, until };
    conducts.permit(&subject, Some(permit), now);
    assert!(conducts.listed(&source("eu-1"), now).0.is_empty());
}
