//! The status side of a node: which components there are, what the page shows beside incidents, and what of it is kept and published.
//!
//! What fails here is an alarm and never touches mail. A component that no mail and no look has measured for five minutes is unknown.

use super::writing::Stop;
use crate::affected::{self, Affected};
use crate::board::Board;
use crate::config::{OperatorConfig, StatusFile};
use crate::facts::{Facts, Lists, Names};
use crate::ledger::Searcher;
use crate::status_page::Place;
use anyhow::{Context as _, Result};
use incident::component::Part;
use incident::{ComponentSetting, Settings};
use model::{Metrics, RegionName, Timestamp};
use net::Clock;
use relay::Links;
use sentry::{Sentry, WeatherShown, Word};
use status::affected::{Claim, Door, LinkKey, Wish};
use status::incidents::{Clerk, Forecast, Incidents, Means};
use status::view::{Path, Sky, Weather, WeatherRow};
use status::{SigningKey, Site, copy, kept};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tenant::settings::{EgressMode, SmartHost};

/// How often the page is kept and published when nothing changes.
const KEEP: Duration = Duration::from_secs(60);
/// Between two copies.
const PACE: Duration = Duration::from_millis(500);
/// The time of which the weather tells.
const WEATHER: Duration = Duration::from_secs(900);
/// Looks for affected mail at once.
const WALKS: usize = 2;
/// Receivers that are no known provider, together.
const OTHERS: &str = "others";

/// The page and what it writes.
pub(super) struct Page {
    pub(super) site: Site,
    place: Place,
    pub(super) key: Arc<SigningKey>,
    links: Arc<LinkKey>,
    publish: Option<PathBuf>,
    clock: Clock,
    /// When this node, in an earlier life, last showed something.
    alive_until: Timestamp,
}

impl Page {
    /// Opens what is kept and shows it, as old as it is.
    pub(super) fn open(config: &OperatorConfig, data_dir: &std::path::Path, clock: &Clock) -> Result<Self> {
        let StatusFile { settings, publish } = config.status.clone();
        let place = Place::open(data_dir)?;
        let (key, links) = (Arc::new(place.key()?), Arc::new(place.links()?));
        let settings = status::Settings { offers_mail: config.notices.route.is_some(), ..settings };
        let site = Site::new(settings, clock.clone());
        let mut alive_until = Timestamp::from_micros(i64::MIN);
        if let Some(view) = kept::load(&place.view()) {
            alive_until = view.made_at;
            site.show(view);
        }
        Ok(Self { site, place, key, links, publish, clock: clock.clone(), alive_until })
    }

    /// What incidents did to tenants' mail, as the ledger knows it.
    pub(super) fn affected(
        &self,
        config: &OperatorConfig,
        facts: &Facts,
        (ledger, board): (Searcher, Arc<Board>),
    ) -> Affected {
        Affected {
            walks: Arc::new(tokio::sync::Semaphore::new(WALKS)),
            ledger,
            incidents: facts.incidents.clone(),
            board,
            clock: self.clock.clone(),
            key: Arc::clone(&self.links),
            settings: self.site.settings().clone(),
            expire: config.queue.expire,
            keep: config.ledger.keep,
        }
    }

    /// What notices say of incidents that are open.
    pub(super) fn links(&self, facts: &Facts) -> Links {
        let (url, clock) = (self.site.settings().url.clone(), self.clock.clone());
        affected::links(Arc::clone(&self.links), url, facts.incidents.clone(), clock)
    }

    /// Where readers with a link come in.
    pub(super) fn door(&self, affected: Affected) -> Door {
        let ask = move |claim: Claim, wish: Wish| {
            let affected = affected.clone();
            let answer = async move { affected.answer(&claim.incident, &claim.tenant, wish).await };
            Box::pin(answer) as Pin<Box<dyn Future<Output = _> + Send>>
        };
        Door::new(self.site.clone(), Arc::clone(&self.links), Arc::new(ask), self.clock.clone())
    }

