//! The laws, looked at from outside: by what receivers took, what clients were told and what journals say, never by what the node believes of itself.
//!
//! Each check counts anew with rules of its own, so that a rule that is wrong in the product is not wrong here in the same way. The first law that is
//! broken ends the world.

pub(crate) mod books;
mod end;
pub(crate) mod guarding;
pub(crate) mod harm;

use books::Books;
use guarding::Guarding;
use harm::Harm;
use model::Duration;
use std::fmt;

/// What must hold in every world. The words are those of `docs/simulation.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// What was acknowledged is here, or has ended; what ended as delivered was taken.
    NothingLost,
    /// A sender is told before expiry only of a fault of the recipient, the content or the sender's domain; not when many met the same.
    NoReportForOurFault,
    /// A report for time that ran out comes only behind a try at that time.
    EveryWayTriedFirst,
    /// Nobody gets a message twice but after an end that nobody knows.
    NoDuplicateWithoutDoubt,
    /// A source carries nothing where its records say that it is out.
    NeverOverAQuarantinedSource,
    /// A source that is probed carries one message now and then.
    OnlyATrickle,
    /// No place is quarantined again before the shortest quarantine is over, and a relapse waits longer.
    NoFlapping,
    /// What takes away holds at once; what gives back holds with its record, and a start forgets neither.
    TakenAtOnceGivenBackRecorded,
    /// A source comes back only when its lists have let it go.
    BackOnlyWhenClean,
    /// A source that a list of tier A names is out, unless it is the last.
    ListedIsOut,
    /// A host that lies, or a list that is wrong, takes out nothing beyond itself.
    LiesHarmNobodyElse,
    /// Evidence leaves the node a source for those who did not refuse, unless operators forbade every one.
    TheLastWayStays,
    /// Tries keep their distance; one whose end is unknown keeps five minutes.
    Patience,
    /// What is parked wakes once its cause is gone.
    ParkedWakes,
    /// Every message has an end.
    EveryMessageEnds,
    /// Every source is in full use again once the world is well.
    SourcesComeBack,
    /// Strong evidence of harm is in an open incident at once.
    IncidentForHarm,
    /// A component through which nothing passes is not shown as operational, and neither is one of which nothing is known.
    NeverGreenInHarm,
    /// Every incident ends once the world is well, with clocks in order.
    IncidentsEnd,
    /// Every sentence names evidence that its incident has.
    WordsHaveEvidence,
    /// The journal, read again, tells the same incidents.
    JournalTellsTheSame,
}

impl Law {
    pub const ALL: [Self; 21] = [
        Self::NothingLost,
        Self::NoReportForOurFault,
        Self::EveryWayTriedFirst,
        Self::NoDuplicateWithoutDoubt,
        Self::NeverOverAQuarantinedSource,
        Self::OnlyATrickle,
        Self::NoFlapping,
        Self::TakenAtOnceGivenBackRecorded,
        Self::BackOnlyWhenClean,
        Self::ListedIsOut,
        Self::LiesHarmNobodyElse,
        Self::TheLastWayStays,
        Self::Patience,
        Self::ParkedWakes,
        Self::EveryMessageEnds,
        Self::SourcesComeBack,
        Self::IncidentForHarm,
        Self::NeverGreenInHarm,
        Self::IncidentsEnd,
        Self::WordsHaveEvidence,
        Self::JournalTellsTheSame,
    ];
}

/// A law that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub law: Law,
    /// Since the world began.
    pub at: Duration,
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is broken after {} s: {}", self.law, self.at.as_secs(), self.what)
    }
}

/// Who looks on.
#[derive(Debug, Default)]
pub(crate) struct Laws {
    pub(crate) breach: Option<Breach>,
    pub(crate) books: Books,
    pub(crate) guard: Guarding,
    pub(crate) harm: Harm,
}

impl Laws {
    /// The first one counts.
    pub(crate) fn broken(&mut self, law: Law, at: Duration, what: String) {
        self.breach.get_or_insert(Breach { law, at, what });
    }

    /// What was measured by the node's clock says nothing any more.
    pub(crate) fn clock_was_set(&mut self) {
        self.guard.forget_times();
        self.books.forget_times();
    }
}
