//! One message over one route, in as many transactions as the hosts on it ask for, and the one turn that each gets over another source: what is refused
//! for who we are costs its sender nothing, and a host that is out of reach by IPv6 is tried by IPv4 at once, or the other way round.
//!
//! Whoever was refused for our address goes at once, one time, over a source that the guard allows, with everybody who was accepted left
//! alone; a second refusal is parked by the verdict and wakes with its source. Only complete replies move a message: where the end is unknown or a
//! limit is reached, the same source tries again later. Every refusal is told to the guard before the next source is chosen, so what
//! one message learns holds for the next.

use crate::conduct::Bounds;
use crate::custody::Custody;
use crate::form::Form;
use crate::steer::{NoPath, Path, Route};
use crate::transport::{NotSent, Shipment};
use crate::verdict::Missed;
use crate::{Parts, conduct, crowd, cut_through, guard, missed};
use bounce::Failure;
use dispatch::Rules;
use model::{Duration, Envelope, Recipient, SourceName, Stage, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use tenant::Snapshot;

/// One message with what bounds its way.
#[derive(Clone, Copy)]
struct Errand<'a> {
    parts: &'a Parts,
    custody: Custody<'a>,
    snapshot: &'a Arc<Snapshot>,
    route: &'a Route,
    bounds: &'a Bounds,
    form: &'a Form<'a>,
}

/// What one transaction over one source came to.
struct Turn {
    missed: Vec<Missed>,
    /// Those for whom the transaction had no room.
    over: Vec<usize>,
    /// Those of them who were refused for our address.
    for_our_address: BTreeSet<usize>,
    /// Over which source; none where it was the tenant's fallback or nothing was sent.
    source: Option<SourceName>,
    /// Whether the hosts can also be reached from a source of the other family.
    has_other_family: bool,
}

/// Why some go another way at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    /// The tenant's connector does not take this source; it may know another address of ours (law 3).
    Setup,
    /// This source is refused for who it is.
    OurAddress,
    /// None of the hosts answers by IPv6, or by IPv4: they may by the other.
    Family,
}

/// Sources over which a message does not go.
struct Without {
    all: BTreeSet<SourceName>,
    /// Those of them that only the guard keeps back: the last try may use them.
    kept_back: BTreeSet<SourceName>,
}

impl Without {
    fn begin(all: BTreeSet<SourceName>, bounds: &Bounds) -> Self {
        // A suspect sender never moves, whatever it costs: hopping spreads a listing.
        let kept_back = if bounds.only.is_some() { BTreeSet::new() } else { all.clone() };
        Self { all, kept_back }
    }

    /// It failed, or was refused.
    fn leave_out(&mut self, source: SourceName) {
        self.kept_back.remove(&source);
        self.all.insert(source);
    }

    /// The guard took it out on the way to a host.
    fn withdraw(&mut self, source: SourceName, rules: Rules) {
        match rules {
            Rules::Guarded | Rules::Hurried => {
                self.kept_back.insert(source.clone());
                self.all.insert(source);
            }
            // Only an order binds the last try.
            Rules::LastTry => self.leave_out(source),
        }
    }

    fn at_the_last_try(&self) -> BTreeSet<SourceName> {
        self.all.difference(&self.kept_back).cloned().collect()
    }
}

/// Everybody over the route, one transaction behind the other; gives those who were not reached.
pub(crate) async fn carry_over(
    parts: &Parts,
    custody: Custody<'_>,
    snapshot: &Arc<Snapshot>,
    (route, bounds): (&Route, &Bounds),
    form: &Form<'_>,
    members: &[(usize, Recipient)],
) -> Vec<Missed> {
    let errand = Errand { parts, custody, snapshot, route, bounds, form };
    let mut missed = Vec::new();
    let mut left = members.to_vec();
    while !left.is_empty() {
        let (these, over) = carry_transaction(errand, &left).await;
        missed.extend(these);
        assert!(over.len() < left.len(), "a transaction has room for one at least");
        left.retain(|(number, _)| over.contains(number));
    }
    missed
}

