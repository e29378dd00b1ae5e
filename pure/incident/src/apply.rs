//! How a change alters an incident, and how a fact alters its figures.
//!
//! No decision is made here: the same changes in the same order give the same incident, today and from a journal of last year.

use crate::change::Changed;
use crate::fact::{CanaryResult, What};
use crate::harm::Failure;
use crate::incident::{Phase, Standing};
use crate::postmortem::PostmortemText;
use crate::settings::Bounds;
use crate::{Fact, Harm, Incident};
use model::{Owner, Timestamp};

/// Whether a refusal with this owner is a fault of ours.
pub(crate) const fn is_ours(owner: Owner) -> bool {
    match owner {
        Owner::OurAddress | Owner::OurDomain | Owner::OurSetup => true,
        Owner::TenantSetup | Owner::SenderDomain | Owner::Content | Owner::Recipient | Owner::Receiver => {
            false
        }
    }
}

/// What a fact says about whether the service works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Works {
    Yes,
    No,
    /// It does not say.
    Silent,
}

pub(crate) fn works(what: &What, bounds: &Bounds) -> Works {
    let says = |is_well: bool| if is_well { Works::Yes } else { Works::No };
    match what {
        What::Refused { owner, messages, .. } | What::Reported { owner, messages, .. } => {
            if is_ours(*owner) && *messages > 0 { Works::No } else { Works::Silent }
        }
        What::Delivered { messages, .. } => {
            if *messages > 0 {
                Works::Yes
            } else {
                Works::Silent
            }
        }
        What::Canary { result, .. } => match result {
            CanaryResult::Arrived { .. } => Works::Yes,
            CanaryResult::Late { .. } | CanaryResult::Lost => Works::No,
        },
        What::Waiting { oldest_seconds, .. } => {
            if *oldest_seconds > bounds.oldest_max_seconds {
                Works::No
            } else {
                Works::Silent
            }
        }
        What::ListenerLooked { is_well, .. } | What::ConsoleLooked { is_well } => says(*is_well),
        What::Accepted { offered, accepted, .. } => flow(*offered, *accepted),
        What::Stamped { eligible, stamped, .. } => flow(*eligible, *stamped),
        What::DirectoryLooked { age_seconds, tenants_stale } => {
            says(*tenants_stale == 0 && *age_seconds <= bounds.directory_age_max_seconds)
        }
        What::ConnectorHeld { .. } => Works::No,
        What::ConnectorReleased { .. } => Works::Yes,
        What::SourceChanged { .. }
        | What::ListingOpened { .. }
        | What::ListingClosed { .. }
        | What::CertificateLooked { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. }
        | What::Acted { .. } => Works::Silent,
    }
}

/// A single miss among a hundred is no failure of the service.
fn flow(offered: u64, taken: u64) -> Works {
    if offered == 0 {
        Works::Silent
    } else if offered.saturating_sub(taken).saturating_mul(100) > offered {
        Works::No
    } else {
        Works::Yes
    }
}

