//! Block lists: each zone is asked about our addresses or domains for ever, at the pace that the list allows.
//!
//! ```text
//!   rounds (one task a zone): subjects -> test points -> judged -> a second look 30 s later, or at once by another name server
//!      |                                                    ^
//!      +-- listed the whole pool at once --> doubt --a second list, or a reply--+
//!      v
//!   standings, cases, figures, files
//! ```
//! The subjects are asked first and the test points after them, so that a zone that was parked a moment ago is found out before its first
//! answer counts. Test points are asked at most once a minute for each zone and name server.

mod ask;
mod cases;
mod disk;
mod pool;
mod public;
mod round;
mod run;
mod subjects;

pub use ask::{Ask, Told, Witnesses};
pub use cases::{CaseLine, NoCase};
pub(crate) use disk::Disk;
pub use run::{Line, ZoneLine};
pub(crate) use run::{Lists, run};

#[cfg(test)]
mod tests;
