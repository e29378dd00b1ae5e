//! Recipients' domains are told what TLS met: every failure that loopback can show is counted, and a report arrives by mail and by POST.

mod arrival;
mod counted;
mod hosts;

use crate::node::Wishes;
use model::Duration;
use relay::{OwnConfig, TlsReportsConfig};
use signing::SigningKey;
use std::path::Path;
use std::sync::Arc;
use tenant::settings::{Dkim, DkimKey, KeyUse, OnFailure, Seals, Signs};
use tlspolicy::report::Reporter;

/// In whose name the relay of these tests writes.
const OWN: &str = "relay.example";

/// A relay that delivers, tells domains of TLS, and signs what it writes.
fn wishes(folder: &Path) -> Wishes {
    let edits = vec![
        ("mode        = \"return\"", "mode = \"deliver\""),
        ("tls         = \"verify\"", "tls = \"opportunistic\""),
    ];
    let tls_reports = TlsReportsConfig {
        folder: Some(folder.to_owned()),
        from: format!("tlsrpt@{OWN}").parse().unwrap(),
        reporter: Reporter {
            organization: "Relay Example".to_owned(),
            contact: format!("postmaster@{OWN}"),
            submitter: OWN.to_owned(),
            host: "in.eu.relay.example".to_owned(),
        },
        flush: Duration::from_millis(100),
    };
    let own = OwnConfig { domain: OWN.to_owned(), dkim: Some(dkim()), tls_reports: Some(tls_reports) };
    Wishes { edits, own, retry: vec![Duration::from_secs(1)], ..Wishes::default() }
}

fn dkim() -> Dkim {
    let key = DkimKey {
        selector: "r1".parse().unwrap(),
        domains: vec![OWN.parse().unwrap()],
        used: KeyUse::Sign,
        delegated: None,
        key: Some(Arc::new(SigningKey::from_pem(crate::dkim::RSA).unwrap())),
    };
    Dkim {
        sign: Signs::Always,
        on_failure: OnFailure::Pass,
        arc: Seals::Off,
        valid_for: None,
        keys: vec![key],
    }
}
