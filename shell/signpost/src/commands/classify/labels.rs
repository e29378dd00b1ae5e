//! `classify` of a running relay: what nobody knows of replies, and what operators say of them.

use crate::cli::ClassifyArgs;
use crate::commands::{ask_node, print, print_json, table, text_of};
use crate::control::Request;
use crate::replies::ReplyWish;
use anyhow::{Context as _, Result};
use model::{Category, Owner};
use serde_json::Value;

/// Longest sample in a table.
const SAMPLE_LEN_MAX: usize = 120;

/// What of a relay is wanted; nothing: replies come on standard input.
pub(super) fn wish(args: &ClassifyArgs) -> Result<Option<ReplyWish>> {
    if args.unknown {
        return Ok(Some(ReplyWish::Unknown));
    }
    if args.labels {
        return Ok(Some(ReplyWish::Labels));
    }
    if let Some(number) = &args.unlabel {
        return Ok(Some(ReplyWish::Unlabel { number: number.parse()? }));
    }
    let Some([number, category]) = args.label.as_deref() else { return Ok(None) };
    let known = Category::ALL.iter().filter(|known| **known != Category::Unknown);
    let category = word(category, known, "category")?;
    let owner = args.owner.as_deref().map(|owner| word(owner, Owner::ALL.iter(), "owner")).transpose()?;
    Ok(Some(ReplyWish::Label { number: number.parse()?, category, owner }))
}

pub(super) fn ask(args: &ClassifyArgs, wish: ReplyWish) -> Result<()> {
    let answer = ask_node(&args.data, &Request::Replies { wish: wish.clone() })?;
    if args.json {
        return print_json(&answer);
    }
    let text = match wish {
        ReplyWish::Unknown => unknown(&answer),
        ReplyWish::Labels => labels(&answer),
        ReplyWish::Label { .. } => format!(
            "{} is {} from now on: {}\nWhat is parked stays until it is tried: `signpost queue retry`.\n",
            text_of(&answer, "number"),
            text_of(&answer, "category"),
            text_of(&answer, "text")
        ),
        ReplyWish::Unlabel { .. } => {
            format!("{} is not labelled any more: {}\n", text_of(&answer, "number"), text_of(&answer, "text"))
        }
    };
    print(&text)
}

fn word<'a, T: Copy + std::fmt::Display + 'a>(
    text: &str,
    known: impl Iterator<Item = &'a T> + Clone,
    what: &str,
) -> Result<T> {
    let found = known.clone().find(|word| word.to_string() == text).copied();
    let words: Vec<String> = known.map(ToString::to_string).collect();
    found.with_context(|| format!("`{text}` is no {what}; there are: {}", words.join(" ")))
}

fn unknown(answer: &Value) -> String {
    let lines = rows(answer, |line| {
        let sample: String = text_of(line, "sample").chars().take(SAMPLE_LEN_MAX).collect();
        let host = match text_of(line, "provider") {
            provider if provider.is_empty() => text_of(line, "host"),
            provider => provider,
        };
        let time = |key| text_of(line, key).chars().take(16).collect::<String>();
        vec![
            text_of(line, "number"),
            text_of(line, "count"),
            time("first"),
            time("last"),
            host,
            text_of(line, "guess"),
            sample,
        ]
    });
    if lines.is_empty() {
        return "No reply that nobody knows has parked since the start.\n".to_owned();
    }
    let mut text = table(&["number", "count", "first", "last", "provider", "guess", "sample"], &lines);
    text.push_str("Say what one means: signpost classify --label NUMBER CATEGORY [--owner OWNER]\n");
    text
}

fn labels(answer: &Value) -> String {
    let lines = rows(answer, |line| {
        let day = text_of(line, "at").chars().take(10).collect();
        let keys = ["number", "category", "owner", "by"];
        let mut row: Vec<String> = keys.map(|key| text_of(line, key)).to_vec();
        row.extend([day, text_of(line, "text")]);
        row
    });
    if lines.is_empty() {
        return "No reply is labelled.\n".to_owned();
    }
    table(&["number", "category", "owner", "by", "at", "text"], &lines)
}

fn rows(answer: &Value, row: impl Fn(&Value) -> Vec<String>) -> Vec<Vec<String>> {
    answer.as_array().into_iter().flatten().map(row).collect()
}
