//! `certificate ls`: every certificate of a running node, as its clients see it now.

use super::{ask_node, print, print_json, table, text_of};
use crate::cli::CertificateCommand;
use crate::control::Request;
use anyhow::Result;
use serde_json::Value;

pub(crate) fn certificate(command: CertificateCommand) -> Result<()> {
    let CertificateCommand::Ls { data, json } = command;
    let answer = ask_node(&data, &Request::CertificateList)?;
    if json {
        return print_json(&answer);
    }
    let lines: Vec<&Value> = answer.as_array().into_iter().flatten().collect();
    let rows: Vec<Vec<String>> = lines.iter().map(|line| row(line)).collect();
    let headings = ["certificate", "names", "issuer", "expires", "days left", "source", "renewed"];
    let mut text = table(&headings, &rows);
    for line in lines {
        for trouble in line["troubles"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            text.push_str(&format!("{}: {trouble}\n", text_of(line, "certificate")));
        }
    }
    print(&text)
}

fn row(line: &Value) -> Vec<String> {
    let names: Vec<&str> = line["names"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let day = |key| text_of(line, key).chars().take(10).collect::<String>();
    let renewed = match (day("renews"), text_of(line, "owner")) {
        (day, owner) if day.is_empty() => format!("by the {owner}"),
        (day, _) => day,
    };
    vec![
        text_of(line, "certificate"),
        names.join(", "),
        text_of(line, "issuer"),
        day("expires"),
        text_of(line, "days_left"),
        text_of(line, "source"),
        renewed,
    ]
}
