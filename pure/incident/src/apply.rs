//! How a change alters an incident.
//!
//! No decision is made here: the same changes in the same order give the same incident, today and from a journal of last year.

use crate::cause::CauseKind;
use crate::change::Changed;
use crate::fact::{CanaryResult, Watched, What};
use crate::incident::{Phase, Standing};
use crate::postmortem::PostmortemText;
use crate::settings::Bounds;
use crate::{Clock, EvidenceId, Fact, Incident, Publication, Sentence};
use model::{SourceName, Timestamp};
use std::collections::BTreeSet;

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
                    if let Publication::Posted { at } = publication
                        && !update.is_back_dated()
                    {
                        update.display_at = *at;
                    }
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
        self.mark_sign(fact, bounds);
        self.count(fact, bounds);
    }

    /// Takes what another incident knows: its facts, and of what it holds for wrong all whose end was not heard here meanwhile.
    pub(crate) fn take_over(&mut self, other: &Self, bounds: &Bounds) {
        self.evidence_left_out += other.evidence_left_out;
        let is_new = |fact: &&Fact| self.fact(&fact.id).is_none();
        for fact in other.evidence.iter().filter(is_new).cloned().collect::<Vec<_>>() {
            self.count(&fact, bounds);
        }
        for (sign, id) in &other.signs {
            let began = other.fact(id).map(|fact| fact.at);
            let is_end = |fact: &Fact| standing_sign(fact, bounds) == Some((sign.clone(), false));
            let has_ended = self.evidence.iter().any(|fact| Some(fact.at) > began && is_end(fact));
            if self.may_keep(sign) && !has_ended {
                self.signs.entry(sign.clone()).or_insert_with(|| id.clone());
            }
        }
    }

    fn count(&mut self, fact: &Fact, bounds: &Bounds) {
        self.harm.take(fact, bounds);
        if self.evidence.len() >= bounds.evidence_max {
            self.thin_out();
        }
        // What is rare gets twice the room before it is only counted, too.
        let room = if is_plain(&fact.what) { bounds.evidence_max } else { bounds.evidence_max * 2 };
        if self.evidence.len() >= room {
            self.evidence_left_out += 1;
            return;
        }
        let place = self.evidence.partition_point(|one| one.at <= fact.at);
        self.evidence.insert(place, fact.clone());
    }

    /// Makes room: of measurements that are many and alike, and that nothing cites, the older half goes and every second of the rest.
    fn thin_out(&mut self) {
        let cited = self.cited();
        let is_spare = |fact: &Fact| is_plain(&fact.what) && !cited.contains(&fact.id);
        let spare = self.evidence.iter().filter(|fact| is_spare(fact)).count();
        let (mut seen, before) = (0, self.evidence.len());
        self.evidence.retain(|fact| {
            if !is_spare(fact) {
                return true;
            }
            seen += 1;
            seen > spare / 2 && seen % 2 == 0
        });
        self.evidence_left_out += (before - self.evidence.len()) as u64;
    }

    /// Ids to which something that is said, shown or counted refers.
    fn cited(&self) -> BTreeSet<EvidenceId> {
        let harm = &self.harm;
        let figures = [
            &harm.refused,
            &harm.delivered,
            &harm.moved,
            &harm.delayed,
            &harm.reported,
            &harm.lost,
            &harm.parked_max,
            &harm.oldest_max_seconds,
            &harm.looks_failed,
        ];
        let figures = figures.into_iter().filter_map(|figure| figure.evidence.as_ref());
        let clocks = Clock::ALL.into_iter().filter_map(|clock| self.clocks.get(clock));
        let versions = self.updates.iter().flat_map(|update| &update.versions);
        let sentences = versions.flat_map(|version| &version.sentences).map(Sentence::evidence);
        let refs = figures
            .chain(clocks.map(|reading| &reading.evidence))
            .chain(self.effects.values().map(|effect| &effect.evidence))
            .chain(sentences);
        let moments = [&harm.first, &harm.last, &harm.good_after];
        let places = harm.providers.values().flat_map(|at| [&at.again, &at.good]);
        let moments = moments.into_iter().chain(places).flatten().map(|moment| &moment.evidence);
        refs.flat_map(|refs| refs.ids()).chain(moments).chain(self.signs.values()).cloned().collect()
    }

    /// Begins or ends what stays wrong until something says otherwise.
    fn mark_sign(&mut self, fact: &Fact, bounds: &Bounds) {
        let Some((sign, is_on)) = standing_sign(fact, bounds) else { return };
        if is_on && self.may_keep(&sign) {
            self.signs.entry(sign).or_insert_with(|| fact.id.clone());
        } else {
            self.signs.remove(&sign);
        }
    }

    /// Whether the fact ends something that holds as far as this incident knows.
    pub(crate) fn is_end_of_sign(&self, fact: &Fact, bounds: &Bounds) -> bool {
        standing_sign(fact, bounds).is_some_and(|(sign, is_on)| !is_on && self.signs.contains_key(&sign))
    }

    /// Whether a state of ours, and no flow of mail, says that its cause holds: a provider's own fault does not end with a listing.
    fn may_keep(&self, sign: &str) -> bool {
        let is_of_a_domain = sign.starts_with("domain/");
        match self.cause.kind {
            CauseKind::Domain => is_of_a_domain,
            CauseKind::Address | CauseKind::Certificate { .. } | CauseKind::Connector { .. } => {
                !is_of_a_domain
            }
            CauseKind::Unexplained { .. } => true,
            CauseKind::Setup
            | CauseKind::Provider { .. }
            | CauseKind::Intake
            | CauseKind::Signatures
            | CauseKind::Directory
            | CauseKind::Console
            | CauseKind::Other { .. } => false,
        }
    }
}

