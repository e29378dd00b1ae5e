//! `vendor`: a vendor's status document as one model, from a file or from the web.
//!
//! What is read once was there before: every entry counts as imported, never as detected. A page's own address is a web page; the documents under it are
//! tried then, each once.

mod add;
mod show;
mod watched;
mod web;

use super::{ask_node, print, print_json, read_input, table};
use crate::cli::{ReadArgs, VendorCommand};
use crate::control::Request;
use anyhow::{Context as _, Result};
use model::Timestamp;
use net::Clock;
use serde::Serialize;
use std::io::Read as _;
use vendor::{Document, Mapping, Sighting};
use web::{Fetched, Web, of_web, parse};

pub(crate) fn vendor(command: &VendorCommand) -> Result<()> {
    match command {
        VendorCommand::Read(args) => read(args),
        VendorCommand::Add(args) => add::add(args),
        VendorCommand::Watch { name, now: true, data, json } => {
            let answer = ask_node(data, &Request::VendorLook { name: name.clone() })?;
            if *json { print_json(&answer) } else { print(&watched::looked(&answer)) }
        }
        VendorCommand::Watch { name, now: false, data, json } => {
            let mut answer = ask_node(data, &Request::VendorList)?;
            if let Some(name) = name {
                answer = watched::only(&answer, name.as_str())?;
            }
            if *json { print_json(&answer) } else { print(&watched::lines(&answer)) }
        }
        VendorCommand::Show { name, data, json } => {
            let answer = ask_node(data, &Request::VendorShow { name: name.clone() })?;
            if *json { print_json(&answer) } else { print(&watched::story(&answer)?) }
        }
        VendorCommand::Ls { json: true } => print_json(&vendor::catalogue()),
        VendorCommand::Ls { json: false } => print(&list()),
    }
}

fn list() -> String {
    let rows: Vec<Vec<String>> = vendor::catalogue()
        .into_iter()
        .map(|entry| {
            let needs = if entry.needs_token { " (with `token_file` only)" } else { "" };
            let format = format!("{}{needs}", entry.format.as_str());
            vec![entry.id, entry.name, format, entry.url, entry.source]
        })
        .collect();
    table(&["id", "vendor", "format", "address", "from"], &rows)
}

/// The address of a vendor of the catalogue, if no file has its name.
fn address(source: &str) -> Option<String> {
    if std::path::Path::new(source).exists() {
        return None;
    }
    vendor::catalogue().into_iter().find(|entry| entry.id == source).map(|entry| entry.url)
}

/// What is printed as JSON: the document, and our own clock beside its own.
#[derive(Serialize)]
struct Printed<'a> {
    source: &'a str,
    /// When we saw all of it first.
    first_seen: Timestamp,
    sighting: Sighting,
    state: vendor::State,
    #[serde(flatten)]
    document: &'a Document,
}

fn read(args: &ReadArgs) -> Result<()> {
    let mapping = args.mapping.as_ref().map(|file| mapping(file)).transpose()?;
    let now = args.at.unwrap_or_else(|| Clock::start(1).now());
    let given = address(&args.source).unwrap_or_else(|| args.source.clone());
    let is_web = ["http://", "https://"].iter().any(|scheme| given.to_lowercase().starts_with(scheme));
    let (fetched, document) = if is_web {
        let read = of_web(&Web::over(&[], true)?, &given, mapping.as_ref(), now)?;
        (read.fetched, read.document)
    } else {
        let fetched = Fetched { bytes: from_file(&args.source)?, url: args.url.clone(), content_type: None };
        let document = parse(&fetched, mapping.as_ref(), now).with_context(|| args.source.clone())?;
        (fetched, document)
    };
    if let Some(mapping) = &mapping {
        for problem in mapping.check_with(&fetched.bytes)? {
            crate::terminal::say(&format!("signpost: the mapping: {problem}"));
        }
    }
    let source = fetched.url.as_deref().filter(|_| is_web).unwrap_or(&args.source);
    if args.json {
        let state = document.state();
        return print_json(&Printed {
            source,
            first_seen: now,
            sighting: Sighting::Imported,
            state,
            document: &document,
        });
    }
    print(&show::document(&document))
}

fn mapping(file: &std::path::Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Mapping::parse(&text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}: {}", file.display(), lines.join("; "))
    })
}

/// No more than is read of it.
fn from_file(name: &str) -> Result<Vec<u8>> {
    if name == "-" {
        return read_input();
    }
    let file = std::fs::File::open(name).with_context(|| format!("cannot open {name}"))?;
    let mut bytes = Vec::new();
    let most = u64::try_from(vendor::BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
