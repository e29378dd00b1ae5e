//! Real replies with the category that a person gave them: how many come out right, and that no mistake is one that hurts.
//!
//! `replies.jsonl` is a sample of a larger labelled collection, with addresses masked; where the whole collection lies in a folder `shared`
//! above the repository, it is held to the same bars. These rules were written with it in sight: the figures say that nothing was lost.
//! `unseen.jsonl` was gathered elsewhere and looked at only after each of its sets was measured (docs/operating/src/replies.md has those
//! figures); no rule may show one of it as its sample, and its bars have room: they say that a change did not spoil what holds in general.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests end the test and tell the figures"
)]

use bounce::{Action, Category, Owner, ReplyContext, classify};
use serde::Deserialize;
use std::path::Path;

/// Wrong reports and needless quarantines are bounded one by one, the rest as a share.
const ACCURACY_MIN: f64 = 0.97;
/// Of the replies that no rule names.
const UNSEEN_ACCURACY_MIN: f64 = 0.93;
const UNSEEN_PRECISION_MIN: f64 = 0.95;
const UNSEEN_RECALL_MIN: f64 = 0.93;

#[derive(Debug, Deserialize)]
struct Labelled {
    reply: String,
    category: Category,
}

fn read(text: &str) -> Vec<Labelled> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn check(labelled: &[Labelled]) {
    let told: Vec<_> =
        labelled.iter().map(|one| (one, classify(&one.reply, &ReplyContext::default()))).collect();
    let right = told.iter().filter(|(one, told)| one.category == told.category).count();
    let wrong: Vec<_> = told
        .iter()
        .filter(|(one, told)| one.category != told.category)
        .map(|(one, told)| format!("{} is {} by {}: {}", one.category, told.category, told.rule, one.reply))
        .collect();
    let share = right as f64 / told.len() as f64;
    println!("{right} of {} right ({share:.3}); wrong:\n{}", told.len(), wrong.join("\n"));
    assert!(share >= ACCURACY_MIN, "{right} of {} right:\n{}", told.len(), wrong.join("\n"));
    for (one, told) in &told {
        let is_ours =
            matches!(one.category, Category::IpListed | Category::IpReputation | Category::TlsRequired);
        assert!(
            !is_ours || told.action != Action::Dsn,
            "a fault of ours would be reported: {one:?} {told:?}"
        );
        let is_listing = one.category == Category::IpListed;
        let takes_out = told.category == Category::IpListed && told.owner == Owner::OurAddress;
        assert!(is_listing || !takes_out, "no listing, and a source would be taken out: {one:?} {told:?}");
        assert!(
            !is_listing || told.category == Category::IpListed,
            "a listing is not seen: {one:?} {told:?}"
        );
    }
}

#[test]
fn the_committed_replies_come_out_as_people_labelled_them() {
    let labelled = read(include_str!("replies.jsonl"));
    let mut categories: Vec<Category> = labelled.iter().map(|one| one.category).collect();
    categories.sort_unstable();
    categories.dedup();
    assert_eq!(categories.len(), 16, "every category is there");
    check(&labelled);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the collection is a file, and only this test reads it")]
fn the_whole_collection_where_it_is_at_hand_too() {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = above.map(|folder| folder.join("shared/data/replies.jsonl")).find(|path| path.is_file());
    match found {
        Some(path) => check(&read(&std::fs::read_to_string(path).unwrap())),
        None => {
            println!("no folder `shared` above the repository: only the committed replies were looked at")
        }
    }
}

#[test]
fn replies_that_no_rule_names_come_out_too() {
    let unseen = read(include_str!("unseen.jsonl"));
    let told: Vec<_> =
        unseen.iter().map(|one| (one, classify(&one.reply, &ReplyContext::default()))).collect();
    let share = |of: usize, all: usize| of as f64 / all as f64;
    let right = told.iter().filter(|(one, told)| one.category == told.category).count();
    let is_listed = |category: Category| category == Category::IpListed;
    let listed = told.iter().filter(|(one, _)| is_listed(one.category)).count();
    let called = told.iter().filter(|(_, told)| is_listed(told.category)).count();
    let both = told.iter().filter(|(one, told)| is_listed(one.category) && is_listed(told.category)).count();
    println!("{right} of {} right; {both} of {listed} listings seen, {called} called so", told.len());
    assert!(share(right, told.len()) >= UNSEEN_ACCURACY_MIN, "{right} of {}", told.len());
    assert!(share(both, called) >= UNSEEN_PRECISION_MIN, "{both} of {called} that are called listings");
    assert!(share(both, listed) >= UNSEEN_RECALL_MIN, "{both} of {listed} listings");
    for (one, told) in told {
        let is_ours =
            matches!(one.category, Category::IpListed | Category::IpReputation | Category::TlsRequired);
        assert!(
            !is_ours || told.action != Action::Dsn,
            "a fault of ours would be reported: {one:?} {told:?}"
        );
    }
}

/// Written for this: texts that say a listing in other words, and texts with words of listings that say none.
#[test]
fn words_of_listings_make_no_listing_and_a_listing_needs_no_word_of_its_own() {
    let lookalikes = read(include_str!("lookalikes.jsonl"));
    let mut wrong = Vec::new();
    for one in &lookalikes {
        let told = classify(&one.reply, &ReplyContext::default());
        if (one.category == Category::IpListed) != (told.category == Category::IpListed) {
            wrong.push(format!("{} is {} by {}: {}", one.category, told.category, told.rule, one.reply));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_shows_an_unseen_reply_as_its_sample() {
    let unseen = read(include_str!("unseen.jsonl"));
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let shown: String = files(&rules);
    for one in unseen {
        let quoted = format!("sample = {}", toml::Value::String(one.reply.clone()));
        assert!(!shown.contains(&quoted), "{}", one.reply);
    }
}

#[expect(clippy::disallowed_methods, reason = "the rules are files, and only this test reads them as such")]
fn files(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn no_context_makes_a_report_of_a_listing() {
    for one in read(include_str!("replies.jsonl")).iter().filter(|one| one.category == Category::IpListed) {
        for route in [None, Some(bounce::Route::Return), Some(bounce::Route::Deliver)] {
            for is_tenants in [None, Some(true), Some(false)] {
                let context =
                    ReplyContext { route, recipient_is_tenants: is_tenants, ..ReplyContext::default() };
                let told = classify(&one.reply, &context);
                assert_ne!(told.action, Action::Dsn, "{one:?} {context:?}");
            }
        }
    }
}
