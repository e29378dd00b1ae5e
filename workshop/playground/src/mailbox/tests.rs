//! What is forgotten and what is not.

use super::{Arrived, Course, Framing, Mailbox};
use model::Timestamp;
use std::sync::Arc;

fn arrived(id: u64, token: Option<&str>, to: &[&str], course: Course) -> Arc<Arrived> {
    Arc::new(Arrived {
        id,
        received: Timestamp::from_micros(0),
        peer: None,
        helo: String::new(),
        mail_from: String::new(),
        mail_parameters: String::new(),
        rcpt_to: to.iter().map(|to| (*to).to_owned()).collect(),
        framing: Framing::Data,
        tls: None,
        attribution: None,
        raw_socket_bytes: Arc::from([0; 10]),
        data: Arc::from([0; 10]),
        bare_lf: 0,
        bare_cr: 0,
        token: token.map(str::to_owned),
        processed: None,
        course,
        began: Timestamp::default(),
        reply_withheld: false,
    })
}

#[test]
fn the_same_token_for_the_same_recipient_is_a_duplicate() {
    let mut mailbox = Mailbox::new(10, 1_000);
    mailbox.keep(arrived(1, Some("t"), &["a@x.example", "b@x.example"], Course::Delivered));
    mailbox.keep(arrived(2, Some("t"), &["A@x.example", "c@x.example"], Course::Delivered));
    mailbox.keep(arrived(3, None, &["a@x.example"], Course::Delivered));
    assert_eq!((mailbox.figures.delivered, mailbox.figures.duplicates, mailbox.figures.arrived), (4, 1, 3));
}

#[test]
fn a_message_that_is_sent_again_is_not_delivered() {
    let mut mailbox = Mailbox::new(10, 1_000);
    mailbox.keep(arrived(1, Some("t"), &["a@x.example"], Course::SentAgain));
    assert_eq!((mailbox.figures.delivered, mailbox.figures.sent_again), (0, 1));
}

#[test]
fn the_oldest_messages_go_and_the_figures_stay() {
    let mut mailbox = Mailbox::new(10, 50);
    for id in 1..=5 {
        mailbox.keep(arrived(id, Some(&id.to_string()), &["a@x.example"], Course::Delivered));
    }
    let left: Vec<u64> = mailbox.messages().iter().map(|message| message.id).collect();
    assert_eq!((left, mailbox.figures.delivered), (vec![4, 5], 5));
    assert!(mailbox.message(1).is_none() && mailbox.message(5).is_some());
}
