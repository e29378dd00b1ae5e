//! What a long queue costs: memory for each message that was tried and waits, new mail behind it, and looks at all of it; before and behind a restart.
//!
//! The messages are like those of a relay: few tenants, hosts and texts, many senders, recipients and message ids. One reply in ten is met by no other
//! message, as those with an id of the receiver in them are; the others come from fifty hosts.

use super::{Failure, NOW, SMALL, clear, close, commit_as, fill_from, message, open, open_unread, say};
use model::{
    Category, Duration, Envelope, LastTry, Met, Metrics, Owner, ReversePath, Selection, SnapshotNumber, Stage,
};
use spool::{Accepted, HeaderFacts, Spool, TraceInfo};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::task::JoinSet;

const WRITERS: u64 = 64;

pub(super) async fn measure(directory: &Path, count: u64) -> Result<(), Failure> {
    let metrics = Arc::new(Metrics::default());
    let spool = open(directory, &metrics)?;
    let before = resident()?;
    fill(&spool, count).await?;
    say(&format!("{count} messages that were not yet tried: {} bytes of memory each", each(before, count)?))?;
    defer(&spool).await?;
    say(&format!("{count} deferred messages: {} bytes of memory each", each(before, count)?))?;
    look(&spool)?;
    let new_rate = 64_000.0 / fill_from(&spool, count, WRITERS, 64_000, SMALL).await?;
    let began = Instant::now();
    let leases: Vec<_> = (0..1_000).filter_map(|_| spool.take_due(NOW, |_| true)).collect();
    let microseconds = began.elapsed().as_secs_f64() * 1e6 / leases.len() as f64;
    drop(leases);
    say(&format!(
        "behind them {new_rate:.0} commits/s by 64 writers, {microseconds:.1} us to take one that is due"
    ))?;
    close(spool).await;

    let before = resident()?;
    let began = Instant::now();
    let (spool, unread) = open_unread(directory, &metrics)?;
    tokio::task::spawn_blocking(move || unread.read().map(spool::Earlier::join)).await??;
    let seconds = began.elapsed().as_secs_f64();
    let all = count + 64_000;
    say(&format!("read again in {seconds:.1} s: {} bytes of memory each", each(before, all)?))?;
    look(&spool)?;
    close(spool).await;
    clear(directory)
}

async fn fill(spool: &Spool, count: u64) -> Result<(), Failure> {
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let spool = spool.clone();
        tasks.spawn(async move {
            for number in (writer..count).step_by(usize::try_from(WRITERS)?) {
                commit_as(&spool, number, &[b'x'; 1 << 10], like_real(number)?).await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// Tries everything that is due once, and puts it off.
async fn defer(spool: &Spool) -> Result<(), Failure> {
    let tried = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (spool, number) = (spool.clone(), Arc::clone(&tried));
        tasks.spawn(async move {
            while let Some(lease) = spool.take_due(NOW, |_| true) {
                let number = number.fetch_add(1, Ordering::Relaxed);
                let later = NOW + Duration::from_secs(3_600 + number % 3_600);
                let met = last_try(number)?;
                let why = met.met.as_ref().map(|met| met.text.clone()).unwrap_or_default();
                lease.with_tried(met).reschedule(later, vec![0], why, NOW).await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// All of it as a list of what is most dear to find out, and as an operator selects.
fn look(spool: &Spool) -> Result<(), Failure> {
    for terms in [
        vec!["state=parked"],
        vec!["recipient-domain=none.example"],
        vec!["class=4.7.1", "site=mx7.example.net"],
    ] {
        let parsed: Result<Vec<_>, _> = terms.iter().map(|term| term.parse()).collect();
        let selection = Selection::new(parsed?, false)?;
        let (mut found, began) = (0, Instant::now());
        spool.scan(|seen| found += usize::from(seen.is_meant(&selection, &|_, _| false, NOW)));
        say(&format!("{found} selected by {terms:?} in {:.2} s", began.elapsed().as_secs_f64()))?;
    }
    Ok(())
}

fn like_real(number: u64) -> Result<Accepted, Failure> {
    let tenant = number % 20;
    let from = format!("person{}@tenant{tenant}.example", number % 5_003).parse()?;
    let to = format!("someone.{}@customer{}.example.net", number % 50_021, number % 997).parse()?;
    let plain = message()?;
    Ok(Accepted {
        tenant: format!("tenant{tenant}").parse()?,
        snapshot: SnapshotNumber(7),
        envelope: Envelope {
            size: Some(model::ByteCount(1_800)),
            ..Envelope::new(ReversePath::Mailbox(from), [to])
        },
        trace: TraceInfo {
            peer: [40, 107, (number % 7) as u8, (number % 199) as u8].into(),
            helo: format!("mail-{}.outbound.protection.example", number % 199),
            tls: Some("TLS1.3 TLS_AES_256_GCM_SHA384".to_owned()),
            by: "relay-1.eu.signpost.example".to_owned(),
            ..plain.trace
        },
        header: HeaderFacts {
            message_id: Some(format!("AM9PR08MB{number:08}A1B2C3D4E5F60718293A4B5C@AM9PR08MB6737.example")),
            ..HeaderFacts::default()
        },
        ..plain
    })
}

fn last_try(number: u64) -> Result<LastTry, Failure> {
    let host = number % 50;
    let own = if number.is_multiple_of(10) {
        format!(" ({number:020x}-{:08x})", number * 77)
    } else {
        String::new()
    };
    let met = Met {
        stage: Stage::Rcpt,
        kind: "reply".to_owned(),
        text: format!(
            "451 4.7.1 Greylisted, see https://postmaster.example/help; try again in 5 minutes{own}"
        ),
        category: Some(Category::Greylisted),
        owner: Some(Owner::Receiver),
        judgement: "retry".to_owned(),
    };
    let host = Some(format!("mx{host}.example.net [192.0.2.{host}]"));
    Ok(LastTry { host, source: Some(format!("eu-{}", number % 4).parse()?), met: Some(met) })
}

fn each(before: u64, count: u64) -> Result<u64, Failure> {
    Ok(resident()?.saturating_sub(before) * 1024 / count)
}

/// Resident memory in KiB.
fn resident() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).ok_or("no RssAnon")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
