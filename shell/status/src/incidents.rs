//! The running incidents: facts and people's acts go in; what follows is journalled, then shown on the page and told to whoever listens.
//!
//! ```text
//!   fact --+                        +--> page (site)
//!   act  --+--> board --> journal --+
//!   time --+                        +--> changes (subscriptions, log)
//! ```
//! The journal (`DATA/incidents`) comes before anybody is told. If it cannot be written, that is alarmed, and what changed is told nevertheless and
//! written later: a page that keeps silent because its own disk is full is the failure that this product exists to prevent.

mod clerk;

pub use clerk::Clerk;

use crate::settings::Settings as PageSettings;
use crate::view::{View, Weather};
use crate::{Site, project};
use clerk::Input;
use incident::{
    Act, ActError, Board, Change, ComponentId, ComponentSetting, EvidenceId, Fact, Settings, condensed,
};
use model::{Metrics, Timestamp};
use net::Clock;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::journal::{Journal, JournalError};
use tokio::sync::{broadcast, mpsc, oneshot};

const NAME: &str = "journal-v1.jsonl";
/// Changes that a slow listener may fall behind.
const CHANGES_MAX: usize = 4096;

/// Gives the delivery weather as it is now.
pub type Forecast = Box<dyn Fn() -> Weather + Send>;
/// Gives the names that no public text of a person may have (tenants, their domains, hosts), if they are others than at the last call.
pub type Private = Box<dyn FnMut() -> Option<BTreeSet<String>> + Send>;

/// Why an act of a person did not come to pass.
#[derive(Debug, thiserror::Error)]
pub enum IncidentsError {
    #[error(transparent)]
    Act(#[from] ActError),
    #[error("the node is stopping")]
    Stopping,
}

/// A handle on the running incidents; clones are the same ones.
#[derive(Clone)]
pub struct Incidents(Arc<Shared>);

struct Shared {
    board: Mutex<Board>,
    inputs: mpsc::UnboundedSender<Input>,
    told: broadcast::Sender<Change>,
}

/// What the running incidents work with.
pub struct Means {
    pub site: Site,
    pub forecast: Forecast,
    /// Asked before anything is taken in and before anything is shown: nobody is public until somebody looks.
    pub private: Private,
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
}

impl Incidents {
    /// Opens what the journal in `directory` tells. The node was alive until `alive_until` at the latest known.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub fn open(
        directory: &Path,
        settings: Settings,
        alive_until: Timestamp,
        means: Means,
    ) -> Result<(Self, Clerk), JournalError> {
        let kept = settings.clone();
        let keep = Arc::new(move |journal| condensed(&kept, journal));
        let (journal, changes) = Journal::open(directory, NAME, keep)?;
        let board = Board::restore(settings, changes, alive_until, means.clock.now());
        let (inputs, received) = mpsc::unbounded_channel();
        let (told, _) = broadcast::channel(CHANGES_MAX);
        let incidents = Self(Arc::new(Shared { board: Mutex::new(board), inputs, told }));
        let clerk = Clerk::new(incidents.clone(), journal, received, means);
        Ok((incidents, clerk))
    }

    /// Something came to pass.
    pub fn tell(&self, fact: Fact) {
        if self.0.inputs.send(Input::Fact(Box::new(fact))).is_err() {
            tracing::debug!("a fact came behind the end of the incidents");
        }
    }

    /// A person does something; gives what changed once it is journalled.
    ///
    /// # Errors
    /// Why it was not done; then nothing changed.
    pub async fn act(&self, act: Act, by: String) -> Result<Vec<Change>, IncidentsError> {
        let (answer, answered) = oneshot::channel();
        let input = Input::Act { act: Box::new(act), by, answer };
        self.0.inputs.send(input).map_err(|_| IncidentsError::Stopping)?;
        Ok(answered.await.map_err(|_| IncidentsError::Stopping)??)
    }

    /// Looks at the board; not for long, because everything waits meanwhile.
    pub fn read<T>(&self, look: impl FnOnce(&Board) -> T) -> T {
        look(&self.board())
    }

    /// These components are needed from now on; gives those that are new.
    pub fn need(&self, components: &[ComponentSetting]) -> Vec<ComponentId> {
        self.board().need(components)
    }

    /// What changes from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.0.told.subscribe()
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        // Changes are applied one by one, each whole: a panic while it was held left none half done.
        self.0.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the public page shows of the board.
fn view(board: &Board, weather: Weather, settings: &PageSettings, now: Timestamp) -> View {
    let components = board.components();
    let update_every = board.settings().policy.update_every;
    let absorbed = board.settings().policy.absorbed;
    let shown = board.incidents().into_iter().filter(|incident| incident.is_shown(absorbed));
    let hidden = board.hidden_names();
    View {
        made_at: now,
        changed_at: now,
        components: board.shown_components().map(|one| project::component(one, now)).collect(),
        incidents: shown
            .filter_map(|one| project::incident(one, components, update_every, &hidden))
            .filter(|one| settings.show_absorbed || !one.absorbed)
            .collect(),
        maintenances: board
            .maintenances()
            .into_iter()
            .rev()
            .map(|one| project::maintenance(one, components))
            .collect(),
        weather,
        metrics: Vec::new(),
    }
}

fn act_id(now: Timestamp) -> EvidenceId {
    format!("act/{}", now.as_micros()).parse().expect("a number is printable and short")
}

#[cfg(test)]
mod tests;
