//! What happens, told to the board as facts, and what it makes of them. It follows `shell/signpost/src/facts`.

use crate::laws::Law;
use crate::node::{Leg, Missed};
use crate::polls::zone;
use crate::scene::HOSTS;
use crate::spool::Standing;
use crate::world::World;
use bounce::Classified;
use guard::{Change, OrderKind, Place, Row, Word};
use incident::{Delays, Fact, Reach, SourceState, Strength, Watched, What};
use model::{Category, Owner, ParkReason, SourceName, TenantName, Timestamp};
use std::collections::BTreeSet;

fn provider(host: usize) -> String {
    crate::carry::receiver(host).provider.clone().unwrap_or_else(|| "others".to_owned())
}

const fn state(word: Word) -> SourceState {
    match word {
        Word::Clean | Word::Warming => SourceState::Clean,
        Word::Suspect => SourceState::Suspected,
        Word::Quarantined => SourceState::Quarantined,
        Word::Probing => SourceState::Probing,
    }
}

fn state_of(row: &Row, now: Timestamp) -> SourceState {
    match row.order(now).map(|order| order.kind) {
        Some(OrderKind::Out) => SourceState::Retired,
        Some(OrderKind::In) => SourceState::Clean,
        None => state(row.state.word()),
    }
}

fn reach(place: &Place) -> Reach {
    match place {
        Place::Everywhere => Reach::Everywhere,
        Place::Provider(name) => Reach::Provider(name.clone()),
        Place::Site(name) => Reach::Site(name.clone()),
    }
}

impl World {
    fn tell(&mut self, what: What) {
        self.memory.flow.facts += 1;
        let id = format!("sim/{}/{}", self.run, self.memory.flow.facts).parse().expect("the id is one");
        let now = self.clock();
        let fact = Fact { id, at: now, region: "eu".parse().expect("the name is one"), what };
        let id = fact.id.clone();
        let is_strong = matches!(fact.what, What::Refused { strength: Strength::Strong, .. });
        let changes = self.memory.board.take(fact, now);
        self.journalled(changes, "machine");
        if is_strong && !self.laws.harm.is_opened(&self.memory.board, &id) {
            self.broken(
                Law::IncidentForHarm,
                format!("{id}: a provider refused our address and no incident has it"),
            );
        }
    }

    /// Every source as it stands, and that the node is here.
    pub(crate) fn started(&mut self) {
        let after_crash = self.run > 1;
        self.tell(What::NodeStarted { after_crash });
        let rows = crate::guarded::rows(&self.memory.guard);
        let now = self.clock();
        for source in self.scene.sources.clone() {
            if !rows.contains_key(&(source.name.clone(), Place::Everywhere)) {
                self.tell_state(
                    (&source.name, &Place::Everywhere),
                    (SourceState::Clean, SourceState::Clean),
                    None,
                );
            }
        }
        for ((source, place), row) in rows {
            let state = state_of(&row, now);
            self.tell_state((&source, &place), (state, state), row.lists.first().cloned());
        }
    }

    pub(crate) fn source_told(&mut self, change: &Change, from: Word) {
        let (from, to) = (state(from), state_of(&change.row, change.at));
        if from != to {
            self.tell_state((&change.source, &change.place), (from, to), change.row.lists.first().cloned());
        }
    }

    fn tell_state(
        &mut self,
        (source, place): (&SourceName, &Place),
        (from, to): (SourceState, SourceState),
        list: Option<String>,
    ) {
        let reach = reach(place);
        self.tell(What::SourceChanged { source: source.clone(), from, to, reach, list });
    }

    pub(crate) fn refusal_told(&mut self, leg: &Leg, missed: &Missed, told: &Classified, is_strong: bool) {
        let source = self.scene.sources[leg.source].name.clone();
        self.memory.flow.refused.entry(leg.mail.id).or_insert_with(|| source.clone());
        self.tell(What::Refused {
            source,
            provider: provider(leg.host),
            site: Some(HOSTS[leg.host].name.to_owned()),
            category: if told.list.is_some() { Category::IpListed } else { Category::IpReputation },
            owner: Owner::OurAddress,
            strength: if is_strong { Strength::Strong } else { Strength::Weak },
            tenant: Some(self.scene.tenants[leg.mail.tenant].name.clone()),
            list: told.list.clone(),
            messages: 1,
            reply: Some(missed.failure.to_string()),
        });
    }

    pub(crate) fn delivered_told(&mut self, leg: &Leg, source: &SourceName) {
        let now = self.clock();
        let flow = &mut self.memory.flow;
        let moved = flow.refused.remove(&leg.mail.id).is_some_and(|before| before != *source);
        let sum = flow.delivered.entry((source.clone(), provider(leg.host))).or_default();
        sum.0 += 1;
        sum.1 += u64::from(moved);
        let mut delays = Delays::default();
        delays.add(now.since(leg.mail.received).as_secs(), 1);
        sum.2.merge(&delays);
    }

