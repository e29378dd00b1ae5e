//! What the operator chose about the page, and the words that follow from it.
//!
//! Links between pages are relative, so that a copy works under any address; `url` stands only where a format demands a whole one.

use crate::view::PublicId;
use model::Duration;

/// The page's choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whose page it is. Default: the product's name.
    pub name: String,
    /// Where readers find it, without a slash at the end.
    pub url: String,
    /// A link or an address for people who need help. Default: none.
    pub help: Option<String>,
    /// How old a measurement may be before it counts as none. Default: 5 min.
    pub fresh_for: Duration,
    /// Whether addresses of sources are shown. Default: true; they are public by nature, but not everybody likes them listed.
    pub show_addresses: bool,
    /// Whether incidents are shown that the guard absorbed. Default: true.
    pub show_absorbed: bool,
    /// Whether the page takes addresses for mail. Default: false; a node with a notices route sets it.
    pub offers_mail: bool,
    /// Whether what other vendors say is told beside the page, as feeds and JSON. Default: false.
    pub offers_vendors: bool,
}

impl Settings {
    /// The defaults for a page at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            name: "Signpost".to_owned(),
            url: url.into().trim_end_matches('/').to_owned(),
            help: None,
            fresh_for: Duration::from_secs(300),
            show_addresses: true,
            show_absorbed: true,
            offers_mail: false,
            offers_vendors: false,
        }
    }

    pub(crate) fn page_id(&self) -> PublicId {
        PublicId::of(&format!("page {}", self.name))
    }

    /// The host of the page, for ids of feeds.
    pub(crate) fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }

    /// The same without a port, for addresses and Message-IDs.
    #[must_use]
    pub fn mail_host(&self) -> String {
        let host = self.host();
        let bare = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let bare = bare.map_or(host, |(bare, _)| bare);
        bare.trim_start_matches('[').trim_end_matches(']').replace(':', "-")
    }
}
