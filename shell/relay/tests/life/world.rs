//! Delivery to the recipients' own servers, many at once: one that hangs, is gone or takes little keeps no other waiting.

use crate::node::{Node, WAIT, Wishes, plain};
use model::Duration;
use playground::dns::Answer;
use spool::Event;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How a receiver behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Takes,
    /// Connections are taken and nothing is ever said.
    Hangs,
    /// Takes everything, and says nothing any more at QUIT.
    Stays,
}

/// What was met at the receivers, by the domain of the recipient.
#[derive(Debug, Clone, Default)]
struct Met {
    taken: BTreeMap<String, usize>,
    /// Connections now, and at most, by receiver.
    open: BTreeMap<u8, (usize, usize)>,
    /// QUITs that are not answered.
    unanswered: usize,
}

/// Receivers on one port of several addresses.
struct World {
    port: u16,
    met: watch::Receiver<Met>,
    told: Arc<watch::Sender<Met>>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

fn address(number: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 8, number).into()
}

impl World {
    /// The first receiver, on `127.0.8.1`, chooses the port.
    async fn begin() -> Self {
        let (told, met) = watch::channel(Met::default());
        let listener = TcpListener::bind((address(1), 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let world = Self { port, met, told: Arc::new(told), tasks: Arc::default() };
        world.serve(listener, 1, Receiver::Takes);
        world
    }

    async fn add(&self, number: u8, receiver: Receiver) {
        let listener = TcpListener::bind((address(number), self.port)).await.unwrap();
        self.serve(listener, number, receiver);
    }

    fn serve(&self, listener: TcpListener, number: u8, receiver: Receiver) {
        let (told, tasks) = (Arc::clone(&self.told), Arc::clone(&self.tasks));
        let accept = async move {
            let mut sessions = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                sessions.spawn(session(stream, number, receiver, Arc::clone(&told)));
            }
        };
        tasks.lock().unwrap().spawn(accept);
    }

    async fn wait(&mut self, enough: impl FnMut(&Met) -> bool) -> Met {
        let waited = tokio::time::timeout(WAIT, self.met.wait_for(enough)).await;
        waited.unwrap_or_else(|_| panic!("{:?}", self.told.borrow())).unwrap().clone()
    }
}

async fn session(stream: TcpStream, number: u8, receiver: Receiver, told: Arc<watch::Sender<Met>>) {
    told.send_modify(|met| {
        let (open, most) = met.open.entry(number).or_default();
        *open += 1;
        *most = (*most).max(*open);
    });
    match receiver {
        Receiver::Takes | Receiver::Stays => drop(take(stream, receiver, &told).await),
        Receiver::Hangs => std::future::pending().await,
    }
    told.send_modify(|met| met.open.entry(number).or_default().0 -= 1);
}

/// One session of a server that takes everything.
async fn take(stream: TcpStream, receiver: Receiver, told: &watch::Sender<Met>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mx.example ESMTP\r\n").await?;
    let mut domains = Vec::new();
    while let Some(line) = lines.next_line().await? {
        let upper = line.to_ascii_uppercase();
        let answer = match upper.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-mx.example\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n",
            "RCPT" => {
                domains.extend(line.split(['@', '>']).nth(1).map(str::to_owned));
                "250 2.1.5 ok\r\n"
            }
            "DATA" => {
                write.write_all(b"354 go ahead\r\n").await?;
                while lines.next_line().await?.is_some_and(|line| line != ".") {}
                told.send_modify(|met| {
                    for domain in domains.drain(..) {
                        *met.taken.entry(domain).or_default() += 1;
                    }
                });
                "250 2.0.0 taken\r\n"
            }
            "QUIT" if receiver == Receiver::Stays => {
                told.send_modify(|met| met.unanswered += 1);
                std::future::pending().await
            }
            "QUIT" => return write.write_all(b"221 2.0.0 bye\r\n").await,
            _ => "250 2.0.0 ok\r\n",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// A relay that delivers to the world from one address.
async fn deliver(world: &World, retry: Duration) -> Node {
    deliver_faster(world, retry, 1).await
}

/// The same by a clock that runs `time_scale` times as fast.
async fn deliver_faster(world: &World, retry: Duration, time_scale: u32) -> Node {
    let edits = vec![
        ("mode        = \"return\"", "mode = \"deliver\""),
        ("tls         = \"verify\"", "tls = \"opportunistic\""),
        ("sources     = []", "sources = [\"eu-1\"]"),
    ];
    let (exchanger_port, retry) = (Some(world.port), vec![retry]);
    Node::start(Wishes { edits, exchanger_port, retry, time_scale, ..Wishes::default() }).await
}

impl World {
    /// This domain's mail goes to that receiver: all of its domains have the same exchanger.
    fn at(&self, node: &Node, domain: &str, number: u8) {
        let host = format!("mx{number}.host.example");
        node.playground.dns().add(domain, Answer::Mx { preference: 10, host: host.clone() });
        node.playground.dns().remove(&host);
        node.playground.dns().add(&host, Answer::Address(address(number)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_that_hang_keep_no_other_waiting() {
    let mut world = World::begin().await;
    let node = deliver(&world, Duration::from_secs(60)).await;
    world.at(&node, "good.example", 1);
    for number in 2..12 {
        world.add(number, Receiver::Hangs).await;
        world.at(&node, &format!("hangs{number}.example"), number);
    }
    for round in 0..8 {
        for number in 2..12 {
            let to = format!("kim@hangs{number}.example");
            node.send(&[&to], &plain(&format!("hangs-{round}-{number}"), "one of many")).await;
        }
    }
    world.wait(|met| met.open.len() == 10).await;
    node.send(&["kim@good.example"], &plain("good", "one message")).await;
    let met = world.wait(|met| met.taken.contains_key("good.example")).await;
    for number in 2..12 {
        assert!(met.open[&number].0 > 0, "they hang still: {met:?}");
        assert!(met.open[&number].1 <= 5, "a stranger is met with few at once: {met:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_that_say_no_goodbye_keep_no_mail_waiting() {
    let mut world = World::begin().await;
    // By this clock each would be waited for a second, all of them one after another longer than this test waits.
    let node = deliver_faster(&world, Duration::from_secs(60), 10).await;
    world.at(&node, "good.example", 1);
    for number in 2..42 {
        world.add(number, Receiver::Stays).await;
        let domain = format!("stays{number}.example");
        world.at(&node, &domain, number);
        node.send(&[&format!("kim@{domain}")], &plain(&format!("stays-{number}"), "one of many")).await;
    }
    world.wait(|met| met.taken.len() == 40).await;
    world.wait(|met| met.unanswered > 0).await;
    node.send(&["kim@good.example"], &plain("good", "one message")).await;
    world.wait(|met| met.taken.contains_key("good.example")).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_for_one_receiver_comes_over_few_connections_and_arrives_whole() {
    let mut world = World::begin().await;
    let node = deliver(&world, Duration::from_secs(1)).await;
    world.at(&node, "good.example", 1);
    world.at(&node, "other.example", 1);
    for number in 0..300 {
        let to = if number % 2 == 0 { "kim@good.example" } else { "kim@other.example" };
        node.send(&[to], &plain(&format!("crowd{number}"), "one of many")).await;
    }
    let met = world.wait(|met| met.taken.values().sum::<usize>() == 300).await;
    assert_eq!(met.taken["good.example"], 150);
    assert!(met.open[&1].1 <= 20, "{met:?}");
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_not_tried_for_each_message() {
    let world = World::begin().await;
    let node = deliver(&world, Duration::from_secs(3_600)).await;
    // Nobody listens there.
    world.at(&node, "gone.example", 77);
    for number in 0..40 {
        node.send(&["kim@gone.example"], &plain(&format!("gone{number}"), "one of many")).await;
    }
    node.wait_for_queue(|queue| queue.len() == 40 && queue.iter().all(|entry| entry.tries == 1)).await;
    let records = node.records().await;
    let tried = records.iter().filter(|record| matches!(record.event, Event::Tried { .. })).count();
    assert!((1..20).contains(&tried), "{tried} connections were tried");
    let says = |record: &spool::LogRecord| format!("{:?}", record.event).contains("not tried again yet");
    assert!(records.iter().any(says), "the reason is told");
    assert!(node.playground.reports().is_empty(), "nobody is told yet");
    node.stop().await;
}
