//! Tells what vendors post to those who asked for it by a rule.
//!
//! After each look everything that is news of the last day is handed on; who was told stands in the journal of subscribers, so that handing on twice,
//! after a start too, tells nobody twice. Readers who change their rules choose among the vendors that are named here.

use model::Timestamp;
use status::subscribe::{Subscriptions, VendorNews, WatchedVendor};
use std::collections::BTreeSet;
use vendor::{Record, Sighting, alert};
use watch::Vendors;

/// For ever.
pub(crate) async fn run(vendors: Vendors, subscriptions: Subscriptions) {
    let mut looked = vendors.looked();
    // Handed on before: saves asking the journal at every look.
    let mut handed: BTreeSet<String> = BTreeSet::new();
    loop {
        let watched = vendors.lines().into_iter();
        let watched = watched.map(|line| WatchedVendor { name: line.name.to_string(), page: line.page });
        subscriptions.know_vendors(watched.collect());
        let fresh = fresh(&vendors, vendors.now());
        let still: BTreeSet<String> = fresh.iter().map(|news| news.id.clone()).collect();
        handed.retain(|id| still.contains(id));
        for news in fresh {
            let id = news.id.clone();
            if !handed.contains(&id) && subscriptions.tell_vendor(news).is_ok() {
                handed.insert(id);
            }
        }
        if looked.changed().await.is_err() {
            return;
        }
    }
}

fn fresh(vendors: &Vendors, now: Timestamp) -> Vec<VendorNews> {
    let mut fresh = Vec::new();
    vendors.each(|line, _said, records| {
        let page = line.page.clone().unwrap_or_else(|| line.name.to_string());
        let news = |record: &Record| {
            let alert = alert(line.name.as_str(), record, now)?;
            Some(VendorNews {
                id: alert.id,
                vendor: line.name.to_string(),
                page: page.clone(),
                state: line.state,
                incident: vendor::Incident { raw: String::new(), ..record.incident.clone() },
                is_first: alert.is_first,
                is_imported: record.sighting == Sighting::Imported,
                at: alert.at,
            })
        };
        fresh.extend(records.iter().filter_map(news));
    });
    fresh
}
