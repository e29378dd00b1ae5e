//! `tenant apply|export|list`.

use super::{ask_node, print, print_json, table, text_of};
use crate::board::Published;
use crate::cli::TenantCommand;
use crate::control::{Client, Request};
use crate::folders;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use tenant::Folder;

pub(crate) fn tenant(command: TenantCommand) -> Result<()> {
    match command {
        TenantCommand::Apply { folder, data, json } => {
            let bytes: Vec<u8> = folders::read(&folder)?.canonical().flatten().collect();
            let (answer, _) = Client::new(&data.dir).ask(&Request::TenantApply, &bytes)?;
            if json {
                return print_json(&answer);
            }
            let published: Published = serde_json::from_value(answer)?;
            let state = if published.changed { "is published" } else { "runs already" };
            let warnings: String =
                published.warnings.iter().map(|warning| format!("warning: {warning}\n")).collect();
            print(&format!("{warnings}{}: snapshot {} {state}\n", published.tenant, published.snapshot.0))
        }
        TenantCommand::Export { name, out, data } => {
            let out = out.unwrap_or_else(|| PathBuf::from(name.as_str()));
            let (answer, bytes) = Client::new(&data.dir).ask(&Request::TenantExport { name }, &[])?;
            folders::write(&Folder::from_canonical(&bytes).context("the folder came damaged")?, &out)?;
            print(&format!("snapshot {} is in {}\n", text_of(&answer, "snapshot"), out.display()))
        }
        TenantCommand::List { data, json } => {
            let answer = ask_node(&data, &Request::TenantList)?;
            if json {
                return print_json(&answer);
            }
            let rows: Vec<Vec<String>> = answer.as_array().into_iter().flatten().map(row).collect();
            let told: String = answer.as_array().into_iter().flatten().filter_map(held).collect();
            let hints: String = answer.as_array().into_iter().flatten().map(hints).collect();
            let rows = table(&["tenant", "snapshot", "people", "domains", "name"], &rows);
            print(&format!("{rows}{told}{hints}"))
        }
    }
}

/// One line about a tenant whose own system does not take our mail.
fn held(tenant: &serde_json::Value) -> Option<String> {
    let held = tenant["held"].as_object()?;
    let of = |key: &str| held.get(key).and_then(|value| value.as_str()).unwrap_or_default();
    let name = text_of(tenant, "name");
    Some(format!("held: {name} since {}, its connector answers `{}`\n", of("since"), of("why")))
}

fn row(tenant: &serde_json::Value) -> Vec<String> {
    let domains = tenant["domains"].as_array().into_iter().flatten().filter_map(|domain| domain.as_str());
    let domains = domains.collect::<Vec<_>>().join(" ");
    vec![
        text_of(tenant, "name"),
        text_of(tenant, "snapshot"),
        text_of(tenant, "people"),
        domains,
        text_of(tenant, "display_name"),
    ]
}

/// One line for each thing that the tenant's people should know.
fn hints(tenant: &serde_json::Value) -> String {
    let line = |hint: &serde_json::Value| {
        let (word, text, count) = (text_of(hint, "word"), text_of(hint, "text"), text_of(hint, "count"));
        format!("{}: {word}, {count} times: {text}\n", text_of(tenant, "name"))
    };
    tenant["hints"].as_array().into_iter().flatten().map(line).collect()
}
