//! Measures acts on a large queue on a real disk: `cargo run -p spool --example act_bench -- DIRECTORY`.
//!
//! 100,000 messages are put in; then everything is looked at, 50,000 are held and the hold is undone, while another task takes in mail
//! as fast as it is acknowledged. What it waits for one acknowledgement is told with and without the act. It judges nothing; the
//! directory's `acts` folder is made new and taken away.

use model::{
    ActId, Address, Duration, Envelope, MessageId, Metrics, ReversePath, Selection, SnapshotNumber, Timestamp,
};
use spool::disk::RealDisk;
use spool::{Accepted, Spool, SpoolConfig, TraceInfo, Wanted};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::task::JoinSet;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const MESSAGES: u64 = 100_000;
const HELD: usize = 50_000;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let directory = std::env::args().nth(1).ok_or("say in which directory to measure")?;
    let directory = PathBuf::from(directory).join("acts");
    std::fs::create_dir_all(&directory)?;
    let measured =
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(&directory));
    std::fs::remove_dir_all(&directory)?;
    measured
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

async fn measure(directory: &std::path::Path) -> Result<(), Failure> {
    let disk = Arc::new(RealDisk::open(directory)?);
    let (spool, unread) = Spool::open(SpoolConfig::default(), disk, Arc::new(Metrics::default()), NOW)?;
    unread.read()?.join();
    fill(&spool).await?;
    say(&format!("alone: {}", longest_wait(&spool, std::future::ready(())).await?))?;
    let ids = looked(&spool)?;
    let wanted = Wanted::Hold { by: "bench".to_owned(), note: "measured".to_owned() };
    let held = ActId::new(NOW, [1; 10]);
    say(&format!("hold of {HELD}: {}", longest_wait(&spool, act(&spool, held, &wanted, &ids)).await?))?;
    let undone = ActId::new(NOW, [2; 10]);
    let wanted = Wanted::Undo(held);
    let undo = act(&spool, undone, &wanted, &ids);
    say(&format!("undo of {HELD}: {}", longest_wait(&spool, undo).await?))?;
    spool.stop().await;
    Ok(())
}

fn looked(spool: &Spool) -> Result<Vec<MessageId>, Failure> {
    let began = Instant::now();
    let mut ids = Vec::new();
    let everything = Selection::everything();
    spool.scan(|seen| {
        if seen.is_meant(&everything, &|_, _| false, NOW) {
            ids.push(seen.id);
        }
    });
    say(&format!("look at {}: {:?}", ids.len(), began.elapsed()))?;
    ids.truncate(HELD);
    Ok(ids)
}

async fn act(spool: &Spool, id: ActId, wanted: &Wanted, ids: &[MessageId]) {
    let acted = spool.act(id, wanted, ids, |_| true, NOW).await;
    assert!(acted.done.is_ok() && acted.tally.touched == ids.len(), "{acted:?}");
}

/// How long `work` takes, and what mail that comes in meanwhile waits: at least for a hundred messages.
async fn longest_wait(spool: &Spool, work: impl Future<Output = ()>) -> Result<String, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let (taker, stopped) = (spool.clone(), Arc::clone(&stop));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let (mut longest, mut all, mut count) = (std::time::Duration::ZERO, std::time::Duration::ZERO, 0_u32);
        while !stopped.load(Ordering::Relaxed) || count < 100 {
            let began = Instant::now();
            commit(&taker, u64::from(count) + (1 << 40)).await?;
            longest = longest.max(began.elapsed());
            all += began.elapsed();
            count += 1;
        }
        Ok::<_, Failure>((count, all / count, longest))
    });
    let began = Instant::now();
    work.await;
    let took = began.elapsed();
    stop.store(true, Ordering::Relaxed);
    let (count, mean, longest) = tasks.join_next().await.ok_or("the task is gone")???;
    Ok(format!(
        "{took:?}; meanwhile {count} messages were acknowledged, in {mean:?} each, {longest:?} at the longest"
    ))
}

async fn fill(spool: &Spool) -> Result<(), Failure> {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..64 {
        let spool = spool.clone();
        tasks.spawn(async move {
            for number in (writer..MESSAGES).step_by(64) {
                commit(&spool, number).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    say(&format!("{MESSAGES} messages put in: {:?}", began.elapsed()))
}

async fn commit(spool: &Spool, number: u64) -> Result<(), Failure> {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&number.to_be_bytes());
    let mut incoming = spool.begin(MessageId::new(NOW, random))?;
    incoming.append(&[b'x'; 1_000]).await?;
    let from: Address = "sender@acme.example".parse()?;
    let accepted = Accepted {
        header: spool::HeaderFacts::default(),
        tenant: "acme".parse()?,
        snapshot: SnapshotNumber(1),
        envelope: Envelope::new(ReversePath::Mailbox(from), ["recipient@example.net".parse()?]),
        received: NOW,
        due: NOW + Duration::from_secs(600),
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
        avoid: None,
    };
    Ok(incoming.commit(accepted).await?)
}
