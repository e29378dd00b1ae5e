//! What a scenario file says: the story, the world, the mail, the faults, and what must hold.
//!
//! Files are compiled in; `toml` refuses what it does not know with the place. Times of events are seconds of the watching person since the mail began;
//! the node lives `scale` times as fast.

use serde::Deserialize;
use std::net::Ipv4Addr;

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
    pub world: World,
    pub traffic: Traffic,
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
}

/// The mail that flows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Messages a second, over all tenants.
    pub per_second: f64,
    pub seconds: f64,
}

/// What happens when.
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    pub at: f64,
    #[serde(flatten)]
    pub fault: Fault,
}

/// What can happen.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// A list that receivers ask names a source; the fake Exchange refuses it.
    List {
        source: String,
    },
    Unlist {
        source: String,
    },
    /// The provider answers RCPT with this, one source's or everybody's.
    Refuse {
        reply: String,
        source: Option<String>,
    },
    /// The provider answers as ever.
    Relent,
    /// A list's name server says `listed` of whatever it is asked.
    ListWorld {
        zone: String,
    },
    /// It answers truthfully again.
    MendList {
        zone: String,
    },
    /// Every name server is silent.
    ResolverGone,
    ResolverBack,
    /// The node's process is killed, and started again.
    Kill,
    /// `signpost source ACT SOURCE`, everywhere unless a place is named.
    Order {
        act: String,
        source: String,
        place: Option<String>,
    },
}

/// One thing that must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    pub figure: String,
    pub max: Option<f64>,
    pub min: Option<f64>,
}

/// An operator's order that undoes what is tested, and when.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sabotage {
    /// What it amounts to.
    pub says: String,
    #[serde(rename = "event")]
    pub events: Vec<Event>,
}

/// The form for tests: everything `pace` times as long, at other speeds.
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
    #[error("drills/{0}.toml: {1}")]
    Written(String, Box<toml::de::Error>),
}

macro_rules! book {
    ($($name:literal)*) => {
        /// Every drill's name and file.
        const BOOK: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../drills/", $name, ".toml")))),*];
    };
}

book! {
    "spamhaus-eu" "spamhaus-eu-one-ip" "open-resolver" "dnsbl-lists-the-world" "banned-at-one-provider" "provider-down" "resolver-gone" "power-cut"
    "connector-broken"
}

impl Scenario {
    /// All of them, in the order of the book.
    ///
    /// # Errors
    /// If one is not written as it must be.
    pub fn all() -> Result<Vec<Self>, ScenarioError> {
        BOOK.iter().map(|(name, text)| read(name, text)).collect()
    }

    /// The one of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
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
        self
    }

    /// The address of a source by its name.
    #[must_use]
    pub fn address(&self, source: &str) -> Option<Ipv4Addr> {
        let number = source.strip_prefix("eu-")?.parse::<u8>().ok()?;
        (usize::from(number) <= self.world.networks.len()).then(|| Ipv4Addr::new(127, 0, 1, number))
    }
}

fn read(name: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let wrong = |error| ScenarioError::Written(name.to_owned(), Box::new(error));
    let scenario: Scenario = toml::from_str(text).map_err(wrong)?;
    Ok(Scenario { name: name.to_owned(), ..scenario })
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
