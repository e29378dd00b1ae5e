//! What happens in this node, told to its incidents as facts.
//!
//! ```text
//!   sentry events ---- guard.rs --+
//!   ledger's reading - flow.rs ---+--> Facts --> incidents (shell/status)
//!   watch reports ---- watch.rs --+
//!   vendors ------- troubles.rs --+
//!   looks of a minute  looks.rs --+
//! ```
//! What leads to a decision is told at once, what is counted every ten seconds, what is looked at every minute, also when nothing changed. Nothing
//! here waits for the page, and what fails here never touches mail.

mod books;
mod flow;
mod guard;
mod looks;
mod names;
mod troubles;
mod watch;

pub(crate) use books::Books;
pub(crate) use flow::Flow;
pub(crate) use guard::{Moved, hear};
pub(crate) use looks::{Lists, Looks};
pub(crate) use names::{Names, private};
pub(crate) use troubles::{Meeting, Troubles};
pub(crate) use watch::Reporter;

use incident::{EvidenceId, Fact, What};
use model::{RegionName, Timestamp};
use net::Clock;
use status::incidents::Incidents;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Mail systems that are no provider of many, together: which one it was is nobody's business but its owner's.
const OTHERS: &str = "others";
/// Longest id, and longest name in it.
const ID_LEN_MAX: usize = 96;
const PLAIN_LEN_MAX: usize = 24;

/// Where facts go; clones lead to the same place.
#[derive(Clone)]
pub(crate) struct Facts {
    pub(crate) incidents: Incidents,
    pub(crate) region: RegionName,
    pub(crate) clock: Clock,
}

impl Facts {
    /// Something came to pass at `at`; the id is made of `kind`, the names and the time.
    pub(crate) fn tell(&self, kind: &str, names: &[&str], at: Timestamp, what: What) {
        self.tell_as(id(kind, names, at), at, what);
    }

    /// Something came to pass that has its id already.
    pub(crate) fn tell_as(&self, id: EvidenceId, at: Timestamp, what: What) {
        self.incidents.tell(Fact { id, at, region: self.region.clone(), what });
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// `flow/eu-1/microsoft/1732449531000000`. Ids stand in public: a name that is more than a plain word, a host or a tenant with its kind, is told apart
/// by a number made of it.
fn id(kind: &str, names: &[&str], at: Timestamp) -> EvidenceId {
    let time = at.as_micros().to_string();
    let mut text = kind.to_owned();
    for name in names {
        let is_plain = name.len() <= PLAIN_LEN_MAX
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let _infallible = match is_plain {
            true => write!(text, "/{name}"),
            false => write!(text, "/{:016x}", number_of(name)),
        };
    }
    text.truncate(ID_LEN_MAX - 1 - time.len());
    let _infallible = write!(text, "/{time}");
    text.parse().expect("printable ASCII of a bounded length")
}

fn number_of(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
