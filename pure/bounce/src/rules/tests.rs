//! Each rule is held to what it shows: its sample fires it, its counter-sample does not.

use super::{RULES, RuleError, Rules};
use crate::{Action, ReplyContext, classify};
use model::Category;
use std::collections::BTreeSet;

#[test]
fn every_rule_fires_on_its_own_sample() {
    let mut wrong = Vec::new();
    for rule in &RULES.rules {
        let classified = classify(&rule.text.sample, &ReplyContext::default());
        if classified.rule != rule.text.id || classified.category != rule.text.category {
            wrong.push(format!("{}: {} decides `{}`", rule.text.id, classified.rule, rule.text.sample));
        }
    }
    assert!(wrong.is_empty(), "shadowed or wrong:\n{}", wrong.join("\n"));
}

#[test]
fn no_rule_fires_on_its_counter_sample() {
    for rule in &RULES.rules {
        let Some(counter) = &rule.text.counter_sample else { continue };
        let classified = classify(counter, &ReplyContext::default());
        assert_ne!(classified.rule, rule.text.id, "`{counter}`");
    }
}

#[test]
fn what_a_rule_says_itself_is_what_its_sample_gives() {
    for rule in &RULES.rules {
        let classified = classify(&rule.text.sample, &ReplyContext::default());
        let id = &rule.text.id;
        rule.text.owner.inspect(|owner| assert_eq!(classified.owner, *owner, "{id}"));
        rule.text.scope.inspect(|scope| assert_eq!(classified.scope, *scope, "{id}"));
        let is_transient = matches!(rule.text.sample.as_bytes(), [b'4', ..]);
        rule.text
            .action
            .filter(|_| !is_transient)
            .inspect(|action| assert_eq!(classified.action, *action, "{id}"));
    }
}

#[test]
fn every_rule_has_an_id_of_its_own_and_says_where_its_sample_is_from() {
    let ids: BTreeSet<&str> = RULES.rules.iter().map(|rule| rule.text.id.as_str()).collect();
    assert_eq!(ids.len(), RULES.rules.len());
    assert!(RULES.rules.iter().all(|rule| !rule.text.from.is_empty()));
}

#[test]
fn every_category_but_unknown_has_a_rule() {
    let told: BTreeSet<Category> = RULES.rules.iter().map(|rule| rule.text.category).collect();
    assert_eq!(told.len(), Category::ALL.len() - 1);
    assert!(!told.contains(&Category::Unknown));
}

#[test]
fn a_general_rule_that_may_be_about_us_makes_no_report() {
    let context = ReplyContext::default();
    let sure = classify("550 5.7.1 Message content rejected, spam", &context);
    let doubtful = classify("550 5.7.1 Message content rejected, spam from your mail server", &context);
    assert_eq!((sure.action, doubtful.action), (Action::Dsn, Action::Park), "{doubtful:?}");
}

#[test]
fn a_provider_is_known_by_the_longest_end_of_its_hosts_name() {
    for (host, expected) in [
        ("customer-example.mail.protection.outlook.com", Some("microsoft")),
        ("ASPMX.L.GOOGLE.COM.", Some("google")),
        ("mta7.am0.yahoodns.net", Some("yahoo")),
        ("notgoogle.com", None),
        ("mx.customer.example", None),
    ] {
        assert_eq!(crate::provider_of(host), expected, "{host}");
    }
}

#[test]
fn a_rule_that_cannot_be_used_says_why() {
    let check = |rule: &str, expected: &str| {
        let text =
            format!("[[rule]]\nid = \"x\"\ncategory = \"policy\"\nsample = \"s\"\nfrom = \"f\"\n{rule}");
        let error: RuleError =
            Rules::read(&[("test", &text)], "list = []", "doubt = []", "suffixes = {}").unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check("any = [\"*\"]", "rule x: `*` is no phrase");
    check("enhanced = [\"5.7\"]", "rule x: `5.7` is no enhanced code");
    check("enhanced = [\"5.7.9-1\"]", "rule x: `5.7.9-1` is no enhanced code");
    check("al = []", "test.toml: ");
}
