//! Who was asked, by host name: a provider that `bounce` knows, else the last two labels of the name.
//!
//! A number stands for each; hosts and names beyond the bounds share one, called `others`.

use std::collections::{BTreeMap, HashMap};

const HOSTS_MAX: usize = 50_000;
const SITES_MAX: usize = 20_000;
const OTHERS: &str = "others";

/// A provider, or the domain of a receiver's hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SiteId(usize);

/// What is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) id: SiteId,
    /// As `bounce` calls it, if it does.
    pub(super) provider: Option<&'static str>,
}

#[derive(Debug)]
pub(super) struct Sites {
    hosts: HashMap<String, Site>,
    numbers: BTreeMap<String, SiteId>,
    names: Vec<String>,
}

impl Sites {
    pub(super) fn new() -> Self {
        let mut sites = Self { hosts: HashMap::new(), numbers: BTreeMap::new(), names: Vec::new() };
        sites.number(OTHERS);
        sites
    }

    pub(super) fn of(&mut self, host: &str) -> Site {
        if let Some(site) = self.hosts.get(host) {
            return *site;
        }
        let provider = bounce::provider_of(host);
        let id = match provider {
            Some(name) => self.number(name),
            None => self.number(&domain(host)),
        };
        let site = Site { id, provider };
        if self.hosts.len() >= HOSTS_MAX {
            self.hosts.clear();
        }
        self.hosts.insert(host.to_owned(), site);
        site
    }

    pub(super) fn name(&self, id: SiteId) -> &str {
        self.names.get(id.0).map_or(OTHERS, String::as_str)
    }

    fn number(&mut self, name: &str) -> SiteId {
        if let Some(id) = self.numbers.get(name) {
            return *id;
        }
        if self.names.len() >= SITES_MAX {
            return SiteId(0);
        }
        let id = SiteId(self.names.len());
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), id);
        id
    }
}

fn domain(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.parse::<core::net::IpAddr>().is_ok() {
        return host;
    }
    let labels: Vec<&str> = host.rsplitn(3, '.').collect();
    match labels.as_slice() {
        [last, second, ..] => format!("{second}.{last}"),
        _ => host.clone(),
    }
}
