//! The operator's desk of a running node: the queue looked at, explained and changed by selections.
//!
//! What is looked at is copied in small steps, so that mail goes on. An act is counted before it is done, and done one at a time; a dry
//! run counts in the same way and changes nothing. It decides nothing about single messages: the spool and the relay do.

mod act;
mod order;
mod page;
mod summary;

pub(crate) use act::{ActAnswer, Line as ActLine};
pub(crate) use order::Order;
pub(crate) use page::minute;
pub(crate) use summary::{Group, Summary};

use anyhow::{Context as _, Result};
use model::{MessageId, Selection};
use net::Clock;
use relay::Operator;
use serde_json::{Value, json};
use spool::{Going, Seen, Spool};
use std::sync::Arc;
use tokio::sync::Mutex;

/// What is wanted of a message beside its state.
pub(crate) struct Wish {
    pub(crate) explain: bool,
    pub(crate) attached: Attached,
}

/// What of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attached {
    Nothing,
    Headers,
    Raw,
}

impl From<bool> for Attached {
    fn from(headers: bool) -> Self {
        if headers { Self::Headers } else { Self::Nothing }
    }
}

/// The desk; clones are the same one.
#[derive(Clone)]
pub(crate) struct Desk {
    spool: Spool,
    operator: Operator,
    clock: Clock,
    /// Held by the act that is being done.
    acting: Arc<Mutex<()>>,
}

impl Desk {
    pub(crate) fn new(spool: Spool, operator: Operator, clock: Clock) -> Self {
        Self { spool, operator, clock, acting: Arc::default() }
    }

    /// The messages that are meant, oldest first.
    pub(crate) async fn list(&self, selection: Selection, limit: usize) -> Result<Value> {
        let desk = self.clone();
        let listed = tokio::task::spawn_blocking(move || {
            let mut ids = Vec::new();
            desk.each(&selection, |seen| {
                if ids.len() == limit {
                    return Going::Enough;
                }
                ids.push(seen.id);
                Going::On
            });
            json!(ids.into_iter().filter_map(|id| desk.spool.show(id)).collect::<Vec<_>>())
        });
        Ok(listed.await?)
    }

    /// The messages that are meant, summed up.
    pub(crate) async fn summary(&self, selection: Selection) -> Result<Value> {
        let desk = self.clone();
        let summed = tokio::task::spawn_blocking(move || {
            let mut sum = summary::Sum::default();
            desk.each(&selection, |seen| {
                sum.take(seen);
                Going::On
            });
            json!(sum.finish())
        });
        Ok(summed.await?)
    }

    /// How much every way takes now and at most.
    pub(crate) fn ways(&self) -> Value {
        json!({ "ways": self.operator.ways() })
    }

    /// What the site of these exchangers takes.
    pub(crate) fn site(&self, hosts: &[String]) -> Value {
        json!(self.operator.site(hosts))
    }

    /// What TLS met at the hosts of a domain, or of all, and what was told of it.
    pub(crate) async fn tls_reports(&self, domain: Option<&str>) -> Value {
        json!({ "reports": self.operator.tls_reports(domain).await })
    }

    pub(crate) async fn show(&self, id: MessageId, wish: Wish) -> Result<(Value, Vec<u8>)> {
        let mut shown = json!(self.spool.show(id).with_context(|| not_queued(id))?);
        if wish.explain {
            shown["explanation"] = json!(self.operator.explain(id).await.with_context(|| not_queued(id))?);
        }
        let bytes = match wish.attached {
            Attached::Nothing => Vec::new(),
            Attached::Raw => self.spool.original(id).await?.to_vec(),
            Attached::Headers => header_of(&self.spool.original(id).await?),
        };
        Ok((shown, bytes))
    }

    /// The latest acts.
    pub(crate) fn acts(&self, limit: usize) -> Value {
        json!(self.spool.acts().into_iter().take(limit).collect::<Vec<_>>())
    }

    /// Shows every message that is meant, until `visit` has seen enough.
    fn each(&self, selection: &Selection, mut visit: impl FnMut(&Seen<'_>) -> Going) {
        let now = self.clock.now();
        self.spool
            .scan_until(|seen| if self.is_meant(seen, selection, now) { visit(seen) } else { Going::On });
    }

    fn is_meant(&self, seen: &Seen<'_>, selection: &Selection, now: model::Timestamp) -> bool {
        seen.is_meant(selection, &|seen, source| self.operator.would_go(seen, source), now)
    }
}

fn not_queued(id: MessageId) -> String {
    format!("{id} is not in the queue; `signpost trace {id}` tells what became of it")
}

/// The header of a message, with the empty line behind it. A message may have been taken in with bare line feeds.
fn header_of(message: &[u8]) -> Vec<u8> {
    let end = |empty: &[u8]| {
        let place = message.windows(empty.len()).position(|window| window == empty);
        place.map(|place| place + empty.len())
    };
    let end = [end(b"\n\r\n"), end(b"\n\n")].into_iter().flatten().min();
    message[..end.unwrap_or(message.len())].to_vec()
}
