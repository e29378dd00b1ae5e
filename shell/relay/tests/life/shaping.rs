//! What a receiver says of its limits, and what the operator sets for it, is kept: in pieces, over fresh connections, so far apart, and all arrives.

use crate::node::{Node, WAIT, Wishes, plain};
use dispatch::{About, Entry, Sites};
use model::Duration;
use playground::dns::Answer;
use spool::Event;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

const EXCHANGER: &str = "mx.shaped.example";

/// One transaction as the receiver met it.
#[derive(Debug, Clone)]
struct Transaction {
    connection: usize,
    /// Those that were taken.
    to: Vec<String>,
    ended: Instant,
}

/// What the receiver takes.
#[derive(Debug, Clone, Copy, Default)]
struct Takes {
    /// Said in its reply to EHLO.
    limits: &'static str,
    /// Further RCPTs are answered by 452.
    recipients: Option<usize>,
}

/// A receiver that keeps account of everything.
struct Receiver {
    address: SocketAddr,
    met: watch::Receiver<Vec<Transaction>>,
    _task: JoinSet<()>,
}

impl Receiver {
    async fn begin(takes: Takes) -> Self {
        let listener = TcpListener::bind("127.0.8.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (told, met) = watch::channel(Vec::new());
        let told = Arc::new(told);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut sessions = JoinSet::new();
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let told = Arc::clone(&told);
                // Whoever goes away without QUIT has said what there was to say.
                sessions.spawn(async move { drop(session(stream, connection, takes, &told).await) });
            }
        });
        Self { address, met, _task: task }
    }

    /// All transactions, when so many recipients have arrived.
    async fn wait(&mut self, recipients: usize) -> Vec<Transaction> {
        let taken = |met: &Vec<Transaction>| met.iter().map(|one| one.to.len()).sum::<usize>();
        let waited = tokio::time::timeout(WAIT, self.met.wait_for(|met| taken(met) >= recipients)).await;
        let met = waited.map(|met| met.unwrap().clone());
        met.unwrap_or_else(|_| panic!("{:?}", self.met.borrow()))
    }
}

