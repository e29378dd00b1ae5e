//! Names: does the resolver answer, do our own names lead to us, and do addresses and names agree in both directions.
//!
//! Receivers refuse or distrust a sender whose EHLO name is unknown or whose address has no name (RFC 5321 §4.1.4 leaves it to them).

use super::look::{Look, Looked, View};
use model::Source;
use net::ResolveError;
use setup::State;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A resolver that is slower makes every first delivery to a domain slow.
const SLOW: Duration = Duration::from_secs(1);

/// Whether any name server answers at all, and how fast. That the name does not exist is an answer.
pub(super) fn resolver(view: &Arc<View>) -> Look {
    let view = Arc::clone(view);
    let servers = &view.site.config.resolver.servers;
    let subject = match servers.as_slice() {
        [] => "the system's".to_owned(),
        servers => servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    };
    Look::new("resolver", subject.clone(), async move {
        let name = view.site.config.sources.first().map_or("localhost", |source| source.ehlo.as_str());
        let began = Instant::now();
        let (state, reason, mend) = match view.resolver.addresses(name).await {
            Err(error @ (ResolveError::Failed { .. } | ResolveError::SetUp(_))) => (
                State::Fail,
                error.to_string(),
                "start a resolver on this machine, or name one in resolver.servers",
            ),
            Ok(_) | Err(ResolveError::Absent(_) | ResolveError::NullMx(_) | ResolveError::Nowhere(..)) => {
                let took = began.elapsed();
                let state = if took > SLOW { State::Warn } else { State::Ok };
                (state, format!("answers within {} ms", took.as_millis()), "use a resolver that is nearer")
            }
        };
        vec![Looked::new("resolver", subject, state, reason, mend)]
    })
}

/// Tenants send to these names.
pub(super) fn listeners(view: &Arc<View>) -> Vec<Look> {
    let looks = view.site.config.listeners.iter().map(|listener| {
        let (name, address) = (listener.hostname.clone(), listener.address.ip());
        let view = Arc::clone(view);
        Look::new("listener_name", name.clone(), async move {
            let (state, reason) = match view.resolver.addresses(&name).await {
                Ok(found) if found.contains(&address) => (State::Ok, format!("leads to {address}")),
                Ok(found) if !is_public(address) => {
                    let found = joined(&found);
                    let reason = format!(
                        "leads to {found}; whether that is this machine cannot be seen from {address}"
                    );
                    (State::Unknown, reason)
                }
                Ok(found) => {
                    (State::Fail, format!("leads to {}, and the listener has {address}", joined(&found)))
                }
                Err(error) => failed(&error),
            };
            let mend = "add an address record for listener.hostname that leads to this machine";
            vec![Looked::new("listener_name", name, state, reason, mend)]
        })
    });
    looks.collect()
}

/// Each source: can it be used here, does its EHLO name lead to it, does its address lead to that name.
pub(super) fn sources(view: &Arc<View>) -> Vec<Look> {
    let looks = view.site.config.sources.iter().map(|source| {
        let (view, source) = (Arc::clone(view), source.clone());
        Look::new("source", source.name.to_string(), async move {
            vec![bindable(&source), forward(&view, &source).await, reverse(&view, &source).await]
        })
    });
    looks.collect()
}

fn subject(source: &Source) -> String {
    format!("{} ({}, {})", source.name, source.address, source.ehlo)
}

fn bindable(source: &Source) -> Looked {
    let (state, reason) = match TcpListener::bind((source.address, 0)) {
        Ok(_) => (State::Ok, "is an address of this machine".to_owned()),
        Err(error) => (State::Fail, format!("cannot be used here: {error}")),
    };
    let mend = "configure the address on this machine, or take the [[source]] out; until then others send in its place";
    Looked::new("source_address", subject(source), state, reason, mend)
}

async fn forward(view: &View, source: &Source) -> Looked {
    let (state, reason) = match view.resolver.addresses(&source.ehlo).await {
        Ok(found) if found.contains(&source.address) => {
            (State::Ok, "the EHLO name leads to the address".to_owned())
        }
        Ok(found) if !is_public(source.address) => (
            State::Unknown,
            format!(
                "the EHLO name leads to {}; which address the outside sees cannot be known here",
                joined(&found)
            ),
        ),
        Ok(found) => (State::Fail, format!("the EHLO name leads to {}", joined(&found))),
        Err(error) => failed(&error),
    };
    let mend = format!("add the record: {} {} {}", source.ehlo, kind(source.address), source.address);
    Looked::new("source_ehlo", subject(source), state, reason, mend)
}

async fn reverse(view: &View, source: &Source) -> Looked {
    let (state, reason) = match view.resolver.reverse_names(source.address).await {
        Ok(names) if names.iter().any(|name| name.eq_ignore_ascii_case(&source.ehlo)) => {
            (State::Ok, "the address leads back to the EHLO name".to_owned())
        }
        // For loopback the resolver itself says localhost (RFC 6761 §6.3).
        Ok(_) | Err(ResolveError::Absent(_)) if !is_public(source.address) => {
            let reason =
                "the address is not one that the internet sees, so its reverse name cannot be known here";
            (State::Unknown, reason.to_owned())
        }
        Ok(names) => {
            (State::Warn, format!("the address leads to {}, not to the EHLO name", names.join(", ")))
        }
        Err(ResolveError::Absent(_)) => {
            (State::Fail, "the address has no reverse name; large receivers refuse it".to_owned())
        }
        Err(
            error @ (ResolveError::NullMx(_)
            | ResolveError::Nowhere(..)
            | ResolveError::Failed { .. }
            | ResolveError::SetUp(_)),
        ) => failed(&error),
    };
    let mend = format!(
        "ask whoever gave you the address for the reverse record: {} PTR {}",
        source.address, source.ehlo
    );
    Looked::new("source_reverse", subject(source), state, reason, mend)
}

/// An absent name is a fault, a silent name server is nobody's yet.
fn failed(error: &ResolveError) -> (State, String) {
    match error {
        ResolveError::Absent(_) | ResolveError::NullMx(_) | ResolveError::Nowhere(..) => {
            (State::Fail, error.to_string())
        }
        ResolveError::Failed { .. } | ResolveError::SetUp(_) => (State::Unknown, error.to_string()),
    }
}

fn kind(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "A" } else { "AAAA" }
}

pub(super) fn joined(addresses: &[IpAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Whether the internet can see an address; carriers translate 100.64.0.0/10 (RFC 6598).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let shared = v4 & Ipv4Addr::new(255, 192, 0, 0) == Ipv4Addr::new(100, 64, 0, 0);
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared)
        }
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified())
        }
    }
}
