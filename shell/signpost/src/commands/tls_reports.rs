//! `tls-reports`: what TLS with recipients' servers met, day by day, and what became of the reports on it.

use super::{ask_node, print, print_json, table};
use crate::cli::TlsReportsArgs;
use crate::control::Request;
use anyhow::{Result, bail};
use serde_json::Value;
use std::fmt::Write as _;

pub(crate) fn tls_reports(args: &TlsReportsArgs) -> Result<()> {
    let domain = args.domain.as_deref().map(|domain| domain.trim_end_matches('.').to_ascii_lowercase());
    let answer = ask_node(&args.data, &Request::TlsReports { domain: domain.clone() })?;
    if args.json {
        return print_json(&answer);
    }
    let Some(reports) = answer["reports"].as_array() else {
        bail!(
            "this node makes no reports on TLS: a key of [own.dkim] has to sign for the domain of their From; \
             the handbook's page on destinations tells how"
        );
    };
    match domain {
        Some(domain) if reports.is_empty() => {
            print(&format!("Nothing was counted of {domain} within the last week.\n"))
        }
        Some(_) => print(&reports.iter().map(one).collect::<String>()),
        None => print(&list(reports)),
    }
}

fn list(reports: &[Value]) -> String {
    let row = |report: &Value| {
        let count = |key: &str| report[key].to_string();
        vec![
            text(&report["day"]),
            text(&report["domain"]),
            count("successes"),
            count("failures"),
            state(report),
        ]
    };
    table(&["day", "domain", "well", "failed", "report"], &reports.iter().map(row).collect::<Vec<_>>())
}

/// What became of it, or when it is due.
fn state(report: &Value) -> String {
    let places = report["told"].as_array().map_or(0, Vec::len);
    match (report["wanted"].as_bool(), report["closed"].as_bool()) {
        (Some(false), _) => "not wanted".to_owned(),
        (_, Some(true)) if places == 0 => "given up".to_owned(),
        (_, Some(true)) => format!("sent to {places}"),
        _ => format!("due {}", minute(&report["due"])),
    }
}

/// One day of a domain, with everything that is known.
fn one(report: &Value) -> String {
    let mut shown = format!("{} {}: {}\n", text(&report["day"]), text(&report["domain"]), state(report));
    for policy in report["policies"].as_array().into_iter().flatten() {
        let (kind, domain) = (text(&policy["kind"]), text(&policy["domain"]));
        let _infallible = writeln!(shown, "  {kind} of {domain}: {} went well", policy["successes"]);
        for failure in policy["failures"].as_array().into_iter().flatten() {
            let known = ["host", "address", "reason"].map(|key| text(&failure[key]));
            let known: Vec<String> = known.into_iter().filter(|text| !text.is_empty()).collect();
            let what = text(&failure["result"]);
            let _infallible = writeln!(shown, "    {} times {what}: {}", failure["count"], known.join(" "));
        }
    }
    for place in report["told"].as_array().into_iter().flatten() {
        let (to, at) = (place["to"]["mail"].as_str(), minute(&place["at"]));
        let to = to.map_or_else(|| text(&place["to"]["web"]), |address| format!("mailto:{address}"));
        let message = place["message"].as_str().map(|id| format!(" as {id}")).unwrap_or_default();
        let _infallible = writeln!(shown, "  {} {to} at {at}{message}", text(&place["how"]));
    }
    shown
}

fn minute(at: &Value) -> String {
    text(at).chars().take("2026-11-28T01:23".len()).collect::<String>().replace('T', " ")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
