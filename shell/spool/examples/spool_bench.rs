//! Measures the spool alone on a real disk: `cargo run --release -p spool --example spool_bench -- DIRECTORY`.
//!
//! Commits per second of 4 KiB messages by 1, 16 and 64 writers, each acknowledged after its sync; the rate of bodies of 50 MiB; and how long it
//! takes to open a spool with 100,000 small messages. It prints figures and judges nothing; the directory's `bench` folder is made new
//! and taken away.

use model::{Address, Duration, Envelope, MessageId, Metrics, ReversePath, SnapshotNumber, Timestamp};
use spool::disk::RealDisk;
use spool::{Accepted, Spool, SpoolConfig, TraceInfo};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const SMALL: usize = 4096;
const LARGE: usize = 50 << 20;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let directory = std::env::args().nth(1).ok_or("say in which directory to measure")?;
    let directory = PathBuf::from(directory).join("bench");
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        for writers in [1, 16, 64] {
            small_commits(&directory, writers).await?;
        }
        large_bodies(&directory).await?;
        recovery(&directory).await
    })
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn open(directory: &Path, metrics: &Arc<Metrics>) -> Result<Spool, Failure> {
    let disk = Arc::new(RealDisk::open(directory)?);
    Ok(Spool::open(SpoolConfig::default(), disk, Arc::clone(metrics), NOW)?.0)
}

fn message() -> Result<Accepted, Failure> {
    let from: Address = "sender@acme.example".parse()?;
    Ok(Accepted {
        tenant: "acme".parse()?,
        snapshot: SnapshotNumber(1),
        envelope: Envelope::new(ReversePath::Mailbox(from), ["recipient@example.net".parse()?]),
        received: NOW,
        due: NOW,
        expires: NOW + Duration::from_secs(86_400),
        trace: TraceInfo {
            peer: [127, 0, 0, 1].into(),
            helo: "client.example".to_owned(),
            tls: None,
            listener: "in".parse()?,
            by: "relay.example".to_owned(),
            esmtp: true,
        },
        about: None,
    })
}

async fn commit(spool: &Spool, number: u64, body: &[u8]) -> Result<(), Failure> {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&number.to_be_bytes());
    let mut incoming = spool.begin(MessageId::new(NOW, random))?;
    for piece in body.chunks(64 << 10) {
        incoming.append(piece).await?;
    }
    Ok(incoming.commit(message()?).await?)
}

/// `count` messages of `size` bytes by `writers` at a time.
async fn fill(spool: &Spool, writers: u64, count: u64, size: usize) -> Result<f64, Failure> {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let spool = spool.clone();
        tasks.spawn(async move {
            let body = vec![b'x'; size];
            for number in (writer..count).step_by(usize::try_from(writers)?) {
                commit(&spool, number, &body).await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(began.elapsed().as_secs_f64())
}

async fn small_commits(directory: &Path, writers: u64) -> Result<(), Failure> {
    let metrics = Arc::new(Metrics::default());
    let spool = open(directory, &metrics)?;
    let count = 4_000 * (writers.min(16) + 1);
    let syncs_before = metrics.spool_syncs.get();
    let seconds = fill(&spool, writers, count, SMALL).await?;
    let syncs = metrics.spool_syncs.get() - syncs_before;
    let rate = count as f64 / seconds;
    say(&format!(
        "4 KiB, {writers} writers: {rate:.0} commits/s, {:.1} per sync",
        count as f64 / syncs as f64
    ))?;
    close(spool, directory).await
}

async fn large_bodies(directory: &Path) -> Result<(), Failure> {
    for writers in [1, 4] {
        let spool = open(directory, &Arc::new(Metrics::default()))?;
        let count = 16;
        let seconds = fill(&spool, writers, count, LARGE).await?;
        let rate = (count as usize * LARGE) as f64 / seconds / 1e6;
        say(&format!("50 MiB, {writers} writers: {rate:.0} MB/s"))?;
        close(spool, directory).await?;
    }
    Ok(())
}

async fn recovery(directory: &Path) -> Result<(), Failure> {
    let count = 100_000;
    let spool = open(directory, &Arc::new(Metrics::default()))?;
    fill(&spool, 64, count, SMALL).await?;
    spool.stop().await;
    drop(spool);
    let began = Instant::now();
    let spool = open(directory, &Arc::new(Metrics::default()))?;
    let seconds = began.elapsed().as_secs_f64();
    let found = spool.list(usize::MAX, |_| true).len();
    say(&format!("opening a spool with {found} messages of 4 KiB: {seconds:.2} s, page cache warm"))?;
    close(spool, directory).await
}

async fn close(spool: Spool, directory: &Path) -> Result<(), Failure> {
    spool.stop().await;
    drop(spool);
    Ok(std::fs::remove_dir_all(directory)?)
}
