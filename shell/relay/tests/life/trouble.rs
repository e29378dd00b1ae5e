//! Next hops that refuse, stall and break: nothing is lost, nobody is told wrongly.

use crate::node::{ANNA, KIM, Node, SOURCES, Wishes, plain, text};
use model::{Category, Duration, Owner, ParkReason, Stage};
use playground::{Act, Framing, ReportOrigin, ScriptRule, Turns};
use spool::Phase;
use std::net::Ipv4Addr;

fn reply(stage: Stage, turns: Turns, words: &str) -> ScriptRule {
    ScriptRule::new(stage, turns, Act::Reply(words.to_owned()))
}

fn list(node: &Node, listed: bool) {
    for source in SOURCES {
        if listed {
            node.playground.dns().list(Ipv4Addr::from(source), Ipv4Addr::new(127, 0, 0, 2));
        } else {
            node.playground.dns().unlist(Ipv4Addr::from(source));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_of_the_listing_parks_mail_and_tells_no_sender() {
    let node = Node::start(Wishes::default()).await;
    list(&node, true);
    for number in 0..3 {
        node.send(&[KIM], &plain(&format!("d{number}"), "on that day")).await;
    }
    let queue =
        node.wait_for_queue(|queue| queue.iter().filter(|one| one.phase == Phase::Parked).count() == 3).await;
    let is_told = |one: &spool::QueueEntry| match &one.parked {
        Some(ParkReason::Refused { reply, category, owner: Some(Owner::OurAddress), .. }) => {
            reply.contains("Spamhaus") && *category == Some(Category::IpListed)
        }
        _ => false,
    };
    assert!(queue.iter().any(is_told), "{queue:#?}");
    assert_eq!(node.playground.reports().len(), 0);
    list(&node, false);
    node.give_back();
    let figures = node.wait(|figures| figures.delivered == 3).await;
    assert_eq!((figures.duplicates, node.playground.reports().len()), (0, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_refusal_is_tried_again() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(reply(Stage::Rcpt, Turns::Count(3), "451 4.7.500 server busy"));
    node.send(&[KIM], &plain("again", "please")).await;
    node.wait(|figures| figures.delivered == 1).await;
    assert!(node.metrics.deferred.get() >= 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_recipient_of_the_tenant_is_reported_and_the_others_get_their_mail() {
    let node = Node::start(Wishes::default()).await;
    let unknown = ScriptRule {
        recipient: Some("nobody@acme.example".to_owned()),
        ..reply(
            Stage::Rcpt,
            Turns::Always,
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup",
        )
    };
    node.playground.script(unknown);
    node.send(&[KIM, "nobody@acme.example"], &plain("two", "to two")).await;
    node.wait(|figures| figures.delivered >= 1 && figures.arrived >= 2).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let report = node.playground.reports().remove(0);
    assert_eq!((report.origin, report.to.as_str()), (ReportOrigin::Connector, ANNA));
    let arrived = node.playground.mailbox().into_iter().find(|one| one.mail_from.is_empty()).unwrap();
    assert!(
        text(&arrived).contains("nobody@acme.example") && text(&arrived).contains("5.1.10"),
        "{}",
        text(&arrived)
    );
    assert_eq!(node.metrics.ndr_ours.get(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_recipients_fault_parks_instead_of_a_report() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(reply(
        Stage::Rcpt,
        Turns::Always,
        "550 5.4.1 Recipient address rejected: Access denied",
    ));
    node.send(&[KIM], &plain("denied", "why")).await;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    assert_eq!(node.playground.reports().len(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_three_unrelated_senders_meet_is_believed_twice_and_then_parks_and_stays_behind_a_probe() {
    let node = Node::start(fast(100)).await;
    node.playground.script(ScriptRule {
        recipient: Some("@customer.example".to_owned()),
        ..reply(Stage::Rcpt, Turns::Always, "552 5.2.3 Message size exceeds limit set by recipient")
    });
    for (number, name) in ["anna.berg", "bert", "carla"].into_iter().enumerate() {
        let (from, to) = (format!("{name}@acme.example"), vec![KIM.to_owned()]);
        let raw = plain(&format!("alike{number}"), "three of us");
        node.playground.submit(playground::Mail { from, to, raw }).await.unwrap();
        let is_over = |queue: &[spool::QueueEntry]| queue.iter().all(|one| one.phase == Phase::Parked);
        node.wait(|figures| figures.handed_over > number as u64).await;
        node.wait_for_queue(is_over).await;
    }
    let queue = node.wait_for_queue(|queue| queue.len() == 1).await;
    let (id, parked) = (queue[0].id, queue[0].parked.as_ref());
    assert!(matches!(parked, Some(ParkReason::Refused { owner: Some(Owner::Receiver), .. })), "{queue:#?}");
    // Alone, a quarter of an hour later, its refusal would be believed.
    let is_back = |queue: &[spool::QueueEntry]| {
        node.metrics.parked.get() == 2 && queue.iter().any(|one| one.id == id && one.phase == Phase::Parked)
    };
    node.wait_for_queue(is_back).await;
    assert_eq!(released_by(&node, "a probe of its refusal").await, 1);
    assert_eq!(node.metrics.bounced.get(), 2);
    assert_eq!(node.metrics.ndr_ours.get(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_fails_inside_is_marked_waits_parks_and_ends_in_a_report() {
    let (retry, expire) = (vec![Duration::from_secs(600)], Duration::from_secs(5));
    let node = Node::start(Wishes { retry, expire, ..Wishes::default() }).await;
    node.playground.script(reply(Stage::Mail, Turns::Count(1), "451 4.3.0 not now"));
    node.send(&[KIM], &plain("inside", "failing")).await;
    let queue = node.wait_for_queue(|queue| queue.iter().any(|one| one.tries == 1)).await;
    let (id, received) = (queue[0].id, queue[0].received);
    let lease = node.spool.take(id, |_| true).unwrap();
    lease.record_attempt(&[0], &"eu-1".parse().unwrap(), "mx", received).await.unwrap();
    // As when its task panics.
    drop(lease);
    let queue = node.wait_for_queue(|queue| queue.iter().any(|one| one.tries == 2)).await;
    assert_eq!(queue[0].maybe_duplicate, [0].into());
    assert!(queue[0].due.since(received) >= Duration::from_secs(300));
    let is_damaged = |queue: &[spool::QueueEntry]| {
        queue.iter().any(|one| matches!(one.parked, Some(ParkReason::Damaged { .. })))
    };
    drop(node.spool.take(id, |_| true).unwrap());
    node.wait_for_queue(|queue| queue.iter().any(|one| one.tries == 3) || is_damaged(queue)).await;
    if !is_damaged(&node.queue()) {
        drop(node.spool.take(id, |_| true).unwrap());
    }
    node.wait_for_queue(|queue| is_damaged(queue) || queue.iter().all(|one| one.id != id)).await;
    node.wait(|figures| figures.reports_in == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert!(node.metrics.alarms.get() >= 3);
    assert_eq!((node.metrics.ndr_ours.get(), node.metrics.delivered.get()), (1, 1), "the report");
    node.stop().await;
}

/// How often the log says that somebody released a message so.
async fn released_by(node: &Node, why: &str) -> usize {
    let records = node.records().await;
    let is_so = |event: &spool::Event| matches!(event, spool::Event::Released { by, .. } if by == why);
    records.iter().filter(|record| is_so(&record.event)).count()
}

/// A clock on which a quarter of an hour passes in seconds.
fn fast(time_scale: u32) -> Wishes {
    Wishes { time_scale, expire: Duration::from_secs(5 * 86_400), ..Wishes::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_parked_for_an_unknown_refusal_is_probed_and_follows_an_accepted_probe() {
    let node = Node::start(fast(300)).await;
    node.playground.script(ScriptRule {
        recipient: Some("@customer.example".to_owned()),
        ..reply(Stage::Rcpt, Turns::Always, "550 5.9.9 we do not like you")
    });
    for number in 0..4 {
        node.send(&[KIM], &plain(&format!("unknown{number}"), "refusal")).await;
    }
    let all_parked = |queue: &[spool::QueueEntry]| {
        queue.iter().filter(|one| one.phase == Phase::Parked && one.about.is_none()).count() == 4
    };
    node.wait_for_queue(all_parked).await;
    node.playground.clear_script();
    let is_over = |queue: &[spool::QueueEntry]| queue.iter().all(|one| one.about.is_some());
    node.wait_for_queue(is_over).await;
    let released =
        (released_by(&node, "a probe of its refusal").await, released_by(&node, "an accepted probe").await);
    assert_eq!((released, node.metrics.bounced.get()), ((1, 3), 0));
    node.stop().await;
}

/// How often the log says that a recipient was tried.
async fn tries_of(node: &Node, recipient: usize) -> usize {
    let records = node.records().await;
    let results = records.iter().filter_map(|record| {
        let spool::Event::Tried { tried } = &record.event else { return None };
        Some(tried.results.iter())
    });
    results.flatten().filter(|result| result.recipients.contains(&recipient)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_message_each_recipient_waits_or_parks_by_itself() {
    let node = Node::start(Wishes::default()).await;
    let unknown = reply(Stage::Rcpt, Turns::Always, "550 5.9.9 we do not like you");
    node.playground.script(ScriptRule { recipient: Some(KIM.to_owned()), ..unknown });
    let busy = reply(Stage::Rcpt, Turns::Count(5), "450 4.2.1 busy");
    node.playground.script(ScriptRule { recipient: Some("jo@customer.example".to_owned()), ..busy });
    node.send(&[KIM, "jo@customer.example"], &plain("two", "fates")).await;
    let queue = node.wait_for_queue(|queue| queue.iter().any(|one| one.tries >= 3)).await;
    assert_eq!((queue[0].parked.as_ref(), queue[0].kept.len()), (None, 1), "{queue:#?}");
    let because = node.relay.operator().explain(queue[0].id).await.unwrap().because;
    assert!(because.contains("1 of its recipients is parked"), "{because}");
    let queue = node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    let Some(ParkReason::Refused { reply, .. }) = &queue[0].parked else { panic!("{queue:#?}") };
    assert!(reply.contains("5.9.9"), "{reply}");
    assert_eq!((tries_of(&node, 0).await, tries_of(&node, 1).await), (1, 6));
    assert!(queue[0].maybe_duplicate.is_empty());
    node.playground.clear_script();
    node.spool.release(queue[0].id, "operator", queue[0].due).await.unwrap();
    let figures = node.wait(|figures| figures.delivered == 2).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.duplicates, tries_of(&node, 0).await), (0, 2));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_nobody_knows_waits_and_is_marked() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(ScriptRule::new(Stage::EndOfData, Turns::Count(1), Act::KeepAndClose));
    node.send(&[KIM], &plain("unknown", "end")).await;
    let queue = node.wait_for_queue(|queue| queue.iter().any(|one| !one.maybe_duplicate.is_empty())).await;
    assert!(queue[0].due.since(queue[0].received) >= Duration::from_secs(290));
    assert_eq!(node.playground.figures().arrived, 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_of_patience_the_sender_is_told() {
    let wishes = Wishes { expire: Duration::from_millis(300), ..Wishes::default() };
    let node = Node::start(wishes).await;
    let busy = ScriptRule {
        recipient: Some("@customer.example".to_owned()),
        ..reply(Stage::Rcpt, Turns::Always, "450 4.2.1 later")
    };
    node.playground.script(busy);
    node.send(&[KIM], &plain("expired", "too late")).await;
    node.wait(|figures| figures.arrived == 1).await;
    let report = node.playground.mailbox().remove(0);
    assert!(text(&report).contains("4.4.7") && text(&report).contains(KIM), "{}", text(&report));
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_ours_that_comes_again_is_held() {
    let node = Node::start(Wishes::default()).await;
    node.send(&[KIM], &plain("round", "and round")).await;
    node.wait(|figures| figures.delivered == 1).await;
    let first = node.playground.mailbox().remove(0);
    // The rule's exception fails: the same bytes are handed over again.
    let again = text(&first).replace("acme-4f1c", "acme-0000").into_bytes();
    node.send(&[KIM], &again).await;
    let queue = node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    assert!(matches!(queue[0].parked, Some(ParkReason::Loop { .. })), "{queue:#?}");
    assert_eq!(node.playground.figures().arrived, 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_processed_field_is_taken_out_and_the_mail_is_new() {
    let node = Node::start(Wishes::default()).await;
    let forged = [b"X-Signpost-Processed: v1 other 0 00\r\n".as_slice(), &plain("forged", "field")].concat();
    node.send(&[KIM], &forged).await;
    node.wait(|figures| figures.delivered == 1).await;
    let text = text(&node.playground.mailbox().remove(0));
    assert_eq!(text.matches("X-Signpost-Processed").count(), 1, "{text}");
    assert!(text.contains("X-Signpost-Result: stamped"), "{text}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_nobody_keeps_verified_mail_here() {
    // The name resolves to the fake Exchange and stands in no certificate of its.
    let edits =
        vec![("smart_host  = \"acme-example.mail.protection.outlook.com", "smart_host  = \"acme.example")];
    let node = Node::start(Wishes { edits, ..Wishes::default() }).await;
    node.playground
        .dns()
        .add("acme.example", playground::dns::Answer::Address(Ipv4Addr::new(127, 0, 2, 1).into()));
    node.send(&[KIM], &plain("tls", "secret")).await;
    let tls = |one: &spool::QueueEntry| one.why.as_deref().is_some_and(|why| why.contains("no TLS"));
    node.wait_for_queue(|queue| queue.iter().any(tls)).await;
    assert_eq!(node.playground.figures().arrived, 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_message_is_tried_once_more_at_its_end_and_then_told_and_counted() {
    let wishes = Wishes { expire: Duration::from_secs(2), ..Wishes::default() };
    let node = Node::start(wishes).await;
    let denied = ScriptRule {
        recipient: Some("@customer.example".to_owned()),
        ..reply(Stage::Rcpt, Turns::Always, "550 5.7.1 not with us")
    };
    node.playground.script(denied);
    node.send(&[KIM], &plain("parked", "and over")).await;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    node.wait(|figures| figures.arrived == 1).await;
    let report = node.playground.mailbox().remove(0);
    assert!(text(&report).contains("not with us"), "{}", text(&report));
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!(node.metrics.ndr_ours.get(), 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_its_signature_goes_on_without_it() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(reply(
        Stage::EndOfData,
        Turns::Count(1),
        "552 5.3.4 message size exceeds the limit",
    ));
    node.send(&[KIM], &plain("form", "the words themselves")).await;
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = node.playground.mailbox().remove(0);
    let sent = node.playground.sent().remove(0);
    assert!(arrived.data.ends_with(&sent.wire), "{}", text(&arrived));
    assert!(!text(&arrived).contains("X-Signpost-Result"), "{}", text(&arrived));
    assert_eq!(node.playground.reports().len(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_offers_chunking_and_does_not_know_bdat_is_written_to_by_data() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(reply(Stage::Data, Turns::Count(1), "502 5.5.1 Unrecognized command"));
    for number in 0..2 {
        node.send(&[KIM], &plain(&format!("b{number}"), ".by DATA")).await;
        node.wait(|figures| figures.delivered == number + 1).await;
    }
    let arrived = node.playground.mailbox();
    assert!(arrived.iter().all(|one| one.framing == Framing::Data), "{arrived:?}");
    assert!(arrived.iter().all(|one| text(one).contains("\r\n.by DATA")));
    assert_eq!((node.playground.figures().duplicates, node.playground.reports().len()), (0, 0));
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}
