//! What must hold for any bytes, parser by parser.
//!
//! A target is a function that takes bytes and panics when a promise does not hold. The tests replay the committed corpora and what
//! mutation by a fixed seed makes of them; `cargo xtask fuzz` drives the same functions with libFuzzer (`driver/`, a crate of its own,
//! because it needs a C++ compiler). `docs/fuzzing.md` tells what was found and how far each one went.

mod arrival;
mod configuration;
pub mod corpus;
mod logs;
mod place;
mod policies;
mod recovery;
mod replies;
mod sessions;
mod settings;
mod signatures;
mod stamping;
mod structure;
mod templates;
mod vendors;

/// A target's name, as its corpus folder is called, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 16] = [
    ("server", sessions::server),
    ("client", sessions::client),
    ("bodies", sessions::bodies),
    ("replies", replies::replies),
    ("structure", structure::structure),
    ("place", place::place),
    ("stamping", stamping::stamping),
    ("templates", templates::templates),
    ("configuration", configuration::configuration),
    ("recovery", recovery::recovery),
    ("settings", settings::settings),
    ("logs", logs::logs),
    ("vendors", vendors::vendors),
    ("signatures", signatures::signatures),
    ("policies", policies::policies),
    ("arrival", arrival::arrival),
];

/// The target of that name.
#[must_use]
pub fn find(name: &str) -> Option<fn(&[u8])> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}
