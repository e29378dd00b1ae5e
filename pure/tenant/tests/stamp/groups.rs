//! Who gets which signature: one transaction split by what the rules say of its recipients.

use crate::support::{
    ANNA, CAMPAIGN, INSIDE, LI, OUTSIDE, Run, acme, acme_with, anna, applied, bodies, mail, mail_of,
};
use signatures::{Explain, Group, Outcome};

const HTML: &str = "Content-Type: text/html; charset=utf-8\n";
const BODY: &str = "<html><body><p>Hello</p></body></html>\n";

fn told(group: &Group) -> (Vec<usize>, Option<&str>, Option<&str>) {
    let Explain { signature, rule, .. } = &group.explain;
    (group.recipients.clone(), signature.as_deref(), rule.as_deref())
}

#[test]
fn a_mixed_transaction_is_split_where_rules_differ() {
    let snapshot = acme();
    let recipients = [INSIDE, OUTSIDE, "c@acme.test", "d@third.example"];
    let run = Run { recipients: &recipients, received: CAMPAIGN, ..anna(&snapshot) };
    let groups = run.groups(&mail(HTML, BODY));
    assert_eq!(
        groups.iter().map(told).collect::<Vec<_>>(),
        [
            (vec![0, 2], Some("standard"), Some("everyone")),
            (vec![1, 3], Some("sales"), Some("sales campaign")),
        ]
    );
    let campaign = bodies(&applied(&groups[1], &mail(HTML, BODY))).0.unwrap();
    assert!(campaign.contains("https://acme.example/autumn"), "{campaign}");
}

#[test]
fn equal_outcomes_are_one_group() {
    let snapshot = acme();
    let recipients = [INSIDE, OUTSIDE];
    let run = Run { recipients: &recipients, ..anna(&snapshot) };
    let groups = run.groups(&mail(HTML, BODY));
    assert_eq!(
        groups.iter().map(told).collect::<Vec<_>>(),
        [(vec![0, 1], Some("standard"), Some("everyone"))]
    );
}

#[test]
fn a_message_without_recipients_is_one_group() {
    let snapshot = acme();
    let run = Run { recipients: &[], ..anna(&snapshot) };
    assert_eq!(
        run.groups(&mail(HTML, BODY)).iter().map(told).collect::<Vec<_>>(),
        [(vec![], Some("standard"), Some("everyone"))]
    );
}

#[test]
fn the_campaign_holds_in_its_period_and_for_its_people() {
    let snapshot = acme();
    let rows = [
        (ANNA, OUTSIDE, CAMPAIGN, "sales"),
        (ANNA, OUTSIDE, "2026-08-31T21:59:59Z", "standard"),
        (ANNA, OUTSIDE, "2026-08-31T22:00:00Z", "sales"),
        (ANNA, OUTSIDE, "2026-12-31T22:59:59Z", "sales"),
        (ANNA, OUTSIDE, "2026-12-31T23:00:00Z", "standard"),
        (ANNA, INSIDE, CAMPAIGN, "standard"),
        (INSIDE, OUTSIDE, CAMPAIGN, "standard"),
        (LI, OUTSIDE, CAMPAIGN, "standard"),
    ];
    for (from, to, received, expected) in rows {
        let run = Run { mail_from: from, recipients: &[to], received, ..anna(&snapshot) };
        let group = run.group(&mail_of(from, HTML, BODY));
        assert_eq!(group.explain.signature.as_deref(), Some(expected), "{from} {to} {received}");
    }
}

#[test]
fn a_subject_may_switch_a_rule_off() {
    let snapshot = acme();
    let original = String::from_utf8(mail(HTML, BODY)).unwrap();
    let original = original.replace("Subject: Hello", "Subject: =?utf-8?Q?Hello_=5BNo-Sig=5D?=");
    let run = Run { received: CAMPAIGN, ..anna(&snapshot) };
    assert_eq!(run.group(original.as_bytes()).explain.signature.as_deref(), Some("standard"));
}

