//! The sending end: so many sessions, each a thread, as fast as the relay takes it or at a pace.
//!
//! A session keeps its connection and sends MAIL, RCPT and DATA in one flight, as large senders do.

use crate::mail::{FIELD, NUMBER_LEN, SENDER};
use crate::sink::Journal;
use crate::wire::Wire;
use anyhow::{Context as _, Result};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Largest message that is written in one piece with its number.
const ONE_PIECE: usize = 128 << 10;

pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) sessions: usize,
    pub(crate) message: Arc<Vec<u8>>,
    /// To whom the message of a number goes.
    pub(crate) to: Arc<dyn Fn(usize) -> String + Send + Sync>,
    /// Sending ends after so many messages or after this time.
    pub(crate) messages: usize,
    pub(crate) time: Duration,
    /// Messages per second of all sessions together; `None`: as fast as they are taken.
    pub(crate) pace: Option<f64>,
    pub(crate) tls: Option<Arc<rustls::ClientConfig>>,
}

/// Sends; gives how many messages were acknowledged.
pub(crate) fn send(load: Load, journal: &Arc<Journal>) -> Result<usize> {
    let load = Arc::new(load);
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let sessions: Vec<_> = (0..load.sessions)
        .map(|_| {
            let (load, next, journal) = (Arc::clone(&load), Arc::clone(&next), Arc::clone(journal));
            std::thread::spawn(move || session(&load, &next, &journal, began))
        })
        .collect();
    let mut sent = 0;
    for session in sessions {
        sent += session.join().map_err(|_| anyhow::anyhow!("a session panicked"))??;
    }
    Ok(sent)
}

fn session(load: &Load, next: &AtomicUsize, journal: &Journal, began: Instant) -> Result<usize> {
    let stream = TcpStream::connect(load.address).context("the relay does not answer")?;
    let mut wire = Wire::new(stream)?;
    greet(&mut wire, load)?;
    let mut sent = 0;
    let mut flight = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= load.messages.min(journal.capacity()) || !wait_for_turn(load, number, began) {
            wire.write(b"QUIT\r\n")?;
            wire.expect("221")?;
            return Ok(sent);
        }
        flight.clear();
        flight.extend_from_slice(
            format!("MAIL FROM:<{SENDER}>\r\nRCPT TO:<{}>\r\nDATA\r\n", (load.to)(number)).as_bytes(),
        );
        wire.write(&flight)?;
        wire.expect("250")?;
        wire.expect("250")?;
        wire.expect("354")?;
        flight.clear();
        flight.extend_from_slice(FIELD);
        flight.extend_from_slice(format!("{number:0NUMBER_LEN$}\r\n").as_bytes());
        if load.message.len() <= ONE_PIECE {
            flight.extend_from_slice(&load.message);
        } else {
            wire.write(&flight)?;
            wire.write(&load.message)?;
            flight.clear();
        }
        flight.extend_from_slice(b".\r\n");
        wire.write(&flight)?;
        wire.expect("250")?;
        journal.accept(number);
        sent += 1;
    }
}

fn greet(wire: &mut Wire, load: &Load) -> Result<()> {
    wire.expect("220")?;
    wire.write(b"EHLO generator.example\r\n")?;
    wire.expect("250")?;
    if let Some(tls) = &load.tls {
        wire.write(b"STARTTLS\r\n")?;
        wire.expect("220")?;
        wire.start_tls_as_client(tls)?;
        wire.write(b"EHLO generator.example\r\n")?;
        wire.expect("250")?;
    }
    Ok(())
}

/// Waits until this message's time; `false` when sending is over.
fn wait_for_turn(load: &Load, number: usize, began: Instant) -> bool {
    if let Some(pace) = load.pace {
        let turn = Duration::from_secs_f64(number as f64 / pace);
        std::thread::sleep(turn.saturating_sub(began.elapsed()));
    }
    began.elapsed() < load.time
}
