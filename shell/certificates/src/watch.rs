//! The watch: every certificate that ends, told three weeks ahead and again as the end comes nearer.
//!
//! A listener's is taken from a handshake with it; a file that is fresh and a listener that presents the old one are seen to differ. A
//! tenant's is taken from its snapshot. Each step towards the end and each new trouble is one alarm, which says who acts. A listener that does
//! not answer is told when it does not answer twice in a row: it may be busy.

use crate::examine::amiss;
use crate::face::{Face, Wish};
use crate::keeper::{Keeper, TenantCertificate};
use crate::life::{Nearness, Renewal};
use crate::line::{Line, Source};
use crate::look::look;
use model::{Duration, Timestamp};
use net::tls::Facts;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::PoisonError;

const ROUND: Duration = Duration::from_secs(600);

/// What has been told, by certificate.
#[derive(Debug, Default)]
pub(crate) struct Memory(BTreeMap<String, Told>);

#[derive(Debug, Default)]
struct Told {
    serial: String,
    nearest: Option<Nearness>,
    troubles: Vec<String>,
    was_unseen: bool,
}

/// A line, and why a client could not see it.
struct Sight {
    line: Line,
    unseen: Option<String>,
}

impl Memory {
    /// Takes in a sight; gives its line and what is to be told now.
    fn judge(&mut self, sight: Sight) -> (Line, Vec<String>) {
        let Sight { mut line, unseen } = sight;
        let told = self.0.entry(line.certificate.clone()).or_default();
        if told.serial != line.serial {
            (told.serial, told.nearest) = (line.serial.clone(), None);
        }
        let was_unseen = std::mem::replace(&mut told.was_unseen, unseen.is_some());
        line.troubles.extend(unseen.filter(|_| was_unseen));
        let mut alarms = Vec::new();
        if told.nearest.is_none_or(|nearest| nearest < line.nearness) {
            told.nearest = Some(line.nearness);
            alarms.extend(line.ending());
        }
        let new = line.troubles.iter().filter(|trouble| !told.troubles.contains(trouble));
        alarms.extend(new.map(|trouble| trouble_of(&line, trouble)));
        told.troubles.clone_from(&line.troubles);
        (line, alarms)
    }
}

impl Keeper {
    pub(crate) async fn watch_always(&self) {
        loop {
            self.round(self.means.clock.now()).await;
            tokio::select! {
                () = self.changed.notified() => {}
                () = self.pause(ROUND) => {}
            }
        }
    }

    /// One round over every certificate at `now`: figures are set, alarms are given, and what was seen is the answer.
    pub async fn round(&self, now: Timestamp) -> Vec<Line> {
        let mut memory = self.memory.lock().await;
        let mut sights = Vec::new();
        for face in &self.faces {
            sights.push(self.see(face, now).await);
        }
        let tenants = self.around.get().map(|around| (around.tenants)()).unwrap_or_default();
        sights.extend(tenants.iter().filter_map(|tenant| see_tenant(tenant, now)));
        let mut lines = Vec::new();
        for sight in sights {
            let (line, alarms) = memory.judge(sight);
            for alarm in alarms {
                self.means.metrics.alarms.add_one();
                tracing::warn!("{alarm}");
            }
            lines.push(line);
        }
        memory.0.retain(|certificate, _| lines.iter().any(|line| line.certificate == *certificate));
        self.publish(&lines);
        lines
    }

    /// What a person should mend, as of the last round.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn publish(&self, lines: &[Line]) {
        let seconds = |line: &Line| u64::try_from(line.expires.as_micros() / 1_000_000).unwrap_or(0);
        let metrics = &self.means.metrics;
        metrics
            .certificates_expire
            .replace(lines.iter().map(|line| (line.certificate.clone(), seconds(line))));
        let ending = lines.iter().filter(|line| line.nearness != Nearness::Far).count();
        metrics.certificates_ending.set(ending as u64);
        let warnings = lines.iter().flat_map(|line| {
            line.ending().into_iter().chain(line.troubles.iter().map(|trouble| trouble_of(line, trouble)))
        });
        *self.warnings.lock().unwrap_or_else(PoisonError::into_inner) = warnings.collect();
    }

    async fn see(&self, face: &Face, now: Timestamp) -> Sight {
        let mut troubles = Vec::new();
        let mut unseen = None;
        let mut facts = face.facts();
        if let Some(address) = self.address_of(face) {
            match shown(face, address).await {
                Ok((seen, odd)) => {
                    facts = seen;
                    troubles.extend(odd);
                }
                Err(why) => unseen = Some(why),
            }
        }
        troubles.extend(amiss(&facts, &face.config.hostname, now).into_iter().map(|finding| finding.what));
        troubles.extend(face.trouble());
        let mut line = Line::new(face.name(), facts, face.source(), face.renewal(), now);
        line.troubles = troubles;
        if let (Wish::Files { chain, .. }, Source::File) = (&face.config.wish, line.source) {
            line.file = Some(chain.clone());
        }
        Sight { line, unseen }
    }

    fn address_of(&self, face: &Face) -> Option<SocketAddr> {
        let known = self.around.get()?.listeners.iter().find(|(name, _)| *name == face.config.listener);
        known.map(|(_, address)| *address)
    }
}

/// What a client is shown at `address`, with what is odd about it; else why it is shown nothing.
async fn shown(face: &Face, address: SocketAddr) -> Result<(Facts, Option<String>), String> {
    let nothing = |why: String| format!("clients at {address} are shown none: {why}");
    let before = face.facts();
    let chain = look(address, &face.config.hostname).await.map_err(|error| nothing(error.to_string()))?;
    let leaf = chain.first().ok_or_else(|| nothing("the chain is empty".to_owned()))?;
    let facts = Facts::of(leaf, "what the listener showed").map_err(|error| nothing(error.to_string()))?;
    // It may have changed during the look; both are right then.
    let is_ours = face.presents(leaf) || facts == before;
    let odd = (!is_ours).then(|| {
        format!(
            "clients at {address} are shown another one than the one that was loaded; does another program listen there?"
        )
    });
    Ok((facts, odd))
}

/// A tenant whose certificate cannot be read is told by its own publication.
fn see_tenant(tenant: &TenantCertificate, now: Timestamp) -> Option<Sight> {
    let name = format!("tenant {}", tenant.tenant);
    let facts = Facts::of(tenant.chain.as_ref().ok()?.first()?, &name).ok()?;
    let line = Line::new(name, facts, Source::Tenant, Renewal::Theirs, now);
    Some(Sight { line, unseen: None })
}

fn trouble_of(line: &Line, trouble: &str) -> String {
    format!("the certificate of the {}: {trouble}", line.certificate)
}

#[cfg(test)]
mod tests;
