//! What the spool's tests share: messages by number, a spool on the disk shim, and a seeded die.
//!
//! A message's number decides its id, recipients and body, so a test that finds a message after a crash knows what it must hold.

use model::{
    Address, ByteCount, Duration, Envelope, Final, MessageId, Metrics, ReversePath, SnapshotNumber, Timestamp,
};
use spool::disk::shim::MemDisk;
use spool::{Accepted, HeaderFacts, Lease, Recovered, Spool, SpoolConfig, SpoolError, TraceInfo, Unread};
use std::sync::Arc;

/// The moment at which every test begins.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

/// Settings under which segments end soon.
pub(crate) fn small_segments() -> SpoolConfig {
    SpoolConfig { segment_size: ByteCount(32 << 10), reserve: ByteCount(0), ..SpoolConfig::default() }
}

/// Opens the spool on `disk` with its own metrics, and reads what is there.
pub(crate) fn open(
    disk: &MemDisk,
    config: SpoolConfig,
    now: Timestamp,
) -> Result<(Spool, Recovered), SpoolError> {
    let (spool, unread) = open_unread(disk, config, now)?;
    Ok((spool, unread.read()?.join()))
}

/// Opens the spool on `disk` with its own metrics; what is there waits to be read.
pub(crate) fn open_unread(
    disk: &MemDisk,
    config: SpoolConfig,
    now: Timestamp,
) -> Result<(Spool, Unread), SpoolError> {
    Spool::open(config, Arc::new(disk.clone()), Arc::new(Metrics::default()), now)
}

/// A message that follows from its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Message {
    pub(crate) number: u64,
    pub(crate) recipients: usize,
    pub(crate) size: usize,
}

impl Message {
    pub(crate) fn id(self) -> MessageId {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.number.to_be_bytes());
        MessageId::new(START, random)
    }

    pub(crate) fn body(self) -> Vec<u8> {
        let mut dice = Dice(self.number);
        (0..self.size).map(|_| dice.below(256) as u8).collect()
    }

    pub(crate) fn accepted(self, now: Timestamp) -> Accepted {
        let address = |text: String| text.parse::<Address>().unwrap();
        let to = (0..self.recipients).map(|recipient| address(format!("r{recipient}@example.net")));
        Accepted {
            tenant: "acme".parse().unwrap(),
            snapshot: SnapshotNumber(self.number),
            envelope: Envelope::new(ReversePath::Mailbox(address("s@acme.example".to_owned())), to),
            received: now,
            due: now,
            expires: now + Duration::from_secs(86_400),
            trace: TraceInfo {
                peer: [127, 0, 0, 1].into(),
                helo: "client.example".to_owned(),
                tls: None,
                listener: "in".parse().unwrap(),
                by: "relay.example".to_owned(),
                esmtp: true,
            },
            header: HeaderFacts::default(),
            about: None,
            avoid: None,
        }
    }

    pub(crate) async fn commit(self, spool: &Spool, now: Timestamp) -> Result<(), SpoolError> {
        let mut incoming = spool.begin(self.id())?;
        // In pieces, as it comes from a socket.
        for piece in self.body().chunks(60_000) {
            incoming.append(piece).await?;
        }
        incoming.commit(self.accepted(now)).await
    }
}

/// The outcome of a delivery that went well.
pub(crate) fn delivered() -> Final {
    Final::Delivered {
        host: "mx.example.net [192.0.2.1]".to_owned(),
        source: "one".parse().unwrap(),
        reply: "250 2.0.0 queued".to_owned(),
    }
}

/// Notes an attempt for `recipients` through the lease.
pub(crate) async fn attempt(lease: &Lease, recipients: &[usize], now: Timestamp) -> Result<(), SpoolError> {
    lease.record_attempt(recipients, &"one".parse().unwrap(), "mx.example.net", now).await
}

/// A runtime for one test.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// splitmix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 16) % bound.max(1)
    }
}
