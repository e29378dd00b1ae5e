//! What an operator orders: an act on a selection, with a reason.

use anyhow::{Result, bail};
use model::{ActId, Selection, Term};
use serde::{Deserialize, Serialize};
use spool::{Act, ActKind, Wanted};

/// Longest text of an order; it stands in every report that the act sends.
const TEXT_LEN_MAX: usize = 500;

/// One order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    #[serde(flatten)]
    pub(crate) kind: ActKind,
    /// Of an undo: what the act changed.
    pub(crate) selection: Selection,
    #[serde(default)]
    pub(crate) reason: String,
}

impl Order {
    /// The order to take `of` back.
    pub(crate) fn undo(of: ActId, reason: String) -> Self {
        let selection = Selection::new(vec![Term::Act(of)], false);
        let selection = selection.unwrap_or_else(|_| Selection::everything());
        Self { kind: ActKind::Undo { of }, selection, reason }
    }

    /// Whether it can be carried out at all.
    ///
    /// # Errors
    /// Why not, and what to do.
    pub(super) fn check(&self, journal: &[Act]) -> Result<()> {
        let texts = [Some(self.reason.as_str()), self.text()];
        if texts
            .into_iter()
            .flatten()
            .any(|text| text.len() > TEXT_LEN_MAX || text.chars().any(char::is_control))
        {
            bail!("a reason or text has up to {TEXT_LEN_MAX} bytes in one line");
        }
        let ActKind::Undo { of } = self.kind else { return Ok(()) };
        let Some(act) = journal.iter().find(|act| act.id == of) else {
            bail!("there is no act {of}; `signpost queue acts` lists them");
        };
        match act.kind {
            ActKind::Hold | ActKind::Release | ActKind::Redirect { .. } => Ok(()),
            ActKind::Retry => {
                bail!("the act {of} was a retry: what it made due has been tried, nothing is to be undone")
            }
            ActKind::Bounce { .. } => {
                bail!("the act {of} was a bounce: the senders were told, it cannot be undone")
            }
            ActKind::Undo { .. } => bail!("the act {of} was an undo; do again what it took back"),
        }
    }

    /// What the senders are told.
    fn text(&self) -> Option<&str> {
        match &self.kind {
            ActKind::Bounce { text } => Some(text),
            ActKind::Hold
            | ActKind::Release
            | ActKind::Retry
            | ActKind::Redirect { .. }
            | ActKind::Undo { .. } => None,
        }
    }

    /// What the spool does to each message; `None`: the relay gives it up.
    pub(super) fn wanted(&self, by: &str) -> Option<Wanted> {
        Some(match &self.kind {
            ActKind::Hold => Wanted::Hold { by: by.to_owned(), note: self.reason.clone() },
            ActKind::Release => Wanted::Release,
            ActKind::Retry => Wanted::Retry,
            ActKind::Redirect { to } => Wanted::Redirect(to.clone()),
            ActKind::Undo { of } => Wanted::Undo(*of),
            ActKind::Bounce { .. } => return None,
        })
    }
}
