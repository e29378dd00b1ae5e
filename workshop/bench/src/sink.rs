//! The receiving end: takes everything, keeps nothing, notes when which message came.
//!
//! A thread for each connection. The end of a message is searched in the stream as it comes; the number stands among the first bytes.

mod temper;

use crate::mail::{FIELD, NUMBER_LEN};
use crate::wire::Wire;
use anyhow::{Context as _, Result};
use memchr::memmem;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use temper::Manner;
pub(crate) use temper::{Deferring, SILENT, SLOW, Temper};

/// Bytes of a message's beginning in which its number is searched: trace and result fields stand in front of it.
const HEAD: usize = 16 << 10;
const END: &[u8] = b"\r\n.\r\n";

/// What both ends know of the messages, by number. Times are microseconds of one clock; 0: not yet.
pub(crate) struct Journal {
    began: Instant,
    accepted: Vec<AtomicU64>,
    arrived: Vec<AtomicU64>,
    /// Messages that came, numbered or not.
    pub(crate) count: AtomicU64,
    pub(crate) doubled: AtomicU64,
    /// When the last one came.
    pub(crate) last: AtomicU64,
}

impl Journal {
    pub(crate) fn new(messages: usize) -> Self {
        let empty = || (0..messages).map(|_| AtomicU64::new(0)).collect();
        Self {
            began: Instant::now(),
            accepted: empty(),
            arrived: empty(),
            count: AtomicU64::new(0),
            doubled: AtomicU64::new(0),
            last: AtomicU64::new(0),
        }
    }

    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }

    pub(crate) fn capacity(&self) -> usize {
        self.accepted.len()
    }

    pub(crate) fn accept(&self, number: usize) {
        self.accepted[number].store(self.now(), Ordering::Relaxed);
    }

    fn arrive(&self, number: Option<usize>) {
        let now = self.now();
        let known = number.and_then(|number| self.arrived.get(number));
        if known.is_some_and(|known| known.swap(now, Ordering::Relaxed) != 0) {
            self.doubled.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.last.fetch_max(now, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Number, acceptance and arrival of every message that was accepted.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, u64, u64)> {
        let both = self.accepted.iter().zip(&self.arrived).enumerate();
        let both =
            both.map(|(at, (from, to))| (at, from.load(Ordering::Relaxed), to.load(Ordering::Relaxed)));
        both.filter(|(_, from, _)| *from > 0)
    }

    /// Microseconds from the relay's 250 to the arrival, sorted, of messages with both.
    pub(crate) fn ways(&self) -> Vec<u64> {
        self.ways_of(|_| true)
    }

    /// The same of messages with such numbers.
    pub(crate) fn ways_of(&self, is_meant: impl Fn(usize) -> bool) -> Vec<u64> {
        let both = self.all().filter(|(number, _, to)| *to > 0 && is_meant(*number));
        let mut ways: Vec<u64> = both.map(|(_, from, to)| to.saturating_sub(from)).collect();
        ways.sort_unstable();
        ways
    }
}

/// The journal of the run at hand.
type Current = Arc<Mutex<Arc<Journal>>>;

pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    journal: Current,
    stop: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Sink {
    pub(crate) fn start(journal: Arc<Journal>, tls: Option<Arc<rustls::ServerConfig>>) -> Result<Self> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), Temper::default(), journal, tls)
    }

    pub(crate) fn start_at(
        address: SocketAddr,
        temper: Temper,
        journal: Arc<Journal>,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Result<Self> {
        let listener = TcpListener::bind(address).with_context(|| format!("cannot receive at {address}"))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let journal = Arc::new(Mutex::new(journal));
        let (stopped, noted) = (Arc::clone(&stop), Arc::clone(&journal));
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (journal, tls, temper) = (Arc::clone(&noted), tls.clone(), temper.clone());
                // A relay that is stopped breaks its connections.
                std::thread::spawn(move || drop(welcome(stream, &journal, tls, &temper)));
            }
        });
        Ok(Self { address, journal, stop, listening: Some(listening) })
    }

    pub(crate) fn journal(&self) -> Arc<Journal> {
        current(&self.journal)
    }

    /// Later messages are noted there.
    pub(crate) fn set_journal(&self, journal: Arc<Journal>) {
        *self.journal.lock().unwrap_or_else(PoisonError::into_inner) = journal;
    }
}

fn current(journal: &Current) -> Arc<Journal> {
    Arc::clone(&journal.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listening thread, which then ends: the next sink may want its port.
        drop(TcpStream::connect(self.address));
        drop(self.listening.take().map(JoinHandle::join));
    }
}

fn welcome(
    stream: TcpStream,
    journal: &Current,
    tls: Option<Arc<rustls::ServerConfig>>,
    temper: &Temper,
) -> Result<()> {
    let manner = temper.towards(stream.local_addr()?);
    let mut wire = Wire::new(stream)?;
    if manner == Manner::Silent {
        while wire.line()?.is_some() {}
        return Ok(());
    }
    serve(Answering { wire, manner }, journal, tls, temper)
}

