//! The watch's reports as facts: listings of our sources, and canaries.
//!
//! Lists of tier A that two witnesses agree on are strong, everything else is weak. A listed domain is a fact if it is ours; which component it harms is
//! said by refusals, because that depends on who reads the mail. What a list says of the hosts in tenants' signatures is between the tenant and us.

use super::Facts;
use ::watch::{CanaryOutcome, Report, Standing};
use dnsbl::{Subject, Tier};
use incident::{CanaryPath, CanaryResult, Strength, What};
use model::{CanaryName, SourceName};
use std::collections::BTreeMap;

/// Remembers what was told, so that only changes are told again.
pub(crate) struct Reporter {
    facts: Facts,
    /// To which provider the sender of each canary returns its mail.
    providers: BTreeMap<CanaryName, String>,
    listed: BTreeMap<(SourceName, &'static str), Option<Strength>>,
    domains: BTreeMap<(String, &'static str), Option<Strength>>,
}

impl Reporter {
    pub(crate) fn new(facts: Facts, providers: BTreeMap<CanaryName, String>) -> Self {
        Self { facts, providers, listed: BTreeMap::new(), domains: BTreeMap::new() }
    }

    /// Tells what a report says.
    pub(crate) fn hear(&mut self, report: &Report) {
        match report {
            Report::Standing {
                subject: Subject::Address(_),
                source: Some(source),
                zone,
                tier,
                standing,
                at,
                ..
            } => {
                let Some(strength) = strength(standing, *tier) else { return };
                let before = self.listed.insert((source.clone(), zone), strength);
                if before == Some(strength) {
                    return;
                }
                let (list, source) = (sentry::list_name(zone), source.clone());
                let names = [source.to_string(), list.clone()];
                let what = match strength {
                    Some(strength) => What::ListingOpened { list, source, strength },
                    None => What::ListingClosed { list, source },
                };
                self.facts.tell("dnsbl", &names.each_ref().map(String::as_str), *at, what);
            }
            Report::Standing {
                subject: Subject::Domain(domain),
                tenant: None,
                zone,
                tier,
                standing,
                at,
                ..
            } => {
                let Some(strength) = strength(standing, *tier) else { return };
                let domain = domain.to_string();
                let before = self.domains.insert((domain.clone(), zone), strength);
                if before == Some(strength) {
                    return;
                }
                let list = sentry::list_name(zone);
                let names = [domain.clone(), list.clone()];
                let what = match strength {
                    Some(strength) => What::DomainListed { list, domain, strength },
                    None => What::DomainCleared { list, domain },
                };
                self.facts.tell("dnsbl", &names.each_ref().map(String::as_str), *at, what);
            }
            Report::Standing { .. } | Report::Zone { .. } | Report::Case { .. } => {}
            Report::Canary { name, source, outcome, took, at } => {
                let seconds = took.as_secs();
                let (intake, way) = match outcome {
                    CanaryOutcome::Seen { .. } => {
                        (Some(CanaryResult::Arrived { seconds }), Some(CanaryResult::Arrived { seconds }))
                    }
                    CanaryOutcome::Late => (None, Some(CanaryResult::Late { seconds })),
                    CanaryOutcome::Lost => (None, Some(CanaryResult::Lost)),
                    CanaryOutcome::Refused { .. } => (Some(CanaryResult::Lost), None),
                };
                let provider = self.providers.get(name).cloned().unwrap_or_default();
                let ways = [(CanaryPath::Intake, intake), (CanaryPath::Provider(provider), way)];
                for (path, result) in ways {
                    let Some(result) = result else { continue };
                    let leg = if path == CanaryPath::Intake { "in" } else { "out" };
                    let what = What::Canary { path, source: source.clone(), result };
                    self.facts.tell("canary", &[name.as_str(), leg], *at, what);
                }
            }
        }
    }
}

/// How strongly a list names something: not at all, or so; nothing if it is not known.
fn strength(standing: &Standing, tier: Tier) -> Option<Option<Strength>> {
    match standing {
        Standing::Unknown => None,
        Standing::Clean { .. } => Some(None),
        Standing::Listed { .. } if tier == Tier::A => Some(Some(Strength::Strong)),
        Standing::Suspected { .. } | Standing::Listed { .. } => Some(Some(Strength::Weak)),
    }
}
