//! One message's life as text: a headline, a line for each event, and the conversation of a try that failed.

use crate::commands::text_of;
use serde_json::Value;
use std::fmt::Write as _;

/// The parts of a try in their order, and how they are called.
const PHASES: [(&str, &str); 6] = [
    ("connect", "connect"),
    ("greeting", "greeting"),
    ("tls", "TLS"),
    ("envelope", "MAIL/RCPT"),
    ("data", "data"),
    ("end", "end of data"),
];

/// A story with an empty line behind it.
pub(super) fn told(story: &Value) -> String {
    let events: Vec<&Value> = story["events"].as_array().into_iter().flatten().collect();
    let recipients = recipients(&events);
    let mut text = format!("{}\n", text_of(story, "id"));
    for event in events {
        let at: String = text_of(event, "at").chars().take(23).collect();
        let (kind, detail) = (text_of(event, "kind"), &event["detail"]);
        let mut lines = lines(&kind, detail, &recipients).into_iter();
        let first = lines.next().unwrap_or_default();
        let _infallible = writeln!(text, "  {}", format!("{at}  {kind:<11} {first}").trim_end());
        for line in lines {
            let _infallible = writeln!(text, "  {:>23}  {:<11} {line}", "", "");
        }
    }
    text.push('\n');
    text
}

/// The addresses by number, from the event that names them.
fn recipients(events: &[&Value]) -> Vec<String> {
    let named =
        events.iter().find_map(|event| event["detail"]["message"]["envelope"]["recipients"].as_array());
    named.into_iter().flatten().map(|recipient| text_of(recipient, "address")).collect()
}

fn lines(kind: &str, detail: &Value, recipients: &[String]) -> Vec<String> {
    let of = |key| text_of(detail, key);
    match kind {
        "accepted" | "moved" => accepted(detail, recipients),
        "stamped" => vec![stamped(detail)],
        "attempt" => vec![format!("over {} to {}", of("source"), of("host"))],
        "tried" => tried(&detail["tried"], recipients),
        "outcomes" => {
            detail["outcomes"].as_array().into_iter().flatten().map(|end| outcome(end, recipients)).collect()
        }
        "rescheduled" => {
            let until = format!("until {}: {}", of("due"), of("why"));
            [until].into_iter().chain(kept(detail, recipients)).collect()
        }
        "parked" => [parked(&detail["reason"])].into_iter().chain(kept(detail, recipients)).collect(),
        "told" => vec![format!("the {}, by {}", of("whom"), of("report"))],
        "released" => vec![format!("by {}", of("by"))],
        "acted" => vec![format!("{} by act {}", of("change"), of("act"))],
        "act" => vec![format!("{} by {}", text_of(&detail["act"], "kind"), text_of(&detail["act"], "by"))],
        "dropped" => vec!["never acknowledged: its sender keeps it".to_owned()],
        "refused" => refused(detail),
        // An event of a later release.
        _ => vec![detail.to_string()],
    }
}

/// Recipients that are parked by themselves.
fn kept(detail: &Value, recipients: &[String]) -> Vec<String> {
    let kept = detail["kept"].as_array().into_iter().flatten();
    kept.map(|one| format!("{}: parked, {}", name(&one["recipient"], recipients), parked(&one["why"])))
        .collect()
}

fn accepted(detail: &Value, recipients: &[String]) -> Vec<String> {
    let (message, trace, header) =
        (&detail["message"], &detail["message"]["trace"], &detail["message"]["header"]);
    let from = message["envelope"]["mail_from"]["mailbox"].as_str().unwrap_or("<>");
    // Cut-through: the next hop decides, nothing is stored.
    let way = if detail["chunks"] == 0 { "in transit, " } else { "" };
    let mut lines = vec![
        format!(
            "{way}{}: from {from} to {}, {} bytes",
            text_of(message, "tenant"),
            recipients.join(", "),
            text_of(detail, "length")
        ),
        came_in(trace),
    ];
    if let Some(id) = header["message_id"].as_str() {
        lines.push(format!("Message-ID <{id}>"));
    }
    if let Some(subject) = header["subject"].as_str() {
        lines.push(format!("Subject: {subject}"));
    }
    if let Some(about) = message["about"].as_str() {
        lines.push(format!("a report about {about}"));
    }
    lines
}

