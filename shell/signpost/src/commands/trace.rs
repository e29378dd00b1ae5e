//! `trace`: what became of a message, from the spool's own records.

use super::{print, print_json, text_of};
use crate::cli::TraceArgs;
use crate::control::{Client, Request};
use anyhow::{Result, bail};
use serde_json::Value;

pub(crate) fn trace(args: &TraceArgs) -> Result<()> {
    let request = Request::Trace { query: args.query.clone(), limit: args.limit };
    let (answer, _) = Client::new(&args.data.dir).ask(&request, &[])?;
    if args.json {
        return print_json(&answer);
    }
    let records = answer.as_array().cloned().unwrap_or_default();
    if records.is_empty() {
        bail!(
            "no record names `{}`; records of finished messages go with their segments, about an hour later",
            args.query
        );
    }
    print(records.iter().map(line).collect::<String>().as_bytes())
}

fn line(record: &Value) -> String {
    let at: String = text_of(record, "at").chars().take(23).collect();
    format!("{at}  {}  {:<11} {}\n", text_of(record, "id"), text_of(record, "event"), told(record))
}

/// What is worth telling of each event.
fn told(record: &Value) -> String {
    let of = |key| text_of(record, key);
    match record["event"].as_str() {
        Some("accepted" | "moved") => {
            let message = &record["message"];
            let from = message["envelope"]["mail_from"]["mailbox"].as_str().unwrap_or("<>");
            let recipients = message["envelope"]["recipients"].as_array().map_or(0, Vec::len);
            format!(
                "{}: from {from} to {recipients} recipients, {} bytes",
                text_of(message, "tenant"),
                of("length")
            )
        }
        Some("stamped") => {
            let groups = record["groups"].as_array().into_iter().flatten();
            let told = groups.map(|group| {
                let what = [text_of(group, "outcome"), text_of(group, "signature"), text_of(group, "reason")];
                what.join(" ").trim().to_owned()
            });
            told.collect::<Vec<_>>().join("; ")
        }
        Some("attempt") => format!("over {} to {}", of("source"), of("host")),
        Some("outcomes") => {
            let ends = record["outcomes"].as_array().into_iter().flatten();
            let told = ends.map(|end| {
                format!("recipient {}: {} {}", end[0], text_of(&end[1], "outcome"), text_of(&end[1], "reply"))
            });
            told.collect::<Vec<_>>().join("; ")
        }
        Some("rescheduled") => format!("until {}: {}", of("due"), of("why")),
        Some("parked") => record["reason"].to_string(),
        Some("told") => format!("the {}, by {}", of("whom"), of("report")),
        Some("released") => format!("by {}", of("by")),
        Some("acted") => format!("{} by act {}", of("change"), of("act")),
        Some("act") => format!("{} by {}", text_of(&record["act"], "kind"), text_of(&record["act"], "by")),
        Some(_) | None => String::new(),
    }
}
