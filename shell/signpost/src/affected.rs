//! What an incident did to the mail of one tenant, read from the ledger for that tenant's administrator and for the operator.
//!
//! Whatever is asked, only stories with the tenant's key are read, and the tenant stands in each of them again. What a reply says of others is masked. A
//! look is bounded in time, messages and lines; what it left out is said with the answer. It reads beside the ledger's writer and keeps nothing waiting.

mod fates;

use crate::board::Board;
use crate::facts::private;
use crate::ledger::Searcher;
use anyhow::{Context as _, Result};
use fates::{Blame, Scope};
use incident::{CauseKind, Clock as Hand, Incident, IncidentId, Text};
use model::{Duration, TenantName, Timestamp};
use net::Clock;
use relay::Links;
use status::affected::{
    About, Answer, Claim, Doubts, Fate, Line, LinkKey, Reader, Sums, Times, Untold, Wish,
};
use status::incidents::Incidents;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;
use store::ledger::{Key, KeyKind, Story};
use tokio::sync::Semaphore;

/// Around the incident: whoever looks up a message may be wrong by a day.
const AROUND: Duration = Duration::from_secs(86_400);
/// Around the time that a sender names.
const NEAR: Duration = Duration::from_secs(3600);
/// Records are written a moment behind what they tell.
const GRACE: Duration = Duration::from_secs(60);
/// Messages that one look reads, lines that it gives, and how long it takes.
const MESSAGES_MAX: u64 = 500_000;
const LINES_MAX: usize = 50_000;
const LASTS_MAX: std::time::Duration = std::time::Duration::from_secs(15);
/// Later than this is late, as incidents count it.
const LATE_SECONDS: u64 = 60;
/// How long a link in a notice is good.
pub(crate) const NOTICE_LINK: Duration = Duration::from_secs(30 * 86_400);
/// Incidents that one became part of, one after the other.
const MERGED_MAX: usize = 8;

/// What is needed to answer. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Affected {
    pub(crate) ledger: Searcher,
    pub(crate) incidents: Incidents,
    pub(crate) board: Arc<Board>,
    pub(crate) clock: Clock,
    pub(crate) key: Arc<LinkKey>,
    /// Where readers find the page, and what of it they see.
    pub(crate) settings: status::Settings,
    /// How long messages may be here, and their records.
    pub(crate) expire: Duration,
    pub(crate) keep: Duration,
    /// Walks through the records at once: one that began goes on though nobody waits for it any more, and stamping needs the same threads.
    pub(crate) walks: Arc<Semaphore>,
}

impl Affected {
    /// A link for the tenant's administrator, good for so long.
    pub(crate) fn link(
        &self,
        incident: &IncidentId,
        tenant: &TenantName,
        lasts: Duration,
    ) -> (String, Timestamp) {
        link(&self.key, &self.settings.url, (incident, tenant), self.clock.now() + lasts)
    }

    /// Answers what was asked of one incident and one tenant.
    pub(crate) async fn answer(
        &self,
        incident: &IncidentId,
        tenant: &TenantName,
        wish: Wish,
    ) -> Result<Answer, Untold> {
        let now = self.clock.now();
        let snapshot = self.board.tenants().current(tenant).ok_or(Untold::Gone)?;
        let name = snapshot.settings.display_name.clone();
        let known = self.incidents.read(|board| {
            let incident = whole(board, incident)?;
            let scope = scope(incident, tenant)?;
            Some((about(incident, name, &scope, now), scope, board.hidden_names()))
        });
        let (about, scope, hidden) = known.ok_or(Untold::Gone)?;
        let reader = Reader::new(self.settings.clone(), hidden, private(&snapshot));
        let look = Look::new(tenant.clone(), wish, scope, reader);
        self.look(look, about, now).await.map_err(|error| Untold::Unreadable(format!("{error:#}")))
    }

