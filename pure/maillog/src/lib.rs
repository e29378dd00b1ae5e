//! What the logs of mail servers prove: lines of Exim, Postfix and KumoMTA and our own trace as one kind of event, and the report on harm.
//!
//! `LogReader` takes lines and gives events; `Collector` takes events and keeps figures, never the log. Both are pure and bounded: a log of
//! any length needs the memory of what is open in it. A line that cannot be read is told with its reason; nothing is filled in.

mod clock;
mod event;
mod exim;
mod kumo;
mod postfix;
mod reader;
mod remote;
mod report;
mod trace;

pub use clock::{ClockError, Offset, OffsetError};
pub use event::{Attempt, Event, Happening, Outcome};
pub use reader::{Format, LogReader, Malformed, Read, Settings};
pub use report::{
    Attempts, Bar, Claim, ClaimKind, Claims, ClockWitness, Collector, Count, Delays, Evidence, FileRead,
    Incident, Names, Options, ProviderShare, Reading, Recipients, RefusalKind, Report, Saved, Totals,
    Verdict, WrongLine,
};
