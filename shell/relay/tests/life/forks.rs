//! One mail in several pieces: recipients with different signatures, and copies that Exchange made before us with one Message-ID.

use crate::node::{ANNA, KIM, Node, Wishes, plain, text};
use playground::Mail;
use std::collections::BTreeMap;

const INSIDE: [&str; 2] = ["jonas.lind@acme.example", "li.wei@acme.example"];
const JO: &str = "jo@customer.example";

fn nodes() -> [Wishes; 2] {
    let cut_through = vec![("handover    = \"spool\"", "handover = \"cut_through\"")];
    [Wishes::default(), Wishes { edits: cut_through, ..Wishes::default() }]
}

/// How often each recipient got something.
fn counts(node: &Node) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for arrived in node.playground.mailbox() {
        arrived.rcpt_to.iter().for_each(|to| *counts.entry(to.clone()).or_default() += 1);
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_and_outside_get_their_own_form_and_everyone_one_message() {
    for wishes in nodes() {
        let node = Node::start(wishes).await;
        node.send(&[KIM, INSIDE[0], JO, INSIDE[1]], &plain("mixed", "to all of you")).await;
        let figures = node.wait(|figures| figures.delivered == 4).await;
        assert_eq!((figures.arrived, figures.duplicates), (2, 0), "one transaction for each form");
        assert!(counts(&node).values().all(|count| *count == 1), "{:?}", counts(&node));
        for arrived in node.playground.mailbox() {
            let is_inside = arrived.rcpt_to.iter().all(|to| to.ends_with("@acme.example"));
            let is_campaign = text(&arrived).contains("signature=sales");
            assert_ne!(is_inside, is_campaign, "{}", text(&arrived));
        }
        node.wait_for_queue(<[_]>::is_empty).await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forks_with_one_message_id_are_messages_of_their_own() {
    for wishes in nodes() {
        let node = Node::start(wishes).await;
        let all = [KIM, JO, INSIDE[0], INSIDE[1]].map(str::to_owned);
        for number in 0..10 {
            let raw = plain(&format!("fork{number}"), "to all of you");
            let mail = Mail { from: ANNA.to_owned(), to: all.to_vec(), raw };
            let groups =
                vec![vec![all[0].clone(), all[1].clone()], vec![all[2].clone()], vec![all[3].clone()]];
            node.playground.submit_forked(mail, groups).await.unwrap();
        }
        let figures = node.wait(|figures| figures.delivered == 40).await;
        assert_eq!((figures.arrived, figures.duplicates), (30, 0));
        assert!(counts(&node).values().all(|count| *count == 10), "{:?}", counts(&node));
        for number in 0..10 {
            let id = format!("Message-ID: <fork{number}@acme.example>");
            let same = node.playground.mailbox().iter().filter(|one| text(one).contains(&id)).count();
            assert_eq!(same, 3, "{id}");
        }
        node.wait_for_queue(<[_]>::is_empty).await;
        node.stop().await;
    }
}
