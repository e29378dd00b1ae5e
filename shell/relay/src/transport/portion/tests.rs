//! Recipients and answers in, transactions out.

use super::*;
use model::{Reply, ReversePath};

fn envelope(to: &[&str]) -> Envelope {
    Envelope::new(ReversePath::Null, to.iter().map(|to| to.parse().unwrap()))
}

fn offered(rcpt_max: Option<u32>, rcpt_domain_max: Option<u32>) -> HostLimits {
    HostLimits { mail_max: None, rcpt_max, rcpt_domain_max }
}

#[test]
fn the_smallest_bound_counts_and_one_always_has_room() {
    let room = |site, said, learnt| Room::of(site, offered(said, None), learnt).recipients;
    assert_eq!(room(100, None, None), 100);
    assert_eq!(room(100, Some(2), None), 2);
    assert_eq!(room(10, Some(1_000), None), 10);
    assert_eq!(room(100, Some(50), Some(7)), 7);
    assert_eq!(room(100, None, Some(0)), 1);
}

#[test]
fn a_transaction_has_so_many_recipients_of_so_many_domains() {
    let to = envelope(&["a@x.example", "b@y.example", "c@X.example", "d@z.example", "e@x.example"]);
    let places = |said, domains| Room::of(100, offered(said, domains), None).places(&to);
    assert_eq!(places(None, None), [0, 1, 2, 3, 4]);
    assert_eq!(places(Some(3), None), [0, 1, 2]);
    assert_eq!(places(None, Some(1)), [0, 2, 4]);
    assert_eq!(places(Some(2), Some(1)), [0, 2]);
    assert_eq!(places(None, Some(2)), [0, 1, 2, 4]);
}

fn reply(text: &str) -> Reply {
    let enhanced = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    Reply::new(text[..3].parse().unwrap(), enhanced, text)
}

fn refused(text: &str) -> Result<Reply, Failure> {
    Err(Failure::Reply(reply(text)))
}

fn ok() -> Result<Reply, Failure> {
    Ok(Reply::new(250, None, "taken"))
}

const FULL: &str = "452 4.5.3 Error: too many recipients";

/// Who goes in another transaction, and who has an answer, of five recipients.
fn check(results: Results, over: &[usize], answered: &[usize]) {
    let mut left = results.clone();
    assert_eq!(left_over(&[10, 11, 12, 13, 14], &mut left), over, "{results:?}");
    assert_eq!(left.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), answered, "{results:?}");
    assert!(over.len() < 5, "it gets no nearer to an end: {results:?}");
}

#[test]
fn whoever_found_no_room_goes_in_another_transaction() {
    use Stage::{EndOfData, Rcpt};
    check(vec![(10, EndOfData, ok()), (11, EndOfData, ok())], &[12, 13, 14], &[10, 11]);
    let full =
        vec![(10, EndOfData, ok()), (11, Rcpt, refused(FULL)), (12, Rcpt, refused("550 5.1.1 unknown"))];
    check(full, &[13, 14, 11], &[10, 12]);
    // What was said of the message is about those who were let in.
    let deferred = vec![(10, EndOfData, refused("451 4.3.0 later")), (11, Rcpt, refused(FULL))];
    check(deferred, &[12, 13, 14, 11], &[10]);
    check(
        vec![(10, Rcpt, refused("550 5.1.1 unknown")), (11, Rcpt, refused("550 5.1.1 unknown"))],
        &[12, 13, 14],
        &[10, 11],
    );
}

#[test]
fn a_host_that_lets_nobody_in_is_not_asked_again_at_once() {
    use Stage::{EndOfData, Mail, Rcpt};
    let all = vec![(10, Rcpt, refused(FULL)), (11, Rcpt, refused(FULL))];
    check(all, &[], &[10, 11, 12, 13, 14]);
    let everybody =
        |stage, failure: Failure| (10..12).map(|number| (number, stage, Err(failure.clone()))).collect();
    check(everybody(Mail, Failure::Lost("gone".to_owned())), &[], &[10, 11, 12, 13, 14]);
    let mail = vec![(10, Mail, refused("451 4.7.1 later")), (11, Mail, refused("451 4.7.1 later"))];
    check(mail, &[], &[10, 11, 12, 13, 14]);
    let mut unknown: Results = everybody(EndOfData, Failure::Unknown("gone".to_owned()));
    assert!(left_over(&[10, 11, 12], &mut unknown).is_empty());
    assert!(
        matches!(&unknown[2], (12, _, Err(Failure::Lost(_)))),
        "it certainly was not delivered: {unknown:?}"
    );
}

#[test]
fn what_a_host_took_is_remembered_for_the_connection() {
    use Stage::{EndOfData, Rcpt};
    let results = |count: usize| {
        let mut results: Results = (0..count).map(|number| (number, EndOfData, ok())).collect();
        results.push((count, Rcpt, refused(FULL)));
        results
    };
    assert_eq!((learnt(&results(3)), learnt(&results(0))), (Some(3), None));
    assert_eq!(learnt(&vec![(0, EndOfData, ok()), (1, Rcpt, refused("550 5.1.1 unknown"))]), None);
}
