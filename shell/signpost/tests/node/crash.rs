//! SIGKILL at moments that a seed chooses, with mail coming in and going out: everything acknowledged arrives.
//!
//! Counted at the receiving end. What arrives twice must have been in flight at a kill.

use crate::support::{Node, Place};
use model::Stage;
use playground::{Act, Playground, PlaygroundConfig, ScriptRule, Turns};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Kills, unless `SIGNPOST_KILL_ROUNDS` says otherwise (`cargo xtask soak`).
const ROUNDS: u64 = 20;
const CLIENTS: usize = 4;
/// Messages that are acknowledged before a kill, at most.
const PER_ROUND: u64 = 40;

/// What the clients know.
#[derive(Default)]
pub(crate) struct Known {
    next: AtomicU64,
    pub(crate) acknowledged: Mutex<BTreeSet<u64>>,
    stop: AtomicBool,
}

/// Sends one message after another until the connection breaks or it is told to stop.
fn client(to: SocketAddr, known: &Known) -> std::io::Result<()> {
    let stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    let mut say = |line: &str| -> std::io::Result<String> {
        writer.write_all(line.as_bytes())?;
        loop {
            let mut reply = String::new();
            if reader.read_line(&mut reply)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if reply.as_bytes().get(3) == Some(&b' ') {
                return Ok(reply);
            }
        }
    };
    say("")?;
    say("EHLO client.example\r\n")?;
    while !known.stop.load(Ordering::Relaxed) {
        let number = known.next.fetch_add(1, Ordering::Relaxed);
        say("MAIL FROM:<anna.berg@acme.example>\r\n")?;
        say(&format!("RCPT TO:<c{number}@customer.example>\r\n"))?;
        say("DATA\r\n")?;
        let padding = "filler ".repeat(number as usize % 700);
        let reply = say(&format!(
            "From: anna.berg@acme.example\r\nTo: c{number}@customer.example\r\nSubject: {number}\r\n\r\nbody {padding}\r\n.\r\n"
        ))?;
        if reply.starts_with("250 ") {
            known.acknowledged.lock().unwrap().insert(number);
        }
    }
    Ok(())
}

/// What a round met.
pub(crate) struct Round {
    /// Messages in the queue at the kill.
    unfinished: usize,
    /// Recipients that the start marked as possible duplicates of the round before.
    marked: u64,
}

/// The recipients that the node's start marked. A question about the queue is answered when earlier runs were read.
fn marked(place: &Place, node: &Node) -> u64 {
    place.queue();
    node.figure("signpost_maybe_duplicates_total")
}

