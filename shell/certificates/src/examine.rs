//! What is wrong with a listener's certificate, for somebody who asks: every finding with its gravity and what to do.
//!
//! It needs nothing of a running node but its address, so it examines other hosts as well.

use crate::life::{Nearness, Renewal, days_left, nearness};
use crate::look::look;
use model::Timestamp;
use net::tls::Facts;
use serde::Serialize;
use std::net::SocketAddr;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// As it should be.
    Good,
    /// Mail flows; a person should act.
    Warning,
    /// Clients that verify will not send.
    Problem,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub gravity: Gravity,
    pub what: String,
    /// Empty if there is nothing to do.
    pub act: String,
}

/// Looks at the listener on `address` as a client that asks for `hostname`, and judges what it was shown at `now`.
pub async fn examine(address: SocketAddr, hostname: &str, now: Timestamp) -> Vec<Finding> {
    let seen = match look(address, hostname).await {
        Ok(chain) => chain.first().map(|leaf| Facts::of(leaf, "what the listener showed")),
        Err(error) => {
            let act = "see that the listener runs, offers STARTTLS and can be reached";
            return vec![problem(format!("{address} shows no certificate: {error}"), act)];
        }
    };
    match seen {
        Some(Ok(facts)) => judge(&facts, hostname, now),
        Some(Err(error)) => vec![problem(error.to_string(), "present an X.509 certificate")],
        None => vec![problem(format!("{address} shows no certificate"), "configure one")],
    }
}

/// What is wrong with these facts; one good finding if nothing is.
pub(crate) fn judge(facts: &Facts, hostname: &str, now: Timestamp) -> Vec<Finding> {
    let mut findings: Vec<Finding> = amiss(facts, hostname, now);
    let days = days_left(facts, now);
    match nearness(facts, Renewal::Theirs, now) {
        Nearness::Far => {}
        Nearness::Expired => {
            findings
                .push(problem(format!("the certificate expired at {}", facts.not_after), "replace it now"));
        }
        Nearness::Days21 | Nearness::Days14 | Nearness::Days7 | Nearness::Days3 | Nearness::Day1 => {
            findings.push(Finding {
                gravity: Gravity::Warning,
                what: format!("the certificate expires in {days} days, at {}", facts.not_after),
                act: "renew it, or see why its renewal is late: `signpost certificate ls`".to_owned(),
            });
        }
    }
    if findings.is_empty() {
        let what = format!("{} from {}, {days} days left", facts.names.join(", "), facts.issuer);
        findings.push(Finding { gravity: Gravity::Good, what, act: String::new() });
    }
    findings
}

/// What is wrong apart from the age.
pub(crate) fn amiss(facts: &Facts, hostname: &str, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !facts.covers(hostname) {
        findings.push(problem(
            format!("the certificate is for {}, not for {hostname}", facts.names.join(", ")),
            "present one with this name, or change `hostname`",
        ));
    }
    if now < facts.not_before {
        let what = format!("the certificate is not good before {}", facts.not_before);
        findings.push(problem(what, "present one that is good now, and look at this machine's clock"));
    }
    findings
}

fn problem(what: String, act: &str) -> Finding {
    Finding { gravity: Gravity::Problem, what, act: act.to_owned() }
}

#[cfg(test)]
mod tests;