/// A connection and how it is answered.
struct Answering {
    wire: Wire,
    manner: Manner,
}

impl Answering {
    fn say(&mut self, words: &[u8]) -> Result<()> {
        self.manner.hesitate();
        self.wire.write(words)
    }
}

fn serve(
    mut peer: Answering,
    journal: &Current,
    tls: Option<Arc<rustls::ServerConfig>>,
    temper: &Temper,
) -> Result<()> {
    peer.say(b"220 sink.example\r\n")?;
    let (mut recipients, mut head) = (0, Vec::new());
    while let Some(line) = peer.wire.line()? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_slice() {
            b"EHLO" => {
                let starttls = if tls.is_some() { "250-STARTTLS\r\n" } else { "" };
                let chunking = if temper.takes_chunks { "250-CHUNKING\r\n" } else { "" };
                let plain = "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n";
                peer.say(format!("{plain}{starttls}{chunking}250 SMTPUTF8\r\n").as_bytes())?;
            }
            b"STAR" => {
                peer.say(b"220 go ahead\r\n")?;
                if let Some(tls) = &tls {
                    peer.wire.start_tls_as_server(tls)?;
                }
            }
            b"MAIL" => {
                recipients = 0;
                head.clear();
                peer.say(b"250 2.1.0 fine\r\n")?;
            }
            b"RCPT" if temper.defers(&line) => peer.say(b"451 4.3.0 not now\r\n")?,
            b"RCPT" => {
                recipients += 1;
                peer.say(b"250 2.1.5 fine\r\n")?;
            }
            b"DATA" if recipients == 0 => peer.say(b"554 5.5.1 no recipient\r\n")?,
            b"DATA" => {
                peer.say(b"354 go ahead\r\n")?;
                let number = message(&mut peer.wire)?;
                peer.manner.hesitate();
                current(journal).arrive(number);
                peer.wire.write(b"250 2.0.0 taken\r\n")?;
            }
            b"BDAT" => {
                let is_last = chunk(&mut peer.wire, &line, &mut head)?;
                if is_last && recipients > 0 {
                    peer.manner.hesitate();
                    current(journal).arrive(number(&head));
                }
                let reply: &[u8] =
                    if recipients > 0 { b"250 2.0.0 taken\r\n" } else { b"554 5.5.1 no recipient\r\n" };
                peer.wire.write(reply)?;
            }
            b"QUIT" => {
                peer.say(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => peer.say(b"250 2.1.0 fine\r\n")?,
        }
    }
    Ok(())
}

/// Reads the bytes that BDAT announces; gives whether they are the last ones of the message.
fn chunk(wire: &mut Wire, command: &[u8], head: &mut Vec<u8>) -> Result<bool> {
    let command = std::str::from_utf8(command)?;
    let mut words = command.split_ascii_whitespace().skip(1);
    let mut left: usize = words.next().context("BDAT without a size")?.parse()?;
    while left > 0 {
        let waiting = wire.waiting()?;
        anyhow::ensure!(!waiting.is_empty(), "the relay went away inside a chunk");
        let length = waiting.len().min(left);
        head.extend_from_slice(&waiting[..length.min(HEAD - head.len().min(HEAD))]);
        wire.take(length);
        left -= length;
    }
    Ok(words.next().is_some_and(|word| word.eq_ignore_ascii_case("LAST")))
}

/// Reads a message to its end; gives its number.
fn message(wire: &mut Wire) -> Result<Option<usize>> {
    let mut head = Vec::new();
    // The last bytes before what is at hand: the end may lie across.
    let mut tail: Vec<u8> = b"\r\n".to_vec();
    loop {
        let waiting = wire.waiting()?;
        anyhow::ensure!(!waiting.is_empty(), "the relay went away inside a message");
        if head.len() < HEAD {
            head.extend_from_slice(&waiting[..waiting.len().min(HEAD - head.len())]);
        }
        let edge = waiting.len().min(END.len() - 1);
        let mut across = tail.clone();
        across.extend_from_slice(&waiting[..edge]);
        let end = match memmem::find(&across, END) {
            Some(at) => Some(at + END.len() - tail.len()),
            None => memmem::find(waiting, END).map(|at| at + END.len()),
        };
        if let Some(end) = end {
            wire.take(end);
            return Ok(number(&head));
        }
        let length = waiting.len();
        if length >= END.len() - 1 {
            tail = waiting[length - (END.len() - 1)..].to_vec();
        } else {
            tail.extend_from_slice(waiting);
            tail = tail.split_off(tail.len().saturating_sub(END.len() - 1));
        }
        wire.take(length);
    }
}

fn number(head: &[u8]) -> Option<usize> {
    let at = memmem::find(head, FIELD)? + FIELD.len();
    std::str::from_utf8(head.get(at..at + NUMBER_LEN)?).ok()?.parse().ok()
}
