//! `[deliver]`: what holds for mail to recipients' own exchangers, whoever's mail it is.

use super::sites;
use crate::config::{DaneUse, Deliver};
use dispatch::Sites;
use tenant::settings::destinations;
use tenant::written::{Report, Table};
use tlspolicy::Destinations;

const NETWORKS_MAX: usize = 100;
const DANE: [(&str, DaneUse); 3] =
    [("auto", DaneUse::Auto), ("always", DaneUse::Always), ("never", DaneUse::Never)];

pub(super) fn deliver(top: &mut Table<'_>, report: &mut Report) -> Deliver {
    let mut deliver = Deliver {
        private_networks: Vec::new(),
        mta_sts: true,
        dane: DaneUse::default(),
        destinations: Destinations::default(),
        sites: Sites::default(),
    };
    let Some(mut table) = top.table("deliver", report) else { return deliver };
    if let Some(networks) = table.take("private_networks") {
        deliver.private_networks = networks.parse_list(NETWORKS_MAX, report);
    }
    if let Some(counts) = table.take("mta_sts").and_then(|value| value.flag(report)) {
        deliver.mta_sts = counts;
    }
    if let Some(dane) = table.take("dane").and_then(|value| value.word(&DANE, report)) {
        deliver.dane = dane;
    }
    if let Some(table) = table.table("destinations", report) {
        deliver.destinations = destinations(&table, report);
    }
    deliver.sites = sites::sites(&mut table, report);
    table.finish(report);
    deliver
}
