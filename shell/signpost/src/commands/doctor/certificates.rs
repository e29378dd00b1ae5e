//! What each listener of the running node shows in a real STARTTLS session: a file that is good proves nothing of what a client sees.

use super::look::{Look, Looked, View};
use super::ports::reachable;
use ::certificates::{Finding, Gravity, examine};
use net::Clock;
use setup::State;
use std::net::SocketAddr;
use std::sync::Arc;

const CHECK: &str = "certificate";

/// Each listener, asked for under its own name.
pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let running = view.site.running.iter().flatten();
    let looks = running.zip(&view.site.config.listeners).map(|(address, listener)| {
        let (address, hostname) = (reachable(*address), listener.hostname.clone());
        Look::new(CHECK, listener.name.to_string(), look(address, hostname))
    });
    looks.collect()
}

async fn look(address: SocketAddr, hostname: String) -> Vec<Looked> {
    let findings = examine(address, &hostname, Clock::start(1).now()).await;
    findings.into_iter().map(|finding| looked(&hostname, finding)).collect()
}

fn looked(hostname: &str, finding: Finding) -> Looked {
    let state = match finding.gravity {
        Gravity::Good => State::Ok,
        Gravity::Warning => State::Warn,
        Gravity::Problem => State::Fail,
    };
    Looked::new(CHECK, hostname, state, finding.what, finding.act)
}