/// What stays wrong until something says otherwise, and whether the fact begins or ends it.
fn standing_sign(fact: &Fact, bounds: &Bounds) -> Option<(String, bool)> {
    Some(match &fact.what {
        What::ListingOpened { list, source, .. } => (listing(list, source), true),
        What::ListingClosed { list, source } => (listing(list, source), false),
        What::DomainListed { list, domain, .. } => (domain_listing(list, domain), true),
        What::DomainCleared { list, domain } => (domain_listing(list, domain), false),
        What::Unwatched { what } => (what.sign(), false),
        What::SourceChanged { source, to, reach, .. } => {
            let watched = Watched::Source { source: source.clone(), scope: reach.scope().to_owned() };
            (watched.sign(), to.is_out())
        }
        What::ConnectorHeld { tenant, .. } => (format!("connector/{tenant}"), true),
        What::ConnectorReleased { tenant } => (format!("connector/{tenant}"), false),
        What::CertificateLooked { name, expires } => {
            let sign = Watched::Certificate { name: name.clone() }.sign();
            (sign, *expires < fact.at + bounds.certificate_warning)
        }
        What::Refused { .. }
        | What::Delivered { .. }
        | What::Canary { .. }
        | What::Waiting { .. }
        | What::Balanced { .. }
        | What::Reported { .. }
        | What::ListenerLooked { .. }
        | What::Accepted { .. }
        | What::Stamped { .. }
        | What::DirectoryLooked { .. }
        | What::ConsoleLooked { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. }
        | What::Acted { .. } => return None,
    })
}

/// Looks that found everything well: they come every minute, and none of them is news.
pub(crate) fn is_good_look(what: &What) -> bool {
    match what {
        What::ListenerLooked { is_well, .. } | What::ConsoleLooked { is_well } => *is_well,
        What::Canary { result, .. } => matches!(result, CanaryResult::Arrived { .. }),
        What::Accepted { offered: all, accepted: done, .. }
        | What::Stamped { eligible: all, stamped: done, .. } => all == done,
        What::Refused { .. }
        | What::Delivered { .. }
        | What::SourceChanged { .. }
        | What::ListingOpened { .. }
        | What::ListingClosed { .. }
        | What::DomainListed { .. }
        | What::DomainCleared { .. }
        | What::Unwatched { .. }
        | What::Waiting { .. }
        | What::Balanced { .. }
        | What::Reported { .. }
        | What::CertificateLooked { .. }
        | What::ConnectorHeld { .. }
        | What::ConnectorReleased { .. }
        | What::DirectoryLooked { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. }
        | What::Acted { .. } => false,
    }
}

fn listing(list: &str, source: &SourceName) -> String {
    Watched::Listing { list: list.to_owned(), source: source.clone() }.sign()
}

fn domain_listing(list: &str, domain: &str) -> String {
    Watched::DomainListing { list: list.to_owned(), domain: domain.to_owned() }.sign()
}

/// Measurements that come all the time.
pub(crate) fn is_plain(what: &What) -> bool {
    matches!(
        what,
        What::Delivered { moved: 0, .. }
            | What::Waiting { .. }
            | What::Balanced { .. }
            | What::Reported { messages: 0, .. }
    )
}
