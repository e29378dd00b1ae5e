//! A day of fifty tenants in seconds: hundreds of messages of mixed kinds while next hops refuse, stall, break off, list an address and the relay
//! is restarted. Every recipient gets each message once, and only who wrote to nobody hears of it.

use crate::node::{Node, SOURCES, Wishes};
use model::{Duration, Stage};
use playground::{Act, ExchangeTenant, Mail, PlaygroundConfig, ScriptRule, Turns};
use spool::Phase;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

const TENANTS: usize = 50;
const MESSAGES_PER_HOUR: usize = 90;
/// A relay's minute passes in this part of a second: its longest patience with a reply is then three seconds.
const TIME_SCALE: u32 = 200;

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) >> 16).unwrap() % bound
    }
}

/// What was sent so far, as its writers know it.
#[derive(Debug, Default)]
struct Sent {
    /// Messages, each copy of a forked one counted.
    copies: u64,
    recipients: u64,
    /// Recipients that nobody has.
    nobody: u64,
    /// Copies to at least one of these.
    reports: u64,
}

fn exchange_tenant(number: usize) -> ExchangeTenant {
    let domain = format!("t{number:02}.example");
    let mailboxes = ["anna.berg", "jonas.lind", "postmaster"].map(|name| format!("{name}@{domain}"));
    ExchangeTenant {
        name: format!("t{number:02}").parse().unwrap(),
        domains: vec![domain],
        processed_word: format!("t{number:02}-word"),
        certificate_name: None,
        mailboxes: Some(BTreeSet::from(mailboxes)),
        people: Vec::new(),
        ..ExchangeTenant::acme()
    }
}

fn wishes() -> Wishes {
    let mut playground = PlaygroundConfig::example();
    playground.tenants.extend((0..TENANTS).map(exchange_tenant));
    playground.outbound.retry = vec![std::time::Duration::from_millis(50)];
    playground.mailbox_messages_max = usize::MAX;
    playground.mailbox_bytes_max = usize::MAX;
    let retry = [5, 15, 30, 60].map(Duration::from_secs).to_vec();
    let expire = Duration::from_secs(5 * 86_400);
    Wishes { retry, expire, playground, others: TENANTS, time_scale: TIME_SCALE, ..Wishes::default() }
}

/// A message of one of six kinds.
fn mail(dice: &mut Dice, domain: &str, number: usize) -> Vec<u8> {
    let head = format!(
        "From: Anna Berg <anna.berg@{domain}>\r\nTo: somebody@customer.example\r\nSubject: matter {number}\r\n\
         Message-ID: <{number}@{domain}>\r\nMIME-Version: 1.0\r\n"
    );
    let body = match dice.below(6) {
        0 => "Content-Type: text/plain; charset=utf-8\r\n\r\nGr\u{fc}\u{df}e\r\n".to_owned(),
        1 => "In-Reply-To: <a@b.example>\r\n\r\nYes.\r\n\r\nOn Monday Kim wrote:\r\n> Really?\r\n".to_owned(),
        2 => "Content-Type: text/html\r\n\r\n<p>Hello</p><div class=\"gmail_quote\">old</div>\r\n".to_owned(),
        3 => "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n.x\r\n--b\r\n\r\ny\r\n--b--\r\n"
            .to_owned(),
        4 => "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
            .to_owned(),
        _ => format!("\r\n{}", "a line of a long message\r\n".repeat(1 + dice.below(3_000))),
    };
    format!("{head}{body}").into_bytes()
}

/// An hour's mail of all tenants.
async fn send_an_hour(node: &Node, dice: &mut Dice, sent: &mut Sent) {
    for number in 0..MESSAGES_PER_HOUR {
        let domain = format!("t{:02}.example", dice.below(TENANTS));
        let outside = (0..1 + dice.below(3)).map(|n| format!("c{n}@customer.example")).collect();
        let mut groups: Vec<Vec<String>> = vec![outside];
        if dice.below(3) == 0 {
            groups[0].push(format!("jonas.lind@{domain}"));
        }
        if dice.below(5) == 0 {
            // Exchange forks one mail into several with one Message-ID.
            groups.push(vec![format!("postmaster@{domain}"), "fork@partner.example".to_owned()]);
        }
        if dice.below(8) == 0 {
            groups[0].push(format!("nobody@{domain}"));
            sent.nobody += 1;
            sent.reports += 1;
        }
        sent.copies += groups.len() as u64;
        sent.recipients += groups.iter().map(Vec::len).sum::<usize>() as u64;
        let raw = mail(dice, &domain, number);
        let mail = Mail { from: format!("anna.berg@{domain}"), to: groups.concat(), raw };
        node.playground.submit_forked(mail, groups).await.unwrap();
    }
    // Every recipient is the relay's now, whatever its next hops do.
    node.wait(|figures| figures.handed_over == sent.recipients).await;
}

