//! The lives of incidents, read from the board's journal as a stranger would read it, for the counts.

use crate::coverage::Tally;
use incident::{Changed, IncidentId, Phase};
use std::collections::BTreeMap;

/// Where each incident is.
#[derive(Debug, Default)]
pub(crate) struct Lives(BTreeMap<IncidentId, &'static str>);

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Investigating => "investigating",
        Phase::Identified => "identified",
        Phase::Monitoring => "monitoring",
        Phase::Resolved => "resolved",
        Phase::Postmortem => "postmortem",
    }
}

impl Lives {
    /// Behind a start only what the journal kept has happened.
    pub(crate) fn restart(&mut self, journal: &[incident::Change]) {
        self.0.clear();
        let mut uncounted = Tally::default();
        for change in journal {
            self.count(change, "machine", &mut uncounted);
        }
    }

    pub(crate) fn count(&mut self, change: &incident::Change, who: &'static str, tally: &mut Tally) {
        let Some(id) = change.what.about() else { return };
        let before = self.0.get(id).copied().unwrap_or("none");
        let (by, after) = match &change.what {
            Changed::Opened { .. } => ("evidence", "suspected"),
            Changed::Confirmed { .. } => ("strong evidence", "investigating"),
            Changed::Dismissed { by: incident::Author::Machine, .. } => ("nothing came of it", "dismissed"),
            Changed::Dismissed { .. } => ("a person", "dismissed"),
            Changed::Absorbed { .. } => ("absorbed", "absorbed"),
            Changed::Merged { .. } => ("taken over", "merged"),
            Changed::Reopened { .. } => ("strong evidence", "investigating"),
            Changed::Phased { phase: next, .. } => (who, phase(*next)),
            Changed::PostmortemPublished { .. }
            | Changed::Evidence { .. }
            | Changed::Caused { .. }
            | Changed::Clocked { .. }
            | Changed::Affected { .. }
            | Changed::ImpactSet { .. }
            | Changed::Retitled { .. }
            | Changed::Updated { .. }
            | Changed::Published { .. }
            | Changed::Edited { .. }
            | Changed::Upstream { .. }
            | Changed::UpdateDue { .. }
            | Changed::PostmortemWritten { .. }
            | Changed::ComponentChanged { .. }
            | Changed::Scheduled { .. }
            | Changed::Moved { .. }
            | Changed::MaintenancePhased { .. } => return,
        };
        if before != after {
            tally.took("incident", before, by, after);
            self.0.insert(id.clone(), after);
        }
    }
}
