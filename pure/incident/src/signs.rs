//! Signature rules, as data: which fact is a sign of which cause, and how strong.
//!
//! A strong sign opens an incident. A weak one opens a suspicion, known inside only; so many different witnesses of the same sign within its time
//! make it strong. Rules beat statistics: one refusal that names our address says more than a share of failures, and says it hours earlier.

use crate::cause::CauseKind;
use crate::component::ComponentId;
use crate::fact::{CanaryPath, CanaryResult, SourceState, Strength, What};
use crate::settings::{Bounds, Settings};
use crate::works::is_ours;
use crate::{Cause, Fact};
use model::{Category, Duration, Owner};

/// What can be seen in a single fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    AddressRefused,
    DomainRefused,
    SetupRefused,
    ReceiverFails,
    Listed,
    DomainListed,
    SourceOut,
    SourceSuspected,
    SenderTold,
    IntakeCanaryFails,
    ProviderCanaryFails,
    ListenerDown,
    ConsoleDown,
    CertificateEnded,
    CertificateEnds,
    ConnectorHeld,
    DirectoryStale,
    QueueOld,
    Unaccounted,
    NothingStamped,
    Crashed,
}

/// How strong a sign is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// As the fact says.
    AsFact,
    Weak,
    Strong,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct SignRule {
    /// The name under which an incident says why it was opened.
    pub(crate) name: &'static str,
    pub(crate) sight: Sight,
    pub(crate) says: Says,
    /// So many different witnesses make it strong; 0: they never do.
    pub(crate) witnesses: usize,
    pub(crate) within: Duration,
}

const fn row(name: &'static str, sight: Sight, says: Says, witnesses: usize, minutes: u64) -> SignRule {
    SignRule { name, sight, says, witnesses, within: Duration::from_secs(minutes * 60) }
}

/// Every rule. Two unrelated organisations within ten minutes are the law's own figure.
pub(crate) const RULES: [SignRule; 21] = [
    row("address-refused", Sight::AddressRefused, Says::AsFact, 2, 10),
    row("domain-refused", Sight::DomainRefused, Says::AsFact, 2, 10),
    row("setup-refused", Sight::SetupRefused, Says::AsFact, 2, 10),
    row("receiver-fails", Sight::ReceiverFails, Says::Weak, 0, 10),
    row("address-listed", Sight::Listed, Says::AsFact, 0, 10),
    row("domain-listed", Sight::DomainListed, Says::AsFact, 0, 10),
    row("source-out", Sight::SourceOut, Says::Strong, 0, 10),
    row("source-suspected", Sight::SourceSuspected, Says::Weak, 0, 10),
    row("sender-told", Sight::SenderTold, Says::Strong, 0, 10),
    row("intake-canary", Sight::IntakeCanaryFails, Says::Weak, 2, 15),
    row("provider-canary", Sight::ProviderCanaryFails, Says::Weak, 2, 15),
    row("listener-down", Sight::ListenerDown, Says::Weak, 2, 5),
    row("console-down", Sight::ConsoleDown, Says::Weak, 3, 10),
    row("certificate-ended", Sight::CertificateEnded, Says::Strong, 0, 10),
    row("certificate-ends", Sight::CertificateEnds, Says::Weak, 0, 10),
    row("connector-held", Sight::ConnectorHeld, Says::Strong, 0, 10),
    row("directory-stale", Sight::DirectoryStale, Says::Weak, 3, 60),
    row("queue-old", Sight::QueueOld, Says::Weak, 3, 15),
    row("unaccounted", Sight::Unaccounted, Says::Weak, 2, 15),
    row("nothing-stamped", Sight::NothingStamped, Says::Strong, 0, 10),
    row("crashed", Sight::Crashed, Says::Weak, 2, 30),
];

/// A rule that a fact meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sign {
    pub(crate) rule: &'static str,
    pub(crate) cause: Cause,
    pub(crate) strength: Strength,
}

/// The rule that this fact meets, if any: a fact is a sign of one thing.
pub(crate) fn sign(fact: &Fact, settings: &Settings) -> Option<Sign> {
    let (sight, kind) = sight(fact, settings)?;
    let rule = rule_for(sight)?;
    let strength = match rule.says {
        Says::AsFact => stated(&fact.what),
        Says::Weak => Strength::Weak,
        Says::Strong => Strength::Strong,
    };
    Some(Sign { rule: rule.name, cause: Cause { region: fact.region.clone(), kind }, strength })
}

fn rule_for(sight: Sight) -> Option<&'static SignRule> {
    RULES.iter().find(|rule| rule.sight == sight)
}

/// Whether different witnesses among these facts make a weak sign strong.
pub(crate) fn are_witnesses<'a>(
    facts: impl Iterator<Item = &'a Fact>,
    newest: &'a Fact,
    settings: &Settings,
) -> bool {
    let Some(rule) = sight(newest, settings).and_then(|(sight, _)| rule_for(sight)) else { return false };
    if rule.witnesses == 0 {
        return false;
    }
    let same = facts.chain([newest]).filter(|fact| newest.at.since(fact.at) <= rule.within);
    let same = same.filter(|fact| sight(fact, settings).is_some_and(|(sight, _)| sight == rule.sight));
    let witnesses: std::collections::BTreeSet<&str> = same.map(witness).collect();
    witnesses.len() >= rule.witnesses
}

