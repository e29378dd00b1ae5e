//! The queue in a few lines: what waits, sums by tenant, host and state, with the reason that most messages of a group give.
//!
//! Reasons are compared without what differs from message to message. A group remembers a bounded number of them; what comes
//! after that counts as other.

use model::{ParkReason, Standing, TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use spool::Seen;
use std::collections::{BTreeMap, HashMap};

/// Reasons that one group tells apart.
const REASONS_MAX: usize = 200;
/// Characters of a reason.
const REASON_LEN_MAX: usize = 160;

/// The whole, and its groups, the largest first.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) messages: usize,
    /// Without outcome.
    pub(crate) recipients: usize,
    pub(crate) bytes: u64,
    pub(crate) groups: Vec<Group>,
}

/// Messages of one tenant, tried last at one host, that stand alike.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) tenant: TenantName,
    /// `None`: not yet tried.
    pub(crate) site: Option<String>,
    pub(crate) state: Standing,
    pub(crate) messages: usize,
    pub(crate) recipients: usize,
    pub(crate) bytes: u64,
    /// When the oldest was received.
    pub(crate) oldest: Timestamp,
    /// When the next one is due; of those that wait.
    pub(crate) next_due: Option<Timestamp>,
    /// The most frequent one, and how many give it.
    pub(crate) reason: Option<(String, usize)>,
}

type Key = (TenantName, Option<String>, Standing);

/// The sum while it is made.
#[derive(Default)]
pub(super) struct Sum(BTreeMap<Key, (Group, HashMap<String, usize>)>);

impl Sum {
    pub(super) fn take(&mut self, seen: &Seen<'_>) {
        let (tenant, site, state) = (seen.tenant(), seen.site().map(str::to_owned), seen.standing);
        let key = (tenant.clone(), site.clone(), state);
        let (group, reasons) = self.0.entry(key).or_insert_with(|| {
            let (oldest, tenant) = (seen.received(), tenant.clone());
            let (messages, recipients, bytes) = (0, 0, 0);
            let (next_due, reason) = (None, None);
            (
                Group { tenant, site, state, messages, recipients, bytes, oldest, next_due, reason },
                HashMap::new(),
            )
        });
        group.messages += 1;
        group.recipients += seen.pending();
        group.bytes += seen.size();
        group.oldest = group.oldest.min(seen.received());
        if state == Standing::Waiting {
            let due = seen.due();
            group.next_due = Some(group.next_due.map_or(due, |next| next.min(due)));
        }
        if let Some(reason) = reason(seen) {
            let gist = gist(&reason);
            let is_new = !reasons.contains_key(&gist);
            let gist = if is_new && reasons.len() >= REASONS_MAX { "other".to_owned() } else { gist };
            *reasons.entry(gist).or_default() += 1;
        }
    }

    pub(super) fn finish(self) -> Summary {
        let mut summary = Summary::default();
        for (mut group, reasons) in self.0.into_values() {
            summary.messages += group.messages;
            summary.recipients += group.recipients;
            summary.bytes += group.bytes;
            // Of two that are as frequent the first by text: the same queue gives the same summary.
            group.reason =
                reasons.into_iter().max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(&one.0)));
            summary.groups.push(group);
        }
        summary.groups.sort_by_key(|group| std::cmp::Reverse(group.messages));
        summary
    }
}

/// What a message waits for, in words.
fn reason(seen: &Seen<'_>) -> Option<String> {
    match &seen.progress().parked {
        Some(ParkReason::Refused { reply, .. } | ParkReason::TenantSetup { reply, .. }) => {
            Some(reply.clone())
        }
        Some(ParkReason::Operator { by, note }) => Some(format!("held by {by} {note}").trim_end().to_owned()),
        Some(
            reason @ (ParkReason::Loop { detail }
            | ParkReason::Policy { detail }
            | ParkReason::Conduct { detail, .. }
            | ParkReason::Damaged { detail }),
        ) => Some(format!("{}: {detail}", reason.word())),
        None => seen.met().map(str::to_owned),
    }
}

/// A reason without ids, addresses and numbers: `450 4.2.1 busy [AB12CD34.eu]` and its neighbours are one.
fn gist(reason: &str) -> String {
    let words = reason.split_whitespace().enumerate().map(|(place, word)| {
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        let is_code = place < 2;
        let is_id = has_digit && word.len() >= 6 || word.contains('@');
        if is_id && !is_code { "…" } else { word }
    });
    let gist = words.collect::<Vec<_>>().join(" ");
    gist.chars().take(REASON_LEN_MAX).collect()
}

#[cfg(test)]
mod tests;