/// A round: clients send, and after so many acknowledgements the node is killed.
pub(crate) fn round(place: &Place, known: &Arc<Known>, acknowledgements: u64) -> Round {
    let node = place.up(&[]);
    let marked = marked(place, &node);
    let before = known.acknowledged.lock().unwrap().len() as u64;
    known.stop.store(false, Ordering::Relaxed);
    let address = node.smtp;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let known = Arc::clone(known);
            // The kill breaks the connection: that is no failure of the client.
            std::thread::spawn(move || drop(client(address, &known)))
        })
        .collect();
    place.wait("too few are acknowledged", || {
        known.acknowledged.lock().unwrap().len() as u64 >= before + acknowledgements
    });
    let unfinished = place.queue().len();
    node.kill();
    known.stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| client.join().unwrap());
    Round { unfinished, marked }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_acknowledged_arrives_however_often_the_node_is_killed() {
    let rounds = std::env::var("SIGNPOST_KILL_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let everything = PlaygroundConfig {
        mailbox_messages_max: usize::MAX,
        mailbox_bytes_max: usize::MAX,
        ..PlaygroundConfig::example()
    };
    let playground = Playground::start(everything).await.unwrap();
    // The receiver takes its time, so that kills meet messages between 250 and their outcome.
    let slow = ScriptRule::new(Stage::EndOfData, Turns::Chance(0.3), Act::Wait(Duration::from_millis(40)));
    playground.script(slow);
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    let known = Arc::new(Known::default());
    let (mut met, mut marked) = (0, 0);
    tokio::task::block_in_place(|| {
        let mut state = 0x5167_u64;
        for _ in 0..rounds {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let round = round(&place, &known, 1 + (state >> 33) % PER_ROUND);
            met += u64::from(round.unfinished > 0);
            marked += round.marked;
        }
        playground.clear_script();
        let last = place.up(&[]);
        marked += self::marked(&place, &last);
        // Unknown ends wait five minutes: an operator may shorten that.
        place.wait("the queue does not empty", || {
            for entry in place.queue() {
                place.ask(&format!("{{\"request\":\"queue_release\",\"id\":{}}}", entry["id"]));
            }
            place.queue().is_empty()
        });
        drop(last);
        // What the killed runs left is given back by the next that lives for some seconds, not only by one that lives for minutes.
        let _next = place.up(&[]);
        let name =
            |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let segments =
            || std::fs::read_dir(place.data().join("spool")).unwrap().map(name).collect::<Vec<_>>();
        place.wait("segments of the killed runs are kept", || segments().len() <= 4);
    });
    let mut arrived: BTreeMap<u64, usize> = BTreeMap::new();
    for one in playground.mailbox() {
        for recipient in &one.rcpt_to {
            let number = recipient.trim_start_matches('c').split('@').next().unwrap().parse().unwrap();
            *arrived.entry(number).or_default() += 1;
        }
    }
    let acknowledged = known.acknowledged.lock().unwrap().clone();
    let lost: Vec<_> = acknowledged.iter().filter(|number| !arrived.contains_key(number)).collect();
    let twice = arrived.values().filter(|count| **count > 1).count();
    println!(
        "{} acknowledged, {} lost, {twice} arrived twice of {marked} marked, {met} of {rounds} kills met unfinished mail",
        acknowledged.len(),
        lost.len()
    );
    assert!(lost.is_empty(), "{lost:?} of {} are lost\n{}", acknowledged.len(), place.log());
    assert!(met * 2 >= rounds, "{met} of {rounds} kills met unfinished mail");
    assert!(twice as u64 <= marked, "{twice} arrived twice, {marked} are marked");
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_cut_through_a_kill_loses_nothing_that_was_acknowledged_and_doubles_nothing() {
    let everything = PlaygroundConfig { mailbox_messages_max: usize::MAX, ..PlaygroundConfig::example() };
    let playground = Playground::start(everything).await.unwrap();
    let slow = ScriptRule::new(Stage::EndOfData, Turns::Chance(0.3), Act::Wait(Duration::from_millis(40)));
    playground.script(slow);
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    place.edit("acme/tenant.toml", "handover    = \"spool\"", "handover = \"cut_through\"");
    let known = Arc::new(Known::default());
    let mut marked = 0;
    tokio::task::block_in_place(|| {
        for number in 0..8 {
            marked += round(&place, &known, 5 + number * 3).marked;
        }
        let last = place.up(&[]);
        marked += self::marked(&place, &last);
        place.wait("the queue does not empty", || place.queue().is_empty());
    });
    let arrived: Vec<String> = playground.mailbox().iter().flat_map(|one| one.rcpt_to.clone()).collect();
    let once: BTreeSet<&String> = arrived.iter().collect();
    let acknowledged = known.acknowledged.lock().unwrap().clone();
    let missing: Vec<_> =
        acknowledged.iter().filter(|number| !once.contains(&format!("c{number}@customer.example"))).collect();
    println!("{} acknowledged, {} arrived, {marked} marked", acknowledged.len(), arrived.len());
    assert!(missing.is_empty(), "{missing:?}\n{}", place.log());
    // These clients do not send again what was not answered, and nothing else may.
    assert_eq!(arrived.len(), once.len(), "something arrived twice");
    assert!(marked > 0, "no kill met a message in transit");
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordered_stop_under_load_loses_nothing_and_doubles_nothing() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    let known = Arc::new(Known::default());
    tokio::task::block_in_place(|| {
        for _ in 0..3 {
            known.stop.store(false, Ordering::Relaxed);
            let node = place.up(&[]);
            let address = node.smtp;
            let before = known.acknowledged.lock().unwrap().len();
            let sender = {
                let known = Arc::clone(&known);
                // The stop ends the session: that is no failure of the client.
                std::thread::spawn(move || drop(client(address, &known)))
            };
            place.wait("too few are acknowledged", || known.acknowledged.lock().unwrap().len() > before + 20);
            assert!(node.stop().success(), "{}", place.log());
            known.stop.store(true, Ordering::Relaxed);
            sender.join().unwrap();
        }
        let last = place.up(&[]);
        place.wait("the queue does not empty", || place.queue().is_empty());
        drop(last);
    });
    let mut arrived: Vec<String> = playground.mailbox().iter().flat_map(|one| one.rcpt_to.clone()).collect();
    let count = arrived.len();
    arrived.sort();
    arrived.dedup();
    assert_eq!(count, arrived.len(), "something arrived twice");
    let acknowledged = known.acknowledged.lock().unwrap().clone();
    let missing: Vec<_> = acknowledged
        .iter()
        .filter(|number| !arrived.contains(&format!("c{number}@customer.example")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}\n{}", place.log());
    playground.stop().await;
}