impl Harm {
    /// Adds what one fact says.
    pub(crate) fn take(&mut self, fact: &Fact, bounds: &Bounds) {
        let id = &fact.id;
        match &fact.what {
            What::Refused { source, provider, owner, tenant, list, messages, .. } if is_ours(*owner) => {
                self.refused.add(*messages, id);
                self.at(provider).refused += messages;
                self.sources.insert(source.clone());
                self.tenants.extend(tenant.clone());
                self.lists.extend(list.clone());
            }
            What::Delivered { provider, messages, moved, delays, .. } => {
                self.delivered.add(*messages, id);
                if *moved > 0 {
                    self.moved.add(*moved, id);
                }
                let delayed = delays.over(bounds.delayed_over_seconds);
                if delayed > 0 {
                    self.delayed.add(delayed, id);
                }
                self.delays.merge(delays);
                self.at(provider).delivered += messages;
                self.at(provider).moved += moved;
            }
            What::Reported { provider, owner, tenant, messages } if is_ours(*owner) => {
                self.reported.add(*messages, id);
                self.tenants.extend(tenant.clone());
                if let Some(provider) = provider {
                    self.at(provider).reported += messages;
                }
            }
            What::Waiting { parked, oldest_seconds, .. } => {
                self.parked_now = *parked;
                self.parked_max.raise(*parked, id);
                self.oldest_max_seconds.raise(*oldest_seconds, id);
            }
            What::ListingOpened { list, source, .. } => {
                self.lists.insert(list.clone());
                self.sources.insert(source.clone());
            }
            What::ConnectorHeld { tenant, .. } => drop(self.tenants.insert(tenant.clone())),
            What::Canary { .. }
            | What::ListenerLooked { .. }
            | What::ConsoleLooked { .. }
            | What::DirectoryLooked { .. } => {
                if works(&fact.what, bounds) == Works::No {
                    self.looks_failed.add(1, id);
                }
            }
            What::Refused { .. }
            | What::Reported { .. }
            | What::SourceChanged { .. }
            | What::ListingClosed { .. }
            | What::CertificateLooked { .. }
            | What::ConnectorReleased { .. }
            | What::Accepted { .. }
            | What::Stamped { .. }
            | What::NodeStarted { .. }
            | What::NodeStopped
            | What::VendorPosted { .. }
            | What::Acted { .. } => {}
        }
        self.mark(fact, works(&fact.what, bounds));
    }

    fn at(&mut self, provider: &str) -> &mut crate::AtProvider {
        self.providers.entry(provider.to_owned()).or_default()
    }

    fn mark(&mut self, fact: &Fact, works: Works) {
        let moment = || Failure { at: fact.at, evidence: fact.id.clone() };
        match works {
            Works::No => {
                if self.first.as_ref().is_none_or(|first| fact.at < first.at) {
                    self.first = Some(moment());
                }
                if self.last.as_ref().is_none_or(|last| fact.at >= last.at) {
                    self.last = Some(moment());
                }
                let last = self.last.as_ref().map(|last| last.at);
                self.good_after =
                    self.good_after.take().filter(|good| last.is_none_or(|last| good.at > last));
            }
            Works::Yes => {
                let is_after = self.last.as_ref().is_some_and(|last| fact.at > last.at);
                if is_after && self.good_after.is_none() {
                    self.good_after = Some(moment());
                }
            }
            Works::Silent => {}
        }
    }
}

impl Incident {
    /// Makes one change of the journal. Changes of something else do nothing.
    pub(crate) fn apply(&mut self, change: &Changed, at: Timestamp, bounds: &Bounds) {
        match change {
            Changed::Evidence { fact, .. } => self.keep(fact, bounds),
            Changed::Confirmed { rule, .. } => {
                self.standing = Standing::Confirmed;
                self.rule.clone_from(rule);
            }
            Changed::Caused { cause, title, .. } => {
                self.cause = cause.clone();
                self.title = title.clone();
            }
            Changed::Clocked { clock, reading, .. } => self.clocks.set(*clock, reading.clone()),
            Changed::Phased { phase, .. } => self.phase = *phase,
            Changed::Affected { component, effect, .. } => {
                self.effects.insert(component.clone(), effect.clone());
            }
            Changed::ImpactSet { set, .. } => self.impact_override.clone_from(set),
            Changed::Retitled { title, .. } => self.title = title.clone(),
            Changed::Updated { update, .. } => self.updates.push(update.as_ref().clone()),
            Changed::Published { update, publication, .. } => {
                if let Some(update) = self.updates.iter_mut().find(|one| one.id == *update) {
                    update.publication = publication.clone();
                }
            }
            Changed::Edited { update, version, .. } => {
                if let Some(update) = self.updates.iter_mut().find(|one| one.id == *update) {
                    update.versions.push(version.as_ref().clone());
                }
            }
            Changed::Upstream { upstream, .. } => {
                self.upstream
                    .retain(|one| (&one.vendor, &one.incident) != (&upstream.vendor, &upstream.incident));
                self.upstream.push(upstream.clone());
            }
            Changed::Merged { into, .. } => {
                self.standing = Standing::Merged;
                self.merged_into = Some(into.clone());
            }
            Changed::Reopened { .. } => {
                self.reopened += 1;
                self.standing = Standing::Confirmed;
            }
            Changed::Dismissed { .. } => self.standing = Standing::Dismissed,
            Changed::Absorbed { .. } => self.standing = Standing::Absorbed,
            Changed::PostmortemWritten { version, .. } => match &mut self.postmortem {
                Some(text) => text.versions.push(version.as_ref().clone()),
                None => {
                    let versions = vec![version.as_ref().clone()];
                    self.postmortem = Some(PostmortemText { versions, published_at: None });
                }
            },
            Changed::PostmortemPublished { at, .. } => {
                self.phase = Phase::Postmortem;
                if let Some(text) = &mut self.postmortem {
                    text.published_at = Some(*at);
                }
            }
            Changed::UpdateDue { .. }
            | Changed::Opened { .. }
            | Changed::ComponentChanged { .. }
            | Changed::Scheduled { .. }
            | Changed::Moved { .. }
            | Changed::MaintenancePhased { .. } => {}
        }
        self.changed_at = at;
    }

