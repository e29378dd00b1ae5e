//! Real replies with the category that a person gave them: how many come out right, and that no mistake is one that hurts.
//!
//! The committed ones are a sample of a larger labelled collection, with addresses masked; where the whole collection lies in a folder `shared`
//! above the repository, it is held to the same bars. These rules were written with it in sight: the figures say that nothing was lost,
//! not how well unseen replies fare.

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
