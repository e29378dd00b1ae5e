//! One message's life: accept, admit, commit, stamp, steer, transport, verdict.

mod tenants;

pub use tenants::{DomainTaken, Tenants};
