//! `incident affected`: one tenant's messages, and the link for its administrator.

use crate::cli::Which;
use crate::commands::{print, print_bytes, print_json, table, text_of};
use crate::control::{AffectedTable, Client, Request};
use anyhow::{Context as _, Result};
use model::TenantName;
use serde_json::{Value, json};

/// Messages that a summary shows.
const SHOWN_MAX: usize = 20;

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Link,
    Csv,
    Json,
    Text,
}

pub(super) fn affected(which: Which, tenant: TenantName, days: u16, form: Form) -> Result<()> {
    let wanted = match form {
        Form::Link => None,
        Form::Csv => Some(AffectedTable::Csv),
        Form::Json | Form::Text => Some(AffectedTable::Json),
    };
    let request = Request::IncidentAffected { incident: which.incident, tenant, days, table: wanted };
    let (link, attached) = Client::new(&which.data.dir).ask(&request, &[])?;
    if form == Form::Link {
        return print(&format!("{}\n", text_of(&link, "link")));
    }
    if form == Form::Csv {
        return print_bytes(&attached);
    }
    let answer: Value =
        serde_json::from_slice(&attached).context("the node gave no answer that can be read")?;
    if form == Form::Json {
        return print_json(&json!({ "link": link["link"], "expires": link["expires"], "affected": answer }));
    }
    print(&summary(&link, &answer))
}

fn summary(link: &Value, answer: &Value) -> String {
    let (about, sums) = (&answer["about"], &answer["sums"]);
    let ended = match about["ended"].as_str() {
        Some(ended) => format!("until {ended}"),
        None => "and it goes on".to_owned(),
    };
    let mut text = format!(
        "{} {}, from {} {ended}\n  received {}, affected {}: rerouted {}, late {}, waiting {}, reported {}\n",
        text_of(about, "tenant"),
        text_of(&about["title"], "en"),
        text_of(about, "began"),
        sums["received"],
        sums["affected"],
        sums["rerouted"],
        sums["late"],
        sums["waiting"],
        sums["reported"],
    );
    let lines: Vec<&Value> = answer["lines"].as_array().into_iter().flatten().collect();
    let row = |line: &&Value| {
        ["received", "fate", "sender", "recipient", "message_id"].map(|key| text_of(line, key)).to_vec()
    };
    let rows: Vec<Vec<String>> = lines.iter().take(SHOWN_MAX).map(row).collect();
    if !rows.is_empty() {
        text += &table(&["received", "fate", "sender", "recipient", "Message-ID"], &rows);
    }
    if lines.len() > SHOWN_MAX {
        text += &format!("and {} more; --csv prints all\n", lines.len() - SHOWN_MAX);
    }
    text += &doubts(&answer["doubts"]);
    text + &format!(
        "For its administrator, until {}:\n  {}\n",
        text_of(link, "expires"),
        text_of(link, "link")
    )
}

fn doubts(doubts: &Value) -> String {
    let mut text = String::new();
    let known = [
        ("is_cut", "There is more than was counted: the look has a bound."),
        ("has_gaps", "The ledger has gaps of this time."),
        ("is_behind", "The ledger lags: the newest records are not in it."),
    ];
    for (_, said) in known.iter().filter(|(key, _)| doubts[*key] == true) {
        text += &format!("{said}\n");
    }
    if let Some(since) = doubts["kept_since"].as_str() {
        text += &format!("Records reach back to {since} only.\n");
    }
    text
}