    /// Takes a fact as evidence: its figures always, itself while there is room.
    pub(crate) fn keep(&mut self, fact: &Fact, bounds: &Bounds) {
        self.harm.take(fact, bounds);
        self.mark_sign(fact, bounds);
        // Deliveries are many and alike: a quarter of the room is theirs, so that they do not push out refusals.
        let is_plain = matches!(fact.what, What::Delivered { moved: 0, .. } | What::Waiting { .. });
        let room = if is_plain { bounds.evidence_max / 4 } else { bounds.evidence_max };
        if self.evidence.len() >= room {
            self.evidence_left_out += 1;
            return;
        }
        let place = self.evidence.partition_point(|one| one.at <= fact.at);
        self.evidence.insert(place, fact.clone());
    }

    /// Begins or ends what stays wrong until something says otherwise.
    fn mark_sign(&mut self, fact: &Fact, bounds: &Bounds) {
        use crate::fact::{Reach, SourceState};
        let (sign, is_on) = match &fact.what {
            What::ListingOpened { list, source, .. } => (format!("listing/{list}/{source}"), true),
            What::ListingClosed { list, source } => (format!("listing/{list}/{source}"), false),
            What::SourceChanged { source, to, reach, .. } => {
                let scope = match reach {
                    Reach::Everywhere => "everywhere".to_owned(),
                    Reach::Provider(name) | Reach::Site(name) => name.clone(),
                };
                let is_out = matches!(to, SourceState::Quarantined | SourceState::Probing);
                (format!("source/{source}/{scope}"), is_out)
            }
            What::ConnectorHeld { tenant, .. } => (format!("connector/{tenant}"), true),
            What::ConnectorReleased { tenant } => (format!("connector/{tenant}"), false),
            What::CertificateLooked { name, expires } => {
                (format!("certificate/{name}"), *expires < fact.at + bounds.certificate_warning)
            }
            What::Refused { .. }
            | What::Delivered { .. }
            | What::Canary { .. }
            | What::Waiting { .. }
            | What::Reported { .. }
            | What::ListenerLooked { .. }
            | What::Accepted { .. }
            | What::Stamped { .. }
            | What::DirectoryLooked { .. }
            | What::ConsoleLooked { .. }
            | What::NodeStarted { .. }
            | What::NodeStopped
            | What::VendorPosted { .. }
            | What::Acted { .. } => return,
        };
        if is_on {
            self.signs.entry(sign).or_insert_with(|| fact.id.clone());
        } else {
            self.signs.remove(&sign);
        }
    }
}
