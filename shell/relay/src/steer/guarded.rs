//! What the guard lets a message use towards one host, and what is said where it lets it use nothing.
//!
//! It is asked once the host is known: a source may be welcome at one and refused at another.

use super::{Hop, NoPath, Over, Path, Route, Steer, eligible};
use dispatch::{Claim, Excluded, Opening, Rules, Weighed};
use model::{Source, SourceName};
use sentry::{Receiver, Use, Why};
use std::collections::{BTreeMap, BTreeSet};
use tenant::Snapshot;

/// Every source's use towards one host; empty while the host is not known.
pub(super) struct Guarded {
    uses: BTreeMap<SourceName, Use>,
    rules: Rules,
}

impl Guarded {
    /// Sources that carry nothing in the ordinary way.
    pub(super) fn shut(&self) -> impl Iterator<Item = &SourceName> {
        self.uses.keys().filter(|name| self.claim(name).is_err())
    }

    pub(super) fn claim(&self, source: &SourceName) -> Result<Claim, Excluded> {
        dispatch::claim(self.uses.get(source), self.rules)
    }
}

/// Who is behind a host name.
pub(crate) fn receiver(host: &str) -> Receiver {
    let name = host.split_whitespace().next().unwrap_or_default();
    Receiver::new(bounce::provider_of(name), name)
}

impl Steer {
    pub(super) fn guarded(&self, host: Option<&str>, rules: Rules) -> Guarded {
        let uses = host.map(|host| self.sentry.allows(&self.sources, &receiver(host)));
        let names = self.sources.iter().map(|source| source.name.clone());
        Guarded { uses: names.zip(uses.unwrap_or_default()).collect(), rules }
    }

    /// Whether a way that was chosen a while ago may still be gone: the guard may have taken its source out since.
    pub(crate) fn still_allows(&self, path: &Path, hop: &Hop) -> bool {
        let uses = self.sentry.allows(std::slice::from_ref(&path.source), &receiver(&hop.name));
        let is_last_try = path.rules == Rules::LastTry;
        !uses.iter().any(|one| matches!(one, Use::Never(why) if why.is_order || !is_last_try))
    }

    /// Where some of a message's sources are out, those that stand in for them take over no more than they are warm for.
    pub(super) fn temper(&self, weighed: &mut [Weighed<'_>], to: &Receiver) {
        let is_kept_back =
            |one: &Weighed<'_>| matches!(one.excluded(), Some(Excluded::Quarantined | Excluded::Probing));
        if !weighed.iter().any(is_kept_back) {
            return;
        }
        for one in weighed.iter_mut().filter(|one| one.claim.is_ok()) {
            if self.sentry.may_take_over(&one.source.name, to).is_err() {
                one.claim = Err(Excluded::Full);
            }
        }
    }

    /// A source for which this message is the probe.
    pub(super) fn probed<'s>(&self, weighed: &[Weighed<'s>], to: &Receiver) -> Option<&'s Source> {
        let probing = weighed.iter().filter(|one| one.excluded() == Some(Excluded::Probing));
        probing.map(|one| one.source).find(|source| self.sentry.take_probe(&source.name, to))
    }

    /// What the guard says about a source that it keeps from a message.
    pub(super) fn because(&self, one: &Weighed<'_>, to: &Receiver) -> Option<String> {
        match one.excluded()? {
            Excluded::Quarantined | Excluded::Probing => {
                let uses = self.sentry.allows(std::slice::from_ref(one.source), to);
                uses.first().map(|it| told(one.source, it))
            }
            Excluded::Full => {
                let until = self.sentry.may_take_over(&one.source.name, to).err();
                until.map(|until| format!("{} takes over no more before {until}", one.source.name))
            }
            Excluded::Weight | Excluded::NotOfTheTenant | Excluded::Failed | Excluded::Family => None,
        }
    }

    /// Why none of the sources may take a message to these hosts.
    pub(super) fn no_way(&self, weighed: &[Weighed<'_>], hops: &[Hop], route: &Route) -> NoPath {
        let full = weighed.iter().filter(|one| one.excluded() == Some(Excluded::Full));
        let mut names = full.map(|one| &one.source.name).peekable();
        if let (Some(hop), true) = (hops.first(), names.peek().is_some()) {
            let to = receiver(&hop.name);
            let until = names.filter_map(|name| self.sentry.may_take_over(name, &to).err()).min();
            let until = until.unwrap_or_else(|| self.sentry.now());
            return NoPath::Full { host: hop.name.clone(), until };
        }
        let kept = |one: &&Weighed<'_>| match one.excluded() {
            Some(Excluded::Quarantined | Excluded::Probing) => true,
            Some(
                Excluded::Weight
                | Excluded::NotOfTheTenant
                | Excluded::Failed
                | Excluded::Family
                | Excluded::Full,
            )
            | None => false,
        };
        let kept: Vec<&Source> = weighed.iter().filter(kept).map(|one| one.source).collect();
        let (Some(hop), false) = (hops.first(), kept.is_empty()) else {
            return NoPath::NotResolved(format!("{} has no address of a source's family", route.target));
        };
        let to = receiver(&hop.name);
        let sources: Vec<Source> = kept.into_iter().cloned().collect();
        let uses = self.sentry.allows(&sources, &to);
        let told: Vec<String> = sources.iter().zip(&uses).map(|(source, it)| told(source, it)).collect();
        NoPath::Withheld {
            host: hop.name.clone(),
            why: format!("no source may be used towards {}: {}", hop.name, told.join("; ")),
        }
    }

    /// Whether mail of a tenant that is kept for the sake of our addresses, and may go over `only` these if it says so, could go to `host` now, which has
    /// refused it already or never saw it.
    pub(crate) fn opening(
        &self,
        snapshot: &Snapshot,
        (over, only): (Over, Option<&[SourceName]>),
        (host, was_asked): (&str, bool),
    ) -> Option<Opening> {
        let route = Route { over, ..Self::route_to_smart_host(snapshot, &[]) };
        let eligible = eligible::sources(&self.sources, &snapshot.settings.egress, &route, &BTreeSet::new());
        let is_meant = |source: &&Source| only.is_none_or(|only| only.contains(&source.name));
        let eligible: Vec<Source> = eligible.into_iter().filter(is_meant).cloned().collect();
        let uses = self.sentry.allows(&eligible, &receiver(host));
        dispatch::opening(&uses, was_asked)
    }
}

fn told(source: &Source, it: &Use) -> String {
    let name = &source.name;
    match it {
        Use::Never(Why { place, since, is_order: true, .. }) => {
            format!("{name} is taken out by an operator ({place}) since {since}")
        }
        Use::Never(Why { place, state, since, .. }) => format!("{name} is {state} ({place}) since {since}"),
        Use::Probe => format!("{name} is being probed"),
        // It changed its state a moment ago.
        Use::Free { .. } | Use::LastResort => format!("{name} comes back"),
    }
}
