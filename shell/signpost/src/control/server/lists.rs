//! What is answered about block lists.

use anyhow::{Result, bail};
use dnsbl::Subject;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use watch::Watch;

/// Polls that are shown of each list, the newest.
const POLLS_MAX: usize = 20;

pub(super) fn list(watch: &Watch) -> Value {
    json!({ "zones": watch.zones(), "lines": watch.lines(), "cases": watch.cases() })
}

pub(super) fn show(watch: &Watch, subject: &str) -> Result<Value> {
    let of = subject.to_ascii_lowercase();
    let subject = match (of.parse(), of.parse()) {
        (Ok(address), _) => Subject::Address(address),
        (Err(_), Ok(domain)) => Subject::Domain(domain),
        (Err(_), Err(_)) => bail!("{subject} is neither an address nor a domain"),
    };
    let of = subject.to_string();
    let lines: Vec<_> = watch.lines().into_iter().filter(|line| line.subject == of).collect();
    let cases: Vec<_> = watch.cases().into_iter().filter(|line| line.case.subject == of).collect();
    if lines.is_empty() && cases.is_empty() {
        bail!("{of} is not watched; `signpost dnsbl ls --all` shows what is");
    }
    let polls: BTreeMap<&str, Vec<_>> = lines
        .iter()
        .map(|line| {
            let polls = watch.history(&subject, line.zone);
            let newest = polls.len().saturating_sub(POLLS_MAX);
            (line.zone, polls.into_iter().skip(newest).collect())
        })
        .collect();
    Ok(json!({ "lines": lines, "cases": cases, "polls": polls }))
}

pub(super) async fn asked(watch: &Watch, subject: &str, zone: &str, by: &str) -> Result<Value> {
    Ok(json!(watch.asked(subject, zone, by).await?))
}
