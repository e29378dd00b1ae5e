//! What the worlds went through: every transition of every machine, counted, against a table of those that there are.
//!
//! A transition that the table does not have is a finding as much as one that is never taken: either the machine or the table is wrong.

use std::collections::BTreeMap;
use std::fmt;

/// From a state, by a cause, to a state of one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    pub machine: &'static str,
    pub from: &'static str,
    pub by: &'static str,
    pub to: &'static str,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} --{}--> {}", self.machine, self.from, self.by, self.to)
    }
}

const fn step(machine: &'static str, from: &'static str, by: &'static str, to: &'static str) -> Step {
    Step { machine, from, by, to }
}

/// Every transition that there is.
pub const TABLE: &[Step] = &[
    // pure/guard/src/state.rs, and what stands around it: orders, and the last source of a node.
    step("guard", "clean", "weak", "suspect"),
    step("guard", "clean", "strong", "quarantined"),
    step("guard", "clean", "strong", "last"),
    step("guard", "suspect", "weak", "suspect"),
    step("guard", "suspect", "strong", "quarantined"),
    step("guard", "suspect", "due", "clean"),
    step("guard", "last", "strong", "last"),
    step("guard", "last", "due", "clean"),
    step("guard", "last", "another is back", "quarantined"),
    step("guard", "quarantined", "weak", "quarantined"),
    step("guard", "quarantined", "strong", "quarantined"),
    step("guard", "quarantined", "due", "probing"),
    step("guard", "quarantined", "a person", "probing"),
    step("guard", "probing", "weak", "quarantined"),
    step("guard", "probing", "strong", "quarantined"),
    step("guard", "probing", "strong", "last"),
    step("guard", "probing", "accepted", "probing"),
    step("guard", "probing", "accepted", "warming"),
    step("guard", "warming", "weak", "quarantined"),
    step("guard", "warming", "strong", "quarantined"),
    step("guard", "warming", "strong", "last"),
    step("guard", "warming", "due", "warming"),
    step("guard", "warming", "due", "clean"),
    step("order", "none", "a person", "out"),
    step("order", "none", "a person", "in"),
    step("order", "out", "a person", "none"),
    step("order", "in", "a person", "none"),
    // A message of the spool.
    step("message", "offered", "synced", "waiting"),
    step("message", "offered", "no space", "offered"),
    step("message", "offered", "sync failed", "offered"),
    step("message", "offered", "connector held", "offered"),
    step("message", "offered", "node is down", "offered"),
    step("message", "waiting", "due", "delivering"),
    step("message", "delivering", "put off", "waiting"),
    step("message", "delivering", "end unknown", "waiting"),
    step("message", "delivering", "killed", "waiting"),
    step("message", "delivering", "refused for our address", "parked"),
    step("message", "delivering", "withheld", "parked"),
    step("message", "delivering", "connector", "parked"),
    step("message", "delivering", "not believed", "parked"),
    step("message", "delivering", "accepted", "delivered"),
    step("message", "delivering", "their fault", "reported"),
    step("message", "delivering", "time is over", "reported"),
    step("message", "delivering", "nobody may be told", "discarded"),
    step("message", "parked", "a source is back", "waiting"),
    step("message", "parked", "probe of a source", "waiting"),
    step("message", "parked", "probe of a refusal", "waiting"),
    step("message", "parked", "probe was accepted", "waiting"),
    step("message", "parked", "connector", "waiting"),
    step("message", "parked", "time is over", "waiting"),
    step("message", "waiting", "a person", "held"),
    step("message", "parked", "a person", "held"),
    step("message", "held", "a person", "waiting"),
    step("message", "held", "a person", "discarded"),
    // pure/dispatch: what is parked for a refusal, and tenants whose connector does not match.
    step("probe", "closed", "due", "probing"),
    step("probe", "probing", "refused alike", "closed"),
    step("probe", "probing", "accepted", "open"),
    step("hold", "free", "refused", "held"),
    step("hold", "held", "accepted", "free"),
    // pure/bounce/src/breaker.rs, at each answer.
    step("breaker", "met", "alone", "believed"),
    step("breaker", "met", "alike", "parked"),
    step("breaker", "met", "share", "parked"),
    // pure/dnsbl.
    step("trust", "untested", "tested", "trusted"),
    step("trust", "untested", "tested", "lost"),
    step("trust", "trusted", "tested", "lost"),
    step("trust", "lost", "tested", "trusted"),
    step("standing", "unknown", "poll", "clean"),
    step("standing", "unknown", "poll", "suspected"),
    step("standing", "clean", "poll", "suspected"),
    step("standing", "suspected", "poll", "listed"),
    step("standing", "suspected", "poll", "clean"),
    step("standing", "listed", "poll", "clean"),
    step("case", "none", "listed", "open"),
    step("case", "open", "asked", "asked"),
    step("case", "open", "gone", "closed"),
    step("case", "asked", "gone", "closed"),
    step("case", "closed", "listed", "open"),
    // pure/incident.
    step("incident", "none", "evidence", "suspected"),
    step("incident", "suspected", "strong evidence", "investigating"),
    step("incident", "suspected", "nothing came of it", "dismissed"),
    step("incident", "suspected", "a person", "dismissed"),
    step("incident", "investigating", "machine", "identified"),
    step("incident", "identified", "machine", "monitoring"),
    step("incident", "monitoring", "machine", "identified"),
    step("incident", "monitoring", "machine", "resolved"),
    step("incident", "identified", "a person", "resolved"),
    step("incident", "monitoring", "a person", "resolved"),
];

