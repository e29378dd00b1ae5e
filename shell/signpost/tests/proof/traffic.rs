//! Real mail at a pace: messages of other people's test suites, from many senders to many recipients, each recipient once.
//!
//! Three of four messages are for the receiver that asks a list, the fourth for the one that asks none; every sixteenth has three recipients.

use crate::support::repository;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const SESSIONS: usize = 8;
/// Nobody of them sends so much that it stands out.
const SENDERS: u64 = 60;
const LARGEST: usize = 16 << 10;
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// The domain of the tenant whose mail goes to the strict receiver, and of the other one.
pub(crate) const STRICT: &str = "acme.example";
pub(crate) const OPEN: &str = "open.example";

/// The messages, as they go over the wire, with the final dot.
pub(crate) fn corpus() -> Arc<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    read(&repository("tests/mail/mime"), &mut found);
    assert!(found.len() > 90, "the corpus is at tests/mail");
    found.sort();
    Arc::new(found)
}

fn read(directory: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, found);
        } else if path.extension().is_some_and(|end| end == "eml") {
            let bytes = std::fs::read(path).unwrap();
            found.extend(on_the_wire(&bytes));
        }
    }
}

/// With CRLF, stuffed dots and the final one; nothing for what is large, or what some mail programs do not take as it is.
fn on_the_wire(bytes: &[u8]) -> Option<Vec<u8>> {
    let has_bare_cr = bytes.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n');
    if bytes.len() > LARGEST || has_bare_cr || bytes.contains(&0) {
        return None;
    }
    let mut wire = Vec::with_capacity(bytes.len() + 100);
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b".") {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    Some(wire)
}

/// One acknowledged message: its recipients.
pub(crate) type Sent = Vec<String>;

/// What is sent, and to whom.
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    /// Messages per second of all sessions together.
    pub(crate) pace: f64,
    pub(crate) corpus: Arc<Vec<Vec<u8>>>,
    /// With what recipients begin, so that those of two relays differ.
    pub(crate) letter: char,
    /// Whether every fourth message is for the receiver that asks no list.
    pub(crate) is_mixed: bool,
}

/// Clients at work.
pub(crate) struct Traffic {
    shared: Arc<Shared>,
    sessions: Vec<JoinHandle<()>>,
}

struct Shared {
    load: Load,
    began: Instant,
    next: AtomicU64,
    is_over: AtomicBool,
    acknowledged: Mutex<Vec<Sent>>,
}

impl Traffic {
    pub(crate) fn begin(load: Load) -> Self {
        let shared = Arc::new(Shared {
            load,
            began: Instant::now(),
            next: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            acknowledged: Mutex::default(),
        });
        let session = |_| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.session().unwrap())
        };
        Self { sessions: (0..SESSIONS).map(session).collect(), shared }
    }

    /// Lets every session end its message; gives what was acknowledged, and over how many seconds.
    pub(crate) fn end(self) -> (Vec<Sent>, f64) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.sessions.into_iter().for_each(|session| session.join().unwrap());
        let lasted = self.shared.began.elapsed().as_secs_f64();
        (std::mem::take(&mut *self.shared.acknowledged.lock().unwrap()), lasted)
    }
}

impl Shared {
    fn session(&self) -> std::io::Result<()> {
        let stream = TcpStream::connect(self.load.address)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.set_nodelay(true)?;
        let mut wire = Wire { reader: BufReader::new(stream.try_clone()?), stream };
        wire.expect("220")?;
        wire.say(b"EHLO client.example\r\n", &["250"])?;
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let turn = Duration::from_secs_f64(number as f64 / self.load.pace);
            std::thread::sleep(turn.saturating_sub(self.began.elapsed()));
            if self.is_over.load(Ordering::Relaxed) {
                return wire.say(b"QUIT\r\n", &["221"]);
            }
            self.send(&mut wire, number)?;
        }
    }

    fn send(&self, wire: &mut Wire, number: u64) -> std::io::Result<()> {
        let is_open = self.load.is_mixed && number % 4 == 3;
        let domain = if is_open { OPEN } else { STRICT };
        let copies: &[&str] = if number % 16 == 5 { &["", ".b", ".c"] } else { &[""] };
        let letter = self.load.letter;
        let to: Vec<String> =
            copies.iter().map(|copy| format!("{letter}{number}{copy}@customer.example")).collect();
        let mut flight = format!("MAIL FROM:<u{}@{domain}>\r\n", number % SENDERS);
        for one in &to {
            flight.push_str(&format!("RCPT TO:<{one}>\r\n"));
        }
        flight.push_str("DATA\r\n");
        let mut replies = vec!["250"; to.len() + 1];
        replies.push("354");
        wire.say(flight.as_bytes(), &replies)?;
        let body = &self.load.corpus[number as usize % self.load.corpus.len()];
        wire.say(body, &["250"])?;
        self.acknowledged.lock().unwrap().push(to);
        Ok(())
    }
}

struct Wire {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Wire {
    /// Writes one flight and reads the replies to it.
    fn say(&mut self, flight: &[u8], replies: &[&str]) -> std::io::Result<()> {
        self.stream.write_all(flight)?;
        replies.iter().try_for_each(|reply| self.expect(reply))
    }

    fn expect(&mut self, code: &str) -> std::io::Result<()> {
        loop {
            let mut reply = String::new();
            if self.reader.read_line(&mut reply)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            assert!(reply.starts_with(code), "{code} was expected: {reply}");
            if reply.as_bytes().get(3) == Some(&b' ') {
                return Ok(());
            }
        }
    }
}
