//! A drill: a real incident of a signature relay, replayed against this relay.
//!
//! ```text
//!   drills/NAME.toml --scenario.rs--> Scenario
//!   traffic.rs --mail--> fake Exchange --> signpost up (node.rs) --> fake Exchange, mailbox
//!   course.rs: faults on the timeline, looks at the node        |
//!   figures.rs <-- what was sent, refused, delivered, reported --+--> bars held or not --> report.rs
//! ```
//! The relay is the program itself, started over a directory of its own; everything is loopback. Whether mail was lost, doubled, reported or carried
//! another tenant's bytes is counted at the receiving ends and never taken from the relay. Hours are compressed by the node's clock
//! (`up --time-scale`); mail, sockets and disk stay real. Under sabotage an operator's order undoes what is tested, and the drill must say that
//! it did not hold.

mod beside;
mod course;
mod figures;
mod node;
mod report;
mod scenario;
mod traffic;
mod world;

pub use beside::{Cost, Exim};
pub use course::Moment;
pub use figures::Figures;
pub use report::{Judged, Report};
pub use scenario::{Bar, Scenario, ScenarioError};

use anyhow::Result;
use std::path::PathBuf;

/// How a drill is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The program that is drilled.
    pub signpost: PathBuf,
    /// A scenario's short form, for tests.
    pub short: bool,
    /// What is tested is undone.
    pub sabotage: bool,
    /// The directory and its data stay.
    pub keep: bool,
}

/// Runs one drill; `tell` hears what happens while it runs.
///
/// # Errors
/// If the world does not come up or the node dies unasked; a bar that is missed is no error but a report.
pub fn run(scenario: &Scenario, options: &Options, tell: &(dyn Fn(&Moment) + Sync)) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(course::run(scenario, options, tell))
}
