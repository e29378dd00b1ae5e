//! Mail that goes well: signed, passed untouched, to many, large, by one connection after another.

use crate::node::{ANNA, KIM, Node, Wishes, plain, text};
use model::Duration;
use playground::first_message;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_comes_back_with_its_senders_signature() {
    let node = Node::start(Wishes::default()).await;
    node.send(&[KIM], &plain("hello", "Hello Kim")).await;
    let figures = node.wait(|figures| figures.delivered == 1).await;
    assert_eq!((figures.arrived, figures.sent_again, figures.duplicates), (1, 0, 0));
    let arrived = node.playground.mailbox().remove(0);
    let text = text(&arrived);
    assert!(text.contains("Hello Kim") && text.contains("Anna Berg"), "{text}");
    assert!(
        text.starts_with("Received: from ") && text.contains("by\r\n\tin.eu.relay.example with ESMTPS"),
        "{text}"
    );
    let result = text.replace("\r\n\t", " ");
    let result = result.lines().find(|line| line.starts_with("X-Signpost-Result: ")).unwrap();
    let words: Vec<&str> = result.split("; ").map(|word| word.split('=').next().unwrap()).collect();
    assert_eq!(words, ["X-Signpost-Result: stamped", "signature", "rule", "snapshot"], "{result}");
    assert!(arrived.tls.is_some());
    assert_eq!((arrived.mail_from.as_str(), &arrived.rcpt_to[..]), (ANNA, &[KIM.to_owned()][..]));
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_message_of_the_playground_is_signed_in_its_html() {
    let node = Node::start(Wishes::default()).await;
    let mail = first_message();
    node.playground.submit(mail).await.unwrap();
    node.wait(|figures| figures.delivered >= 1).await;
    let arrived = node.playground.mailbox().remove(0);
    assert!(text(&arrived).contains("X-Signpost-Result: stamped; signature="), "{}", text(&arrived));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_passed_is_identical_behind_the_block_in_front() {
    let node = Node::start(Wishes::default()).await;
    let signed = format!(
        "From: {ANNA}\r\nTo: {KIM}\r\nSubject: signed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; \
         protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=b\r\n\r\n--b\r\n\r\n.dots and \u{e9}\r\n--b\r\n\
         Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    );
    node.send(&[KIM], signed.as_bytes()).await;
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = node.playground.mailbox().remove(0);
    let sent = node.playground.sent().remove(0);
    assert!(arrived.data.ends_with(&sent.wire), "{}", text(&arrived));
    assert!(text(&arrived).contains("X-Signpost-Result: passed; reason=signed"), "{}", text(&arrived));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_messages_share_connections_and_all_arrive_once() {
    let node = Node::start(Wishes::default()).await;
    for number in 0..120 {
        node.send(&[KIM, "jo@customer.example"], &plain(&format!("m{number}"), "one of many")).await;
    }
    let figures = node.wait(|figures| figures.delivered == 240).await;
    assert_eq!((figures.arrived, figures.duplicates), (120, 0));
    assert!(node.metrics.connections_reused.get() > 0, "no connection was used twice");
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_too_large_to_stamp_goes_on_whole() {
    let node = Node::start(Wishes { edits: vec![("\"25MiB\"", "\"1MiB\"")], ..Wishes::default() }).await;
    let line = format!("{}\r\n", "large ".repeat(12));
    let raw = plain("large", &line.repeat(70_000));
    node.send(&[KIM], &raw).await;
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = node.playground.mailbox().remove(0);
    assert!(arrived.data.ends_with(&node.playground.sent()[0].wire));
    assert!(String::from_utf8_lossy(&arrived.data[..2000]).contains("reason=too_large"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_for_which_the_next_hop_has_no_room_is_left_out_once_its_limit_was_heard() {
    let mut wishes = Wishes::default();
    wishes.playground.inbound.size_max = 20_000;
    let node = Node::start(wishes).await;
    let line = format!("{}\r\n", "words ".repeat(12));
    let nearly_full = plain("nearly", &line.repeat(18_300 / line.len()));
    node.send(&[KIM], &nearly_full).await;
    node.wait(|figures| figures.delivered == 1).await;
    node.send(&[KIM], &nearly_full).await;
    node.wait(|figures| figures.delivered == 2).await;
    let arrived: Vec<String> = node.playground.mailbox().iter().map(|one| text(one)).collect();
    assert!(arrived[0].contains("Result: stamped"), "nothing was known then: {}", arrived[0]);
    assert!(arrived[1].contains("Result: passed; reason=too_large"), "{}", arrived[1]);
    assert_eq!(node.playground.reports().len(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_before_a_restart_is_delivered_after_it() {
    let retry = vec![Duration::from_secs(1)];
    let node = Node::start(Wishes { retry, ..Wishes::default() }).await;
    let busy = playground::ScriptRule::new(
        model::Stage::Mail,
        playground::Turns::Always,
        playground::Act::Reply("451 4.3.2 busy".to_owned()),
    );
    node.playground.script(busy);
    for number in 0..5 {
        node.send(&[KIM], &plain(&format!("r{number}"), "before")).await;
    }
    node.wait(|figures| figures.handed_over == 5).await;
    let node = node.restart().await;
    assert_eq!(node.queue().len(), 5);
    node.playground.clear_script();
    let figures = node.wait(|figures| figures.delivered == 5).await;
    assert_eq!(figures.duplicates, 0);
    node.stop().await;
}
