//! An act carried out: counted, journalled, done in batches, journalled again with what came of it.
//!
//! A dry run stops behind the counting. The counts before are of the messages that were meant, those after of the same messages: none
//! of them is missing there unless it left the queue. A failure in the middle is part of the journal, and what was done before it holds.

use super::{Desk, Order};
use anyhow::Result;
use model::{ActId, Duration, MessageId, Standing, TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spool::{Act, ActEnd, ActKind, Going, Seen, Skipped, Tally, Wanted};
use std::collections::{BTreeMap, HashSet};
use tokio::task::JoinSet;

/// Messages that are given up at once; each needs two syncs, which they share.
const GIVEN_UP_AT_ONCE: usize = 64;

/// How often, and how long after one another, messages are asked for again that were being delivered.
const ROUNDS: usize = 10;
const ROUND: Duration = Duration::from_millis(200);

/// What an act did, or would do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ActAnswer {
    /// `None`: a dry run.
    pub(crate) act: Option<ActId>,
    pub(crate) tally: Tally,
    /// What it touched or would touch.
    pub(crate) lines: Vec<Line>,
    /// Recipients among those that may have the message already.
    pub(crate) maybe_duplicates: usize,
    /// The messages that were meant, by where they stood.
    pub(crate) before: BTreeMap<Standing, usize>,
    /// The same messages after the act; `gone` are out of the queue.
    pub(crate) after: BTreeMap<Standing, usize>,
    pub(crate) gone: usize,
    /// Why it did not come to its end.
    pub(crate) failed: Option<String>,
}

/// Messages of one tenant that stand alike.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) tenant: TenantName,
    pub(crate) state: Standing,
    pub(crate) messages: usize,
    pub(crate) recipients: usize,
}

/// The messages that are meant, counted.
#[derive(Default)]
struct Counted {
    ids: Vec<MessageId>,
    lines: BTreeMap<(TenantName, Standing), (usize, usize)>,
    before: BTreeMap<Standing, usize>,
    tally: Tally,
    maybe_duplicates: usize,
}

impl Counted {
    fn take(&mut self, seen: &Seen<'_>, order: &Order, wanted: Option<&Wanted>, now: Timestamp) {
        self.ids.push(seen.id);
        self.tally.selected += 1;
        *self.before.entry(seen.standing).or_default() += 1;
        let may = match wanted {
            Some(wanted) => seen.may(wanted, now),
            None if seen.standing == Standing::Delivering => Err(Skipped::Delivering),
            None => Ok(()),
        };
        if let Err(skipped) = may {
            return self.tally.skip(skipped);
        }
        let recipients = recipients(seen, order);
        self.tally.touched += 1;
        self.tally.recipients += recipients.len();
        let known = &seen.progress().maybe_duplicate;
        self.maybe_duplicates += recipients.iter().filter(|recipient| known.contains(recipient)).count();
        let line = self.lines.entry((seen.tenant().clone(), seen.standing)).or_default();
        line.0 += 1;
        line.1 += recipients.len();
    }

    fn answer(&self) -> ActAnswer {
        let lines = self.lines.iter().map(|((tenant, state), (messages, recipients))| Line {
            tenant: tenant.clone(),
            state: *state,
            messages: *messages,
            recipients: *recipients,
        });
        ActAnswer {
            act: None,
            tally: self.tally,
            lines: lines.collect(),
            maybe_duplicates: self.maybe_duplicates,
            before: self.before.clone(),
            after: BTreeMap::new(),
            gone: 0,
            failed: None,
        }
    }
}

/// The recipients that an act is about: only a bounce leaves some of a message out.
fn recipients(seen: &Seen<'_>, order: &Order) -> Vec<usize> {
    let is_bounce = matches!(order.kind, ActKind::Bounce { .. });
    let all = seen.accepted().envelope.recipients.iter().enumerate();
    let is_pending = |number: usize| seen.progress().outcomes.get(number) == Some(&model::Outcome::Pending);
    all.filter(|(number, recipient)| {
        is_pending(*number) && (!is_bounce || order.selection.picks_recipient(&recipient.address))
    })
    .map(|(number, _)| number)
    .collect()
}

impl Desk {
    /// Does what is ordered; without `go` it is only counted.
    pub(crate) async fn act(&self, order: Order, by: String, go: bool) -> Result<Value> {
        order.check(&self.spool.acts())?;
        if !go {
            return Ok(json!(self.count(&order, &by).await?.answer()));
        }
        // One act at a time: two would count each other's messages.
        let _one = self.acting.lock().await;
        let now = self.clock.now();
        let id = ActId::new(now, net::random());
        let counted = self.count(&order, &by).await?;
        let Order { kind, selection, reason } = order.clone();
        let mut act = Act { id, kind, by: by.clone(), begun: now, reason, selection, end: None };
        self.spool.journal(&act, now).await?;
        tracing::info!(act = %id, by, messages = counted.ids.len(), "an operator's act begins");
        let (tally, done) = match order.wanted(&by) {
            Some(wanted) => self.change(&act, &wanted, &order, &counted.ids).await,
            None => self.give_up(&act, &order, &counted.ids).await,
        };
        let failed = done.err().map(|error| error.to_string());
        let at = self.clock.now();
        act.end = Some(ActEnd { at, tally, failed: failed.clone() });
        self.spool.journal(&act, at).await?;
        tracing::info!(act = %id, touched = tally.touched, failed, "an operator's act has ended");
        let mut answer = ActAnswer { act: Some(id), tally, failed, ..counted.answer() };
        (answer.after, answer.gone) = self.count_after(counted.ids).await?;
        Ok(json!(answer))
    }

