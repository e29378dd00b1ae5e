//! The task that owns the journal and the page: it takes what comes in, in its order, and lets time pass.

use super::{Incidents, Means, act_id, view};
use crate::view::View;
use incident::{Act, ActError, Change, Changed, Fact};
use model::{Duration, Timestamp};
use store::journal::Journal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// How often time passes for the board.
const TICK: Duration = Duration::from_secs(1);
/// In a drill a second of its clock is short: the board is asked no more often than this, and the page not made anew.
const PACE: std::time::Duration = std::time::Duration::from_millis(100);
/// How often the page is made anew when nothing changes: ages of measurements.
const SHOW_EVERY: Duration = Duration::from_secs(10);
/// Inputs that are taken before their changes are written together.
const INPUTS_AT_ONCE: usize = 256;
/// Changes that may wait for a journal that cannot be written.
const UNWRITTEN_MAX: usize = 100_000;

/// What goes in.
pub(super) enum Input {
    Fact(Box<Fact>),
    Act { act: Box<Act>, by: String, answer: oneshot::Sender<Result<Vec<Change>, ActError>> },
}

/// Runs for as long as the incidents are used.
pub struct Clerk {
    incidents: Incidents,
    pub(super) journal: Journal<Change>,
    inputs: mpsc::UnboundedReceiver<Input>,
    means: Means,
    /// What the journal could not take yet.
    unwritten: Vec<Change>,
    last_act: Timestamp,
    shown: Option<Shown>,
}

/// When the page was made last.
struct Shown {
    at: Timestamp,
    on: Instant,
    is_behind: bool,
}

impl Clerk {
    pub(super) fn new(
        incidents: Incidents,
        journal: Journal<Change>,
        inputs: mpsc::UnboundedReceiver<Input>,
        means: Means,
    ) -> Self {
        let last_act = means.clock.now();
        Self { incidents, journal, inputs, means, unwritten: Vec::new(), last_act, shown: None }
    }

    /// Works until `stop` is ready; then what has come in is taken and written.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        self.show(false);
        loop {
            let clock = self.means.clock.clone();
            let tick = async {
                tokio::join!(clock.sleep(TICK), tokio::time::sleep(PACE));
            };
            let first = tokio::select! {
                input = self.inputs.recv() => match input {
                    Some(input) => Some(input),
                    None => break,
                },
                () = tick => None,
                () = &mut stop => break,
            };
            self.work(first).await;
        }
        self.inputs.close();
        while let Some(input) = self.inputs.recv().await {
            self.work(Some(input)).await;
        }
        // The last word is shown whatever the pace: it is what is kept.
        self.draw();
    }

    /// Takes what is there; without a `first`, time passes.
    async fn work(&mut self, first: Option<Input>) {
        self.note_private();
        let now = self.means.clock.now();
        let mut changes = Vec::new();
        let mut answers = Vec::new();
        let mut next = first;
        for _ in 0..INPUTS_AT_ONCE {
            match next.take().or_else(|| self.inputs.try_recv().ok()) {
                Some(Input::Fact(fact)) => changes.extend(self.incidents.board().take(*fact, now)),
                Some(Input::Act { act, by, answer }) => {
                    // Ids of acts are times, and no two are the same.
                    self.last_act = now.max(self.last_act + Duration::from_micros(1));
                    let done = self.incidents.board().act(&act, &by, act_id(self.last_act), now);
                    changes.extend(done.iter().flatten().cloned());
                    answers.push((answer, done));
                }
                None => break,
            }
        }
        changes.extend(self.incidents.board().tick(now));
        self.write(&changes).await;
        changes.iter().for_each(log);
        self.show(!changes.is_empty());
        for change in changes {
            let _nobody_listens = self.incidents.0.told.send(change).is_err();
        }
        for (answer, done) in answers {
            let _gone_away = answer.send(done).is_err();
        }
    }

    async fn write(&mut self, changes: &[Change]) {
        self.unwritten.extend(changes.iter().cloned());
        if self.unwritten.is_empty() {
            return;
        }
        match self.journal.append(self.unwritten.clone()).await {
            Ok(()) => self.unwritten.clear(),
            Err(error) => {
                self.means.metrics.alarms.add_one();
                tracing::error!(%error, "incidents are shown and not kept; it is tried again every second");
                let surplus = self.unwritten.len().saturating_sub(UNWRITTEN_MAX);
                self.unwritten.drain(..surplus);
            }
        }
    }

    /// Makes the page anew if it is time for it.
    fn show(&mut self, has_changed: bool) {
        let now = self.means.clock.now();
        if let Some(shown) = &mut self.shown {
            shown.is_behind |= has_changed;
            let is_due = shown.is_behind || now.since(shown.at) >= SHOW_EVERY;
            if !is_due || shown.on.elapsed() < PACE {
                return;
            }
        }
        self.draw();
    }

    fn note_private(&mut self) {
        if let Some(names) = (self.means.private)() {
            self.incidents.board().keep_private(names);
        }
    }

    /// Makes the page anew.
    fn draw(&mut self) {
        self.note_private();
        let now = self.means.clock.now();
        self.shown = Some(Shown { at: now, on: Instant::now(), is_behind: false });
        let weather = (self.means.forecast)();
        let mut new = self.incidents.read(|board| view(board, weather, self.means.site.settings(), now));
        let old = self.means.site.view();
        if !is_news(&old, &new) {
            new.changed_at = old.changed_at;
        }
        self.means.site.show(new);
    }
}

