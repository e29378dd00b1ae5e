//! `dkim check`: what verifiers find where they look for a key's record.
//!
//! A key that has stopped signing is looked at too: mail under way needs its record, and that is told as long as a snapshot in which it signs is kept for
//! mail of the queue.

use super::{Row, rows, settings};
use crate::cli::KeysArgs;
use crate::commands::{print, print_json, table};
use crate::site::Site;
use anyhow::{Context as _, Result, bail};
use model::{Domain, SnapshotNumber};
use net::{ResolveError, Resolver};
use serde::Serialize;
use signing::Publication;
use tenant::Snapshot;
use tenant::settings::{Dkim, DkimKey, KeyUse};

/// What stands in the DNS, and what to do.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    /// good, missing, revoked, other_key, unusable, several, unknown.
    state: &'static str,
    /// What it means.
    detail: String,
    /// Whether mail suffers from it now.
    fails: bool,
}

pub(super) fn check(args: &KeysArgs) -> Result<()> {
    let site = Site::find(&args.site)?;
    let dkim = settings(&site, args.tenant.as_ref())?;
    let mut rows = rows(&dkim);
    let in_flight = args.tenant.as_ref().map_or_else(|| Ok(Vec::new()), |name| site.kept_snapshots(name))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(look(&site, &dkim, &in_flight, &mut rows))?;
    let failing = rows.iter().filter(|row| row.found.as_ref().is_some_and(|found| found.fails)).count();
    if args.json {
        print_json(&rows)?;
    } else {
        print(&shown(&rows))?;
    }
    match failing {
        0 => Ok(()),
        count => bail!(
            "{count} of {} records are not as they have to be; `signpost dkim show` prints them",
            rows.len()
        ),
    }
}

async fn look(
    site: &Site,
    dkim: &Dkim,
    in_flight: &[(SnapshotNumber, Snapshot)],
    rows: &mut [Row],
) -> Result<()> {
    let resolver = Resolver::new(&site.config.resolver.servers, site.config.resolver.timeout)?;
    let keys = dkim.keys.iter().flat_map(|key| key.domains.iter().map(move |domain| (key, domain)));
    for (row, (key, domain)) in rows.iter_mut().zip(keys) {
        let (state, detail) = find_record(&resolver, key, domain).await;
        let is_good = state == "good";
        let fails = !is_good && key.used != KeyUse::Next;
        row.found = Some(Found { state, detail: advice(key, is_good, detail, in_flight), fails });
    }
    Ok(())
}

/// A word for what verifiers find for this key in this domain, and what is wrong with it.
pub(in crate::commands) async fn find_record(
    resolver: &Resolver,
    key: &DkimKey,
    domain: &Domain,
) -> (&'static str, String) {
    let Some(record) = key.record() else {
        return ("unknown", "the key cannot be read in this shell: set what dkim.key.file names".to_owned());
    };
    let name = key.name(domain);
    let texts = match resolver.texts(&name).await {
        Ok(texts) => texts,
        Err(ResolveError::Absent(_) | ResolveError::Nowhere(..)) => Vec::new(),
        Err(error @ (ResolveError::Failed { .. } | ResolveError::NullMx(_) | ResolveError::SetUp(_))) => {
            return ("unknown", error.to_string());
        }
    };
    match (record.compare(&texts), key.target()) {
        (Publication::Good, _) => ("good", String::new()),
        (Publication::Missing, Some(target)) => match resolver.texts(&target).await {
            Ok(texts) if record.compare(&texts) == Publication::Good => (
                "missing",
                format!("the record lies at {target}; the CNAME of {name} that points there is missing"),
            ),
            Ok(_) | Err(_) => ("missing", format!("neither {name} nor {target} has a record")),
        },
        (Publication::Missing, None) => ("missing", "there is no record".to_owned()),
        (Publication::Revoked, _) => {
            ("revoked", "its p= is empty: verifiers take the key as withdrawn".to_owned())
        }
        (Publication::OtherKey, _) => ("other_key", "the record is that of another key".to_owned()),
        (Publication::Unusable(why), _) => ("unusable", why),
        (Publication::Several(count), _) => {
            ("several", format!("{count} records at one name: verifiers may take any"))
        }
    }
}

/// What the key's use makes of it.
fn advice(key: &DkimKey, is_good: bool, detail: String, in_flight: &[(SnapshotNumber, Snapshot)]) -> String {
    match (key.used, is_good) {
        (KeyUse::Next, true) => "published: it may sign, use = \"sign\"".to_owned(),
        (KeyUse::Next, false) => format!("{detail}; it must not sign yet"),
        (KeyUse::Sign, true) => "signs".to_owned(),
        (KeyUse::Sign, false) => format!("{detail}; what it signs now fails at receivers"),
        (KeyUse::Old, _) => {
            let signs = |snapshot: &Snapshot| {
                let keys = snapshot.settings.dkim.iter().flat_map(|dkim| &dkim.keys);
                keys.into_iter().any(|one| one.selector == key.selector && one.used == KeyUse::Sign)
            };
            let numbers: Vec<String> = in_flight
                .iter()
                .filter(|(_, snapshot)| signs(snapshot))
                .map(|(number, _)| number.0.to_string())
                .collect();
            match (numbers.as_slice(), is_good) {
                ([], true) => {
                    "signs nothing that waits here; keep the record for a week, then take key and record away"
                        .to_owned()
                }
                ([], false) => format!("{detail}; what it signed lately fails at receivers"),
                (numbers, _) => {
                    let state = if is_good { String::new() } else { format!("{detail}; ") };
                    format!(
                        "{state}still signs waiting mail of snapshot {}: keep its record",
                        numbers.join(", ")
                    )
                }
            }
        }
    }
}

fn shown(rows: &[Row]) -> String {
    let cells = rows.iter().map(|row| {
        let (state, detail) =
            row.found.as_ref().map_or(("", ""), |found| (found.state, found.detail.as_str()));
        vec![row.name.clone(), row.used.to_owned(), state.to_owned(), detail.to_owned()]
    });
    table(&["name", "use", "record", "what it means"], &cells.collect::<Vec<_>>())
}
