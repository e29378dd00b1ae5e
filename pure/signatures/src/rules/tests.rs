//! Every field of a rule, asked alone; and what rules do to each other.

use super::*;
use std::collections::BTreeMap;

fn person() -> Person {
    Person {
        mail: "anna.berg@acme.example".parse().unwrap(),
        aliases: Vec::new(),
        groups: vec!["sales".to_owned(), "managers".to_owned()],
        attributes: BTreeMap::from([
            ("country".to_owned(), "DE".to_owned()),
            ("city".to_owned(), "Berlin".to_owned()),
        ]),
    }
}

fn rule(name: &str, signature: &str) -> Rule {
    let signature = signature.parse().ok();
    Rule {
        name: name.to_owned(),
        reply_signature: signature.clone(),
        signature,
        then: Then::Stop,
        when: Conditions::default(),
        except: Conditions::default(),
    }
}

struct Case {
    recipient: &'static str,
    mixed: bool,
    kind: MessageKind,
    subject: &'static str,
    body: &'static str,
}

const CASE: Case = Case {
    recipient: "b@other.example",
    mixed: false,
    kind: MessageKind::New,
    subject: "Your Contract",
    body: "Please find the AGREEMENT attached",
};

fn decide(rules: &[Rule], case: &Case) -> Chosen {
    let (person, recipient) = (person(), case.recipient.parse().unwrap());
    let subject = Searched::new(|| case.subject.to_owned());
    let body = Searched::new(|| case.body.to_owned());
    let facts = Facts {
        sender: &"Anna.Berg@Acme.example".parse().unwrap(),
        person: &person,
        recipient: Some(&recipient),
        internal: case.recipient.ends_with("@acme.example"),
        mixed: case.mixed,
        subject: &subject,
        body: &body,
        kind: case.kind,
        received: "2026-09-01T00:00:00Z".parse().unwrap(),
    };
    choose(rules, &facts)
}