#[test]
fn replies_and_forwards_get_the_short_signature() {
    let snapshot = acme();
    let rows = [
        ("In-Reply-To: <1@x.example>\n", "Hello", "short"),
        ("References: <1@x.example>\n", "Hello", "short"),
        ("In-Reply-To:\n", "Hello", "standard"),
        ("", "Fwd: Hello", "short"),
        ("", "WG: Hello", "short"),
        ("", "Re: Hello", "standard"),
        ("", "Hello: world", "standard"),
    ];
    for (header, subject, expected) in rows {
        let original = String::from_utf8(mail(&format!("{header}{HTML}"), BODY)).unwrap();
        let original = original.replace("Subject: Hello", &format!("Subject: {subject}"));
        let group = anna(&snapshot).group(original.as_bytes());
        assert_eq!(group.explain.signature.as_deref(), Some(expected), "{header}{subject}");
    }
}

#[test]
fn a_rule_that_continues_lets_later_signatures_follow() {
    let legal = "\n[[rule]]\nname = \"first\"\nsignature = \"short\"\nthen = \"continue\"\n[rule.when]\nbody = [\"agreement\"]\n";
    let snapshot = acme_with(&[("rules.toml", "# Rules are tried", &format!("{legal}# Rules are tried"))]);
    let original = mail(HTML, "<p>The <b>agree</b>ment</p>\n");
    let (stamped, explain) = anna(&snapshot).stamped(&original);
    assert_eq!(explain.signature.as_deref(), Some("short+standard"));
    assert_eq!(explain.rule.as_deref(), Some("first+everyone"));
    let html = bodies(&stamped).0.unwrap();
    let places: Vec<usize> = html.match_indices("signpost-signature").map(|(place, _)| place).collect();
    assert_eq!(places.len(), 2, "{html}");
    assert!(
        html.find("&#183;").unwrap() < html.find("<table").unwrap(),
        "the first rule's signature stands first"
    );
    assert_eq!(anna(&snapshot).group(&mail(HTML, BODY)).explain.signature.as_deref(), Some("standard"));
}

#[test]
fn mixed_rules_ask_the_transaction() {
    let rule = "\n[[rule]]\nname = \"both\"\nsignature = \"short\"\n[rule.when]\nrecipients = \"mixed\"\nsubject = [\"re:/\\\\bhel+o\\\\b/\"]\n";
    let snapshot = acme_with(&[("rules.toml", "# Rules are tried", &format!("{rule}# Rules are tried"))]);
    let both = Run { recipients: &[INSIDE, OUTSIDE], ..anna(&snapshot) };
    assert_eq!(both.group(&mail(HTML, BODY)).explain.rule.as_deref(), Some("both"));
    for alone in [INSIDE, OUTSIDE] {
        let run = Run { recipients: &[alone], ..anna(&snapshot) };
        assert_eq!(run.group(&mail(HTML, BODY)).explain.rule.as_deref(), Some("everyone"));
    }
}

#[test]
fn the_person_is_the_header_s_if_the_tenant_owns_it() {
    let snapshot = acme();
    let rows = [
        (format!("Anna <{ANNA}>"), INSIDE, Some(ANNA)),
        ("Sales <sales@acme.example>".to_owned(), INSIDE, Some(ANNA)),
        ("Bob <bob@other.example>".to_owned(), INSIDE, Some(INSIDE)),
        (format!("{ANNA}, {LI}"), INSIDE, Some(INSIDE)),
        ("Nobody <nobody@acme.example>".to_owned(), INSIDE, None),
    ];
    for (from, mail_from, expected) in rows {
        let original = String::from_utf8(mail(HTML, BODY)).unwrap();
        let original = original.replace(&format!("Somebody <{ANNA}>"), &from);
        let run = Run { mail_from, ..anna(&snapshot) };
        let group = run.group(original.as_bytes());
        assert_eq!(group.explain.person.map(|person| person.to_string()).as_deref(), expected, "{from}");
    }
}

#[test]
fn thousands_of_domains_do_not_multiply_the_work() {
    let snapshot = acme();
    let recipients: Vec<String> = (0..5_000).map(|number| format!("a@d{number}.example")).collect();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let run = Run { recipients: &recipients, ..anna(&snapshot) };
    let group = run.group(&mail(HTML, BODY));
    assert_eq!((group.recipients.len(), group.explain.outcome), (5_000, Outcome::Stamped));
}
