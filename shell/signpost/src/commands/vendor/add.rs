//! `vendor add`: a vendor is read once, written into the operator's file, and watched by the running node at once.
//!
//! Only text at the end of the file is new. The file as it would be is read as a node reads it, before it takes the old one's place; whatever speaks
//! against it leaves the old one as it is.

use super::web::{Web, of_web};
use super::{address, mapping, print};
use crate::board::listed;
use crate::cli::WatchArgs;
use crate::config::{self, OperatorConfig};
use crate::control::{Client, Request};
use crate::{rewrite, site};
use anyhow::{Context as _, Result, bail, ensure};
use model::VendorName;
use net::Clock;
use std::path::Path;
use vendor::{Document, Format, Mapping};

/// Statuspage's documents of what goes on, and of the last 50 incidents.
const SUMMARY: &str = "/api/v2/summary.json";
const INCIDENTS: &str = "/api/v2/incidents.json";
/// Labels of a host name that name no vendor.
const NO_NAMES: [&str; 8] = ["status", "www", "api", "trust", "health", "statuspage", "uptime", "service"];

pub(super) fn add(args: &WatchArgs) -> Result<()> {
    // A link stays one: what it leads to is replaced.
    let file = site::operator_file(&args.site)?;
    let file = file.canonicalize().with_context(|| format!("cannot find {}", file.display()))?;
    let before = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let config = understood(&file, &before)?;
    let catalogued = address(&args.source);
    ensure!(
        !vendor::catalogue().iter().any(|entry| entry.id == args.source && entry.needs_token),
        "{} is read with a token: write a [[vendor]] with `catalogue` and `token_file` into {}",
        args.source,
        file.display()
    );
    let name = name(args, catalogued.is_some())?;
    if let Some(known) = config.vendors.iter().find(|known| known.name == name) {
        bail!("{name} is watched already, at {}; --name gives another name", known.url);
    }
    let mapping =
        args.mapping.as_ref().map(|path| Ok::<_, anyhow::Error>((path.canonicalize()?, mapping(path)?)));
    let mapping = mapping.transpose().context("the mapping")?;
    let asked = catalogued.as_deref().unwrap_or(&args.source);
    let (url, document) = once(asked, mapping.as_ref().map(|(_, mapping)| mapping), args, &config)?;
    if let Some(known) = config.vendors.iter().find(|known| known.url == url) {
        bail!("{url} is watched already, as {}", known.name);
    }
    let is_entry = catalogued.as_ref() == Some(&url);
    let place =
        mapping.map(|(path, _)| path.strip_prefix(beside(&file)).map_or(path.clone(), Path::to_owned));
    let place_of = if is_entry {
        Place::Catalogue(&args.source)
    } else {
        Place::Web(&url, history(&url, &document, args, &config))
    };
    let entry = written(&name, &place_of, place.as_deref(), args);
    let after = extended(&before, &entry);
    let read = understood(&file, &after).context("the file would no longer be good; it is as it was")?;
    ensure!(
        read.vendors.iter().any(|known| known.name == name && known.url == url),
        "the file would not name {name} as it should; it is as it was. This is what was to be added:\n{entry}"
    );
    ensure!(std::fs::read(&file)? == before, "{} was changed meanwhile; try again", file.display());
    rewrite::replace(&file, &after)
        .with_context(|| format!("cannot write {}; it is as it was", file.display()))?;
    tell(&name, &url, &document, (&file, args))
}

fn understood(file: &Path, bytes: &[u8]) -> Result<OperatorConfig> {
    let (config, problems, _warnings) = config::read(&file.display().to_string(), bytes, beside(file));
    config.with_context(|| format!("the configuration has errors:\n{}", listed(&problems)))
}

fn beside(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("."))
}

/// As it was wished, else the catalogue's, else what the host name says.
fn name(args: &WatchArgs, is_catalogued: bool) -> Result<VendorName> {
    if let Some(name) = &args.name {
        return Ok(name.clone());
    }
    if is_catalogued {
        return args.source.parse().context("the catalogue's name");
    }
    let host = net::http::host_of(&args.source).map_err(|error| {
        let catalogue = vendor::catalogue();
        let near = tenant::nearest(&args.source, catalogue.iter().map(|entry| entry.id.as_str()));
        let hint = near.map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
        anyhow::anyhow!(
            "`{}` is no name of the catalogue (`signpost vendor ls`) and no URL: {error}.{hint}",
            args.source
        )
    })?;
    named_by(&host).with_context(|| format!("{host} gives no name; give one with --name"))
}

