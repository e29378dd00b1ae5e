//! Where a state of a source holds: everywhere, towards one provider, or towards one site.
//!
//! A message meets all three at once, and the most restrictive of them decides.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// Who is asked to take a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Receiver {
    /// Who runs the host, if its name tells: `microsoft`, `google`.
    pub provider: Option<String>,
    /// The host's name, in small letters and without a dot at its end.
    pub site: String,
}

impl Receiver {
    #[must_use]
    pub fn new(provider: Option<&str>, host: &str) -> Self {
        let site = host.split_whitespace().next().unwrap_or_default();
        Self { provider: provider.map(str::to_owned), site: site.trim_end_matches('.').to_ascii_lowercase() }
    }

    /// Under which name its traffic is counted: the provider, or the site.
    #[must_use]
    pub fn name(&self) -> &str {
        self.provider.as_deref().unwrap_or(&self.site)
    }
}

/// How far a state reaches. Written `everywhere`, `provider:microsoft`, `site:mx.example`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Everywhere,
    Provider(String),
    Site(String),
}

impl Place {
    /// Whether it concerns what goes to this receiver.
    #[must_use]
    pub fn holds(&self, receiver: &Receiver) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Provider(name) => receiver.provider.as_ref() == Some(name),
            Self::Site(host) => receiver.site == *host,
        }
    }
}

/// Why a text is no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPlace(String);

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no place: write `everywhere`, `provider:NAME` or `site:HOST`", self.0)
    }
}

impl core::error::Error for NoPlace {}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => f.write_str("everywhere"),
            Self::Provider(name) => write!(f, "provider:{name}"),
            Self::Site(host) => write!(f, "site:{host}"),
        }
    }
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        match text.split_once(':') {
            None if text == "everywhere" => Ok(Self::Everywhere),
            Some(("provider", name)) if !name.is_empty() => Ok(Self::Provider(name.to_ascii_lowercase())),
            Some(("site", host)) if !host.is_empty() => Ok(Self::Site(host.to_ascii_lowercase())),
            None | Some(_) => Err(NoPlace(text.to_owned())),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