    pub(crate) fn list_told(&mut self, list: usize, source: usize, word: &'static str) {
        if self.memory.flow.listed.insert((list, source), word) == Some(word) {
            return;
        }
        let (list, source) = (zone(list).name.to_owned(), self.scene.sources[source].name.clone());
        match word {
            "clean" => self.tell(What::ListingClosed { list, source }),
            "suspected" => self.tell(What::ListingOpened { list, source, strength: Strength::Weak }),
            "listed" => self.tell(What::ListingOpened { list, source, strength: Strength::Strong }),
            _ => {}
        }
    }

    /// What was counted, what is looked at, and time.
    pub(crate) fn tell_the_board(&mut self) {
        let now = self.clock();
        let delivered = std::mem::take(&mut self.memory.flow.delivered);
        for ((source, provider), (messages, moved, delays)) in delivered {
            self.tell(What::Delivered { source, provider, since: now, messages, moved, delays });
        }
        let reports = std::mem::take(&mut self.memory.flow.reports_ours);
        let is_minute = self.is_calm() || self.ticks.is_multiple_of(12);
        if reports > 0 || is_minute {
            self.tell(What::Reported {
                provider: None,
                owner: Owner::OurAddress,
                tenant: None,
                messages: reports,
            });
        }
        self.tell_connectors();
        if is_minute {
            self.tell_queue(now);
        }
        let changes = self.memory.board.tick(now);
        self.journalled(changes, "machine");
        let sick = self.sick;
        let _later = self.disk.board.sync(sick);
        self.disk.alive_until = now;
    }

    fn tell_connectors(&mut self) {
        let held: Vec<(TenantName, String)> =
            self.memory.holds.held().into_iter().map(|(tenant, held)| (tenant, held.why)).collect();
        for (tenant, why) in &held {
            if self.memory.flow.held.insert(tenant.clone()) {
                self.tell(What::ConnectorHeld { tenant: tenant.clone(), why: why.clone() });
            }
        }
        let is_held = |tenant: &TenantName| held.iter().any(|(name, _)| name == tenant);
        let free: Vec<TenantName> =
            self.memory.flow.held.iter().filter(|tenant| !is_held(tenant)).cloned().collect();
        for tenant in free {
            self.memory.flow.held.remove(&tenant);
            self.tell(What::ConnectorReleased { tenant });
        }
    }

    /// Sources of which the guard knows nothing any more, since a restart.
    fn tell_unwatched(&mut self, now: Timestamp) {
        let rows = crate::guarded::rows(&self.memory.guard).into_iter();
        let out: BTreeSet<String> = rows
            .filter(|(_, row)| state_of(row, now).is_out())
            .map(|((source, place), _)| format!("{source}/{}", reach(&place).scope()))
            .collect();
        let open = self.memory.board.incidents().into_iter().filter(|incident| incident.is_open());
        let is_gone = |watched: &Watched| match watched {
            Watched::Source { source, scope } => !out.contains(&format!("{source}/{scope}")),
            Watched::Listing { .. } | Watched::DomainListing { .. } | Watched::Certificate { .. } => false,
        };
        let gone: BTreeSet<Watched> = open.flat_map(incident::Incident::watched).filter(is_gone).collect();
        for what in gone {
            self.tell(What::Unwatched { what });
        }
    }

    fn tell_queue(&mut self, now: Timestamp) {
        let is_ours = |reason: &ParkReason| {
            matches!(
                reason,
                ParkReason::Refused {
                    owner: Some(Owner::OurAddress | Owner::OurDomain | Owner::OurSetup),
                    ..
                }
            )
        };
        let entries = self.disk.spool.entries.values();
        let kept: Vec<Timestamp> = entries
            .filter(|entry| entry.standing == Standing::Parked && entry.parked.values().any(is_ours))
            .map(|entry| entry.mail.received)
            .collect();
        let oldest = kept.iter().min().map_or(0, |oldest| now.since(*oldest).as_secs());
        self.tell(What::Waiting {
            provider: None,
            waiting: 0,
            parked: kept.len() as u64,
            oldest_seconds: oldest,
            tenants: 1,
        });
        self.tell_unwatched(now);
        self.tell(What::ConsoleLooked { is_well: true });
        let is_well = !self.disk.spool.is_stopped && !self.sick.is_full;
        self.tell(What::ListenerLooked {
            listener: "in".parse().expect("the name is one"),
            is_well,
            why: None,
        });
    }

    /// Takes what the board decided to its journal, and counts it.
    pub(crate) fn journalled(&mut self, changes: Vec<incident::Change>, by: &'static str) {
        for change in changes {
            self.lives.count(&change, by, &mut self.tally);
            self.disk.board.append(change);
        }
    }
}