fn by_chance(stage: Stage, chance: f64, act: Act) -> ScriptRule {
    ScriptRule::new(stage, Turns::Chance(chance), act)
}

fn says(stage: Stage, chance: f64, words: &str) -> ScriptRule {
    by_chance(stage, chance, Act::Reply(words.to_owned()))
}

/// What goes wrong, hour by hour. A connection that is lost behind the final dot is a test of its own: there a repetition is right.
fn hours() -> Vec<Vec<ScriptRule>> {
    vec![
        Vec::new(),
        vec![
            says(Stage::Mail, 0.1, "451 4.7.500 Server busy. Please try again later from [127.0.1.1]"),
            says(Stage::Rcpt, 0.1, "450 4.2.1 The mailbox is receiving mail too quickly"),
            says(Stage::EndOfData, 0.1, "432 4.3.2 Storage is full for now"),
        ],
        vec![
            says(
                Stage::Connect,
                0.2,
                "421 4.3.2 The maximum number of concurrent connections has exceeded a limit",
            ),
            by_chance(Stage::Ehlo, 0.1, Act::Close),
            by_chance(Stage::Mail, 0.1, Act::Close),
            by_chance(Stage::Rcpt, 0.1, Act::Close),
        ],
        vec![
            says(Stage::Data, 0.2, "451 4.3.0 Not now"),
            by_chance(Stage::Rcpt, 0.1, Act::Wait(std::time::Duration::from_millis(30))),
            says(Stage::Rcpt, 0.05, "550 5.7.999 An answer that nobody has seen before"),
        ],
    ]
}

/// An operator looks at what is parked and lets it go, until nothing is left.
async fn empty_the_queue(node: &Node) {
    let emptied = tokio::time::timeout(crate::node::WAIT, async {
        loop {
            let queue = node.queue();
            if queue.is_empty() {
                return;
            }
            for entry in queue.iter().filter(|entry| entry.phase != Phase::Delivering) {
                // It may have been taken for delivery since.
                drop(node.spool.release(entry.id, "operator", entry.due).await);
            }
            tokio::task::yield_now().await;
        }
    });
    assert!(emptied.await.is_ok(), "{:#?}", node.queue());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_fifty_tenants_brings_every_recipient_each_message_once() {
    let mut node = Node::start(wishes()).await;
    let (mut dice, mut sent) = (Dice(0x5167), Sent::default());
    for rules in hours() {
        node.playground.clear_script();
        rules.into_iter().for_each(|rule| node.playground.script(rule));
        send_an_hour(&node, &mut dice, &mut sent).await;
    }
    node.playground.clear_script();
    // One of two addresses is listed, and the relay is restarted with what that left.
    node.playground.dns().list(Ipv4Addr::from(SOURCES[0]), Ipv4Addr::new(127, 0, 0, 2));
    send_an_hour(&node, &mut dice, &mut sent).await;
    node = node.restart().await;
    send_an_hour(&node, &mut dice, &mut sent).await;
    node.playground.dns().unlist(Ipv4Addr::from(SOURCES[0]));
    empty_the_queue(&node).await;

    let figures = node.playground.figures();
    let reports_own = figures.reports_own;
    assert_eq!((figures.reports_in, reports_own), (sent.reports, 0), "{sent:?} {figures:?}");
    // A report is delivered to its reader too.
    assert_eq!(figures.delivered, sent.recipients - sent.nobody + sent.reports, "{sent:?} {figures:?}");
    assert_eq!((figures.duplicates, figures.sent_again), (0, 0), "{figures:?}");
    assert_eq!(node.metrics.ndr_ours.get(), 0);
    node.stop().await;
}