/// Whether readers would call it news: a state, a word, a phase; not a figure that grows.
fn is_news(old: &View, new: &View) -> bool {
    let states =
        |view: &View| view.components.iter().map(|one| (one.id.clone(), one.state)).collect::<Vec<_>>();
    let incidents = |view: &View| {
        let said = |one: &crate::view::Incident| {
            (
                one.id.clone(),
                one.title.clone(),
                one.phase,
                one.impact,
                one.updates.clone(),
                one.postmortem.clone(),
            )
        };
        view.incidents.iter().map(said).collect::<Vec<_>>()
    };
    states(old) != states(new) || incidents(old) != incidents(new) || old.maintenances != new.maintenances
}

/// The operator's log has what the board decides.
fn log(change: &Change) {
    match &change.what {
        Changed::Opened { incident } => {
            tracing::warn!(incident = %incident.id, rule = incident.rule, title = incident.title.en, "a suspicion is looked into");
        }
        Changed::Confirmed { incident, rule } => tracing::warn!(%incident, rule, "an incident"),
        Changed::Phased { incident, phase } => {
            tracing::warn!(%incident, phase = phase.as_str(), "an incident goes on")
        }
        Changed::UpdateDue { incident, .. } => {
            tracing::warn!(%incident, "an update is due: `signpost incident update` writes one");
        }
        Changed::ComponentChanged { component, from, to, .. } => {
            tracing::info!(%component, %from, %to, "a component changed its state");
        }
        Changed::Dismissed { incident, .. } => tracing::info!(%incident, "nothing came of a suspicion"),
        Changed::Absorbed { incident } => {
            tracing::warn!(%incident, "an incident is over, and nobody had to notice")
        }
        Changed::Updated { incident, update } => {
            tracing::info!(%incident, update = update.id.as_str(), posted = update.is_posted(), "an update was written");
        }
        Changed::Evidence { .. }
        | Changed::Caused { .. }
        | Changed::Clocked { .. }
        | Changed::Affected { .. }
        | Changed::ImpactSet { .. }
        | Changed::Retitled { .. }
        | Changed::Published { .. }
        | Changed::Edited { .. }
        | Changed::Upstream { .. }
        | Changed::Merged { .. }
        | Changed::Reopened { .. }
        | Changed::PostmortemWritten { .. }
        | Changed::PostmortemPublished { .. }
        | Changed::Scheduled { .. }
        | Changed::Moved { .. }
        | Changed::MaintenancePhased { .. } => {}
    }
}
