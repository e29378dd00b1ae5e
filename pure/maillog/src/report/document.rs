//! The report as a document: sections of sentences, figures, tables and lines, for Markdown and HTML alike.
//!
//! Every word that a reader sees stands here, so that the two forms say the same. What comes from the log is a cell or a line of its own kind:
//! the writers know that it has to be quoted.

use super::words::{claim, counted, number, span, time};
use super::{Claim, Count, Incident, Report, Verdict};

/// Incidents that have sections of their own; further ones are rows of a table.
const TOLD_MAX: usize = 3;

pub(super) struct Document {
    pub(super) title: String,
    /// The one sentence on top.
    pub(super) lead: String,
    pub(super) is_harm: bool,
    pub(super) sections: Vec<Section>,
}

pub(super) struct Section {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

pub(super) enum Block {
    Text(String),
    /// Something that must not be overlooked.
    Mark(String),
    Figures(Vec<Figure>),
    Table(Table),
    Lines(Vec<(String, String)>),
    Picture,
}

pub(super) struct Figure {
    pub(super) value: String,
    pub(super) name: &'static str,
    pub(super) about: String,
}

pub(super) struct Table {
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
}

pub(super) enum Cell {
    Text(String),
    /// Out of the log.
    Quoted(String),
    Number(String),
    /// A verdict that must not be overlooked.
    Bad(String),
}

pub(super) fn of(report: &Report) -> Document {
    let main = report.incidents.first();
    let (title, lead) = match main {
        Some(main) => (format!("Postmortem: {}", subject(main)), lead(main)),
        None => ("Postmortem: no refusal for an address of ours".to_owned(), no_incident(report)),
    };
    let mut sections = Vec::new();
    if let Some(main) = main {
        sections.push(impact(main, report));
    }
    if !report.claims.is_empty() {
        sections.push(claims(report));
    }
    if let Some(main) = main {
        sections.push(timeline(main, report));
        sections.push(affected("Who was affected", main));
        sections.push(evidence("Evidence", main));
        sections.push(guard(main));
    }
    for (place, other) in report.incidents.iter().enumerate().skip(1).take(TOLD_MAX - 1) {
        sections.push(further(place + 1, other));
    }
    if report.incidents.len() > TOLD_MAX || report.incidents_left_out > 0 {
        sections.push(smaller(report));
    }
    sections.push(refusals(report));
    sections.push(reading(report));
    Document { title, lead, is_harm: main.is_some(), sections }
}

fn subject(incident: &Incident) -> String {
    let address =
        incident.address.map_or_else(|| "an address of ours".to_owned(), |address| address.to_string());
    match incident.lists.first() {
        Some(list) => format!("{address} refused, listed by {}", list.name),
        None => format!("{address} refused"),
    }
}

fn lead(main: &Incident) -> String {
    format!(
        "Between {} and {} UTC ({}) {} of {} were refused for it in {}; {} given up, {} delivered later.",
        time(main.began),
        time(main.ended),
        span(main.seconds),
        counted(main.recipients.refused, "recipient"),
        counted(main.messages, "message"),
        counted(main.attempts.refused, "attempt"),
        were(main.recipients.given_up),
        were(main.recipients.delivered_later),
    )
}

fn were(count: u64) -> String {
    if count == 1 { "1 was".to_owned() } else { format!("{} were", number(count)) }
}

fn no_incident(report: &Report) -> String {
    match (report.reading.first, report.reading.last) {
        (Some(first), Some(last)) => format!(
            "From {} to {} UTC the log has no reply that refused mail for an address of ours.",
            time(first),
            time(last)
        ),
        _ => "The log has no line on a message.".to_owned(),
    }
}

fn impact(main: &Incident, report: &Report) -> Section {
    let figure = |value: u64, name, about: String| Figure { value: number(value), name, about };
    let share = percent(main.attempts.refused, report.totals.delivered + report.totals.failed);
    let delays = main.delays.map_or_else(
        || "none was reached later".to_owned(),
        |delays| {
            format!(
                "half within {}, 90 % within {}, the last after {}",
                span(delays.median.into()),
                span(delays.p90.into()),
                span(delays.longest.into())
            )
        },
    );
    let figures = vec![
        Figure {
            value: span(main.seconds),
            name: "Harm by evidence",
            about: "from the first to the last refusal".to_owned(),
        },
        figure(
            main.attempts.refused,
            "Attempts refused",
            format!("{share} of all attempts in the log, {} by 5yz", number(main.attempts.permanent)),
        ),
        figure(
            main.messages,
            "Messages",
            format!(
                "from {} of {}",
                counted(main.senders, "sender"),
                counted(main.sender_domains.count, "domain")
            ),
        ),
        figure(
            main.recipients.refused,
            "Recipients",
            format!("in {}", counted(main.recipient_domains.count, "domain")),
        ),
        figure(
            main.recipients.given_up,
            "Given up",
            format!(
                "{} to their senders",
                counted(main.reports, "report (NDR)").replace(" (NDR)s", "s (NDR)")
            ),
        ),
        figure(main.recipients.delivered_later, "Delivered later", delays),
        figure(main.recipients.open, "Still open", "without an end when the log ends".to_owned()),
    ];
    let mut blocks = vec![Block::Picture, Block::Figures(figures)];
    if main.recipients.given_up_otherwise > 0 {
        let count = counted(main.recipients.given_up_otherwise, "recipient");
        blocks.push(Block::Text(format!(
            "{count} of these met another refusal later and was given up for that."
        )));
    }
    if main.recipients.unknown > 0 {
        let text =
            format!("For {} the log does not say the end.", counted(main.recipients.unknown, "recipient"));
        blocks.push(Block::Text(text));
    }
    blocks.push(Block::Text(bounds(main)));
    Section { title: "Impact".to_owned(), blocks }
}

fn percent(part: u64, whole: u64) -> String {
    let tenths = (part * 1000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// Between which lines begin and end lie.
fn bounds(main: &Incident) -> String {
    let began = match main.delivered_before {
        Some(before) => format!("The last delivery to the receiver that refused first was at {} UTC.", time(before)),
        None => "The log has no delivery to the receiver that refused first before that: it may have begun earlier.".to_owned(),
    };
    let ended = match (main.delivered_after, main.is_over) {
        (Some(after), true) => format!("The first delivery after the last refusal was at {} UTC, and no refusal followed for 30 minutes.", time(after)),
        (Some(after), false) => format!("A delivery followed the last refusal at {} UTC; the log ends too soon to say that it was over.", time(after)),
        (None, _) => "No delivery to the refusing receivers follows the last refusal: the log does not show that it is over.".to_owned(),
    };
    format!("{began} {ended}")
}

fn claims(report: &Report) -> Section {
    let mut blocks = Vec::new();
    for claim in report.claims.iter().filter(|claim| claim.verdict == Verdict::Contradicted) {
        blocks.push(Block::Mark(format!(
            "{} ({} UTC): the evidence contradicts it. {}",
            self::claim(claim.kind),
            time(claim.said),
            claim.sentence
        )));
        let lines: Vec<(String, String)> =
            claim.evidence.iter().map(|line| (line.id.clone(), line.text.clone())).collect();
        if !lines.is_empty() {
            blocks.push(Block::Lines(lines));
        }
    }
    let rows = report.claims.iter().map(|claim| {
        vec![
            Cell::Text(self::claim(claim.kind).to_owned()),
            Cell::Number(time(claim.said)),
            Cell::Number(after(claim)),
            verdict(claim.verdict),
            Cell::Text(claim.sentence.clone()),
        ]
    });
    let head = vec!["Claim", "Time (UTC)", "After harm began", "Verdict", "What the log shows"];
    blocks.push(Block::Table(Table { head, rows: rows.collect() }));
    Section { title: "What was said, and what the log shows".to_owned(), blocks }
}

fn after(claim: &Claim) -> String {
    match claim.after_began_seconds {
        None => "unknown".to_owned(),
        Some(seconds) if seconds < 0 => format!("{} before", span(seconds.unsigned_abs())),
        Some(seconds) => span(seconds.unsigned_abs()),
    }
}

fn verdict(verdict: Verdict) -> Cell {
    match verdict {
        Verdict::Agrees => Cell::Text("not contradicted".to_owned()),
        Verdict::Contradicted => Cell::Bad("contradicted".to_owned()),
        Verdict::Unknown => Cell::Text("cannot be checked".to_owned()),
    }
}

fn timeline(main: &Incident, report: &Report) -> Section {
    let mut points = vec![(main.began, "First refusal", true), (main.ended, "Last refusal", true)];
    points.extend(
        main.delivered_before.map(|at| (at, "Last delivery to the receiver that refused first", true)),
    );
    points.extend(
        main.delivered_after
            .map(|at| (at, "First delivery to a refusing receiver after the last refusal", true)),
    );
    points.extend(
        main.guard.quarantined_at.map(|at| (at, "The guard would have stopped using the address", true)),
    );
    points.extend(report.claims.iter().map(|one| (one.said, claim(one.kind), false)));
    points.sort_by_key(|(at, ..)| *at);
    let rows = points.into_iter().map(|(at, what, is_evidence)| {
        let source = if is_evidence { "log" } else { "claim" };
        vec![Cell::Number(time(at)), Cell::Text(what.to_owned()), Cell::Text(source.to_owned())]
    });
    let table = Table { head: vec!["Time (UTC)", "What", "Source"], rows: rows.collect() };
    Section { title: "Timeline".to_owned(), blocks: vec![Block::Table(table)] }
}

fn affected(title: &str, incident: &Incident) -> Section {
    let rows = incident.providers.iter().map(|share| {
        vec![
            Cell::Quoted(share.name.clone()),
            Cell::Number(number(share.refused)),
            Cell::Number(number(share.delivered_meanwhile)),
        ]
    });
    let head = vec!["Provider or receiver", "Attempts refused", "Delivered meanwhile"];
    let mut blocks = vec![Block::Text(named(incident)), Block::Table(Table { head, rows: rows.collect() })];
    for (head, names) in
        [("Sender's domain", &incident.sender_domains), ("Recipient's domain", &incident.recipient_domains)]
    {
        if names.top.is_empty() {
            continue;
        }
        let unit = if head.starts_with("Sender") { "Messages" } else { "Recipients" };
        blocks
            .push(Block::Table(Table { head: vec![head, unit], rows: names.top.iter().map(row).collect() }));
        let left = names.count - names.top.len() as u64;
        if left > 0 {
            blocks.push(Block::Text(format!("And {} more.", number(left))));
        }
    }
    Section { title: title.to_owned(), blocks }
}

/// Which address and which lists.
fn named(incident: &Incident) -> String {
    let address = match incident.address {
        Some(address) => format!("The replies name the address {address}"),
        None => "The replies name no address".to_owned(),
    };
    let list = |count: &Count| format!("{} ({})", count.name, number(count.count));
    if incident.lists.is_empty() {
        return format!("{address} and no public list.");
    }
    let lists: Vec<String> = incident.lists.iter().map(list).collect();
    format!("{address} and, as its lists: {}.", lists.join(", "))
}

fn row(count: &Count) -> Vec<Cell> {
    vec![Cell::Quoted(count.name.clone()), Cell::Number(number(count.count))]
}

fn evidence(title: &str, incident: &Incident) -> Section {
    let lines = incident.evidence.iter().map(|line| (line.id.clone(), line.text.clone())).collect();
    let text =
        "The first line, the first of further receivers, and the last. Local parts are masked.".to_owned();
    Section { title: title.to_owned(), blocks: vec![Block::Text(text), Block::Lines(lines)] }
}

fn guard(main: &Incident) -> Section {
    let saved = &main.guard;
    let text = match (saved.quarantined_at, saved.after_seconds) {
        (Some(at), Some(seconds)) => format!(
            "The reply of {} UTC, {} after the first refusal, is strong evidence: the address would have been out of use within a second. \
             {} over it would not have been made. {} of {} would have left from another clean source at once, or waited parked where there was \
             none; none of them would have been given up for this reason, and {} would not have been sent.",
            time(at),
            span(seconds),
            counted(saved.attempts, "later attempt"),
            counted(saved.recipients, "recipient"),
            counted(saved.messages, "message"),
            counted(saved.reports, "report"),
        ),
        _ => format!(
            "The evidence stayed weak: one unknown receiver. The guard would have stopped using the address for it alone; {} of {} would have \
             left from another source or waited, and {} would not have been sent.",
            counted(saved.recipients, "recipient"),
            counted(saved.messages, "message"),
            counted(saved.reports, "report"),
        ),
    };
    Section { title: "What the guard would have saved".to_owned(), blocks: vec![Block::Text(text)] }
}

fn further(place: usize, incident: &Incident) -> Section {
    let mut section = affected(&format!("Incident {place}: {}", subject(incident)), incident);
    section.blocks.insert(0, Block::Text(format!("{} {}", lead(incident), bounds(incident))));
    section.blocks.extend(evidence("", incident).blocks);
    section
}

fn smaller(report: &Report) -> Section {
    let rows = report.incidents.iter().skip(TOLD_MAX).map(|incident| {
        vec![
            Cell::Quoted(subject(incident)),
            Cell::Number(time(incident.began)),
            Cell::Number(time(incident.ended)),
            Cell::Number(number(incident.attempts.refused)),
            Cell::Number(number(incident.messages)),
            Cell::Number(number(incident.recipients.given_up)),
        ]
    });
    let head =
        vec!["Incident", "First refusal (UTC)", "Last refusal (UTC)", "Attempts", "Messages", "Given up"];
    let mut blocks = vec![Block::Table(Table { head, rows: rows.collect() })];
    if report.incidents_left_out > 0 {
        blocks.push(Block::Text(format!("{} smaller are left out.", number(report.incidents_left_out))));
    }
    Section { title: "Smaller incidents".to_owned(), blocks }
}

fn refusals(report: &Report) -> Section {
    let rows = report.refusals.iter().take(15).map(|kind| {
        vec![
            Cell::Number(number(kind.count)),
            Cell::Text(kind.owner.map_or("nobody answered", |owner| owner.as_str()).to_owned()),
            Cell::Text(kind.category.map_or("", |category| category.as_str()).to_owned()),
            Cell::Quoted(kind.text.clone()),
        ]
    });
    let head = vec!["Attempts", "Owner", "Category", "What was said, with what differs masked"];
    let shown: u64 = report.refusals.iter().take(15).map(|kind| kind.count).sum();
    let left = report.totals.failed.saturating_sub(shown);
    let mut blocks = Vec::new();
    if report.refusals.is_empty() {
        blocks.push(Block::Text("No attempt was refused or failed.".to_owned()));
    } else {
        blocks.push(Block::Table(Table { head, rows: rows.collect() }));
    }
    if left > 0 {
        blocks.push(Block::Text(format!("{} more failed for other reasons.", counted(left, "attempt"))));
    }
    Section { title: "Everything that was refused".to_owned(), blocks }
}

fn reading(report: &Report) -> Section {
    let read = &report.reading;
    let mut blocks = Vec::new();
    let clock = read.clock.filter(|clock| clock.ahead_seconds != 0);
    if let Some(clock) = clock {
        let side = if clock.ahead_seconds > 0 { "ahead of" } else { "behind" };
        blocks.push(Block::Mark(format!(
            "The log's times are {} {side} those that receivers wrote into {}: the time zone is probably wrong, and every time in this report with it.",
            span(clock.ahead_seconds.unsigned_abs()),
            counted(clock.replies, "reply").replace("replys", "replies"),
        )));
    }
    let rows = read.files.iter().map(|file| {
        vec![
            Cell::Quoted(file.name.clone()),
            Cell::Text(file.format.unwrap_or("none told").to_owned()),
            Cell::Number(number(file.lines)),
            Cell::Number(file.first.map_or_else(String::new, time)),
            Cell::Number(file.last.map_or_else(String::new, time)),
        ]
    });
    blocks.push(Block::Table(Table {
        head: vec!["File", "Format", "Lines", "First (UTC)", "Last (UTC)"],
        rows: rows.collect(),
    }));
    blocks.push(Block::Text(basis(report)));
    if read.malformed > 0 {
        let text = format!(
            "{} cannot be read and {} left out; the first:",
            counted(read.malformed, "line"),
            if read.malformed == 1 { "is" } else { "are" }
        );
        blocks.push(Block::Text(text));
        let lines = read
            .malformed_lines
            .iter()
            .map(|wrong| (format!("{}:{}: {}", wrong.file, wrong.line, wrong.why), wrong.text.clone()));
        blocks.push(Block::Lines(lines.collect()));
    }
    for gap in &read.gaps {
        blocks.push(Block::Mark(format!("The ledger has a gap: {gap}")));
    }
    if read.forgotten > 0 {
        blocks.push(Block::Mark(format!(
            "{} were open at once: the oldest were forgotten, and their senders are not counted.",
            counted(read.forgotten, "message")
        )));
    }
    Section { title: "What was read".to_owned(), blocks }
}

/// The zone, the witness for it, and the whole log in figures.
fn basis(report: &Report) -> String {
    let read = &report.reading;
    let zone = match &read.given_zone {
        Some(zone) => format!("Times without a zone were read as {zone}."),
        None => "Every time has its zone in the log.".to_owned(),
    };
    let witness = match read.clock {
        Some(clock) if clock.ahead_seconds == 0 => format!(
            " The clocks of receivers in {} agree.",
            counted(clock.replies, "reply").replace("replys", "replies")
        ),
        Some(_) | None => String::new(),
    };
    format!(
        "{zone}{witness} The log has {}, {} delivered, {} that failed ({} for an address of ours), {} (NDR).",
        counted(report.totals.messages, "message"),
        counted(report.totals.delivered, "recipient"),
        counted(report.totals.failed, "attempt"),
        number(report.totals.failed_ours),
        counted(report.totals.reports, "report"),
    )
}
