//! What a scenario file says: the story, the world, the mail, the faults, and what must hold.
//!
//! Files are compiled in; `toml` refuses what it does not know with the place. Times of events are seconds of the watching person since the mail began;
//! the node lives `scale` times as fast.

mod faults;

pub(crate) use faults::{Event, Fault};

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;

/// One drill.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    #[serde(skip)]
    pub name: String,
    pub title: String,
    /// What happened in life, in a sentence or two, with its source.
    pub story: String,
    /// Figures of the real incident beside those of the drill.
    #[serde(default)]
    pub real: Vec<Real>,
    /// The course of the real incident.
    #[serde(default)]
    pub life: Vec<Life>,
    pub world: World,
    pub traffic: Traffic,
    /// Mail besides that of everybody.
    #[serde(default, rename = "stream")]
    pub streams: Vec<Stream>,
    #[serde(default, rename = "event")]
    pub events: Vec<Event>,
    /// After the mail has been sent, at most so many seconds for the rest; default 30.
    #[serde(default = "thirty")]
    pub settle: f64,
    /// What has to be seen before it ends: sources that carry mail again.
    #[serde(default)]
    pub until_restored: Vec<String>,
    #[serde(rename = "bar")]
    pub bars: Vec<Bar>,
    pub sabotage: Sabotage,
    pub short: Short,
}

/// A figure of the real incident.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Real {
    /// The figure here with which it is compared.
    pub figure: String,
    pub was: String,
}

/// One moment of the real incident.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Life {
    pub at: String,
    pub what: String,
}

/// The relay and its surroundings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The network of each source `eu-1`, `eu-2` ...
    pub networks: Vec<String>,
    /// Seconds of the node in one of the watching person.
    pub scale: u32,
    /// How often lists are asked; the node's own time.
    #[serde(default = "often")]
    pub poll: String,
    /// The weight of each source; 10 where it is left out.
    #[serde(default)]
    pub weights: Vec<u32>,
    /// A source for reports and notices only, besides.
    #[serde(default)]
    pub notice: bool,
    /// Senders that the node knows for two months, and what they send in an hour; nobody is known without it.
    #[serde(default)]
    pub usual: BTreeMap<String, u32>,
    /// The disk under the spool; without it, the real one.
    pub disk: Option<Disk>,
    /// The listener presents a certificate of the operator's that ends after so many days, and the fake Exchange wants a good one.
    pub certificate_days: Option<f64>,
    /// Lines of the node's files that are other ones than the example's.
    #[serde(default, rename = "edit")]
    pub edits: Vec<Edit>,
}

/// With what sizes the spool works.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    pub segment_mib: u64,
    pub reserve_mib: u64,
}

/// A text of one of the node's files that is replaced; it must be there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    pub file: String,
    pub from: String,
    pub to: String,
}

/// The mail that flows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Messages a second, over all tenants.
    pub per_second: f64,
    pub seconds: f64,
    /// Who writes; left out, two people of each organisation.
    #[serde(default)]
    pub senders: Vec<String>,
    /// So much text in each message, in KiB.
    #[serde(default)]
    pub kib: usize,
    /// This share of the messages goes through Debian's Exim besides, over one address that is listed whenever a source is.
    pub exim: Option<f64>,
}

/// Further mail: of one sender, for a while.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Before the number in its recipients' addresses.
    pub name: String,
    pub sender: String,
    pub at: f64,
    pub until: f64,
    pub per_second: f64,
    /// Their domain.
    #[serde(default = "customers")]
    pub to: String,
    #[serde(default = "one")]
    pub recipients: usize,
    /// Addresses in Cc.
    #[serde(default)]
    pub cc: usize,
    /// Another organisation sends it in that sender's name.
    #[serde(default)]
    pub forged: bool,
}

/// One thing that must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    pub figure: String,
    pub max: Option<f64>,
    pub min: Option<f64>,
}

/// What undoes what is tested: orders and faults at their times, or another set-up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sabotage {
    /// What it amounts to.
    pub says: String,
    #[serde(default, rename = "event")]
    pub events: Vec<Event>,
    #[serde(default, rename = "edit")]
    pub edits: Vec<Edit>,
    /// Events with these names do not happen.
    #[serde(default)]
    pub without: Vec<String>,
}

/// The form for tests: everything `pace` times as long, at other speeds; those of streams stay.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Short {
    pub pace: f64,
    pub scale: u32,
    pub per_second: f64,
    /// As in the long form, and shorter.
    #[serde(default = "fifteen")]
    pub settle: f64,
    /// Figures that it cannot have: what takes too long, or is too short to be seen at its speed.
    #[serde(default)]
    pub leave_out: Vec<String>,
}

