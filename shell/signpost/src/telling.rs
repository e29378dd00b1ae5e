//! Tells tenants what an incident did to their mail, once it does so no more: how many messages, what is to be done, and where each is looked up.
//!
//! A tenant is told of an incident that was told in public and that its own mail felt: late, waiting or reported as not delivered. Once, and again only
//! if more was reported since. Who was told stands in `DATA/incidents/told-v1.jsonl`; a crash between a notice and its line tells twice rather than never.
//! While mail is kept, the relay's own notices tell of it.

use crate::affected::{Affected, NOTICE_LINK};
use anyhow::Result;
use bounce::{Disturbed, Occasion};
use incident::{Change, Changed, IncidentId, Phase};
use model::{Duration, Metrics, TenantName, Timestamp};
use relay::Operator;
use serde::{Deserialize, Serialize};
use status::affected::{Answer, Sums, Wish};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::journal::{Journal, JournalError};
use tokio::sync::broadcast::{Receiver, error::RecvError};

const NAME: &str = "told-v1.jsonl";
/// So many are remembered over a start, the latest; above it those of forgotten incidents are forgotten.
const TOLD_MAX: usize = 10_000;
/// What ended before the start is told if it ended so lately.
const LATELY: Duration = Duration::from_secs(86_400);

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    incident: IncidentId,
    tenant: TenantName,
    at: Timestamp,
    /// Messages that it was told were not delivered.
    reported: u64,
}

/// Who tells.
pub(crate) struct Teller {
    affected: Affected,
    operator: Operator,
    metrics: Arc<Metrics>,
    journal: Journal<Told>,
    told: BTreeMap<(IncidentId, TenantName), u64>,
}

impl Teller {
    /// Opens what is known of who was told.
    pub(crate) fn open(
        directory: &Path,
        affected: Affected,
        operator: Operator,
        metrics: Arc<Metrics>,
    ) -> Result<Self, JournalError> {
        let keep = |mut all: Vec<Told>| all.split_off(all.len().saturating_sub(TOLD_MAX));
        let (journal, told) = Journal::open(directory, NAME, Arc::new(keep))?;
        let told = told.into_iter().map(|told| ((told.incident, told.tenant), told.reported)).collect();
        Ok(Self { affected, operator, metrics, journal, told })
    }

    /// Listens for ever.
    pub(crate) async fn run(mut self, mut changes: Receiver<Change>) {
        self.look_back().await;
        loop {
            match changes.recv().await {
                Ok(change) => {
                    if let Changed::Phased { incident, phase: Phase::Monitoring | Phase::Resolved } =
                        change.what
                    {
                        self.tell(&incident).await;
                    }
                }
                Err(RecvError::Lagged(_)) => self.look_back().await,
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// What came to its end while nobody listened.
    async fn look_back(&mut self) {
        let now = self.affected.clock.now();
        let ended: Vec<IncidentId> = self.affected.incidents.read(|board| {
            let all = board.incidents().into_iter().filter(|one| now.since(one.changed_at) < LATELY);
            let ended = all.filter(|one| matches!(one.phase, Phase::Monitoring | Phase::Resolved));
            ended.map(|one| one.id.clone()).collect()
        });
        for incident in ended {
            self.tell(&incident).await;
        }
    }

    async fn tell(&mut self, incident: &IncidentId) {
        let is_public = self.affected.incidents.read(|board| {
            board.incident(incident).is_some_and(|one| one.is_posted() && one.merged_into.is_none())
        });
        if !is_public {
            return;
        }
        for tenant in self.affected.board.tenants().all() {
            let tenant = tenant.settings.name.clone();
            if let Err(error) = self.tell_one(incident, &tenant).await {
                self.metrics.alarms.add_one();
                tracing::warn!(%incident, %tenant, error = format!("{error:#}"), "a tenant could not be told what an incident did to its mail");
            }
        }
    }

    async fn tell_one(&mut self, incident: &IncidentId, tenant: &TenantName) -> Result<()> {
        let answer = self.affected.answer(incident, tenant, Wish::Affected).await?;
        let sums = answer.sums.unwrap_or_default();
        let key = (incident.clone(), tenant.clone());
        let known = self.told.get(&key).copied();
        let is_news = known.is_none_or(|reported| sums.reported > reported);
        let (Some(first), true) = (answer.lines.first(), is_news && is_felt(&sums)) else { return Ok(()) };
        let now = self.affected.clock.now();
        let (link, expires) = self.affected.link(incident, tenant, NOTICE_LINK);
        let about = first.id;
        let occasion = Occasion::Disturbed(disturbed(&answer, &sums, (&link, expires), now));
        if self.operator.tell_tenant(tenant, about, occasion, now).await?.is_none() {
            // Nobody can be told; the operator was, and is not again.
            tracing::info!(%incident, %tenant, "the tenant has no contacts that could hear of an incident");
        }
        let told =
            Told { incident: incident.clone(), tenant: tenant.clone(), at: now, reported: sums.reported };
        self.told.insert(key, sums.reported);
        if self.told.len() > TOLD_MAX {
            let board = &self.affected.incidents;
            self.told.retain(|(incident, _), _| board.read(|board| board.incident(incident).is_some()));
        }
        Ok(self.journal.append(vec![told]).await?)
    }
}

/// Whether anybody can have noticed.
const fn is_felt(sums: &Sums) -> bool {
    sums.late > 0 || sums.waiting > 0 || sums.reported > 0
}

fn disturbed<'a>(
    answer: &Answer,
    sums: &Sums,
    (link, expires): (&'a str, Timestamp),
    now: Timestamp,
) -> Disturbed<'a> {
    Disturbed {
        began: answer.about.began,
        ended: answer.about.ended.unwrap_or(now),
        affected: sums.affected,
        late: sums.late,
        rerouted: sums.rerouted,
        waiting: sums.waiting,
        reported: sums.reported,
        link,
        expires,
    }
}
