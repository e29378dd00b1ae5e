//! `[own]` and `[tls_reports]`: in which domain the node writes itself, by which keys that is signed, and whether recipients' domains are told of TLS.
//!
//! Reports on TLS have to be signed by the domain that submits them (RFC 8460 §3): without such a key none are made, and to want them
//! all the same is a problem.

use super::{NAME_LEN_MAX, WORD_LEN_MAX};
use crate::config::{ListenerFile, Own, TlsReports};
use crate::folders;
use model::{Address, Domain};
use std::io;
use std::path::Path;
use tenant::settings::{Dkim, KeySource, NO_KEY_FILE, own_dkim};
use tenant::written::{Report, Table, Value};

/// When reports on TLS are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Send {
    /// Where a key signs for them.
    #[default]
    Auto,
    Always,
    Never,
}

const SEND: [(&str, Send); 3] = [("auto", Send::Auto), ("always", Send::Always), ("never", Send::Never)];

pub(super) fn own(
    top: &mut Table<'_>,
    beside: &Path,
    listener: Option<&ListenerFile>,
    report: &mut Report,
) -> Own {
    let mut domain = listener.map(|listener| listener.hostname.clone()).unwrap_or_default();
    let mut reports = top.table("tls_reports", report);
    let mut table = top.table("own", report);
    if let Some(written) = table.as_mut().and_then(|table| table.take("domain")) {
        domain = written_domain(&written, report).unwrap_or(domain);
    }
    let from = reports.as_mut().and_then(|table| table.take("from"));
    let from = from.and_then(|value| address(&value, report));
    let from = from.or_else(|| format!("tlsrpt@{domain}").parse().ok());
    let domains: Vec<Domain> = domain.parse().into_iter().chain(from.iter().map(Address::domain)).collect();
    let dkim = table.and_then(|mut table| {
        let file = |path: &str| std::fs::read(beside.join(path)).map_err(|error| unread(&error));
        let source =
            KeySource { whose: "[own] or of `tls_reports.from`", file: &file, secrets: &folders::secret };
        let dkim = own_dkim(&mut table, &distinct(&domains), &source, report);
        table.finish(report);
        dkim
    });
    let tls_reports = tls_reports(reports, (&domain, from), dkim.as_ref(), report);
    Own { domain, dkim, tls_reports }
}

/// What is told of a key file that cannot be read.
fn unread(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        NO_KEY_FILE.to_owned()
    } else {
        format!("cannot be read: {error}")
    }
}

fn distinct(domains: &[Domain]) -> Vec<Domain> {
    let mut found: Vec<Domain> = Vec::new();
    for domain in domains {
        if !found.contains(domain) {
            found.push(domain.clone());
        }
    }
    found
}

fn tls_reports(
    table: Option<Table<'_>>,
    (domain, from): (&str, Option<Address>),
    dkim: Option<&Dkim>,
    report: &mut Report,
) -> Option<TlsReports> {
    let is_signed = |from: &Address| dkim.is_some_and(|dkim| !dkim.signers(&from.domain()).is_empty());
    let is_signed = from.as_ref().is_some_and(is_signed);
    let (mut organization, mut contact) = (domain.to_owned(), format!("postmaster@{domain}"));
    let mut send = Send::default();
    if let Some(mut table) = table {
        if let Some(value) = table.take("send") {
            send = value.word(&SEND, report).unwrap_or_default();
            if send == Send::Always && !is_signed {
                value.problem(
                    report,
                    "needs a key: reports on TLS are signed by the domain of their From (`from`, else `own.domain`); \
                     `signpost dkim keygen` makes one for [own.dkim]",
                );
            }
        }
        set(&mut organization, &mut table, "organization", report);
        set(&mut contact, &mut table, "contact", report);
        table.finish(report);
    }
    let is_wanted = match send {
        Send::Never => false,
        Send::Auto | Send::Always => is_signed,
    };
    from.filter(|_| is_wanted).map(|from| TlsReports { organization, contact, from })
}

fn set(text: &mut String, table: &mut Table<'_>, key: &'static str, report: &mut Report) {
    let written = table.take(key).and_then(|value| value.line(WORD_LEN_MAX, report));
    if let Some(written) = written.filter(|written| !written.is_empty()) {
        written.clone_into(text);
    }
}

fn written_domain(value: &Value<'_>, report: &mut Report) -> Option<String> {
    let text = value.line(NAME_LEN_MAX, report).filter(|text| !text.is_empty())?;
    match text.parse::<Domain>() {
        Ok(domain) if !domain.is_literal() => Some(domain.to_string()),
        Ok(_) | Err(_) => {
            value.problem(report, "is not a domain such as relay.example");
            None
        }
    }
}

fn address(value: &Value<'_>, report: &mut Report) -> Option<Address> {
    let text = value.line(NAME_LEN_MAX, report).filter(|text| !text.is_empty())?;
    let address: Option<Address> = text.parse().ok();
    if address.is_none() {
        value.problem(report, "is not an address such as tlsrpt@relay.example");
    }
    address
}
