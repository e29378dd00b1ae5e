//! Measures the spool alone on a real disk: `cargo run --release -p spool --example spool_bench -- DIRECTORY`.
//!
//! Commits per second of 4 KiB messages by 1, 16 and 64 writers, each acknowledged after its sync; the rate of bodies of 50 MiB; and how soon a
//! spool with 100,000 small messages takes in mail and has read all of them, from a cold cache; with `--large COUNT` also one with so many of
//! 50 MiB, with `--deferred COUNT` what so many deferred messages cost (`deferred.rs`), and nothing else.
//! It prints figures and judges nothing; the directory's `bench` folder is made new and taken away.

mod deferred;

use model::{Address, Duration, Envelope, MessageId, Metrics, ReversePath, SnapshotNumber, Timestamp};
use spool::disk::RealDisk;
use spool::{Accepted, HeaderFacts, Spool, SpoolConfig, TraceInfo, Unread};
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
        if let (Some("--deferred"), Some(count)) =
            (std::env::args().nth(2).as_deref(), std::env::args().nth(3))
        {
            return deferred::measure(&directory, count.parse()?).await;
        }
        for writers in [1, 16, 64] {
            small_commits(&directory, writers).await?;
        }
        large_bodies(&directory).await?;
        recovery(&directory, 100_000, SMALL).await?;
        // 1,000 large ones are 52 GB: only where somebody asks for it.
        match (std::env::args().nth(2).as_deref(), std::env::args().nth(3)) {
            (Some("--large"), Some(count)) => recovery(&directory, count.parse()?, LARGE).await,
            _ => Ok(()),
        }
    })
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn open(directory: &Path, metrics: &Arc<Metrics>) -> Result<Spool, Failure> {
    let (spool, unread) = open_unread(directory, metrics)?;
    unread.read()?.join();
    Ok(spool)
}

fn open_unread(directory: &Path, metrics: &Arc<Metrics>) -> Result<(Spool, Unread), Failure> {
    let disk = Arc::new(RealDisk::open(directory)?);
    Ok(Spool::open(SpoolConfig::default(), disk, Arc::clone(metrics), NOW)?)
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
        header: HeaderFacts::default(),
        about: None,
        avoid: None,
    })
}

async fn commit(spool: &Spool, number: u64, body: &[u8]) -> Result<(), Failure> {
    commit_as(spool, number, body, message()?).await
}

async fn commit_as(spool: &Spool, number: u64, body: &[u8], accepted: Accepted) -> Result<(), Failure> {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&number.to_be_bytes());
    let mut incoming = spool.begin(MessageId::new(NOW, random))?;
    for piece in body.chunks(64 << 10) {
        incoming.append(piece).await?;
    }
    Ok(incoming.commit(accepted).await?)
}

/// `count` messages of `size` bytes by `writers` at a time.
async fn fill(spool: &Spool, writers: u64, count: u64, size: usize) -> Result<f64, Failure> {
    fill_from(spool, 0, writers, count, size).await
}

/// The same with other numbers.
async fn fill_from(spool: &Spool, first: u64, writers: u64, count: u64, size: usize) -> Result<f64, Failure> {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let spool = spool.clone();
        tasks.spawn(async move {
            let body = vec![b'x'; size];
            for number in (writer..count).step_by(usize::try_from(writers)?) {
                commit(&spool, first + number, &body).await?;
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
    close(spool).await;
    clear(directory)
}

async fn large_bodies(directory: &Path) -> Result<(), Failure> {
    for writers in [1, 4] {
        let spool = open(directory, &Arc::new(Metrics::default()))?;
        let count = 16;
        let seconds = fill(&spool, writers, count, LARGE).await?;
        let rate = (count as usize * LARGE) as f64 / seconds / 1e6;
        say(&format!("50 MiB, {writers} writers: {rate:.0} MB/s"))?;
        close(spool).await;
        clear(directory)?;
    }
    Ok(())
}

/// How soon a spool takes in mail, and how soon all that was there waits again, from a cold cache.
async fn recovery(directory: &Path, count: u64, size: usize) -> Result<(), Failure> {
    let metrics = Arc::new(Metrics::default());
    let spool = open(directory, &metrics)?;
    fill(&spool, 64.min(count), count, size).await?;
    close(spool).await;
    forget(directory)?;
    let began = Instant::now();
    let (spool, unread) = open_unread(directory, &metrics)?;
    commit(&spool, count, b"the first one of this run").await?;
    let accepting = began.elapsed().as_secs_f64();
    tokio::task::spawn_blocking(move || unread.read().map(spool::Earlier::join)).await??;
    let whole = began.elapsed().as_secs_f64();
    let found = spool.list(usize::MAX, |_| true).len();
    say(&format!(
        "opening with {} messages of {size} bytes, cold cache: takes in mail after {accepting:.2} s, all wait again after {whole:.2} s",
        found - 1
    ))?;
    close(spool).await;
    clear(directory)
}

/// Takes every segment out of the page cache.
fn forget(directory: &Path) -> Result<(), Failure> {
    for entry in std::fs::read_dir(directory)? {
        let file = std::fs::File::open(entry?.path())?;
        file.sync_all()?;
        nix::fcntl::posix_fadvise(&file, 0, 0, nix::fcntl::PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
    }
    Ok(())
}

async fn close(spool: Spool) {
    spool.stop().await;
}

fn clear(directory: &Path) -> Result<(), Failure> {
    Ok(std::fs::remove_dir_all(directory)?)
}