fn came_in(trace: &Value) -> String {
    let tls = trace["tls"].as_str().map_or_else(|| "without TLS".to_owned(), str::to_owned);
    format!(
        "by {} from {} ({}), {tls}",
        text_of(trace, "listener"),
        text_of(trace, "peer"),
        text_of(trace, "helo")
    )
}

fn stamped(detail: &Value) -> String {
    let groups = detail["groups"].as_array().into_iter().flatten();
    let told = groups.map(|group| {
        let what = [text_of(group, "outcome"), text_of(group, "signature"), text_of(group, "reason")];
        what.join(" ").trim().to_owned()
    });
    told.collect::<Vec<_>>().join("; ")
}

fn tried(tried: &Value, recipients: &[String]) -> Vec<String> {
    let tls = tried["tls"].as_str().unwrap_or("without TLS");
    let again = if tried["reused"] == true { ", over an open connection" } else { "" };
    let mut lines =
        vec![format!("{} from {}, {tls}{again}", text_of(tried, "host"), text_of(tried, "source"))];
    let phases: Vec<String> = PHASES
        .iter()
        .filter_map(|(key, name)| Some(format!("{name} {} ms", tried["phases"][key].as_u64()?)))
        .collect();
    lines.push(phases.join(", "));
    for result in tried["results"].as_array().into_iter().flatten() {
        let word = if result["taken"] == true { "taken" } else { "not taken" };
        let who: Vec<String> = result["recipients"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|number| name(number, recipients))
            .collect();
        lines.push(format!(
            "{}: {word} at {}: {}",
            who.join(", "),
            text_of(result, "stage"),
            text_of(result, "reply")
        ));
    }
    for line in tried["said"].as_array().into_iter().flatten() {
        let mark = if line["by"] == "us" { '>' } else { '<' };
        lines.push(format!("{:>7} ms {mark} {}", text_of(line, "ms"), text_of(line, "text")));
    }
    lines
}

fn outcome(end: &Value, recipients: &[String]) -> String {
    let told = &end[1];
    let rest = ["reply", "host", "report", "because", "act", "by"];
    let rest = rest.iter().filter_map(|key| {
        let text = text_of(told, key);
        let label = if *key == "reply" { String::new() } else { format!("{key} ") };
        (!text.is_empty()).then(|| format!("{label}{text}"))
    });
    let rest = rest.collect::<Vec<_>>().join(", ");
    format!("{}: {} {rest}", name(&end[0], recipients), text_of(told, "outcome")).trim_end().to_owned()
}

fn parked(reason: &Value) -> String {
    let rest = ["detail", "stage", "host", "reply", "by", "note"];
    let rest: Vec<String> =
        rest.iter().map(|key| text_of(reason, key)).filter(|text| !text.is_empty()).collect();
    format!("{}: {}", text_of(reason, "reason"), rest.join(" "))
}

fn refused(detail: &Value) -> Vec<String> {
    let to: Vec<&str> =
        detail["recipients"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let to = if to.is_empty() { String::new() } else { format!(" to {}", to.join(", ")) };
    let from = detail["mail_from"].as_str().map_or_else(String::new, |from| format!("from {from}{to}, "));
    vec![format!("{from}at {}: {}", text_of(detail, "stage"), text_of(detail, "reply")), came_in(detail)]
}

/// A recipient's address; its number where the event that names it is missing.
fn name(number: &Value, recipients: &[String]) -> String {
    let place = number.as_u64().and_then(|number| usize::try_from(number).ok());
    place.and_then(|place| recipients.get(place)).cloned().unwrap_or_else(|| format!("recipient {number}"))
}

#[cfg(test)]
mod tests;