/// `status.hosting.example` is called `hosting`.
pub(super) fn named_by(host: &str) -> Option<VendorName> {
    if host.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let (_top, labels) = labels.split_last()?;
    // `status.vendor.co.uk`: the middle one is no name either.
    let telling = labels.iter().find(|label| !NO_NAMES.contains(label) && label.len() > 2);
    telling.or_else(|| labels.last()).and_then(|label| label.parse().ok())
}

/// Reads the document as a node will, and gives the address at which it is; only what can be watched comes back.
fn once(
    asked: &str,
    mapping: Option<&Mapping>,
    args: &WatchArgs,
    config: &OperatorConfig,
) -> Result<(String, Document)> {
    let web = Web::over(&config.resolver.servers, args.allow_private)?;
    let now = Clock::start(1).now();
    let read = of_web(&web, asked, mapping, now).with_context(|| {
        format!("{asked} is not added: what is there cannot be read now. `signpost vendor read` tries other addresses")
    })?;
    if let Some(mapping) = mapping {
        let problems = mapping.check_with(&read.fetched.bytes)?;
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        ensure!(lines.is_empty(), "the mapping does not fit what is there: {}", lines.join("; "));
    }
    Ok((read.address, read.document))
}

/// Where Statuspage tells how incidents ended, if it does so beside the document.
fn history(url: &str, document: &Document, args: &WatchArgs, config: &OperatorConfig) -> Option<String> {
    let base = url.strip_suffix(SUMMARY).filter(|_| document.format == Format::Statuspage)?;
    let (web, past) =
        (Web::over(&config.resolver.servers, args.allow_private).ok()?, format!("{base}{INCIDENTS}"));
    let read = of_web(&web, &past, None, Clock::start(1).now()).ok()?;
    (read.document.format == Format::Statuspage && read.address == past).then_some(past)
}

/// Where the document is, and what tells of the past.
pub(super) enum Place<'u> {
    Catalogue(&'u str),
    Web(&'u str, Option<String>),
}

/// The new lines. Values are quoted by the library that reads them.
pub(super) fn written(
    name: &VendorName,
    place: &Place<'_>,
    mapping: Option<&Path>,
    args: &WatchArgs,
) -> String {
    let mut lines = vec!["[[vendor]]".to_owned()];
    let mut line = |key: &str, value: &str| {
        lines.push(format!("{key} = {}", toml::Value::String(value.to_owned())));
    };
    match place {
        Place::Catalogue(id) => {
            if *id != name.as_str() {
                line("name", name.as_str());
            }
            line("catalogue", id);
        }
        Place::Web(url, history) => {
            line("name", name.as_str());
            line("url", url);
            if let Some(history) = history {
                line("history", history);
            }
        }
    }
    if let Some(path) = mapping {
        line("mapping", &path.to_string_lossy());
    }
    if let Some(every) = &args.every {
        line("every", every);
    }
    if !args.providers.is_empty() {
        lines.push(format!("providers = {}", toml::Value::from(args.providers.clone())));
    }
    if args.allow_private {
        lines.push("allow_private = true".to_owned());
    }
    lines.join("\n") + "\n"
}

/// The old bytes as they are, an empty line, the entry.
pub(super) fn extended(before: &[u8], entry: &str) -> Vec<u8> {
    let end: &[u8] = if before.is_empty() || before.ends_with(b"\n") { b"" } else { b"\n" };
    [before, end, b"\n", entry.as_bytes()].concat()
}

fn tell(name: &VendorName, url: &str, document: &Document, (file, args): (&Path, &WatchArgs)) -> Result<()> {
    let page = document.page.name.as_deref().unwrap_or("a page without a name");
    let open = document.incidents.iter().filter(|incident| incident.is_underway()).count();
    let mut text = format!(
        "{name}: {page}, {}, {} now, open incidents: {open}\nread from {url}\nadded to {}\n",
        document.format.as_str(),
        document.state().as_str(),
        file.display()
    );
    for alarm in document.alarms.iter().take(5) {
        text.push_str(&format!("! {}: {}: {}\n", alarm.kind.as_str(), alarm.place, alarm.text));
    }
    let data = args
        .site
        .data
        .clone()
        .or_else(|| understood(file, &std::fs::read(file).ok()?).ok().map(|config| config.data_dir));
    let taken = data.and_then(|data| Client::new(&data).ask(&Request::VendorTake, &[]).ok());
    let is_taken = taken.is_some_and(|(answer, _)| {
        answer["added"].as_array().is_some_and(|added| added.iter().any(|one| one == name.as_str()))
    });
    text.push_str(if is_taken {
        "The running node watches it from now on; `signpost vendor watch` shows it.\n"
    } else {
        "No running node has taken it up; one that starts with this file watches it.\n"
    });
    print(&text)
}

#[cfg(test)]
mod tests;
