//! `vendor`: a vendor's status document as one model, from a file or from the web.
//!
//! What is read once was there before: every entry counts as imported, never as detected. A page's own address is a web page; the documents under it are
//! tried then, each once.

mod show;
mod watched;

use super::{ask_node, print, print_json, read_input, table};
use crate::cli::{ReadArgs, VendorCommand};
use crate::control::Request;
use anyhow::{Context as _, Result, bail};
use model::Timestamp;
use net::http::{Answer, Client, Known, Limits};
use net::{Clock, Resolver};
use serde::Serialize;
use std::io::Read as _;
use std::time::Duration;
use vendor::{Document, Given, Mapping, ReadError, Sighting};

/// For a name server to answer.
const RESOLVER_WAIT: Duration = Duration::from_secs(5);

pub(crate) fn vendor(command: &VendorCommand) -> Result<()> {
    match command {
        VendorCommand::Read(args) => read(args),
        VendorCommand::Watch { data, json } => {
            let answer = ask_node(data, &Request::VendorList)?;
            if *json { print_json(&answer) } else { print(watched::lines(&answer).as_bytes()) }
        }
        VendorCommand::Show { name, data, json } => {
            let answer = ask_node(data, &Request::VendorShow { name: name.clone() })?;
            if *json { print_json(&answer) } else { print(watched::story(&answer)?.as_bytes()) }
        }
        VendorCommand::Ls { json: true } => print_json(&vendor::catalogue()),
        VendorCommand::Ls { json: false } => print(list().as_bytes()),
    }
}

fn list() -> String {
    let rows: Vec<Vec<String>> = vendor::catalogue()
        .into_iter()
        .map(|entry| vec![entry.id, entry.name, entry.format.as_str().to_owned(), entry.url, entry.source])
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

/// Bytes with what is known of them.
struct Fetched {
    bytes: Vec<u8>,
    url: Option<String>,
    content_type: Option<String>,
}

fn read(args: &ReadArgs) -> Result<()> {
    let mapping = args.mapping.as_ref().map(|file| mapping(file)).transpose()?;
    let now = args.at.unwrap_or_else(|| Clock::start(1).now());
    let given = address(&args.source).unwrap_or_else(|| args.source.clone());
    let is_web = ["http://", "https://"].iter().any(|scheme| given.to_lowercase().starts_with(scheme));
    let (fetched, document) = if is_web {
        from_web(&given, mapping.as_ref(), now)?
    } else {
        let fetched = Fetched { bytes: from_file(&args.source)?, url: args.url.clone(), content_type: None };
        let document = parse(&fetched, mapping.as_ref(), now).with_context(|| args.source.clone())?;
        (fetched, document)
    };
    if let Some(mapping) = &mapping {
        for problem in mapping.check_with(&fetched.bytes)? {
            eprintln!("signpost: the mapping: {problem}");
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
    print(show::document(&document).as_bytes())
}

fn mapping(file: &std::path::Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Mapping::parse(&text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}: {}", file.display(), lines.join("; "))
    })
}

fn parse(fetched: &Fetched, mapping: Option<&Mapping>, now: Timestamp) -> Result<Document, ReadError> {
    let given =
        Given { now, url: fetched.url.as_deref(), content_type: fetched.content_type.as_deref(), mapping };
    vendor::read(&fetched.bytes, &given)
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

fn from_web(url: &str, mapping: Option<&Mapping>, now: Timestamp) -> Result<(Fetched, Document)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let resolver = Resolver::new(&[], RESOLVER_WAIT)?;
    let client = Client::new(&[], resolver, Limits::document())?;
    let first = runtime.block_on(client.get(url, &Known::default()))?;
    let fetched = of_answer(&first);
    let read = match accepted(&first) {
        Ok(()) => parse(&fetched, mapping, now).map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    let error = match read {
        Ok(document) => return Ok((fetched, document)),
        Err(error) => error.context(url.to_owned()),
    };
    for address in vendor::addresses(url) {
        let Ok(answer) = runtime.block_on(client.get(&address, &Known::default())) else { continue };
        let fetched = of_answer(&answer);
        if accepted(&answer).is_ok()
            && let Ok(document) = parse(&fetched, mapping, now)
        {
            return Ok((fetched, document));
        }
    }
    Err(error)
}

fn of_answer(answer: &Answer) -> Fetched {
    Fetched {
        bytes: answer.body.clone(),
        url: Some(answer.url.clone()),
        content_type: answer.content_type.clone(),
    }
}

fn accepted(answer: &Answer) -> Result<()> {
    if answer.status.is_success() {
        return Ok(());
    }
    let when =
        answer.retry_after.as_ref().map_or_else(String::new, |after| format!(", come again after {after}"));
    bail!("the server answered {}{when}", answer.status)
}

#[cfg(test)]
mod tests;