    async fn look(&self, mut look: Look, about: About, now: Timestamp) -> Result<Answer> {
        let is_behind = !self.ledger.catch_up().await;
        let times = match &look.wish {
            // Who came before it may have been met by it, if it was still here.
            Wish::Affected => Times { from: about.began - self.expire - AROUND, until: about.times.until },
            Wish::Sender { at: Some(at), .. } => {
                Times { from: about.times.from.max(*at - NEAR), until: about.times.until.min(*at + NEAR) }
            }
            Wish::MessageId(_) | Wish::Sender { at: None, .. } | Wish::Domain(_) => about.times,
        };
        let kept_since = Some(now - self.keep).filter(|since| *since > about.began);
        let mut reader = self.ledger.reader()?;
        let walk = Arc::clone(&self.walks).acquire_owned().await?;
        let (look, gaps) = tokio::task::spawn_blocking(move || {
            let _until_the_walk_ends = walk;
            let key = look.key();
            reader.walk(&key, times.range(), |story| look.take(&story))?;
            Ok::<_, store::ledger::LedgerError>((look, reader.gaps()?))
        })
        .await?
        .context("the message trace cannot be read")?;
        let has_gaps = gaps.iter().any(|gap| gap.noticed >= about.began);
        let doubts = Doubts { is_cut: look.is_cut, has_gaps, is_behind, kept_since };
        let sums = (look.wish == Wish::Affected).then_some(look.sums);
        Ok(Answer { about, sums, lines: look.lines, doubts })
    }
}

fn link(
    key: &LinkKey,
    url: &str,
    (incident, tenant): (&IncidentId, &TenantName),
    until: Timestamp,
) -> (String, Timestamp) {
    let expires = Timestamp::from_micros(until.as_micros().div_euclid(1_000_000) * 1_000_000);
    let claim = Claim { incident: incident.clone(), tenant: tenant.clone(), expires };
    (format!("{url}/affected/{}/", key.token(&claim)), expires)
}

/// Links to the open incident that harms a tenant, for notices that its mail waits.
pub(crate) fn links(key: Arc<LinkKey>, url: String, incidents: Incidents, clock: Clock) -> Links {
    Links::by(move |tenant| {
        let harms = |incident: &&Incident| {
            let is_theirs =
                matches!(&incident.cause.kind, CauseKind::Connector { tenant: other } if other == tenant);
            incident.is_open()
                && incident.is_confirmed()
                && (is_theirs || incident.harm.tenants.contains(tenant))
        };
        let incident =
            incidents.read(|board| board.incidents().into_iter().find(harms).map(|one| one.id.clone()))?;
        Some(link(&key, &url, (&incident, tenant), clock.now() + NOTICE_LINK))
    })
}

/// The incident itself, or the one that it became part of.
fn whole<'b>(board: &'b incident::Board, id: &IncidentId) -> Option<&'b Incident> {
    let mut incident = board.incident(id)?;
    for _ in 0..MERGED_MAX {
        let Some(into) = incident.merged_into.as_ref().and_then(|into| board.incident(into)) else { break };
        incident = into;
    }
    Some(incident)
}

/// What counts as this incident's doing; nothing if it is another tenant's own.
fn scope(incident: &Incident, tenant: &TenantName) -> Option<Scope> {
    let blame = match &incident.cause.kind {
        CauseKind::Connector { tenant: other } if other == tenant => Blame::Connector,
        CauseKind::Connector { .. } => return None,
        CauseKind::Provider { provider } => Blame::Provider(provider.clone()),
        CauseKind::Signatures => Blame::Signatures,
        CauseKind::Address
        | CauseKind::Domain
        | CauseKind::Setup
        | CauseKind::Intake
        | CauseKind::Directory
        | CauseKind::Console
        | CauseKind::Certificate { .. }
        | CauseKind::Unexplained { .. }
        | CauseKind::Other { .. } => Blame::Ours,
    };
    let at = |clock| incident.clocks.at(clock);
    let began =
        at(Hand::HarmBegan).or(at(Hand::Detected)).unwrap_or(incident.opened_at).min(incident.opened_at);
    let is_over = incident.phase.is_over() || !incident.is_open();
    let ended = at(Hand::HarmEnded).or(at(Hand::Resolved)).or_else(|| is_over.then_some(incident.changed_at));
    Some(Scope { blame, began, ended, late_seconds: LATE_SECONDS, grace: GRACE })
}