/// Why there is no such scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("there is no drill `{0}`; `signpost drill --list` names all")]
    Unknown(String),
    #[error("{0}: {1}")]
    Written(String, Box<toml::de::Error>),
    #[error("cannot read {0}: {1}")]
    Unread(String, std::io::Error),
}

macro_rules! book {
    ($($name:literal)*) => {
        /// Every drill's name and file.
        const BOOK: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../drills/", $name, ".toml")))),*];
    };
}

book! {
    "spamhaus-eu" "spamhaus-eu-one-ip" "open-resolver" "dnsbl-lists-the-world" "banned-at-one-provider" "provider-down" "provider-down-deliver" "resolver-gone"
    "resolver-gone-deliver" "power-cut"
    "connector-broken" "spool-disk-full" "spool-disk-slow" "certificate-expired" "runaway-tenant" "echo-spoofing" "header-bomb" "listing-spreads"
    "stamped-form-refused" "mitigation-loses-mail" "cold-spare"
}

impl Scenario {
    /// All of them, in the order of the book.
    ///
    /// # Errors
    /// If one is not written as it must be.
    pub fn all() -> Result<Vec<Self>, ScenarioError> {
        BOOK.iter().map(|(name, text)| read(name, text)).collect()
    }

    /// The one of this name; of a name that ends in `.toml`, the one in this file.
    ///
    /// # Errors
    /// If there is none.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        if let Some(own) = name.strip_suffix(".toml") {
            let text = std::fs::read_to_string(name);
            let text = text.map_err(|error| ScenarioError::Unread(name.to_owned(), error))?;
            let stem = Path::new(own).file_name().map_or(own.into(), |stem| stem.to_string_lossy());
            return read(&stem, &text);
        }
        let found = BOOK.iter().find(|(known, _)| *known == name);
        let (name, text) = found.ok_or_else(|| ScenarioError::Unknown(name.to_owned()))?;
        read(name, text)
    }

    /// The form for tests.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        let Short { pace, scale, per_second, settle, leave_out } = self.short.clone();
        self.settle = settle;
        self.bars.retain(|bar| !leave_out.contains(&bar.figure));
        if leave_out.iter().any(|figure| figure == "seconds_to_restore") {
            self.until_restored.clear();
        }
        self.world.scale = scale;
        self.traffic.per_second = per_second;
        self.traffic.seconds *= pace;
        for event in self.events.iter_mut().chain(&mut self.sabotage.events) {
            event.at *= pace;
        }
        for stream in &mut self.streams {
            (stream.at, stream.until) = (stream.at * pace, stream.until * pace);
        }
        self
    }

    /// What happens, in its order, with or without what undoes it.
    #[must_use]
    pub fn timeline(&self, sabotage: bool) -> Vec<Event> {
        let undone = |event: &&Event| {
            let is_named = |name: &String| self.sabotage.without.contains(name);
            !(sabotage && event.name.as_ref().is_some_and(is_named))
        };
        let added = self.sabotage.events.iter().filter(|_| sabotage);
        let mut events: Vec<Event> = self.events.iter().filter(undone).chain(added).cloned().collect();
        events.sort_by(|one, other| one.at.total_cmp(&other.at));
        events
    }

    /// Every source: `eu-1`, `eu-2` ..., the last one for notices if there is one.
    #[must_use]
    pub fn sources(&self) -> Vec<String> {
        let count = self.world.networks.len() + usize::from(self.world.notice);
        (1..=count).map(|number| format!("eu-{number}")).collect()
    }

    /// Those of people's mail.
    pub(crate) fn pool(&self) -> impl Iterator<Item = String> {
        self.sources().into_iter().take(self.world.networks.len())
    }

    /// The address of a source by its name.
    #[must_use]
    pub fn address(&self, source: &str) -> Option<Ipv4Addr> {
        let number = source.strip_prefix("eu-")?.parse::<u8>().ok()?;
        let count = self.world.networks.len() + usize::from(self.world.notice);
        (usize::from(number) <= count).then(|| Ipv4Addr::new(127, 0, 1, number))
    }
}

fn read(name: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let wrong = |error| ScenarioError::Written(format!("drills/{name}.toml"), Box::new(error));
    let scenario: Scenario = toml::from_str(text).map_err(wrong)?;
    Ok(Scenario { name: name.to_owned(), ..scenario })
}

fn one() -> usize {
    1
}

fn customers() -> String {
    "customer.example".to_owned()
}

fn thirty() -> f64 {
    30.0
}

fn fifteen() -> f64 {
    15.0
}

fn often() -> String {
    "60s".to_owned()
}

#[cfg(test)]
mod tests;