/// One transaction, from the first source that can be used, and a second one for those who were refused for it; and for whom there was no room.
async fn carry_transaction(
    errand: Errand<'_>,
    members: &[(usize, Recipient)],
) -> (Vec<Missed>, BTreeSet<usize>) {
    let Errand { parts, custody, snapshot, route, bounds, .. } = errand;
    let mut without = Without::begin(conduct::without(parts, snapshot, route, bounds), bounds);
    let may_fall_back = bounds.only.is_none();
    let first = match errand.turn(members, &mut without, may_fall_back).await {
        Ok(turn) => turn,
        Err(no_path) => {
            let missed = conduct::left_behind(not_gone(members, no_path), bounds, parts.clock.now());
            return (missed, BTreeSet::new());
        }
    };
    let mut over: BTreeSet<usize> = first.over.iter().copied().collect();
    let moves = errand.moves(&first, members.len() - over.len());
    let Some((why, source)) = moves else { return (first.missed, over) };
    let moves = |one: &Missed| why != Move::OurAddress || first.for_our_address.contains(&one.recipient);
    let (again, mut left): (Vec<Missed>, Vec<Missed>) = first.missed.into_iter().partition(moves);
    tracing::warn!(id = %custody.id(), %source, tenant = %snapshot.settings.name, ?why, "a source does not come through; another one is tried");
    match why {
        Move::Family => parts.steer.like(&source).into_iter().for_each(|one| without.leave_out(one)),
        Move::Setup | Move::OurAddress => without.leave_out(source),
    }
    let numbers: BTreeSet<usize> = again.iter().map(|one| one.recipient).collect();
    let members: Vec<_> = members.iter().filter(|(number, _)| numbers.contains(number)).cloned().collect();
    // A connector that takes none of our sources is the tenant's set-up, and no source is out for it.
    let may_fall_back = may_fall_back && why == Move::OurAddress;
    match errand.turn(&members, &mut without, may_fall_back).await {
        Ok(second) => {
            if why == Move::OurAddress {
                parts.metrics.rerouted.add_one();
            }
            left.extend(second.missed);
            over.extend(second.over);
        }
        Err(full @ NoPath::Full { .. }) => left.extend(not_gone(&members, full)),
        Err(
            NoPath::NoSource(_)
            | NoPath::Withheld { .. }
            | NoPath::NotResolved(_)
            | NoPath::NotProven { .. }
            | NoPath::Nowhere(..),
        ) => left.extend(again),
    }
    (left, over)
}

/// Nobody was reached, because there was no way.
fn not_gone(members: &[(usize, Recipient)], no_path: NoPath) -> Vec<Missed> {
    let (host, failure, again_at) = no_path.told();
    let mut missed = missed(members, Stage::Resolve, (host.as_deref(), None), &failure);
    missed.iter_mut().for_each(|one| one.limited = again_at);
    missed
}

