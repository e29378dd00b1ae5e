//! The read-back of a Microsoft 365 organisation against the plan of its tenant, part by part.
//!
//! Every part is compared even when an earlier one is missing: a person mends them all at once. Findings that hold are in the answer too,
//! so that silence is never taken for agreement.

use super::checks::{About, Checks, shown};
use super::{connectors, rules};
use crate::powershell::list;
use crate::readback::{Readback, Record};
use crate::{Finding, Plan, State};
use core::net::Ipv4Addr;

/// Microsoft's bound of the IP allow list.
const ALLOW_LIST_MAX: usize = 1_273;

/// Compares everything that matters; the order is that of the script's steps.
#[must_use]
pub fn compare(plan: &Plan, readback: &Readback) -> Vec<Finding> {
    let mut checks = Checks::default();
    tenant(plan, readback, &mut checks);
    connectors::compare(plan, readback, &mut checks);
    allow_list(plan, readback.top(), &mut checks);
    block_list(plan, readback.top(), &mut checks);
    accepted_domain(plan, readback, &mut checks);
    rules::compare(plan, readback, &mut checks);
    tnef(readback.top(), &mut checks);
    checks.0
}

fn tenant(plan: &Plan, readback: &Readback, checks: &mut Checks) {
    let about = About {
        check: "tenant",
        key: "Tenant",
        why: "a comparison with another tenant's values says nothing",
        mend: "name the tenant of this file with --tenant, or read back the right organisation",
    };
    checks.word(about, readback.top(), &plan.tenant);
}

fn allow_list(plan: &Plan, top: &Record, checks: &mut Checks) {
    let why = "Exchange Online refuses a source that some block list names, unless the source is in the tenant's IP allow list";
    let key = "IPAllowList";
    let known = top.words(key);
    for source in &plan.sources {
        let address = source.address.to_string();
        let core::net::IpAddr::V4(wanted) = source.address else {
            let mend = "give the tenant's `egress.sources` IPv4 sources only";
            let about = About { check: "allow_list.source", key, why, mend };
            checks.add(
                about,
                State::Warn,
                format!("{address} is IPv6, which the list cannot hold"),
                "IPv4 sources",
            );
            continue;
        };
        let mend = format!(
            "Set-HostedConnectionFilterPolicy -Identity Default -IPAllowList @{{ Add = {} }}",
            list([address.as_str()])
        );
        let about = About { check: "allow_list.source", key, why, mend: &mend };
        let should = format!("{address} ({})", source.name);
        match &known {
            None => checks.add(about, State::Unknown, "not in the file", should),
            Some(entries) if entries.iter().any(|entry| holds(entry, wanted)) => {
                checks.add(about, State::Ok, address, should);
            }
            Some(entries) => {
                checks.add(
                    about,
                    State::Fail,
                    format!("{address} is not among {} entries", entries.len()),
                    should,
                );
            }
        }
    }
    let entries = known.map_or(0, |entries| entries.len());
    if entries > ALLOW_LIST_MAX {
        let about = About { check: "allow_list.size", key, why, mend: "take entries out that nobody needs" };
        checks.add(about, State::Warn, entries.to_string(), format!("at most {ALLOW_LIST_MAX}"));
    }
}

fn block_list(plan: &Plan, top: &Record, checks: &mut Checks) {
    let listed: Vec<String> = {
        let entries = top.words("IPBlockList").unwrap_or_default();
        let sources = plan.sources.iter().filter_map(|source| match source.address {
            core::net::IpAddr::V4(address) => Some(address),
            core::net::IpAddr::V6(_) => None,
        });
        sources
            .filter(|address| entries.iter().any(|entry| holds(entry, *address)))
            .map(|address| address.to_string())
            .collect()
    };
    let mend = format!(
        "Set-HostedConnectionFilterPolicy -Identity Default -IPBlockList @{{ Remove = {} }}",
        list(listed.iter().map(String::as_str))
    );
    let about = About {
        check: "block_list",
        key: "IPBlockList",
        why: "what the tenant itself blocks never returns",
        mend: &mend,
    };
    match top.words("IPBlockList") {
        None => checks.add(about, State::Unknown, "not in the file", "none of our sources"),
        Some(_) if listed.is_empty() => {
            checks.add(about, State::Ok, "none of our sources", "none of our sources")
        }
        Some(_) => checks.add(about, State::Fail, shown(&listed), "none of our sources"),
    }
}

/// An entry as the list takes it: an address, a range `a-b`, a network `a/n`.
fn holds(entry: &str, address: Ipv4Addr) -> bool {
    let entry = entry.trim();
    if let Some((from, to)) = entry.split_once('-') {
        let ends = from.trim().parse::<Ipv4Addr>().ok().zip(to.trim().parse::<Ipv4Addr>().ok());
        return ends.is_some_and(|(from, to)| (from..=to).contains(&address));
    }
    match entry.parse::<ipnet::Ipv4Net>() {
        Ok(network) => network.contains(&address),
        Err(_) => entry.parse() == Ok(address),
    }
}

fn accepted_domain(plan: &Plan, readback: &Readback, checks: &mut Checks) {
    let Some(name) = plan.certificate_names.first() else { return };
    let about = About {
        check: "accepted_domain",
        key: "AcceptedDomains",
        why: "returned automatic replies have no sender, so Exchange Online relays them only for a certificate whose name is an accepted domain",
        mend: "add the name in the admin centre (Settings > Domains) with the TXT record shown there",
    };
    let Some(domains) = readback.records(about.key) else {
        return checks.add(about, State::Unknown, "not in the file", name);
    };
    let mut is = (State::Fail, "no accepted domain holds it".to_owned());
    for domain in &domains {
        let Some(known) = domain.word("DomainName").set() else { continue };
        let known = known.to_ascii_lowercase();
        if *name == known {
            is = (State::Ok, known);
            break;
        }
        if name.ends_with(&format!(".{known}")) {
            let below = domain.flag("MatchSubDomains").set().unwrap_or(false);
            let state = if below { State::Ok } else { State::Warn };
            is = (state, format!("{known}, with MatchSubDomains {below}"));
        }
    }
    checks.add(about, is.0, is.1, name);
}

fn tnef(top: &Record, checks: &mut Checks) {
    let about = About {
        check: "remote_domain.tnef",
        key: "TNEFEnabled",
        why: "with rich text as winmail.dat (TNEF) a message cannot be signed and passes without a signature",
        mend: "Set-RemoteDomain -Identity Default -TNEFEnabled $false",
    };
    let before = checks.0.len();
    checks.word(about, top, "False");
    // Mail flows all the same.
    for finding in &mut checks.0[before..] {
        if finding.state == State::Fail {
            finding.state = State::Warn;
        }
    }
}
