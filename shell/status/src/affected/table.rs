//! The lines as CSV (RFC 4180), for spreadsheets and for whoever sends messages again.
//!
//! Senders and other hosts wrote most of the texts: one that a spreadsheet would run as a formula gets an apostrophe in front.

use super::{Answer, Line};
use model::Timestamp;

const HEAD: &str = "received,message_id,number,sender,recipient,affected,fate,ended,seconds,source,host,reply,refused,\
                    first_refused,first_refused_source,first_refused_host,first_refusal,rerouted,put_off,parked,released,unsigned,maybe_twice";

/// One row for each line; what keeps it from being the whole truth is the last row.
#[must_use]
pub fn csv(answer: &Answer) -> String {
    let mut text = format!("{HEAD}\r\n");
    for line in &answer.lines {
        let cells: Vec<String> = cells(line).iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    if !answer.doubts.is_whole() {
        text.push_str("\"not all: see the notes of the page\"\r\n");
    }
    text
}

fn cells(line: &Line) -> [String; 23] {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let flag = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    let (seconds, source, host) = match &line.fate {
        super::Fate::Delivered { seconds, source, host, .. } => {
            (seconds.to_string(), source.clone(), host.clone())
        }
        super::Fate::Reported { .. }
        | super::Fate::Discarded { .. }
        | super::Fate::Ended { .. }
        | super::Fate::Waiting
        | super::Fate::Parked { .. } => Default::default(),
    };
    let first = line.refusals.first();
    let of_first = |part: fn(&super::Refusal) -> String| first.map(part).unwrap_or_default();
    [
        line.received.to_string(),
        line.message_id.clone().unwrap_or_default(),
        line.id.to_string(),
        line.sender.clone(),
        line.recipient.clone(),
        flag(line.affected),
        line.fate.word().to_owned(),
        time(line.fate.at()),
        seconds,
        source,
        host,
        line.fate.reply().to_owned(),
        line.refused.to_string(),
        of_first(|refusal| refusal.at.to_string()),
        of_first(|refusal| refusal.source.clone()),
        of_first(|refusal| refusal.host.clone()),
        of_first(|refusal| refusal.reply.clone()),
        flag(line.rerouted),
        line.put_off.to_string(),
        time(line.parked_at),
        time(line.released_at),
        flag(line.unsigned),
        flag(line.maybe_twice),
    ]
}

/// Quoted, and no formula to a spreadsheet: neither the cell nor, for those that begin a new one at every `;` whatever stands around it, a part of it.
fn quoted(cell: &str) -> String {
    let flat = cell.replace(char::is_control, " ").replace('"', "\"\"");
    let harmless = |part: &str| {
        let is_formula = part.trim_start_matches([' ', '"']).starts_with(['=', '+', '-', '@']);
        if is_formula { format!("'{part}") } else { part.to_owned() }
    };
    let parts: Vec<String> = flat.split(';').map(harmless).collect();
    format!("\"{}\"", parts.join(";"))
}
