//! What the console's page of the queue shows.

use super::{Desk, Group, summary::Sum};
use console::{ActLine, QueueGroup, QueueView};
use model::{Selection, Timestamp};
use spool::{Act, Going};

/// Acts that the page shows.
const ACTS_SHOWN: usize = 20;

impl Desk {
    /// Looks over the whole queue; blocks as long as that takes.
    pub(crate) fn page(&self) -> QueueView {
        let mut sum = Sum::default();
        self.each(&Selection::everything(), |seen| {
            sum.take(seen);
            Going::On
        });
        let summary = sum.finish();
        QueueView {
            messages: summary.messages,
            recipients: summary.recipients,
            groups: summary.groups.into_iter().map(group).collect(),
            acts: self.spool.acts().iter().take(ACTS_SHOWN).map(act).collect(),
        }
    }
}

fn group(group: Group) -> QueueGroup {
    QueueGroup {
        tenant: group.tenant.to_string(),
        state: group.state.to_string(),
        site: group.site.unwrap_or_else(|| "not tried yet".to_owned()),
        messages: group.messages,
        recipients: group.recipients,
        oldest: minute(group.oldest),
        next_due: group.next_due.map(minute).unwrap_or_default(),
        reason: group.reason.map(|(reason, _)| reason).unwrap_or_default(),
    }
}

fn act(act: &Act) -> ActLine {
    ActLine {
        id: act.id.to_string(),
        begun: minute(act.begun),
        by: act.by.clone(),
        what: format!("{} {}", act.kind.word(), act.selection.as_options()),
        touched: act.end.as_ref().map(|end| end.tally.touched.to_string()).unwrap_or_default(),
        reason: act.reason.clone(),
    }
}

/// `2026-09-01 10:00`.
pub(crate) fn minute(time: Timestamp) -> String {
    time.to_string().replace('T', " ").chars().take(16).collect()
}
