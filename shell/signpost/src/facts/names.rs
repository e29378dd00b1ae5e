//! Names that no public text may have: tenants, their domains and the hosts of their mail systems.

use crate::board::Board;
use tenant::settings::SmartHost;

pub(super) fn private(board: &Board) -> Vec<String> {
    let mut names = Vec::new();
    for snapshot in board.tenants().all() {
        let settings = &snapshot.settings;
        names.extend([settings.name.to_string(), settings.display_name.clone()]);
        for domain in settings.domains.iter().map(ToString::to_string) {
            // Microsoft's name of a tenant's host has the tenant's domain with hyphens.
            names.push(domain.replace('.', "-"));
            names.push(domain);
        }
        match &settings.egress.smart_host {
            SmartHost::Name { host, .. } | SmartHost::Mx(host) => names.push(host.to_string()),
            SmartHost::Address(address) => names.push(address.ip().to_string()),
        }
    }
    names
}
