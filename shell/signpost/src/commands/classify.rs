//! `classify`: what replies mean, one per line of standard input; and, of a running relay, which ones nobody knows.
//!
//! A line that begins with `{` is JSON with the reply and whatever is known around it; any other line is a reply. Each gives one line of
//! JSON. A line that cannot be read is told with its number and place on standard error and the others go on: exit code 1 at the end.

mod labels;

use super::{print, read_input};
use crate::cli::ClassifyArgs;
use anyhow::{Result, bail};
use bounce::{Classified, ReplyContext, Route, classify as classified};
use model::Stage;
use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::net::IpAddr;

/// Collections of replies write this where the words are no provider's own.
const NO_PROVIDER: &str = "generic";

/// What may be known, under the names that the command's help gives. Other keys are somebody's notes and stay unread.
#[derive(Debug, Default, Deserialize)]
struct Line {
    reply: String,
    #[serde(default, deserialize_with = "stage")]
    stage: Option<Stage>,
    route: Option<Route>,
    provider: Option<String>,
    our_addresses: Option<Vec<IpAddr>>,
    recipient_is_tenants: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Told<'a> {
    reply: &'a str,
    #[serde(flatten)]
    classified: Classified,
}

pub(crate) fn classify(args: ClassifyArgs) -> Result<()> {
    if let Some(wish) = labels::wish(&args)? {
        return labels::ask(&args, wish);
    }
    let input = read_input()?;
    let (told, wrong) = classify_lines(&String::from_utf8_lossy(&input));
    print(&told)?;
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}\n{} of the lines cannot be read; the others are classified", wrong.join("\n"), wrong.len())
}

/// The output, and what is wrong with which lines.
fn classify_lines(input: &str) -> (String, Vec<String>) {
    let (mut told, mut wrong) = (String::new(), Vec::new());
    for (number, text) in input.lines().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        match classify_line(text) {
            Ok(line) => {
                told.push_str(&line);
                told.push('\n');
            }
            Err(error) => wrong.push(format!("line {}: {error}", number + 1)),
        }
    }
    (told, wrong)
}

fn classify_line(text: &str) -> Result<String, serde_json::Error> {
    let line = if text.trim_start().starts_with('{') { serde_json::from_str(text)? } else { plain(text) };
    let context = ReplyContext {
        stage: line.stage,
        route: line.route,
        provider: line.provider.as_deref().filter(|name| *name != NO_PROVIDER),
        our_addresses: line.our_addresses.as_deref(),
        recipient_is_tenants: line.recipient_is_tenants,
    };
    let classified = classified(&line.reply, &context);
    serde_json::to_string(&Told { reply: &line.reply, classified })
}

fn plain(text: &str) -> Line {
    Line { reply: text.trim().to_owned(), ..Line::default() }
}

/// Our own word for a stage, or one that logs have for it.
fn stage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Stage>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let word = text.trim().to_lowercase().replace([' ', '-'], "_");
    let word = match word.as_str() {
        "connection" => "connect",
        "greeting" => "banner",
        "helo" => "ehlo",
        "starttls" => "tls",
        "mail_from" => "mail",
        "rcpt_to" => "rcpt",
        "dot" | "final_dot" | "eod" => "end_of_data",
        other => other,
    };
    Stage::deserialize(word.into_deserializer()).map(Some)
}

#[cfg(test)]
mod tests;