async fn session(
    stream: TcpStream,
    connection: usize,
    takes: Takes,
    told: &watch::Sender<Vec<Transaction>>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mx.shaped.example ESMTP\r\n").await?;
    let mut to = Vec::new();
    while let Some(line) = lines.next_line().await? {
        let answer = match line.to_ascii_uppercase().split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => format!(
                "250-mx.shaped.example\r\n250-PIPELINING\r\n250-LIMITS {}\r\n250 ENHANCEDSTATUSCODES\r\n",
                takes.limits
            ),
            "RCPT" if takes.recipients.is_some_and(|most| to.len() >= most) => {
                "452 4.5.3 Error: too many recipients\r\n".to_owned()
            }
            "RCPT" => {
                to.extend(line.split(['<', '>']).nth(1).map(str::to_owned));
                "250 2.1.5 ok\r\n".to_owned()
            }
            "DATA" => {
                write.write_all(b"354 go ahead\r\n").await?;
                while lines.next_line().await?.is_some_and(|line| line != ".") {}
                let one = Transaction { connection, to: std::mem::take(&mut to), ended: Instant::now() };
                told.send_modify(|met| met.push(one));
                "250 2.0.0 taken\r\n".to_owned()
            }
            "QUIT" => return write.write_all(b"221 2.0.0 bye\r\n").await,
            _ => "250 2.0.0 ok\r\n".to_owned(),
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// A relay that delivers to the receiver, and asks again only after long: what comes does so by the first try.
async fn deliver(receiver: &Receiver, entry: Option<Entry>) -> Node {
    let edits = vec![
        ("mode        = \"return\"", "mode = \"deliver\""),
        ("tls         = \"verify\"", "tls = \"opportunistic\""),
        ("sources     = []", "sources = [\"eu-1\"]"),
    ];
    let (exchanger_port, retry) = (Some(receiver.address.port()), vec![Duration::from_secs(3_600)]);
    let sites = Sites::new(entry.into_iter().collect());
    let node = Node::start(Wishes { edits, exchanger_port, retry, sites, ..Wishes::default() }).await;
    let dns = node.playground.dns();
    dns.add("shaped.example", Answer::Mx { preference: 10, host: EXCHANGER.to_owned() });
    dns.add(EXCHANGER, Answer::Address(receiver.address.ip()));
    node
}

fn entry() -> Entry {
    let about = About::Hosts(vec!["*.shaped.example".parse().unwrap()]);
    Entry { about, connections: None, messages: None, recipients: None, rate: None }
}

async fn send_to(node: &Node, count: usize, subject: &str) {
    let to: Vec<String> = (0..count).map(|number| format!("kim{number}@shaped.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    node.send(&to, &plain(subject, "for many")).await;
}

/// How many transactions went over each connection.
fn by_connection(met: &[Transaction]) -> Vec<usize> {
    let last = met.iter().map(|one| one.connection).max().unwrap_or_default();
    let of = |number| met.iter().filter(|one| one.connection == number).count();
    (0..=last).map(of).collect()
}

/// Everybody has it once, nobody waits, and no try was spent.
async fn check(node: Node, met: &[Transaction], recipients: usize) {
    node.wait_for_queue(<[_]>::is_empty).await;
    let mut all: Vec<&String> = met.iter().flat_map(|one| &one.to).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), recipients);
    assert_eq!(met.iter().map(|one| one.to.len()).sum::<usize>(), recipients, "somebody has it twice");
    let spent = node.records().await.iter().any(|record| matches!(record.event, Event::Rescheduled { .. }));
    assert!(!spent, "somebody had to wait");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_receiver_says_of_its_limits_is_kept() {
    let mut receiver = Receiver::begin(Takes { limits: "RCPTMAX=2 MAILMAX=3", ..Takes::default() }).await;
    let node = deliver(&receiver, None).await;
    send_to(&node, 15, "limits").await;
    let met = receiver.wait(15).await;
    assert_eq!(met.iter().map(|one| one.to.len()).collect::<Vec<_>>(), [2, 2, 2, 2, 2, 2, 2, 1]);
    assert_eq!(by_connection(&met), [3, 3, 2]);
    check(node, &met, 15).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_finds_a_transaction_full_goes_in_the_next_one_at_once() {
    let mut receiver = Receiver::begin(Takes { recipients: Some(4), ..Takes::default() }).await;
    let node = deliver(&receiver, None).await;
    send_to(&node, 10, "full").await;
    let met = receiver.wait(10).await;
    assert_eq!(met.iter().map(|one| one.to.len()).collect::<Vec<_>>(), [4, 4, 2]);
    assert_eq!(by_connection(&met), [3]);
    check(node, &met, 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_sets_for_a_receiver_is_kept() {
    let mut receiver = Receiver::begin(Takes::default()).await;
    let set = Entry { recipients: Some(5), messages: Some(2), connections: Some(1), ..entry() };
    let node = deliver(&receiver, Some(set)).await;
    send_to(&node, 15, "set").await;
    let met = receiver.wait(15).await;
    assert_eq!(met.iter().map(|one| one.to.len()).collect::<Vec<_>>(), [5, 5, 5]);
    assert_eq!(by_connection(&met), [2, 1]);
    let site = node.relay.operator().site(&[EXCHANGER.to_owned()]);
    assert_eq!(
        (site.site.as_str(), site.limits.recipients, site.limits.connections),
        ("*.shaped.example", 5, 1)
    );
    check(node, &met, 15).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_holds_and_another_one_counts_at_once() {
    let mut receiver = Receiver::begin(Takes::default()).await;
    let slow = Entry { rate: Some("5/s".parse().unwrap()), ..entry() };
    let node = deliver(&receiver, Some(slow)).await;
    for number in 0..11 {
        send_to(&node, 1, &format!("rate{number}")).await;
    }
    let met = receiver.wait(11).await;
    // Eleven at five a second take two seconds, whatever the machine is busy with.
    let passed = met[10].ended.duration_since(met[0].ended);
    assert!(passed >= Duration::from_millis(1_900), "{passed:?}");
    node.wait_for_queue(<[_]>::is_empty).await;
    let ways = node.relay.operator().ways();
    let [way] = ways.as_slice() else { panic!("{ways:?}") };
    assert_eq!((way.site.as_str(), way.now.gap), ("*.shaped.example", Duration::from_millis(200)));
    let fast = Entry { rate: Some("100000/s".parse().unwrap()), ..entry() };
    node.relay.set_sites(Sites::new(vec![fast]));
    assert_eq!(node.relay.operator().ways()[0].now.gap, Duration::from_micros(10));
    send_to(&node, 1, "fast").await;
    receiver.wait(12).await;
    node.stop().await;
}
