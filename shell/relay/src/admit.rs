//! Who is allowed to hand us mail: the tenant whose networks hold the peer and whose domains hold the sender.
//!
//! Both always have to hold, so there is never an open relay. What the header has to prove, and whose a null sender's mail is, is
//! decided at end of data. A refusal is permanent only while no tenant is proven: when one is, and something of its set-up does not
//! fit, its mail system is asked to try again, and a person is told.

mod pace;
mod proof;

pub(crate) use pace::Pace;

use crate::Tenants;
use crate::accept::Caller;
use model::{Address, EnhancedCode, Envelope, Reply, ReversePath, Timestamp};
use std::net::IpAddr;
use std::sync::Arc;
use tenant::Snapshot;

/// What is known of the tenant after MAIL.
#[derive(Debug, Clone)]
pub(crate) enum Admitted {
    Tenant(Arc<Snapshot>),
    /// A null sender from a network of these tenants: the header's From decides.
    OneOf(Vec<Arc<Snapshot>>),
}

/// Why mail is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What the peer is told.
    pub(crate) reply: Reply,
    /// What the operator is told, if it needs a person.
    pub(crate) alarm: Option<String>,
}

impl Refusal {
    /// No tenant is proven (RFC 3463: 5.7.1, delivery not authorized).
    fn stranger(text: String) -> Self {
        Self { reply: Reply::new(550, Some(EnhancedCode::new(5, 7, 1)), text), alarm: None }
    }

    /// A tenant is proven; a permanent refusal would make reports of its mail.
    fn set_up(text: &str, alarm: String) -> Self {
        Self { reply: Reply::new(451, Some(EnhancedCode::new(4, 7, 1)), text), alarm: Some(alarm) }
    }
}

/// Judges MAIL.
pub(crate) fn sender(
    tenants: &Tenants,
    pace: &Pace,
    caller: &Caller,
    envelope: &Envelope,
    now: Timestamp,
) -> Result<Admitted, Refusal> {
    let admitted = match &envelope.mail_from {
        ReversePath::Mailbox(address) => Admitted::Tenant(owner(tenants, caller.peer, address)?),
        ReversePath::Null => {
            let here = neighbours(tenants, caller.peer);
            if here.is_empty() {
                return Err(unknown_peer(caller.peer));
            }
            Admitted::OneOf(here)
        }
    };
    if let Admitted::Tenant(snapshot) = &admitted {
        pace.take(snapshot, now)?;
    }
    Ok(admitted)
}

/// Whether one more recipient is within the tenant's limit.
pub(crate) fn recipient(admitted: &Admitted, recipients: usize) -> Result<(), Refusal> {
    let Admitted::Tenant(snapshot) = admitted else { return Ok(()) };
    match snapshot.settings.limits.recipients_per_message {
        Some(max) if recipients >= max as usize => {
            let reply =
                Reply::new(452, Some(EnhancedCode::new(4, 5, 3)), format!("more than {max} recipients"));
            Err(Refusal { reply, alarm: None })
        }
        Some(_) | None => Ok(()),
    }
}

/// Judges the message once its header is known. `header` is the beginning of the message, to the end of the header at least.
pub(crate) fn message(admitted: &Admitted, header: &[u8]) -> Result<Arc<Snapshot>, Refusal> {
    let snapshot = match admitted {
        Admitted::Tenant(snapshot) => Arc::clone(snapshot),
        Admitted::OneOf(tenants) => proof::author(tenants, header)?,
    };
    proof::header(&snapshot, header)?;
    Ok(snapshot)
}

fn owner(tenants: &Tenants, peer: IpAddr, sender: &Address) -> Result<Arc<Snapshot>, Refusal> {
    let owner = tenants.owner(&sender.domain());
    match owner.filter(|snapshot| holds(snapshot, peer)) {
        Some(snapshot) => Ok(snapshot),
        None if neighbours(tenants, peer).is_empty() => Err(unknown_peer(peer)),
        // One text for an unknown domain and for another tenant's: strangers learn nothing of who is a customer.
        None => Err(Refusal::stranger(format!(
            "the domain {} is not one that may send from {peer}; the tenant's `domains` and `networks` decide",
            sender.domain()
        ))),
    }
}

fn unknown_peer(peer: IpAddr) -> Refusal {
    Refusal::stranger(format!("{peer} is in no tenant's networks"))
}

fn neighbours(tenants: &Tenants, peer: IpAddr) -> Vec<Arc<Snapshot>> {
    let mut here = tenants.all();
    here.retain(|snapshot| holds(snapshot, peer));
    here
}

fn holds(snapshot: &Snapshot, peer: IpAddr) -> bool {
    snapshot.settings.connector.networks.iter().any(|network| network.contains(&peer))
}
