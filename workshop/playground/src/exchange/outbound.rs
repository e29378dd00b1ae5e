//! The queue towards the connector: attempts, waits, and the report when patience or the host's mind is at its end.
//!
//! Each fork of a message is one task: it tries, waits as its schedule says and tries again with the recipients that are left. A reply 5yz is
//! final at once; 4yz and a broken connection wait. While no connector is set, nothing is tried and the time still runs. The number of
//! connections is bounded; the number of waiting forks is what was submitted.

use super::client::{Load, Route, Verdict, attempt};
use super::{Exchange, headers};
use crate::Fate;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

/// One copy of a message with its group of recipients.
#[derive(Debug, Clone)]
pub(super) struct Fork {
    pub(super) id: u64,
    pub(super) number: usize,
    pub(super) mail_from: String,
    pub(super) recipients: Vec<String>,
    pub(super) wire: Arc<[u8]>,
}

impl Fork {
    pub(super) fn new(
        id: u64,
        number: usize,
        mail_from: &str,
        recipients: Vec<String>,
        wire: Arc<[u8]>,
    ) -> Self {
        Self { id, number, mail_from: mail_from.to_owned(), recipients, wire }
    }
}

/// Owns the forks' tasks for as long as the playground lives.
pub(super) async fn run(exchange: Arc<Exchange>, mut forks: mpsc::Receiver<Fork>) {
    let connections = Arc::new(Semaphore::new(exchange.config.outbound.connections_max));
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            fork = forks.recv() => match fork {
                Some(fork) => {
                    tasks.spawn(carry(Arc::clone(&exchange), Arc::clone(&connections), fork));
                }
                None => return,
            },
            Some(done) = tasks.join_next() => {
                if let Err(error) = done {
                    tracing::warn!(%error, "a task of the playground's outbound queue failed");
                }
            }
        }
    }
}

async fn carry(exchange: Arc<Exchange>, connections: Arc<Semaphore>, mut fork: Fork) {
    let settings = &exchange.config.outbound;
    if headers::count_of(&fork.wire, "Received") > settings.hops_max {
        let words = "554 5.4.14 Hop count exceeded - possible mail loop ATTR34";
        let recipients = std::mem::take(&mut fork.recipients);
        return exchange.report(&fork, recipients, words.to_owned());
    }
    let end = Instant::now() + settings.give_up_after;
    let mut last = "no connector".to_owned();
    for tried in 0_u32.. {
        if let Some(verdicts) = try_once(&exchange, &connections, &fork, end).await {
            last = settle(&exchange, &mut fork, tried + 1, verdicts).unwrap_or(last);
        }
        if fork.recipients.is_empty() {
            return;
        }
        let next = Instant::now() + wait_after(&settings.retry, tried);
        sleep_until(next.min(end)).await;
        if Instant::now() >= end {
            break;
        }
    }
    let recipients = std::mem::take(&mut fork.recipients);
    exchange.report(
        &fork,
        recipients,
        format!("550 4.4.7 Message delayed; gave up after the last reply: {last}"),
    );
}

/// One attempt; `None` when the time was over before there was a connector and a free connection.
async fn try_once(
    exchange: &Exchange,
    connections: &Semaphore,
    fork: &Fork,
    end: Instant,
) -> Option<Vec<Verdict>> {
    let settings = &exchange.config.outbound;
    let mut connector = exchange.connector.subscribe();
    let to = (*timeout_at(end, connector.wait_for(Option::is_some)).await.ok()?.ok()?)?;
    let _permit = timeout_at(end, connections.acquire()).await.ok()?.ok()?;
    let tls = &exchange.tls;
    let tls_config = if settings.client_certificate { &tls.client_with_certificate } else { &tls.client };
    let route = Route {
        source: settings.source,
        to,
        ehlo: &exchange.config.smart_host,
        tls: settings.tls,
        tls_config: Arc::clone(tls_config),
        bdat_chunk: settings.bdat_chunk,
        wait: settings.reply_wait,
    };
    let load = Load { mail_from: &fork.mail_from, recipients: &fork.recipients, wire: &fork.wire };
    Some(attempt(&route, &load).await)
}

/// Notes what each recipient heard and leaves in the fork those that wait; gives the last reply that made one wait.
fn settle(exchange: &Exchange, fork: &mut Fork, attempts: u32, verdicts: Vec<Verdict>) -> Option<String> {
    let mut last = None;
    let mut waiting = Vec::new();
    for (recipient, verdict) in std::mem::take(&mut fork.recipients).into_iter().zip(verdicts) {
        match verdict {
            Verdict::Taken(reply) => {
                exchange.note_fate(fork, &[recipient], &Fate::HandedOver { reply });
                exchange.count(|figures| figures.handed_over += 1);
            }
            Verdict::Refused(reply) => {
                exchange.mailbox().count_answer(&reply);
                exchange.report(fork, vec![recipient], reply);
            }
            Verdict::NotNow(reply) => {
                let fate = Fate::Waiting { attempts, last: reply.clone() };
                // Who waits for a figure finds the fate that it counts.
                exchange.note_fate(fork, std::slice::from_ref(&recipient), &fate);
                exchange.mailbox().count_answer(&reply);
                exchange.count(|figures| figures.deferred += 1);
                waiting.push(recipient);
                last = Some(reply);
            }
        }
    }
    fork.recipients = waiting;
    last
}

fn wait_after(schedule: &[Duration], tried: u32) -> Duration {
    let at = usize::try_from(tried).unwrap_or(usize::MAX).min(schedule.len().saturating_sub(1));
    schedule.get(at).copied().unwrap_or(Duration::from_secs(60))
}
