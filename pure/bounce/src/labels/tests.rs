use super::*;
use crate::{Action, ReplyContext, Route, classify, classify_failure, judge};
use crate::{Context, Failure, Judgement};
use model::{EnhancedCode, Reply, Stage};

const NEW: &str = "550 5.7.1 The gnomes of <kim@customer.example> say no, ticket 12345678";

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn label(reply: &str, category: Category, owner: Option<Owner>) -> Result<Label, LabelError> {
    Label::new((&normalised(reply), reply), (category, owner), ("anna", at(1)))
}

fn context(labels: &Labels) -> Context<'_> {
    Context {
        stage: Stage::Rcpt,
        route: Route::Deliver,
        host: Some("mx.customer.example"),
        our_addresses: None,
        recipient_is_tenants: false,
        labels: Some(labels),
    }
}

fn failure(text: &str) -> Failure {
    let (code, rest) = text.split_once(' ').unwrap();
    let first = rest.split(' ').next().unwrap();
    let enhanced: Option<EnhancedCode> = first.parse().ok();
    let words = if enhanced.is_some() { rest.strip_prefix(first).unwrap().trim_start() } else { rest };
    Failure::Reply(Reply::new(code.parse().unwrap(), enhanced, words))
}

#[test]
fn a_number_is_the_same_for_replies_that_differ_in_names_and_times() {
    let other = "550 5.7.1 The gnomes of <ann@acme.example> say no, ticket 87654321";
    assert_eq!(ReplyNumber::of(NEW), ReplyNumber::of(other));
    assert_ne!(ReplyNumber::of(NEW), ReplyNumber::of("550 5.7.1 The gnomes say yes"));
    // Numbers stand in files: they may not change from one release to the next.
    assert_eq!(ReplyNumber::of_normalised("550 no").to_string(), "589e8b14");
    assert_eq!("589e8b14".parse::<ReplyNumber>().unwrap(), ReplyNumber::of_normalised("550 no"));
}

#[test]
fn a_label_decides_for_all_replies_of_its_number_until_it_is_removed() {
    let labels = Labels::default();
    let failure = failure(NEW);
    let before = classify_failure(&failure, context(&labels)).unwrap();
    assert!(!before.is_sure, "{before:?}");
    assert!(matches!(judge(&failure, context(&labels)), Judgement::Park(_)));
    let made = label(NEW, Category::MailboxUnknown, None).unwrap();
    labels.put(made.clone());
    let told = classify_failure(&failure, context(&labels)).unwrap();
    assert_eq!((told.category, told.is_sure), (Category::MailboxUnknown, true));
    assert_eq!(told.rule, format!("label-{}", made.number));
    assert!(matches!(judge(&failure, context(&labels)), Judgement::Report(_)));
    assert_eq!(labels.remove(made.number), Some(made));
    assert_eq!(classify_failure(&failure, context(&labels)).unwrap(), before);
}

#[test]
fn an_owner_that_is_given_is_the_owner() {
    let labels = Labels::new([label(NEW, Category::Policy, Some(Owner::OurSetup)).unwrap()]);
    let told = classify_failure(&failure(NEW), context(&labels)).unwrap();
    assert_eq!((told.owner, told.action), (Owner::OurSetup, Action::Park));
}

#[test]
fn a_receivers_broken_list_takes_no_label_of_a_listing() {
    let trap = "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org; Error: open resolver";
    let error = label(trap, Category::IpListed, None).unwrap_err();
    assert!(matches!(error, LabelError::Trap { rule: "receiver-list-query-refused" }), "{error}");
}

/// A label is for what a reply has in common with others; a trap may hide in what is masked.
#[test]
fn a_trap_under_a_labelled_number_stays_a_trap() {
    let plain = "554 5.7.1 refused, see https://lists.example/why/192.0.2.1";
    let trap = "554 5.7.1 refused, see https://www.spamhaus.org/returnc/pub/192.0.2.53";
    assert_eq!(ReplyNumber::of(plain), ReplyNumber::of(trap));
    let labels = Labels::new([label(plain, Category::IpListed, None).unwrap()]);
    assert_eq!(classify_failure(&failure(plain), context(&labels)).unwrap().category, Category::IpListed);
    let told = classify_failure(&failure(trap), context(&labels)).unwrap();
    assert_eq!((told.category, told.owner), (Category::TransientServer, Owner::Receiver));
}

#[test]
fn a_label_comes_back_from_disk_as_it_was() {
    let made = label(NEW, Category::Policy, Some(Owner::Recipient)).unwrap();
    assert_eq!(Label::read(&made.written().unwrap()).unwrap(), made);
}

#[test]
fn a_label_that_was_spoilt_says_why() {
    let written = label(NEW, Category::Policy, None).unwrap().written().unwrap();
    let spoilt = |from: &str, to: &str| Label::read(&written.replace(from, to)).unwrap_err().to_string();
    assert!(spoilt("version = 1", "version = 2").contains("version 2 is not known"));
    assert!(spoilt("gnomes of <mailbox>", "elves of <mailbox>").contains("changed by hand"));
    assert!(spoilt("\"policy\"", "\"unknown\"").contains("says nothing"));
    assert!(spoilt("by =", "from =").contains("not readable"));
}

#[test]
fn without_a_label_nothing_changes() {
    let labels = Labels::default();
    let told = classify_failure(&failure("550 5.1.1 User unknown"), context(&labels)).unwrap();
    let known = ReplyContext {
        stage: Some(Stage::Rcpt),
        route: Some(Route::Deliver),
        recipient_is_tenants: Some(false),
        ..ReplyContext::default()
    };
    assert_eq!(told, classify("550 5.1.1 User unknown", &known));
}
