//! Whether signed TLSA records of recipients count: only what a validating name server vouches for does (DANE, RFC 7672).

use super::look::{Look, Looked, View};
use crate::config::DaneUse;
use net::Voucher;
use setup::State;
use std::sync::Arc;
use tenant::settings::EgressMode;

const CHECK: &str = "dane";

/// One look where a tenant's mail goes to recipients' own servers and the operator has not switched DANE off.
pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let config = &view.site.config;
    let delivers = |snapshot: &tenant::Snapshot| snapshot.settings.egress.mode == EgressMode::Deliver;
    let always = match config.deliver.dane {
        DaneUse::Never => return Vec::new(),
        DaneUse::Auto => false,
        DaneUse::Always => true,
    };
    if !view.tenants.values().any(delivers) {
        return Vec::new();
    }
    let (servers, timeout) = (config.resolver.servers.clone(), config.resolver.timeout);
    let look = Look::new(CHECK, "name servers", async move {
        let servers = if servers.is_empty() { net::system_servers() } else { Ok(servers) };
        let (state, reason) = match servers {
            Ok(servers) => look(&Voucher::new(&servers, timeout), always).await,
            Err(error) => (State::Unknown, error.to_string()),
        };
        let mend = "install a name server that validates on this machine (`apt install unbound`) and write servers = [\"127.0.0.1:53\"] under [resolver]";
        vec![Looked::new(CHECK, "name servers", state, reason, mend)]
    });
    vec![look]
}

async fn look(voucher: &Voucher, always: bool) -> (State, String) {
    if !always && !voucher.is_here() {
        let reason =
            "are not on this machine, where nobody stands between: TLSA records of recipients do not count";
        return (State::Warn, reason.to_owned());
    }
    match voucher.vouches().await {
        Ok(true) => (State::Ok, "validate: TLSA records of recipients count".to_owned()),
        Ok(false) => {
            (State::Warn, "do not validate (DNSSEC): TLSA records of recipients do not count".to_owned())
        }
        Err(error) => (State::Unknown, error),
    }
}

#[cfg(test)]
mod tests;
