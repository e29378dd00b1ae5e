//! What a search of the ledger costs with a million messages behind it.
//!
//! `cargo run -p store --example ledger_bench -- DIRECTORY [MESSAGES]` fills `DIRECTORY/ledger.sqlite` (kept, and used again if it is there), then prints
//! the size of the file and for each query its messages and the longest of five times in milliseconds.

#![expect(clippy::print_stdout, reason = "a measurement prints")]

use model::{Duration, MessageId, Timestamp};
use std::path::Path;
use std::time::Instant;
use store::ledger::{Batch, Entry, Key, KeyKind, Ledger, LedgerReader, Part, Query};

type Failure = Box<dyn std::error::Error>;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
/// Messages in one transaction.
const AT_ONCE: u64 = 1_000;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("say in which directory the ledger may be made")?;
    let messages: u64 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let path = Path::new(&directory).join("ledger.sqlite");
    if !path.exists() {
        fill(&path, messages)?;
    }
    println!("{messages} messages, {} MiB", std::fs::metadata(&path)?.len() >> 20);
    let mut reader = LedgerReader::open(&path)?;
    for (name, query) in queries(messages) {
        let mut longest = std::time::Duration::ZERO;
        let mut found = 0;
        for _ in 0..5 {
            let began = Instant::now();
            found = reader.search(&query)?.stories.len();
            longest = longest.max(began.elapsed());
        }
        println!("{name:<44} {found:>3} messages {:>9.3} ms", longest.as_secs_f64() * 1_000.0);
    }
    Ok(())
}

fn fill(path: &Path, messages: u64) -> Result<(), Failure> {
    let mut ledger = Ledger::open(path)?;
    let began = Instant::now();
    for first in (0..messages).step_by(usize::try_from(AT_ONCE)?) {
        let entries = (first..(first + AT_ONCE).min(messages)).flat_map(life).collect();
        ledger.take(&Batch { entries, ..Batch::default() })?;
    }
    ledger.checkpoint()?;
    let rate = messages as f64 / began.elapsed().as_secs_f64();
    println!("filled in {:.0} s: {rate:.0} messages a second", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let forgotten = ledger.forget_before(START + Duration::from_secs(30), 200)?;
    println!("forgetting {forgotten} messages took {:.1} ms", began.elapsed().as_secs_f64() * 1_000.0);
    Ok(())
}

/// splitmix64 of a number.
fn dice(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// 20 tenants with 100 senders each, 300,000 recipients, 500 hosts; one in a hundred bounces, one in twenty is deferred first. The texts are as long
/// as those of real events.
fn life(number: u64) -> Vec<Entry> {
    let tenant = dice(number) % 20;
    let sender = format!("person.{}@tenant{tenant}.example", dice(number ^ 1) % 100);
    let recipient =
        format!("customer.{}@domain{}.example", dice(number ^ 2) % 300_000, dice(number ^ 2) % 5_000);
    let host =
        format!("mx{}.receiver.example [192.0.2.{}]:25", dice(number ^ 3) % 500, dice(number ^ 3) % 250);
    let at = START + Duration::from_millis(number * 200);
    let id = MessageId::new(at, dice(number).to_be_bytes().repeat(2)[..10].try_into().unwrap_or_default());
    let class = |word: &str| Key::new(KeyKind::Class, word);
    let site = Key::new(KeyKind::Site, &host);
    let first = vec![
        Key::new(KeyKind::Tenant, &format!("tenant{tenant}")),
        Key::new(KeyKind::Sender, &sender),
        Key::new(KeyKind::Recipient, &recipient),
        Key::new(KeyKind::MessageId, &format!("{:016x}.{number}@tenant{tenant}.example", dice(number))),
    ];
    let mut events =
        vec![("accepted", 620, first), ("stamped", 90, Vec::new()), ("attempt", 90, vec![site.clone()])];
    if number.is_multiple_of(20) {
        events.push(("tried", 1_500, vec![site.clone(), class("451"), class("4.7.1")]));
        events.push(("rescheduled", 160, vec![class("deferred")]));
    }
    let bounces = number % 100 == 7;
    events.push(("tried", 330, if bounces { vec![site, class("550"), class("5.1.1")] } else { vec![site] }));
    events.push(("outcomes", 200, vec![class(if bounces { "bounced" } else { "delivered" })]));
    let entry = |(place, (kind, length, keys)): (usize, (&str, usize, Vec<Key>))| Entry {
        id,
        at: at + Duration::from_millis(place as u64),
        mark: place as u32,
        kind: kind.to_owned(),
        detail: format!("{{\"to\":\"{recipient}\",\"text\":\"{}\"}}", "x".repeat(length - 60)),
        keys,
        only_if_unknown: false,
    };
    events.into_iter().enumerate().map(entry).collect()
}

fn queries(messages: u64) -> Vec<(&'static str, Query)> {
    let plain = Query { limit: 50, ..Query::default() };
    let part = |kind, text: &str| Query { parts: vec![Part(kind, text.to_owned())], ..plain.clone() };
    let key = |kind, text: &str| Query { keys: vec![Key::new(kind, text)], ..plain.clone() };
    let middle = messages / 2;
    let in_the_middle = START + Duration::from_millis(middle * 200);
    let hour = Query {
        since: Some(in_the_middle),
        until: Some(in_the_middle + Duration::from_secs(3_600)),
        ..plain.clone()
    };
    let message_id = format!("{:016x}.{middle}@tenant{}.example", dice(middle), dice(middle) % 20);
    vec![
        ("id", Query { id: Some(life(middle)[0].id), ..plain.clone() }),
        ("Message-ID", key(KeyKind::MessageId, &message_id)),
        ("sender", part(KeyKind::Sender, "person.7@tenant3.example")),
        ("recipient", part(KeyKind::Recipient, "customer.777@domain777.example")),
        ("part of an address", Query { address: Some("customer.7771".to_owned()), ..plain.clone() }),
        ("part of every recipient", Query { address: Some("customer.".to_owned()), ..plain.clone() }),
        ("part of no address", Query { address: Some("nobody.at.all".to_owned()), ..plain.clone() }),
        ("domain of a sender", part(KeyKind::Sender, "@tenant3.example")),
        ("site", part(KeyKind::Site, "mx77.receiver.example")),
        ("site, part of every host", part(KeyKind::Site, "receiver.example")),
        ("class delivered", key(KeyKind::Class, "delivered")),
        ("class bounced", key(KeyKind::Class, "bounced")),
        ("class 4.7.1", key(KeyKind::Class, "4.7.1")),
        ("tenant", key(KeyKind::Tenant, "tenant3")),
        ("an hour", hour.clone()),
        ("the newest", plain.clone()),
        (
            "tenant, class bounced, an hour",
            Query {
                keys: vec![Key::new(KeyKind::Tenant, "tenant3"), Key::new(KeyKind::Class, "bounced")],
                ..hour.clone()
            },
        ),
        (
            "sender, class bounced",
            Query {
                keys: vec![Key::new(KeyKind::Class, "bounced")],
                ..part(KeyKind::Sender, "person.7@tenant3.example")
            },
        ),
        (
            "site, tenant, class deferred",
            Query {
                keys: vec![Key::new(KeyKind::Tenant, "tenant3"), Key::new(KeyKind::Class, "deferred")],
                ..part(KeyKind::Site, "mx77.")
            },
        ),
        (
            "two common ones that seldom meet",
            Query {
                keys: vec![Key::new(KeyKind::Class, "delivered"), Key::new(KeyKind::Class, "bounced")],
                ..plain
            },
        ),
    ]
}
