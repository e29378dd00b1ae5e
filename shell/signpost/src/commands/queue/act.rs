//! Acts: what one would do and the command that does it; what one did and the command that takes it back.

use super::{ask_node, print, print_json, table};
use crate::cli::ActArgs;
use crate::cli::Data;
use crate::control::Request;
use crate::desk::{ActAnswer, ActLine, Order};
use anyhow::Result;
use model::Standing;
use spool::{Act, ActKind, Tally};
use std::collections::BTreeMap;
use std::path::Path;

/// As `cli::Data` has it.
const DATA_DEFAULT: &str = "signpost-data";

pub(super) fn order(order: Order, args: &ActArgs) -> Result<()> {
    let request = Request::QueueAct { order: order.clone(), go: args.yes };
    let answer = ask_node(&args.data, &request)?;
    let told: ActAnswer = serde_json::from_value(answer.clone())?;
    match (args.json, told.act) {
        (true, _) => print_json(&answer)?,
        (false, None) => print(&would_do(&order, &told, args))?,
        (false, Some(_)) => print(&has_done(&order, &told))?,
    }
    match told.failed {
        Some(why) => anyhow::bail!("the act did not come to its end: {why}; what it did before that holds"),
        None => Ok(()),
    }
}

fn would_do(order: &Order, told: &ActAnswer, args: &ActArgs) -> String {
    let Tally { touched, recipients, .. } = told.tally;
    let mut text = format!("would {} {}\n", order.kind.word(), counted(touched, recipients));
    if !told.lines.is_empty() {
        text.push_str(&table(&["tenant", "state", "messages", "recipients"], &rows(&told.lines)));
    }
    text.push_str(&passed_over(told.tally));
    if matches!(order.kind, ActKind::Bounce { .. }) && told.maybe_duplicates > 0 {
        let count = told.maybe_duplicates;
        text.push_str(&format!(
            "{count} of the recipients may have the message already: an earlier end is not known\n"
        ));
    }
    if touched > 0 {
        text.push_str(&format!("nothing is changed yet; this does it:\n  {}\n", command(order, &args.data)));
    }
    text
}

fn has_done(order: &Order, told: &ActAnswer) -> String {
    let Tally { touched, recipients, reports, discarded, .. } = told.tally;
    let id = told.act.map(|id| id.to_string()).unwrap_or_default();
    let mut text = format!("act {id}: {} {}\n", past(&order.kind), counted(touched, recipients));
    text.push_str(&passed_over(told.tally));
    if matches!(order.kind, ActKind::Bounce { .. }) {
        text.push_str(&format!(
            "{reports} reports to senders, {discarded} recipients of whom nobody may be told\n"
        ));
    }
    text.push_str(&format!("before: {}\n", standings(&told.before, 0)));
    text.push_str(&format!("after:  {}\n", standings(&told.after, told.gone)));
    let takes_back = match order.kind {
        ActKind::Hold | ActKind::Release | ActKind::Redirect { .. } => touched > 0,
        ActKind::Retry | ActKind::Bounce { .. } | ActKind::Undo { .. } => false,
    };
    if takes_back {
        text.push_str(&format!("signpost queue undo {id} --yes  takes it back\n"));
    }
    if matches!(order.kind, ActKind::Redirect { .. }) && touched > 0 {
        text.push_str(&format!("signpost queue retry --act {id} --yes  tries them now\n"));
    }
    text
}

fn counted(messages: usize, recipients: usize) -> String {
    let messages_word = if messages == 1 { "message" } else { "messages" };
    let recipients_word = if recipients == 1 { "recipient" } else { "recipients" };
    format!("{messages} {messages_word} to {recipients} {recipients_word}")
}

fn passed_over(tally: Tally) -> String {
    let kinds = [
        (
            tally.delivering,
            "being delivered right now: left alone; give the command again for those that come back",
        ),
        (tally.needless, "already so, or not of a kind that this act changes"),
        (tally.gone, "out of the queue, or no longer meant"),
        (tally.covered, "changed by a later act: undo that one first"),
    ];
    kinds
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("passed over: {count} {why}\n"))
        .collect()
}

fn standings(counts: &BTreeMap<Standing, usize>, gone: usize) -> String {
    let mut parts: Vec<String> =
        counts.iter().map(|(standing, count)| format!("{count} {standing}")).collect();
    if gone > 0 {
        parts.push(format!("{gone} out of the queue"));
    }
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn rows(lines: &[ActLine]) -> Vec<Vec<String>> {
    let row = |line: &ActLine| {
        let (messages, recipients) = (line.messages.to_string(), line.recipients.to_string());
        vec![line.tenant.to_string(), line.state.to_string(), messages, recipients]
    };
    lines.iter().map(row).collect()
}

/// The command that does it.
fn command(order: &Order, data: &Data) -> String {
    let mut words = vec!["signpost queue".to_owned(), order.kind.word().to_owned()];
    match &order.kind {
        ActKind::Undo { of } => words.push(of.to_string()),
        ActKind::Hold | ActKind::Release | ActKind::Retry => words.push(order.selection.as_options()),
        ActKind::Bounce { text } => {
            words.extend([order.selection.as_options(), format!("--text {}", quoted(text))])
        }
        ActKind::Redirect { to } => {
            words.extend([order.selection.as_options(), format!("--to {}", to.to)]);
            words.extend(to.tls.map(|tls| format!("--tls {}", tls.word())));
        }
    }
    if !order.reason.is_empty() {
        words.push(format!("--reason {}", quoted(&order.reason)));
    }
    let is_known = data.dir == Path::new(DATA_DEFAULT)
        || std::env::var_os("SIGNPOST_DATA").is_some_and(|dir| dir == data.dir);
    if !is_known {
        words.push(format!("--data {}", quoted(&data.dir.display().to_string())));
    }
    words.push("--yes".to_owned());
    words.join(" ")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn past(kind: &ActKind) -> &'static str {
    match kind {
        ActKind::Hold => "held",
        ActKind::Release => "released",
        ActKind::Retry => "made due",
        ActKind::Bounce { .. } => "given up:",
        ActKind::Redirect { .. } => "redirected",
        ActKind::Undo { .. } => "as before again:",
    }
}

pub(super) fn list(limit: usize, data: &Data, json: bool) -> Result<()> {
    let answer = ask_node(data, &Request::QueueActs { limit })?;
    if json {
        return print_json(&answer);
    }
    let acts: Vec<Act> = serde_json::from_value(answer)?;
    if acts.is_empty() {
        return print("no act is in the journal\n");
    }
    let rows: Vec<Vec<String>> = acts.iter().map(row).collect();
    print(&table(&["act", "begun", "by", "what", "selection", "messages", "end", "reason"], &rows))
}

fn row(act: &Act) -> Vec<String> {
    let (what, selection) = match &act.kind {
        ActKind::Undo { of } => (format!("undo {of}"), String::new()),
        ActKind::Redirect { to } => (format!("redirect to {to}"), act.selection.as_options()),
        ActKind::Hold | ActKind::Release | ActKind::Retry | ActKind::Bounce { .. } => {
            (act.kind.word().to_owned(), act.selection.as_options())
        }
    };
    let (messages, end) = match &act.end {
        None => (String::new(), "under way or cut short".to_owned()),
        Some(end) => (end.tally.touched.to_string(), end.failed.clone().unwrap_or_else(|| "done".to_owned())),
    };
    let begun = act.begun.to_string().chars().take(19).collect();
    vec![act.id.to_string(), begun, act.by.clone(), what, selection, messages, end, act.reason.clone()]
}
