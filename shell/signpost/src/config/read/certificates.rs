//! Where listeners' certificates come from, as the operator's file writes it: files, `acme`, or nothing.

use super::{host, optional};
use crate::config::FurtherFace;
use certificates::{AcmeConfig, Wish};
use std::net::SocketAddr;
use std::path::Path;
use tenant::written::{Report, Table};

/// The word in place of a file that means the authority of `[acme]`. A file of this name is written `./acme`.
const ACME: &str = "acme";
const URL_LEN_MAX: usize = 2_000;
const CONTACTS_MAX: usize = 10;
const FURTHER_MAX: usize = 100;

/// `certificate` and `key` of a table.
pub(super) fn wish(table: &mut Table<'_>, beside: &Path, report: &mut Report) -> Wish {
    let start = table.start();
    let mut file =
        |key| table.take(key).and_then(|value| value.line(4096, report)).filter(|text| !text.is_empty());
    let (certificate, key) = (file("certificate"), file("key"));
    match (certificate, key) {
        (None, None) => Wish::SelfSigned,
        (Some(ACME), None) => Wish::Acme,
        (Some(ACME), Some(_)) => {
            report.at(start, "`certificate = \"acme\"` makes its own key; leave `key` out");
            Wish::Acme
        }
        (Some(chain), Some(key)) => Wish::Files { chain: beside.join(chain), key: beside.join(key) },
        (Some(_), None) | (None, Some(_)) => {
            report.at(
                start,
                "a listener needs both `certificate` and `key`, or neither, or `certificate = \"acme\"`",
            );
            Wish::SelfSigned
        }
    }
}

/// `[[listener.also]]`.
pub(super) fn further(table: &mut Table<'_>, beside: &Path, report: &mut Report) -> Vec<FurtherFace> {
    let Some(value) = table.take("also") else { return Vec::new() };
    let tables = value.tables(report);
    if tables.len() > FURTHER_MAX {
        value.problem(report, format!("has more than {FURTHER_MAX} entries"));
    }
    let mut found: Vec<FurtherFace> = Vec::new();
    for mut table in tables {
        let hostname = table.require("hostname", report).and_then(|value| host(&value, report));
        let wish = wish(&mut table, beside, report);
        if let Some(hostname) = hostname {
            if found.iter().any(|known| known.hostname.eq_ignore_ascii_case(&hostname)) {
                report.at(table.start(), format!("`{hostname}` stands in two entries of this listener"));
            }
            found.push(FurtherFace { hostname, certificate: wish });
        }
        table.finish(report);
    }
    found
}

/// `[acme]`.
pub(super) fn acme(top: &mut Table<'_>, beside: &Path, report: &mut Report) -> Option<AcmeConfig> {
    let mut table = top.table("acme", report)?;
    let directory = table.require("directory", report).and_then(|value| {
        let url = value.line(URL_LEN_MAX, report)?;
        let is_good = url.starts_with("https://") && !url.contains(char::is_whitespace);
        if !is_good {
            value.problem(report, "is not a URL such as https://acme-v02.api.letsencrypt.org/directory");
        }
        is_good.then(|| url.to_owned())
    });
    let mut contact = Vec::new();
    if let Some(value) = table.take("contact") {
        let entries = value.list(report);
        if entries.len() > CONTACTS_MAX {
            value.problem(report, format!("has more than {CONTACTS_MAX} entries"));
        }
        for entry in entries {
            let Some(url) = entry.line(URL_LEN_MAX, report) else { continue };
            if !url.starts_with("mailto:") {
                entry.problem(report, "is not of the form mailto:postmaster@relay.example");
            }
            contact.push(url.to_owned());
        }
    }
    let agreed = table.take("terms_agreed").and_then(|value| value.flag(report)).unwrap_or(false);
    if !agreed {
        report.at(table.start(), "read the terms of this authority, then write `terms_agreed = true`");
    }
    let address = table.require("challenge_address", report);
    let challenge_address = address.and_then(|value| value.parse::<SocketAddr>(report));
    let root = optional(&mut table, "root", report).map(|path| beside.join(path));
    table.finish(report);
    Some(AcmeConfig { directory: directory?, contact, challenge_address: challenge_address?, root })
}