    /// Keeps and publishes on every change and every minute, and a last time when `stop` is ready: nobody shows anything any more then.
    pub(super) async fn keep_up(self, stop: Stop, metrics: Arc<Metrics>) {
        let mut changes = self.site.changes();
        let work = async {
            loop {
                self.keep(&metrics).await;
                tokio::time::sleep(PACE).await;
                tokio::select! {
                    changed = changes.changed() => if changed.is_err() { return },
                    () = self.clock.sleep(KEEP) => {}
                }
            }
        };
        tokio::select! {
            () = work => {}
            () = stop => {}
        }
        self.keep(&metrics).await;
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

/// The page, the way for facts, and the task that writes what follows from them.
pub(super) fn open(
    config: &OperatorConfig,
    data_dir: &std::path::Path,
    board: &Arc<Board>,
    (clock, metrics, sentry): (Clock, Arc<Metrics>, Sentry),
) -> Result<(Page, Facts, Clerk)> {
    let page = Page::open(config, data_dir, &clock)?;
    let mut names = Names::of(Arc::clone(board));
    let means = Means {
        site: page.site.clone(),
        forecast: forecast(config, sentry),
        private: Box::new(move || names.news()),
        clock: clock.clone(),
        metrics,
    };
    let directory = data_dir.join("incidents");
    let opened = Incidents::open(&directory, settings(config, board), page.alive_until, means);
    let (incidents, clerk) =
        opened.context("what was said of incidents is not known without their journal")?;
    Ok((page, Facts { incidents, region: config.region.clone(), clock }, clerk))
}

/// What is looked at beside listeners and the queue.
pub(super) fn watched(config: &OperatorConfig) -> Lists {
    let zones = config.dnsbl.zone_configs();
    Lists {
        lists: zones.iter().map(|asked| sentry::list_name(asked.zone.name)).collect(),
        sources: config.sources.iter().map(|source| source.name.clone()).collect(),
        names: config.sources.iter().map(|source| source.ehlo.to_ascii_lowercase()).collect(),
    }
}

/// The components that this node's tenants need, and the operator's policy.
fn settings(config: &OperatorConfig, board: &Board) -> Settings {
    let mut settings = Settings::standard(&config.region, "", &[]);
    settings.components = components(&config.region, board);
    settings.policy.clone_from(&config.incidents);
    settings
}

/// What tenants need as they are published now. Mail to whom nobody expected has its component always, and is shown where there is some.
pub(super) fn components(region: &RegionName, board: &Board) -> Vec<ComponentSetting> {
    let ways: Vec<Option<&str>> =
        board.tenants().all().iter().map(|snapshot| way(&snapshot.settings)).collect();
    let providers: BTreeSet<&str> = ways.iter().flatten().copied().collect();
    let providers: Vec<&str> = providers.into_iter().collect();
    let mut components =
        Settings::standard(region, &region.to_string().to_uppercase(), &providers).components;
    for component in &mut components {
        component.is_spare = match component.id.part {
            Part::Delivery => !ways.is_empty() && !ways.contains(&None),
            Part::Directory => ways.is_empty(),
            Part::Intake | Part::Signatures | Part::Return(_) | Part::Console => false,
        };
    }
    components
}

/// The known provider to which a tenant's mail is returned.
pub(super) fn way(settings: &tenant::settings::Settings) -> Option<&'static str> {
    match settings.egress.mode {
        EgressMode::Deliver => None,
        EgressMode::Return => match &settings.egress.smart_host {
            SmartHost::Name { host, .. } => bounce::provider_of(&host.to_string()),
            SmartHost::Address(_) | SmartHost::Mx(_) => None,
        },
    }
}

/// The delivery weather: our sources towards the providers that everybody knows, and all others together.
fn forecast(config: &OperatorConfig, sentry: Sentry) -> Forecast {
    let (region, shows_addresses) =
        (config.region.to_string().to_uppercase(), config.status.settings.show_addresses);
    Box::new(move || {
        let mut cells: BTreeMap<(String, String), Path> = BTreeMap::new();
        for shown in sentry.weather(WEATHER) {
            let is_known = bounce::is_provider(&shown.receiver);
            let column = if is_known { shown.receiver.clone() } else { OTHERS.to_owned() };
            let at = cells.entry((shown.source.to_string(), column)).or_insert(QUIET);
            add(at, &shown);
        }
        let columns: BTreeSet<&String> = cells.keys().map(|(_, column)| column).collect();
        let mut providers: Vec<String> = columns.into_iter().cloned().collect();
        // The others stand last.
        providers.sort_by_key(|provider| (provider == OTHERS, provider.clone()));
        let row = |source: &model::Source| WeatherRow {
            region: region.clone(),
            source: source.name.to_string(),
            address: shows_addresses.then(|| source.address.to_string()),
            cells: providers
                .iter()
                .map(|provider| {
                    cells.get(&(source.name.to_string(), provider.clone())).copied().unwrap_or(QUIET)
                })
                .collect(),
        };
        let rows = sentry.sources().iter().filter(|source| !source.notice).map(row).collect();
        let providers = providers.iter().map(|provider| incident::provider_name(provider)).collect();
        Weather { providers, rows, over: WEATHER }
    })
}

const QUIET: Path =
    Path { sky: Sky::Quiet, accepted: 0, deferred: 0, refused: 0, median: None, measured_at: None };

fn add(path: &mut Path, shown: &WeatherShown) {
    let cell = &shown.cell;
    path.accepted += cell.accepted;
    path.deferred += cell.deferred;
    path.refused += cell.refused;
    let median = Duration::from_millis(cell.p50_ms);
    path.median = path.median.max((cell.accepted > 0).then_some(median));
    path.measured_at = path.measured_at.max(Some(cell.last));
    let sky = match shown.state {
        Word::Quarantined => Sky::Shut,
        Word::Probing => Sky::Probing,
        Word::Clean | Word::Suspect | Word::Warming if cell.deferred > cell.accepted => Sky::Slow,
        Word::Clean | Word::Suspect | Word::Warming => Sky::Clear,
    };
    // Of several receivers in one column the worst is shown.
    if rank(sky) > rank(path.sky) {
        path.sky = sky;
    }
}

const fn rank(sky: Sky) -> u8 {
    match sky {
        Sky::Quiet => 0,
        Sky::Unknown => 1,
        Sky::Clear => 2,
        Sky::Slow => 3,
        Sky::Probing => 4,
        Sky::Shut => 5,
    }
}