/// Who saw it: the organisation that refused, or each look by itself.
fn witness(fact: &Fact) -> &str {
    if let What::Refused { site, provider, .. } = &fact.what {
        return site.as_ref().unwrap_or(provider);
    }
    fact.id.as_str()
}

fn stated(what: &What) -> Strength {
    if let What::Refused { strength, .. }
    | What::ListingOpened { strength, .. }
    | What::DomainListed { strength, .. } = what
    {
        return *strength;
    }
    Strength::Weak
}

/// Whose fault it is names the cause.
fn by_owner(owner: Owner) -> Option<(Sight, CauseKind)> {
    match owner {
        Owner::OurAddress => Some((Sight::AddressRefused, CauseKind::Address)),
        Owner::OurDomain => Some((Sight::DomainRefused, CauseKind::Domain)),
        Owner::OurSetup => Some((Sight::SetupRefused, CauseKind::Setup)),
        Owner::TenantSetup | Owner::SenderDomain | Owner::Content | Owner::Recipient | Owner::Receiver => {
            None
        }
    }
}

fn sight(fact: &Fact, settings: &Settings) -> Option<(Sight, CauseKind)> {
    let bounds = &settings.bounds;
    match &fact.what {
        What::Refused { messages: 0, .. } | What::Reported { messages: 0, .. } => None,
        What::Refused { owner: Owner::Receiver, category: Category::TransientServer, provider, .. } => {
            Some((Sight::ReceiverFails, CauseKind::Provider { provider: provider.clone() }))
        }
        What::Refused { owner, .. } => by_owner(*owner),
        What::Reported { owner, .. } if is_ours(*owner) => {
            by_owner(*owner).map(|(_, cause)| (Sight::SenderTold, cause))
        }
        What::ListingOpened { .. } => Some((Sight::Listed, CauseKind::Address)),
        What::DomainListed { .. } => Some((Sight::DomainListed, CauseKind::Domain)),
        // A state that is told again is no news.
        What::SourceChanged { from, to, .. } if from == to => None,
        What::SourceChanged { to, .. } => match to {
            SourceState::Quarantined => Some((Sight::SourceOut, CauseKind::Address)),
            SourceState::Suspected => Some((Sight::SourceSuspected, CauseKind::Address)),
            SourceState::Clean | SourceState::Probing | SourceState::Retired => None,
        },
        What::Canary { path, result, .. } => match result {
            CanaryResult::Arrived { .. } => None,
            CanaryResult::Late { .. } | CanaryResult::Lost => canary(fact, path, settings),
        },
        What::ListenerLooked { is_well: false, .. } => Some((Sight::ListenerDown, CauseKind::Intake)),
        What::ConsoleLooked { is_well: false } => Some((Sight::ConsoleDown, CauseKind::Console)),
        What::CertificateLooked { name, expires } => certificate(fact, name, *expires, bounds),
        What::ConnectorHeld { tenant, .. } => {
            Some((Sight::ConnectorHeld, CauseKind::Connector { tenant: tenant.clone() }))
        }
        What::DirectoryLooked { age_seconds, tenants_stale } => {
            let is_stale = *tenants_stale > 0 || *age_seconds > bounds.directory_age_max_seconds;
            is_stale.then_some((Sight::DirectoryStale, CauseKind::Directory))
        }
        What::Waiting { provider, oldest_seconds, .. } if *oldest_seconds > bounds.oldest_max_seconds => {
            let component = settings.outbound(&fact.region, provider.as_deref().unwrap_or_default())?;
            Some((Sight::QueueOld, unexplained(component)))
        }
        What::Balanced { .. } if fact.what.missing() > 0 => {
            Some((Sight::Unaccounted, unexplained(settings.outbound(&fact.region, "")?)))
        }
        What::Stamped { eligible, stamped: 0, .. } if *eligible >= bounds.burn_floor => {
            Some((Sight::NothingStamped, CauseKind::Signatures))
        }
        What::NodeStarted { after_crash: true } => Some((Sight::Crashed, CauseKind::Intake)),
        What::Reported { .. }
        | What::Delivered { .. }
        | What::ListingClosed { .. }
        | What::DomainCleared { .. }
        | What::Unwatched { .. }
        | What::ListenerLooked { .. }
        | What::ConsoleLooked { .. }
        | What::ConnectorReleased { .. }
        | What::Waiting { .. }
        | What::Balanced { .. }
        | What::Stamped { .. }
        | What::Accepted { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. }
        | What::Acted { .. } => None,
    }
}

fn unexplained(component: &ComponentId) -> CauseKind {
    CauseKind::Unexplained { component: component.clone() }
}

fn canary(fact: &Fact, path: &CanaryPath, settings: &Settings) -> Option<(Sight, CauseKind)> {
    match path {
        CanaryPath::Intake => Some((Sight::IntakeCanaryFails, CauseKind::Intake)),
        CanaryPath::Provider(provider) => {
            let component = settings.outbound(&fact.region, provider)?;
            Some((Sight::ProviderCanaryFails, unexplained(component)))
        }
    }
}

fn certificate(
    fact: &Fact,
    name: &str,
    expires: model::Timestamp,
    bounds: &Bounds,
) -> Option<(Sight, CauseKind)> {
    let cause = CauseKind::Certificate { name: name.to_owned() };
    if expires <= fact.at {
        Some((Sight::CertificateEnded, cause))
    } else if expires < fact.at + bounds.certificate_warning {
        Some((Sight::CertificateEnds, cause))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