impl Errand<'_> {
    /// One transaction over the best source; one that turns out to be unusable here makes way for the next.
    async fn turn(
        self,
        members: &[(usize, Recipient)],
        without: &mut Without,
        mut may_fall_back: bool,
    ) -> Result<Turn, NoPath> {
        let Self { parts, custody, snapshot, .. } = self;
        let envelope = envelope_of(&custody.accepted().envelope, members);
        let recipients: Vec<usize> = members.iter().map(|(number, _)| *number).collect();
        let shipment = Shipment { custody, recipients: &recipients, envelope: &envelope, form: self.form };
        // Taken out on the way to a host: chosen anew once, and not a second time, because the guard's word on the first host of several is no word on
        // the one that was reached.
        let mut withdrawn: BTreeSet<SourceName> = BTreeSet::new();
        loop {
            let path = self.path(without, may_fall_back).await?;
            let source = path.login.is_none().then(|| path.source.name.clone());
            let (began, mut over) = (parts.clock.now(), Vec::new());
            let missed = match parts
                .transport
                .send(&path, &shipment, &|hop| parts.steer.still_allows(&path, hop))
                .await
            {
                Ok(mut sent) => {
                    over = std::mem::take(&mut sent.over);
                    guard::accepted(&parts.sentry, &sent, parts.clock.now().since(began));
                    parts.verdict.take(custody, snapshot, sent, parts.clock.now()).await
                }
                // The tenant's other way is none, and nothing is left to lose.
                Err(NotSent::All(..) | NotSent::Source(_) | NotSent::Wait(..) | NotSent::Away(..))
                    if source.is_none() && may_fall_back && self.is_over() =>
                {
                    may_fall_back = false;
                    continue;
                }
                Err(NotSent::All(stage, host, failure)) => {
                    missed(members, stage, (Some(&host), Some(&path.source.name)), &failure)
                }
                Err(NotSent::Wait(until, host, failure)) => {
                    let place = (Some(host.as_str()), Some(&path.source.name));
                    let mut missed = missed(members, Stage::Connect, place, &failure);
                    missed.iter_mut().for_each(|one| one.limited = Some(until));
                    missed
                }
                Err(NotSent::Away(until, host, failure, shaped)) => {
                    let place = (Some(host.as_str()), Some(&path.source.name));
                    crowd::sent_away(missed(members, Stage::Connect, place, &failure), until, &shaped)
                }
                // Nothing was said and no try is spent: the way is chosen again as the guard is now.
                Err(NotSent::Withdrawn) if withdrawn.insert(path.source.name.clone()) => continue,
                Err(NotSent::Withdrawn) if source.is_some() => {
                    without.withdraw(path.source.name, path.rules);
                    continue;
                }
                Err(NotSent::Withdrawn) => {
                    let why =
                        format!("{} may not be used towards the host that was reached", path.source.name);
                    missed(members, Stage::Connect, (None, Some(&path.source.name)), &Failure::Connect(why))
                }
                Err(NotSent::Source(why)) => match source {
                    None => missed(members, Stage::Connect, (None, None), &Failure::Connect(why)),
                    Some(source) => {
                        parts.metrics.alarms.add_one();
                        tracing::warn!(%source, why, "a source cannot be used; another one is tried");
                        without.leave_out(source);
                        continue;
                    }
                },
            };
            let is_ours = source.is_some() && self.route.redirect.is_none();
            let for_our_address = if is_ours { self.tell(&path, &missed) } else { BTreeSet::new() };
            return Ok(Turn {
                missed,
                over,
                for_our_address,
                source,
                has_other_family: path.has_other_family,
            });
        }
    }

    /// A way over a source that is left, or the tenant's other way out. When the message's time is over and only the guard stands in the way of the last
    /// try, it stands in the way no longer.
    async fn path(self, without: &Without, may_fall_back: bool) -> Result<Path, NoPath> {
        let Self { parts, custody, snapshot, route, .. } = self;
        let (steer, id) = (&parts.steer, custody.id());
        let no_path = match steer.path(snapshot, id, route, &without.all, self.rules()).await {
            Err(error @ (NoPath::NoSource(_) | NoPath::Withheld { .. })) => error,
            Err(NoPath::Full { host, until }) => {
                return Err(NoPath::Full { host, until: until.min(self.put_off()) });
            }
            found
            @ (Ok(_) | Err(NoPath::NotResolved(_) | NoPath::NotProven { .. } | NoPath::Nowhere(..))) => {
                return found;
            }
        };
        let is_over = self.is_over();
        if may_fall_back
            && let Some(found) = steer.fallback(snapshot, id, route).await
            && (found.is_ok() || !is_over)
        {
            parts.metrics.fallbacks.add_one();
            tracing::warn!(%id, tenant = %snapshot.settings.name, "no source may be used: the tenant's fallback is used");
            return found;
        }
        let is_kept_back = matches!(no_path, NoPath::Withheld { .. }) || !without.kept_back.is_empty();
        if is_over && is_kept_back {
            return steer.path(snapshot, id, route, &without.at_the_last_try(), Rules::LastTry).await;
        }
        Err(no_path)
    }

    /// What mail does not wait for: our own reports never, a tenant's message only so long in all.
    fn rules(self) -> Rules {
        let has_waited = self.has_waited() >= self.parts.sentry.policy().warm_wait || self.is_over();
        let is_ours = self.custody.accepted().about.is_some();
        if has_waited || is_ours { Rules::Hurried } else { Rules::Guarded }
    }

    /// How long it has been here, or was left with its sender for the sake of warmth.
    fn has_waited(self) -> Duration {
        let (accepted, now) = (self.custody.accepted(), self.parts.clock.now());
        match self.custody {
            Custody::Lease(_) => now.since(accepted.received),
            Custody::Transit(_) => self.parts.put_offs.waited(accepted, now),
        }
    }

    /// It waits for warmth; gives until when at most.
    fn put_off(self) -> Timestamp {
        let now = self.parts.clock.now();
        if matches!(self.custody, Custody::Transit(_)) && !cut_through::may_store(self.snapshot) {
            self.parts.put_offs.note(self.custody.accepted(), now);
        }
        now + self.parts.sentry.policy().warm_wait.saturating_sub(self.has_waited())
    }

    fn is_over(self) -> bool {
        self.custody.accepted().expires <= self.parts.clock.now()
    }

    /// Whether somebody goes another way at once, why, and which source that is about.
    fn moves(self, turn: &Turn, members: usize) -> Option<(Move, SourceName)> {
        let source = turn.source.clone()?;
        if self.route.redirect.is_some() || self.bounds.stays || turn.missed.is_empty() {
            return None;
        }
        if !turn.for_our_address.is_empty() {
            return Some((Move::OurAddress, source));
        }
        let met = (turn.missed.as_slice(), members);
        let verdict = &self.parts.verdict;
        let is_unknown = verdict.is_unknown_to_the_tenant(self.snapshot, self.custody.accepted(), met);
        if is_unknown {
            return Some((Move::Setup, source));
        }
        (turn.has_other_family && self.was_not_connected(turn)).then_some((Move::Family, source))
    }

    /// Whether no host answered at all, and nobody may have the message from an earlier try: that one would not be known again.
    fn was_not_connected(self, turn: &Turn) -> bool {
        let in_flight = match self.custody {
            Custody::Lease(lease) => lease.in_flight(),
            Custody::Transit(transit) => transit.in_flight().len(),
        };
        let is_out_of_reach =
            |one: &Missed| one.limited.is_none() && matches!(one.failure, Failure::Connect(_));
        in_flight == 0 && turn.missed.iter().all(is_out_of_reach)
    }

    /// Tells the guard what was met; gives those who were refused for our address.
    fn tell(self, path: &Path, missed: &[Missed]) -> BTreeSet<usize> {
        let accepted = self.custody.accepted();
        let is_verified = path.hops.iter().all(|hop| hop.policy.is_authenticated());
        let message = (self.custody.id(), &accepted.tenant);
        let mut for_our_address = BTreeSet::new();
        for one in missed {
            let classified = self.parts.verdict.judging.classified(accepted, self.snapshot, one);
            let ours = classified.filter(dispatch::is_for_our_address);
            for_our_address.extend(ours.is_some().then_some(one.recipient));
            guard::missed(&self.parts.sentry, one, ours.as_ref(), is_verified, message);
        }
        for_our_address
    }
}

/// The envelope of some of its recipients.
fn envelope_of(whole: &Envelope, members: &[(usize, Recipient)]) -> Envelope {
    let recipients = members.iter().map(|(_, recipient)| recipient.clone()).collect();
    Envelope { recipients, ..whole.clone() }
}
