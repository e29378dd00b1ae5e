//! What a tenant's own systems have to be set to so that mail comes to us and returns: instructions to carry out, and the comparison with
//! what those systems say of themselves.
//!
//! Everything is made from the tenant's settings and the operator's sources and listeners, so the two can never drift apart. Values are
//! quoted for the language in which they stand: none of them can become a command. A secret is left out unless it is asked for. What a
//! system did not tell is reported as unknown, never as right.

mod certificate;
mod exchange;
mod exim;
mod finding;
mod google;
mod m365;
mod plan;
mod postfix;
mod powershell;
mod readback;
mod shell_quote;
pub mod spf;
#[cfg(test)]
mod support;
mod template;

pub use certificate::certificate_names;
pub use finding::{Finding, State};
pub use m365::compare;
pub use plan::{Entry, Plan, PlanError, Secrets, eligible_sources};
pub use readback::{Readback, ReadbackError};

/// A mail system for which there are instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Exchange Online: a PowerShell script.
    M365,
    /// Google Workspace: steps in its console.
    Google,
    /// Postfix 3.4 or later: a shell script.
    Postfix,
    /// Exim 4.94 or later: a shell script.
    Exim,
    /// Exchange on the tenant's own machines: a PowerShell script.
    Exchange,
}

/// The instructions for one system, ready to be carried out.
#[must_use]
pub fn instructions(system: System, plan: &Plan, secrets: Secrets) -> String {
    match system {
        System::M365 => m365::script(plan, secrets),
        System::Google => google::steps(plan, secrets),
        System::Postfix => postfix::script(plan, secrets),
        System::Exim => exim::script(plan, secrets),
        System::Exchange => exchange::script(plan, secrets),
    }
}