/// Transitions that there are, counted and not asked for: each says why.
const RARE: &[Step] = &[
    // Another source is back, and a list speaks before the guard looks at what is due.
    step("guard", "last", "strong", "quarantined"),
    // A person probes a source at the moment at which it is suspected.
    step("guard", "suspect", "a person", "probing"),
    // An order to use a source ends, and evidence has taken out all others meanwhile.
    step("guard", "quarantined", "due", "last"),
    step("guard", "probing", "due", "last"),
    step("guard", "last", "a person", "last"),
    // An order takes out the last source that carries mail.
    step("guard", "quarantined", "a person", "last"),
    // An order ends, and a poll strikes between that and its record.
    step("guard", "quarantined", "a person", "quarantined"),
    step("guard", "probing", "a person", "last"),
    step("order", "out", "a person", "in"),
    step("order", "in", "a person", "out"),
    // What the troubles of these worlds bring about too seldom: a gap of the simulator.
    step("probe", "open", "refused alike", "closed"),
    step("incident", "monitoring", "machine", "investigating"),
    step("incident", "absorbed", "strong evidence", "investigating"),
    step("incident", "resolved", "a person", "postmortem"),
    step("hold", "held", "nothing to try", "free"),
    step("incident", "investigating", "machine", "monitoring"),
    step("incident", "resolved", "absorbed", "absorbed"),
    step("probe", "probing", "due", "probing"),
    step("incident", "resolved", "strong evidence", "investigating"),
    step("incident", "identified", "a person", "monitoring"),
    step("incident", "investigating", "a person", "identified"),
    // Strong evidence shows that two are one.
    step("incident", "suspected", "taken over", "merged"),
    step("incident", "investigating", "taken over", "merged"),
    step("incident", "identified", "taken over", "merged"),
    step("incident", "monitoring", "taken over", "merged"),
    // A person ends what is looked at by nobody yet.
    step("incident", "investigating", "a person", "resolved"),
    step("incident", "suspected", "a person", "resolved"),
];

/// Counts of transitions.
#[derive(Debug, Clone, Default)]
pub struct Tally(BTreeMap<Step, u64>);

impl Tally {
    pub(crate) fn took(
        &mut self,
        machine: &'static str,
        from: &'static str,
        by: &'static str,
        to: &'static str,
    ) {
        *self.0.entry(step(machine, from, by, to)).or_default() += 1;
    }

    /// Takes the counts of another world.
    pub fn merge(&mut self, other: &Self) {
        for (step, count) in &other.0 {
            *self.0.entry(*step).or_default() += count;
        }
    }

    #[must_use]
    pub fn count(&self, step: Step) -> u64 {
        self.0.get(&step).copied().unwrap_or(0)
    }

    /// Transitions of the table that were taken less often than `least`.
    #[must_use]
    pub fn short(&self, least: u64) -> Vec<(Step, u64)> {
        TABLE.iter().map(|step| (*step, self.count(*step))).filter(|(_, count)| *count < least).collect()
    }

    /// Transitions that the table does not have.
    #[must_use]
    pub fn strange(&self) -> Vec<(Step, u64)> {
        self.0
            .iter()
            .filter(|(step, _)| !TABLE.contains(step) && !RARE.contains(step))
            .map(|(step, count)| (*step, *count))
            .collect()
    }

    /// As a table of Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let row = |step: &Step| {
            format!(
                "| {} | {} | {} | {} | {} |\n",
                step.machine,
                step.from,
                step.by,
                step.to,
                self.count(*step)
            )
        };
        let rows: String = TABLE.iter().chain(RARE).map(row).collect();
        format!("| machine | from | by | to | taken |\n|---|---|---|---|---|\n{rows}")
    }
}
