//! The status page of a node: measured here, kept, shown, copied.
//!
//! Looks every ten seconds; a change and every full minute are kept on disk and, if the operator wants it, published. What fails here is an
//! alarm and never touches mail. Delivery is measured by deliveries: a node without mail knows nothing of it, and the page says so.

use crate::config::{OperatorConfig, StatusFile};
use crate::status_page::Place;
use anyhow::Result;
use incident::component::{ComponentId, Part, State, history::Span};
use incident::{Component, Text};
use model::{Metrics, RegionName, Timestamp};
use net::Clock;
use spool::Spool;
use status::view::View;
use status::{SigningKey, Site, copy, kept, project};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const LOOK: Duration = Duration::from_secs(10);
const KEEP: Duration = Duration::from_secs(60);
/// Mail that waits longer is late.
const OLDEST_MAX: Duration = Duration::from_secs(600);
/// Earlier states of one component; flapping for weeks forgets the oldest.
const SPANS_MAX: usize = 2_000;

/// The page and what it writes.
pub(super) struct Page {
    pub(super) site: Site,
    place: Place,
    key: Arc<SigningKey>,
    publish: Option<PathBuf>,
    clock: Clock,
}

/// What is looked at.
pub(super) struct Looks {
    pub(super) spool: Spool,
    pub(super) metrics: Arc<Metrics>,
    pub(super) region: RegionName,
}

impl Page {
    /// Opens what is kept and shows it, as old as it is.
    pub(super) fn open(config: &OperatorConfig, data_dir: &std::path::Path, clock: &Clock) -> Result<Self> {
        let StatusFile { settings, publish } = config.status.clone();
        let place = Place::open(data_dir)?;
        let key = Arc::new(place.key()?);
        let site = Site::new(settings, clock.clone());
        if let Some(view) = kept::load(&place.view()) {
            site.show(view);
        }
        Ok(Self { site, place, key, publish, clock: clock.clone() })
    }

    /// Looks until it is dropped.
    pub(super) async fn run(self, looks: Looks) {
        let mut parts = Parts::new(&looks.region, self.clock.now());
        let mut kept_at: Option<Timestamp> = None;
        loop {
            let now = self.clock.now();
            let has_changed = parts.look(&looks, now);
            let before = self.site.view();
            let changed_at = if has_changed { now } else { before.changed_at };
            let components = parts.all.iter().map(|(part, _)| project::component(part, now)).collect();
            self.site.show(View { made_at: now, changed_at, components, ..View::clone(&before) });
            if has_changed || kept_at.is_none_or(|at| now.since(at) >= KEEP) {
                kept_at = Some(now);
                self.keep(&looks.metrics).await;
            }
            self.clock.sleep(LOOK).await;
        }
    }

    /// Writes the view and the copy.
    async fn keep(&self, metrics: &Arc<Metrics>) {
        let (view, settings) = (self.site.view(), self.site.settings().clone());
        let (path, key, publish) = (self.place.view(), Arc::clone(&self.key), self.publish.clone());
        let now = self.clock.now();
        let written = tokio::task::spawn_blocking(move || -> Result<()> {
            kept::save(&path, &view)?;
            if let Some(directory) = publish {
                copy::publish(&directory, &view, &settings, &key, now)?;
            }
            Ok(())
        });
        let error = match written.await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => format!("{error:#}"),
            Err(error) => error.to_string(),
        };
        metrics.alarms.add_one();
        tracing::warn!(error, "the status page cannot be kept or published");
    }
}

/// The components with the counter that each was measured by last.
struct Parts {
    all: Vec<(Component, u64)>,
}

impl Parts {
    fn new(region: &RegionName, now: Timestamp) -> Self {
        let names = [
            (Part::Intake, Text::new("Taking mail", "Annahme von E-Mail")),
            (Part::Delivery, Text::new("Handing mail on", "Weitergabe von E-Mail")),
            (Part::Signatures, Text::new("Signatures", "Signaturen")),
        ];
        let component = |(part, name)| Component {
            id: ComponentId { region: region.clone(), part },
            name,
            group: region.to_string().to_uppercase(),
            state: State::Unknown,
            since: now,
            evidence: None,
            measured: None,
            history: Vec::new(),
        };
        Self { all: names.into_iter().map(|part| (component(part), 0)).collect() }
    }

    /// Whether a state changed.
    fn look(&mut self, looks: &Looks, now: Timestamp) -> bool {
        let metrics = &looks.metrics;
        let mut has_changed = false;
        for (component, counted) in &mut self.all {
            let count = match component.id.part {
                Part::Intake | Part::Return(_) | Part::Directory | Part::Console => 0,
                Part::Delivery => metrics.delivered.get(),
                Part::Signatures => metrics.stamped.get() + metrics.passed.get(),
            };
            let is_new = std::mem::replace(counted, count) != count;
            let is_late = Duration::from_micros(metrics.queue_oldest_micros.get()) > OLDEST_MAX;
            let found = match component.id.part {
                Part::Intake if looks.spool.may_accept().is_ok() => Some(State::Operational),
                Part::Intake => Some(State::MajorOutage),
                Part::Delivery if is_late => Some(State::DegradedPerformance),
                Part::Delivery | Part::Signatures => is_new.then_some(State::Operational),
                Part::Return(_) | Part::Directory | Part::Console => None,
            };
            has_changed |= found.is_some_and(|state| measured(component, state, now));
        }
        has_changed
    }
}

/// Takes a measurement in; whether it changed the state.
fn measured(component: &mut Component, state: State, now: Timestamp) -> bool {
    component.measured = Some(now);
    if component.state == state {
        return false;
    }
    component.history.push(Span { from: component.since, until: now, state: component.state });
    let surplus = component.history.len().saturating_sub(SPANS_MAX);
    component.history.drain(..surplus);
    (component.state, component.since) = (state, now);
    true
}