fn about(incident: &Incident, tenant: String, scope: &Scope, now: Timestamp) -> About {
    let is_theirs = scope.blame == Blame::Connector;
    let title = if incident.is_posted() || is_theirs {
        incident.title.clone()
    } else {
        Text::new("Disturbance of outgoing mail", "Störung ausgehender E-Mail")
    };
    let until = scope.ended.map_or(now, |ended| (ended + AROUND).min(now)) + GRACE;
    About {
        incident: incident.id.to_string(),
        tenant,
        title,
        began: scope.began,
        ended: scope.ended,
        times: Times { from: scope.began - AROUND, until },
        is_their_setup: is_theirs,
    }
}

/// One walk through the tenant's messages.
struct Look {
    tenant: TenantName,
    wish: Wish,
    scope: Scope,
    reader: Reader,
    sums: Sums,
    lines: Vec<Line>,
    seen: u64,
    is_cut: bool,
    give_up: Instant,
}

impl Look {
    fn new(tenant: TenantName, wish: Wish, scope: Scope, reader: Reader) -> Self {
        let give_up = Instant::now() + LASTS_MAX;
        Self {
            tenant,
            wish,
            scope,
            reader,
            sums: Sums::default(),
            lines: Vec::new(),
            seen: 0,
            is_cut: false,
            give_up,
        }
    }

    fn key(&self) -> Key {
        match &self.wish {
            Wish::MessageId(id) => Key::new(KeyKind::MessageId, id),
            Wish::Sender { address, .. } => Key::new(KeyKind::Sender, address.as_str()),
            Wish::Affected | Wish::Domain(_) => Key::new(KeyKind::Tenant, self.tenant.as_str()),
        }
    }

    fn take(&mut self, story: &Story) -> ControlFlow<()> {
        self.seen += 1;
        if self.seen > MESSAGES_MAX || self.lines.len() >= LINES_MAX || Instant::now() >= self.give_up {
            self.is_cut = true;
            return ControlFlow::Break(());
        }
        // A key of senders or of Message-IDs is that of every tenant: each message says itself whose it is.
        let Some(lines) = fates::of(story, &self.tenant, &self.scope) else {
            return ControlFlow::Continue(());
        };
        if self.wish == Wish::Affected {
            count(&mut self.sums, &lines, &self.scope);
        }
        let reader = self.reader.message(&lines);
        for mut line in lines.into_iter().filter(|line| is_wanted(&self.wish, line)) {
            reader.mask(&mut line);
            self.lines.push(line);
        }
        ControlFlow::Continue(())
    }
}

fn is_wanted(wish: &Wish, line: &Line) -> bool {
    match wish {
        Wish::Affected => line.affected,
        Wish::MessageId(_) | Wish::Sender { .. } => true,
        Wish::Domain(domain) => [&line.sender, &line.recipient].iter().any(|address| {
            address.rsplit_once('@').is_some_and(|(_, own)| own.eq_ignore_ascii_case(domain.as_str()))
        }),
    }
}

/// Counts one message.
fn count(sums: &mut Sums, lines: &[Line], scope: &Scope) {
    let Some(first) = lines.first() else { return };
    sums.received += u64::from(scope.holds(first.received));
    let any = |is_so: fn(&Line) -> bool| u64::from(lines.iter().any(|line| line.affected && is_so(line)));
    sums.affected += any(|_| true);
    sums.rerouted += any(|line| line.rerouted);
    sums.late += any(|line| matches!(line.fate, Fate::Delivered { seconds, .. } if seconds > LATE_SECONDS));
    sums.waiting += any(|line| line.fate.at().is_none());
    sums.reported += any(|line| matches!(line.fate, Fate::Reported { .. }));
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::accepted_of;
