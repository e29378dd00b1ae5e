use super::{Key, Selection, SelectionError, Standing, Subject, Term};
use crate::{
    Address, Discard, Duration, Envelope, Final, MessageId, Outcome, ReversePath, SourceName, TenantName,
    Timestamp,
};

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

struct Message {
    tenant: TenantName,
    envelope: Envelope,
    outcomes: Vec<Outcome>,
    standing: Standing,
    site: Option<&'static str>,
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// From anna to kim, who is pending, and lee, who is not.
fn message() -> Message {
    let to = [address("Kim@Customer.example"), address("lee@other.example")];
    let gone = Final::Discarded { because: Discard::NullSender, reply: String::new() };
    Message {
        tenant: "acme".parse().unwrap(),
        envelope: Envelope::new(ReversePath::Mailbox(address("anna@acme.example")), to),
        outcomes: vec![Outcome::Pending, Outcome::Final(gone)],
        standing: Standing::Parked,
        site: Some("acme-example.mail.protection.outlook.com"),
    }
}

fn picks(message: &Message, terms: &[&str]) -> bool {
    let terms = terms.iter().map(|term| term.parse().unwrap()).collect();
    let one: SourceName = "eu-1".parse().unwrap();
    let subject = Subject {
        id: MessageId::new(NOW, [7; 10]),
        tenant: &message.tenant,
        envelope: &|| &message.envelope,
        outcomes: &|| &message.outcomes,
        standing: message.standing,
        received: NOW - Duration::from_secs(3_600),
        site: &|| message.site,
        acts: &|_| false,
        source: &|source| *source == one,
        class: &|class| class == "refused" || class == "5.7.1",
    };
    Selection::new(terms, false).unwrap().picks(&subject, NOW)
}

#[test]
fn keys_narrow_and_values_of_one_key_are_alternatives() {
    let message = message();
    for (terms, wanted) in [
        (&["tenant=acme"][..], true),
        (&["tenant=other"], false),
        (&["tenant=other", "tenant=acme"], true),
        (&["tenant=acme", "state=parked"], true),
        (&["tenant=acme", "state=waiting"], false),
        (&["state=waiting", "state=parked", "tenant=acme"], true),
        (&["sender=ANNA@acme.example"], true),
        (&["sender=<>"], false),
        (&["sender-domain=acme.example"], true),
        (&["sender-domain=example"], false),
        (&["source=eu-1"], true),
        (&["source=eu-2"], false),
        (&["class=refused", "class=loop"], true),
        (&["class=5.7.1"], true),
        (&["class=4.2.1"], false),
        (&["older-than=59m", "younger-than=61m"], true),
        (&["older-than=2h"], false),
        (&["younger-than=1h"], false),
    ] {
        assert_eq!(picks(&message, terms), wanted, "{terms:?}");
    }
}

#[test]
fn only_recipients_that_are_pending_count() {
    let message = message();
    assert!(picks(&message, &["recipient=kim@customer.example"]));
    assert!(picks(&message, &["recipient-domain=customer.example"]));
    assert!(!picks(&message, &["recipient=lee@other.example"]));
    assert!(!picks(&message, &["recipient-domain=other.example"]));
}

#[test]
fn a_site_is_the_host_or_a_name_above_it() {
    let mut message = message();
    for (term, wanted) in [
        ("site=acme-example.mail.protection.outlook.com", true),
        ("site=Outlook.com", true),
        ("site=look.com", false),
        ("site=mail", false),
    ] {
        assert_eq!(picks(&message, &[term]), wanted, "{term}");
    }
    message.site = None;
    assert!(!picks(&message, &["site=outlook.com"]));
}

#[test]
fn a_null_sender_has_no_domain() {
    let mut message = message();
    message.envelope.mail_from = ReversePath::Null;
    assert!(picks(&message, &["sender=<>"]));
    assert!(!picks(&message, &["sender-domain=acme.example"]));
}

#[test]
fn nothing_is_not_everything() {
    assert_eq!(Selection::new(Vec::new(), false), Err(SelectionError::Nothing));
    assert_eq!(Selection::new(vec!["tenant=acme".parse().unwrap()], true), Err(SelectionError::Both));
    assert!(Selection::new(Vec::new(), true).unwrap().is_everything());
}

#[test]
fn a_recipient_is_meant_if_no_term_of_recipients_says_otherwise() {
    let of = |terms: &[&str]| {
        Selection::new(terms.iter().map(|term| term.parse().unwrap()).collect(), false).unwrap()
    };
    let kim = address("kim@customer.example");
    assert!(of(&["tenant=acme"]).picks_recipient(&kim));
    assert!(of(&["recipient-domain=customer.example"]).picks_recipient(&kim));
    assert!(!of(&["recipient-domain=other.example", "tenant=acme"]).picks_recipient(&kim));
    assert!(of(&["recipient=lee@other.example", "recipient=kim@customer.example"]).picks_recipient(&kim));
}

#[test]
fn a_bad_value_is_told_with_its_key_and_a_good_one() {
    for (text, told) in [
        ("tenant=a_b", "`a_b` is not good for tenant: it has to be the name of a tenant, such as acme"),
        ("older-than=2w", "a number with s, m, h or d, such as 2h"),
        ("older-than=", "older-than"),
        ("state=frozen", "waiting, delivering, parked or held"),
        ("id=123", "26 characters"),
        ("sender=anna", "anna@acme.example"),
        ("class=a b", "a code such as 451"),
        ("colour=red", "the keys are id, tenant, sender"),
        ("acme", "write a key, = and a value"),
    ] {
        let error = text.parse::<Term>().unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn what_is_written_reads_back_and_makes_a_command() {
    let id = MessageId::new(NOW, [7; 10]).to_string();
    let written = Key::ALL.map(|key| match key {
        Key::Id => format!("id={id}"),
        Key::Tenant => "tenant=acme".to_owned(),
        Key::Sender => "sender=<>".to_owned(),
        Key::SenderDomain => "sender-domain=acme.example".to_owned(),
        Key::Recipient => "recipient=kim@customer.example".to_owned(),
        Key::RecipientDomain => "recipient-domain=customer.example".to_owned(),
        Key::Site => "site=outlook.com".to_owned(),
        Key::Source => "source=eu-1".to_owned(),
        Key::Class => "class=5.7.1".to_owned(),
        Key::State => "state=held".to_owned(),
        Key::OlderThan => "older-than=90s".to_owned(),
        Key::YoungerThan => "younger-than=2d".to_owned(),
        Key::Act => format!("act={id}"),
    });
    let selection = Selection::try_from(written.to_vec()).unwrap();
    assert_eq!(Vec::<String>::from(selection.clone()), written);
    let options = selection.as_options();
    assert!(
        options.contains("--sender '<>'") && options.contains("--older-than 90s --younger-than 2d"),
        "{options}"
    );
    assert_eq!(Selection::everything().as_options(), "--all");
    assert_eq!(Selection::try_from(vec![format!("id={id}")]).unwrap().only_ids().unwrap().len(), 1);
    assert_eq!(selection.only_ids(), None);
}
