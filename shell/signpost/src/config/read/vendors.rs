//! `[[vendor]]`: whose status is watched, by a name of the catalogue or by an address.

use super::{WORD_LEN_MAX, distinct, optional, set};
use model::VendorName;
use std::path::Path;
use tenant::written::{Report, Table};
use vendor::Mapping;
use watch::VendorConfig;

const VENDORS_MAX: usize = 200;
const PROVIDERS_MAX: usize = 10;
const URL_LEN_MAX: usize = 1_000;

/// None or more.
pub(super) fn vendors(top: &mut Table<'_>, beside: &Path, report: &mut Report) -> Vec<VendorConfig> {
    let Some(value) = top.take("vendor") else { return Vec::new() };
    let tables = value.tables(report);
    if tables.len() > VENDORS_MAX {
        value.problem(report, format!("has more than {VENDORS_MAX} entries"));
    }
    let vendors: Vec<_> = tables.into_iter().filter_map(|table| one(table, beside, report)).collect();
    distinct(vendors.iter().map(|vendor| vendor.name.as_str()), "[[vendor]]", report);
    vendors
}

fn one(mut table: Table<'_>, beside: &Path, report: &mut Report) -> Option<VendorConfig> {
    let name = table.take("name").map(|value| value.parse::<VendorName>(report));
    let listed = listed(&mut table, report);
    let own = address("url", &mut table, report);
    let told = address("history", &mut table, report);
    let mapping = optional(&mut table, "mapping", report);
    let mapping = mapping.map(|file| mapping_of(&beside.join(file), table.start(), report));
    let mut every = vendor::EVERY;
    set(&mut every, &mut table, "every", vendor::EVERY_MIN..=vendor::EVERY_MAX, report);
    let allow_private = table.take("allow_private").and_then(|value| value.flag(report)).unwrap_or(false);
    let token_file = optional(&mut table, "token_file", report).map(|file| beside.join(file));
    let providers = providers(&mut table, report);
    let start = table.start();
    table.finish(report);
    let (id, url, (history, usual)) = match (listed, own) {
        (Some(entry), None) => {
            let entry = entry?;
            if entry.needs_token && token_file.is_none() {
                let id = &entry.id;
                report.at(
                    start,
                    format!("`{id}` is read with a token: `token_file` names the file that holds it"),
                );
                return None;
            }
            (Some(entry.id), entry.url, (entry.history, entry.providers))
        }
        (None, Some(url)) => (None, url?, (None, Vec::new())),
        (Some(_), Some(_)) => {
            report.at(start, "has `catalogue` and `url`; one of them says where the document is");
            return None;
        }
        (None, None) => {
            report.at(start, "needs `catalogue`, a name of `signpost vendor ls`, or `url`");
            return None;
        }
    };
    let name = match name {
        Some(name) => name?,
        None => match id.and_then(|id| id.parse().ok()) {
            Some(name) => name,
            None => {
                report.at(start, "needs `name`, for example `name = \"hosting\"`");
                return None;
            }
        },
    };
    // A mapping that is wrong is a problem already.
    let mapping = match mapping {
        Some(mapping) => Some(mapping?),
        None => None,
    };
    let history = told.unwrap_or(history);
    let providers = providers.unwrap_or(usual);
    Some(VendorConfig { name, url, history, mapping, every, allow_private, token_file, providers })
}

/// The entry of the catalogue, if one is named.
fn listed(table: &mut Table<'_>, report: &mut Report) -> Option<Option<vendor::Entry>> {
    let value = table.take("catalogue")?;
    let Some(id) = value.line(WORD_LEN_MAX, report) else { return Some(None) };
    let catalogue = vendor::catalogue();
    let found = catalogue.iter().find(|entry| entry.id == id).cloned();
    if found.is_none() {
        let near = tenant::nearest(id, catalogue.iter().map(|entry| entry.id.as_str()));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        value.problem(report, format!("`{id}` is not in the catalogue{hint} `signpost vendor ls` lists it"));
    }
    Some(found)
}

/// Names that are told of hosts, so that what our mail meets there can be held against the page.
fn providers(table: &mut Table<'_>, report: &mut Report) -> Option<Vec<String>> {
    let value = table.take("providers")?;
    let mut providers: Vec<String> = Vec::new();
    for entry in value.list(report) {
        let Some(name) = entry.line(WORD_LEN_MAX, report) else { continue };
        if providers.len() >= PROVIDERS_MAX {
            entry.problem(report, format!("is one more than {PROVIDERS_MAX}"));
        } else if bounce::is_provider(name) {
            providers.push(name.to_owned());
        } else {
            entry.problem(
                report,
                format!("`{name}` is no provider that is known by its hosts, such as microsoft or google"),
            );
        }
    }
    Some(providers)
}

fn address(key: &'static str, table: &mut Table<'_>, report: &mut Report) -> Option<Option<String>> {
    let value = table.take(key)?;
    let Some(url) = value.line(URL_LEN_MAX, report) else { return Some(None) };
    if let Err(error) = net::http::host_of(url) {
        value.problem(
            report,
            format!("{error}; for example https://status.vendor.example/api/v2/summary.json"),
        );
        return Some(None);
    }
    Some(Some(url.to_owned()))
}

fn mapping_of(file: &Path, start: usize, report: &mut Report) -> Option<Mapping> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| report.at(start, format!("the mapping {} cannot be read: {error}", file.display())))
        .ok()?;
    let problems = match Mapping::parse(&text) {
        Ok(mapping) => return Some(mapping),
        Err(problems) => problems,
    };
    for problem in problems {
        report.at(start, format!("the mapping {}: {problem}", file.display()));
    }
    None
}