fn matches(set: impl FnOnce(&mut Conditions), case: &Case) -> bool {
    let mut rule = rule("r", "s");
    set(&mut rule.when);
    !decide(&[rule], case).matched.is_empty()
}

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(column, text)| ((*column).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_field_that_is_empty_is_not_asked() {
    assert!(matches(|_| {}, &CASE));
}

#[test]
fn every_field_holds_and_misses() {
    type Set = fn(&mut Conditions);
    let rows: [(&str, Set, bool); 25] = [
        ("sender", |when| when.senders = vec!["ANNA.berg@acme.example".parse().unwrap()], true),
        ("other sender", |when| when.senders = vec!["b@acme.example".parse().unwrap()], false),
        ("one of two groups", |when| when.groups = vec!["hr".to_owned(), "Sales".to_owned()], true),
        ("no group", |when| when.groups = vec!["hr".to_owned()], false),
        ("domain", |when| when.domains = vec!["acme.example".parse().unwrap()], true),
        ("other domain", |when| when.domains = vec!["acme.test".parse().unwrap()], false),
        ("attribute", |when| when.attributes = attributes(&[("country", "DE"), ("city", "Berlin")]), true),
        (
            "one attribute wrong",
            |when| when.attributes = attributes(&[("country", "DE"), ("city", "Bonn")]),
            false,
        ),
        ("attribute in part", |when| when.attributes = attributes(&[("city", "Ber")]), false),
        ("any", |when| when.recipients = RecipientKind::Any, true),
        ("external", |when| when.recipients = RecipientKind::External, true),
        ("internal", |when| when.recipients = RecipientKind::Internal, false),
        ("mixed", |when| when.recipients = RecipientKind::Mixed, false),
        ("recipient domain", |when| when.recipient_domains = vec!["OTHER.example".parse().unwrap()], true),
        ("other recipient domain", |when| when.recipient_domains = vec!["x.example".parse().unwrap()], false),
        ("subject", |when| when.subject = patterns(&["nothing", "contract"]), true),
        ("subject expression", |when| when.subject = patterns(&["re:/\\bcontract\\b/"]), true),
        ("subject with case", |when| when.subject = patterns(&["re:/(?-i)contract/"]), false),
        ("body", |when| when.body = patterns(&["agreement"]), true),
        ("other body", |when| when.body = patterns(&["agreements"]), false),
        ("new", |when| when.message = vec![MessageKind::New], true),
        ("reply", |when| when.message = vec![MessageKind::Reply, MessageKind::Forward], false),
        ("from the moment", |when| when.from = "2026-09-01T02:00:00+02:00".parse().ok(), true),
        ("until the moment", |when| when.until = "2026-09-01T02:00:00+02:00".parse().ok(), false),
        ("before the period", |when| when.from = "2026-09-02T00:00:00Z".parse().ok(), false),
    ];
    for (claim, set, expected) in rows {
        assert_eq!(matches(set, &CASE), expected, "{claim}");
    }
}

#[test]
fn in_when_every_asked_field_must_hold() {
    let both = |when: &mut Conditions| {
        when.recipients = RecipientKind::External;
        when.subject = patterns(&["invoice"]);
    };
    assert!(!matches(both, &CASE));
    assert!(matches(both, &Case { subject: "Invoice 5", ..CASE }));
}

#[test]
fn in_except_one_field_that_holds_excludes() {
    let mut rule = rule("r", "s");
    rule.except.subject = patterns(&["[no-sig]"]);
    rule.except.recipients = RecipientKind::Internal;
    let rows = [
        (CASE, true),
        (Case { subject: "x [NO-SIG]", ..CASE }, false),
        (Case { recipient: "c@acme.example", ..CASE }, false),
    ];
    for (case, expected) in rows {
        assert_eq!(
            !decide(core::slice::from_ref(&rule), &case).matched.is_empty(),
            expected,
            "{}",
            case.subject
        );
    }
}

#[test]
fn a_period_in_except_is_one_field() {
    let mut rule = rule("r", "s");
    rule.except.from = "2026-10-01T00:00:00Z".parse().ok();
    rule.except.until = "2026-11-01T00:00:00Z".parse().ok();
    assert!(!decide(&[rule], &CASE).matched.is_empty());
}

#[test]
fn mixed_is_asked_of_the_transaction() {
    let mixed = |when: &mut Conditions| when.recipients = RecipientKind::Mixed;
    assert!(matches(mixed, &Case { mixed: true, ..CASE }));
    assert!(matches(mixed, &Case { mixed: true, recipient: "c@acme.example", ..CASE }));
}

#[test]
fn the_first_match_decides_unless_it_continues() {
    let names = |chosen: &Chosen| -> Vec<String> {
        chosen.signatures.iter().map(|(_, signature)| signature.to_string()).collect()
    };
    let mut rules = vec![rule("one", "a"), rule("two", "b"), rule("three", "c")];
    assert_eq!(names(&decide(&rules, &CASE)), ["a"]);
    rules[0].then = Then::Continue;
    assert_eq!(names(&decide(&rules, &CASE)), ["a", "b"]);
    rules[1].signature = "a".parse().ok();
    assert_eq!(names(&decide(&rules, &CASE)), ["a"], "the same signature does not stand twice");
}

#[test]
fn replies_and_forwards_get_their_own_signature() {
    let mut rule = rule("r", "long");
    rule.reply_signature = "short".parse().ok();
    for (kind, expected) in
        [(MessageKind::New, "long"), (MessageKind::Reply, "short"), (MessageKind::Forward, "short")]
    {
        let chosen = decide(core::slice::from_ref(&rule), &Case { kind, ..CASE });
        assert_eq!(chosen.signatures[0].1.as_str(), expected);
    }
    rule.reply_signature = None;
    let chosen = decide(&[rule], &Case { kind: MessageKind::Reply, ..CASE });
    assert_eq!((chosen.signatures.len(), chosen.matched.len()), (0, 1), "a rule may choose nothing");
}

#[test]
fn the_trail_says_what_was_decided() {
    let mut rules = vec![rule("one", "a"), rule("two", "b")];
    rules[0].when.recipients = RecipientKind::Internal;
    assert_eq!(
        decide(&rules, &CASE).trail,
        [
            "rule `one` does not match: `when.recipients` does not hold",
            "rule `two` matches, chooses `b` and stops"
        ]
    );
}
