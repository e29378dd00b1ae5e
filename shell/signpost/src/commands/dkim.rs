//! `dkim`: a tenant's signing keys made, their records shown, and compared with what is published.
//!
//! A private key is written once, readable by its owner only, never over another one, and never printed. What is asked of the DNS is what verifiers ask.

mod check;
mod keygen;

pub(super) use check::find_record;

use super::{print, print_json};
use crate::cli::{DkimCommand, KeysArgs};
use crate::site::Site;
use anyhow::{Context as _, Result, bail};
use model::TenantName;
use serde::Serialize;
use signing::KeyRecord;
use std::fmt::Write as _;
use tenant::settings::{Dkim, DkimKey};

/// One key in one domain.
#[derive(Debug, Serialize)]
struct Row {
    domain: String,
    selector: String,
    #[serde(rename = "use")]
    used: &'static str,
    /// `None`: the key cannot be read in this shell.
    algorithm: Option<&'static str>,
    /// Where verifiers look.
    name: String,
    /// Where that name has to point to, if the record lies elsewhere.
    cname: Option<String>,
    record: Option<String>,
    /// What was found there; `None` where nobody has looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<check::Found>,
    #[serde(skip)]
    zone_text: Option<String>,
}

impl Row {
    fn of(key: &DkimKey, domain: &model::Domain) -> Self {
        let record = key.record();
        Self {
            domain: domain.to_string(),
            selector: key.selector.to_string(),
            used: key.used.as_str(),
            algorithm: key.key.as_ref().map(|key| key.algorithm().tag()),
            name: key.name(domain),
            cname: key.target(),
            zone_text: record.as_ref().map(KeyRecord::zone_text),
            record: record.as_ref().map(KeyRecord::to_string),
            found: None,
        }
    }

    /// Lines for a zone file.
    fn zone_lines(&self) -> String {
        let text = match &self.zone_text {
            Some(text) => format!("IN TXT ( {text} )"),
            None => "; the key cannot be read in this shell, so its record is not known here".to_owned(),
        };
        match &self.cname {
            None => format!("{}. {text}\n", self.name),
            Some(target) => format!("{}. IN CNAME {target}.\n{target}. {text}\n", self.name),
        }
    }
}

pub(crate) fn dkim(command: DkimCommand) -> Result<()> {
    match command {
        DkimCommand::Keygen(args) => keygen::keygen(&args),
        DkimCommand::Show(args) => show(&args),
        DkimCommand::Check(args) => check::check(&args),
    }
}

fn show(args: &KeysArgs) -> Result<()> {
    let site = Site::find(&args.site)?;
    let rows = rows(&settings(&site, args.tenant.as_ref())?);
    if args.json {
        return print_json(&rows);
    }
    let mut text = String::new();
    for row in &rows {
        let algorithm = row.algorithm.unwrap_or("not readable here");
        let _infallible =
            writeln!(text, "; {} in {}: {algorithm}, use = \"{}\"", row.selector, row.domain, row.used);
        text.push_str(&row.zone_lines());
    }
    print(&text)
}

/// Every key in every domain, in the order of the file.
fn rows(dkim: &Dkim) -> Vec<Row> {
    dkim.keys.iter().flat_map(|key| key.domains.iter().map(|domain| Row::of(key, domain))).collect()
}

/// A tenant's keys, or the operator's own.
fn settings(site: &Site, tenant: Option<&TenantName>) -> Result<Dkim> {
    let Some(name) = tenant else {
        let own = site.config.own.dkim.clone();
        return own.context(
            "what Signpost writes itself is not signed: the operator's file has no [own.dkim]; `signpost dkim keygen` begins",
        );
    };
    match site.tenant(name)?.settings.dkim {
        Some(dkim) => Ok(dkim),
        None => bail!(
            "{name} signs nothing: its tenant.toml has no [dkim]; `signpost dkim keygen --tenant {name}` begins"
        ),
    }
}
