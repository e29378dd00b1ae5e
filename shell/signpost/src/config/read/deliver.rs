//! `[deliver]`: what holds for mail to recipients' own exchangers, whoever's mail it is.

use crate::config::Deliver;
use tenant::written::{Report, Table};

const NETWORKS_MAX: usize = 100;

pub(super) fn deliver(top: &mut Table<'_>, report: &mut Report) -> Deliver {
    let Some(mut table) = top.table("deliver", report) else { return Deliver::default() };
    let networks = table.take("private_networks");
    let private_networks = networks.map(|value| value.parse_list(NETWORKS_MAX, report)).unwrap_or_default();
    table.finish(report);
    Deliver { private_networks }
}