    /// Changes what can be changed now, and in a few further rounds what comes back from its delivery meanwhile.
    async fn change(
        &self,
        act: &Act,
        wanted: &Wanted,
        order: &Order,
        ids: &[MessageId],
    ) -> (Tally, Result<(), spool::SpoolError>) {
        let still = |seen: &Seen<'_>| self.is_meant(seen, &order.selection, act.begun);
        let mut acted = self.spool.act(act.id, wanted, ids, still, self.clock.now()).await;
        // What comes back has just been tried: to make it due again would help nobody.
        let rounds = match wanted {
            Wanted::Hold { .. } | Wanted::Redirect(_) | Wanted::Undo(_) => ROUNDS,
            Wanted::Release | Wanted::Retry => 0,
        };
        for _ in 0..rounds {
            if acted.delivering.is_empty() || acted.done.is_err() {
                break;
            }
            tokio::time::sleep(ROUND).await;
            let again = self.spool.act(act.id, wanted, &acted.delivering, still, self.clock.now()).await;
            // They were counted as meant and as being delivered; the round says what they are now.
            acted.tally.selected -= acted.tally.delivering;
            acted.tally.delivering = 0;
            acted.tally.add(again.tally);
            (acted.delivering, acted.done) = (again.delivering, again.done);
        }
        (acted.tally, acted.done)
    }

    async fn count(&self, order: &Order, by: &str) -> Result<Counted> {
        let (desk, order, wanted) = (self.clone(), order.clone(), order.wanted(by));
        let counted = tokio::task::spawn_blocking(move || {
            let now = desk.clock.now();
            let mut counted = Counted::default();
            desk.each(&order.selection, |seen| {
                counted.take(seen, &order, wanted.as_ref(), now);
                Going::On
            });
            counted
        });
        Ok(counted.await?)
    }

    /// Where the messages stand now, and how many are not in the queue.
    async fn count_after(&self, ids: Vec<MessageId>) -> Result<(BTreeMap<Standing, usize>, usize)> {
        let spool = self.spool.clone();
        let counted = tokio::task::spawn_blocking(move || {
            let ids: HashSet<MessageId> = ids.into_iter().collect();
            let mut after = BTreeMap::new();
            let mut found = 0;
            spool.scan(|seen| {
                if ids.contains(&seen.id) {
                    found += 1;
                    *after.entry(seen.standing).or_default() += 1;
                }
            });
            (after, ids.len() - found)
        });
        Ok(counted.await?)
    }

    /// Gives messages up, several at once.
    async fn give_up(
        &self,
        act: &Act,
        order: &Order,
        ids: &[MessageId],
    ) -> (Tally, Result<(), spool::SpoolError>) {
        let ActKind::Bounce { text } = &act.kind else { return (Tally::default(), Ok(())) };
        let mut tally = Tally::default();
        let mut failed = Ok(());
        let mut tasks = JoinSet::new();
        let mut left = ids.iter();
        loop {
            while failed.is_ok() && tasks.len() < GIVEN_UP_AT_ONCE {
                let Some(id) = left.next() else { break };
                let (desk, order, text) = (self.clone(), order.clone(), text.clone());
                let (id, act, begun) = (*id, act.id, act.begun);
                tasks.spawn(async move { desk.give_one_up(id, (act, begun), &order, &text).await });
            }
            let Some(ended) = tasks.join_next().await else { return (tally, failed) };
            match ended {
                Ok((counts, done)) => {
                    tally.add(counts);
                    failed = failed.and(done);
                }
                Err(error) => {
                    tracing::error!(%error, "giving a message up failed inside; it waits as before")
                }
            }
        }
    }

    async fn give_one_up(
        &self,
        id: MessageId,
        (act, begun): (ActId, Timestamp),
        order: &Order,
        text: &str,
    ) -> (Tally, Result<(), spool::SpoolError>) {
        let still = |seen: &Seen<'_>| self.is_meant(seen, &order.selection, begun);
        let wanted = |recipient: &model::Address| order.selection.picks_recipient(recipient);
        let mut tally = Tally { selected: 1, ..Tally::default() };
        match self.operator.give_up(id, still, wanted, (act, text), self.clock.now()).await {
            Ok(Ok(given_up)) => {
                tally.touched = 1;
                tally.recipients = given_up.told + given_up.discarded;
                tally.reports = usize::from(given_up.told > 0);
                tally.discarded = given_up.discarded;
                (tally, Ok(()))
            }
            Ok(Err(error)) => {
                tally.needless = 1;
                (tally, Err(error))
            }
            Err(skipped) => {
                tally.skip(skipped);
                (tally, Ok(()))
            }
        }
    }
}
