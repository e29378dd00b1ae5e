//! The one pass over the log: each line read, each event joined to its message and counted where it belongs.
//!
//! Memory is bounded by the tables that it fills, each with its own bound; none of them grows with the lines alone.

use super::claims::{self, Claims};
use super::classes::Classes;
use super::evidence::{Spot, shown};
use super::incident::{Cause, Refusal};
use super::incidents::Incidents;
use super::open::{Fate, Open, OpenMessages, Refused, hash};
use super::series::{Counted, Series};
use super::sites::Sites;
use super::{Bar, ClockWitness, FileRead, REPORT_VERSION, Reading, Report, Totals, WrongLine};
use crate::clock::{Offset, witness};
use crate::event::{Attempt, Event, Happening, Outcome};
use crate::reader::{Format, LogReader, Settings};
use bounce::Classified;
use core::net::IpAddr;
use model::{Owner, Timestamp};
use std::collections::BTreeMap;

/// Malformed lines that are shown.
const WRONG_SHOWN_MAX: usize = 5;
const WRONG_BYTES_MAX: usize = 200;
const GAPS_MAX: usize = 20;
/// A quarter of an hour: zones differ by multiples of it.
const ZONE_STEP_MICROS: i64 = 900_000_000;
/// The picture has at most so many bars.
const BARS_MAX: i64 = 120;
/// Recipients of one message that are followed; the others are counted in no fate.
const FOLLOWED_MAX: usize = 10_000;

/// How a log is to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub settings: Settings,
    /// The addresses that are ours; empty: whatever address a reply names is taken for ours.
    pub our_addresses: Vec<IpAddr>,
    pub claims: Claims,
}

/// Reads a log and keeps what the report needs.
#[derive(Debug)]
pub struct Collector {
    reader: LogReader,
    tally: Tally,
    zone: Option<Offset>,
}

impl Collector {
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            reader: LogReader::new(options.settings),
            zone: options.settings.zone,
            tally: Tally::new(options),
        }
    }

    /// The lines that follow are of this file.
    pub fn begin_file(&mut self, name: &str) {
        self.tally.names.push(name.to_owned());
        let file = FileRead { name: name.to_owned(), format: None, lines: 0, first: None, last: None };
        self.tally.reading.files.push(file);
    }

    /// The file is over.
    pub fn end_file(&mut self) {
        let Self { reader, tally, .. } = self;
        reader.end_file(&mut |event| tally.take(&event, b""));
    }

    /// One line, without its end. A line that cannot be read is counted.
    ///
    /// # Errors
    /// If the log does not tell its zone or year and they were not given: then no line can be read.
    pub fn line(&mut self, line: &[u8]) -> Result<(), crate::ClockError> {
        let Self { reader, tally, .. } = self;
        tally.reading.lines += 1;
        if let Some(file) = tally.reading.files.last_mut() {
            file.lines += 1;
        }
        let read = reader.line(line, &mut |event| tally.take(&event, line));
        if let Some(file) = tally.reading.files.last_mut() {
            file.format = reader.format().map(Format::word);
        }
        match read {
            Ok(_) => Ok(()),
            Err(crate::Malformed::Time(error @ (crate::ClockError::NoZone | crate::ClockError::NoYear))) => {
                Err(error)
            }
            Err(wrong) => {
                tally.wrong(&wrong.to_string(), line);
                Ok(())
            }
        }
    }

    /// A line that was too long to be handed over.
    pub fn skipped_line(&mut self, why: &str, beginning: &[u8]) {
        self.tally.reading.lines += 1;
        if let Some(file) = self.tally.reading.files.last_mut() {
            file.lines += 1;
        }
        self.tally.wrong(why, beginning);
    }

    /// What the receivers' own clocks say the zone is, for a log that was read with a given one.
    #[must_use]
    pub fn suggested_zone(&self) -> Option<String> {
        let witness = self.tally.clock()?;
        let zone = self.zone.unwrap_or(Offset::UTC);
        Some(zone.plus_seconds(witness.ahead_seconds).text())
    }

    /// The report.
    #[must_use]
    pub fn finish(mut self) -> Report {
        self.end_file();
        if self.reader.used_given_zone() {
            self.tally.reading.given_zone = self.zone.map(Offset::text);
        }
        self.tally.finish()
    }
}

#[derive(Debug)]
struct Tally {
    options: Options,
    names: Vec<String>,
    reading: Reading,
    totals: Totals,
    sites: Sites,
    classes: Classes,
    open: OpenMessages,
    incidents: Incidents,
    series: Series,
    /// Quarters of an hour by which the log was ahead of receivers' clocks.
    clocks: BTreeMap<i64, u64>,
    /// The line at hand; its text is filled when it is needed.
    spot: Spot,
}

impl Tally {
    fn new(options: Options) -> Self {
        let spot = Spot { file: 0, line: 0, at: Timestamp::default(), text: String::new() };
        Self {
            names: Vec::new(),
            reading: Reading::default(),
            totals: Totals::default(),
            sites: Sites::new(),
            classes: Classes::default(),
            open: OpenMessages::default(),
            incidents: Incidents::new(options.claims),
            series: Series::new(),
            clocks: BTreeMap::new(),
            spot,
            options,
        }
    }

    fn wrong(&mut self, why: &str, line: &[u8]) {
        self.reading.malformed += 1;
        if self.reading.malformed_lines.len() >= WRONG_SHOWN_MAX {
            return;
        }
        let file = self.reading.files.last();
        let text = String::from_utf8_lossy(&line[..line.len().min(WRONG_BYTES_MAX * 4)]);
        self.reading.malformed_lines.push(WrongLine {
            file: file.map(|file| file.name.clone()).unwrap_or_default(),
            line: file.map_or(0, |file| file.lines),
            why: why.to_owned(),
            text: shown(&text, WRONG_BYTES_MAX),
        });
    }

    fn take(&mut self, event: &Event<'_>, line: &[u8]) {
        if let Happening::Gap { what } = &event.what {
            if self.reading.gaps.len() < GAPS_MAX {
                self.reading.gaps.push(format!("{}: {what}", super::words::time(event.at)));
            }
            return;
        }
        self.see(event.at);
        match &event.what {
            Happening::Arrived { sender, report_on } => {
                if self.open.arrive(event.id, event.at, sender) {
                    self.totals.messages += 1;
                    if let Some(id) = report_on {
                        self.report(id);
                    }
                }
            }
            Happening::Attempted(attempt) => self.attempt(event, attempt, line),
            Happening::Reported => self.report(event.id),
            Happening::Completed => {
                if let Some(message) = self.open.complete(event.id) {
                    self.incidents.settle(&message, true);
                }
            }
            Happening::Gap { .. } => {}
        }
    }

    fn see(&mut self, at: Timestamp) {
        let reading = &mut self.reading;
        reading.first = Some(reading.first.map_or(at, |first| first.min(at)));
        reading.last = Some(reading.last.map_or(at, |last| last.max(at)));
        if let Some(file) = reading.files.last_mut() {
            file.first = Some(file.first.map_or(at, |first| first.min(at)));
            file.last = Some(file.last.map_or(at, |last| last.max(at)));
        }
    }

    /// A report was made on a message: it counts for the incident that made it necessary.
    fn report(&mut self, id: &str) {
        self.totals.reports += 1;
        let Some(message) = self.open.get_mut(id) else { return };
        let incident = message.unreported.take().and_then(|number| self.incidents.get_mut(number));
        if let Some(incident) = incident {
            incident.count_report();
        }
    }

    fn attempt(&mut self, event: &Event<'_>, attempt: &Attempt<'_>, line: &[u8]) {
        match attempt.outcome {
            Outcome::Delivered => self.delivered(event, attempt),
            Outcome::NotTried => self.kept_back(event, attempt),
            Outcome::HostFailed | Outcome::Deferred | Outcome::Refused => self.failed(event, attempt, line),
        }
    }

    fn delivered(&mut self, event: &Event<'_>, attempt: &Attempt<'_>) {
        self.totals.delivered += 1;
        self.series.count(event.at, Counted::Delivered);
        if let Some(host) = &attempt.host {
            let site = self.sites.of(host);
            self.incidents.deliver(event.at, site);
        }
        let Some(message) = self.open.get_mut(event.id).filter(|message| !message.refused.is_empty()) else {
            return;
        };
        set_fate(message, recipient_hash(attempt), Fate::Delivered(event.at));
    }

    /// Nobody was asked, so nothing is counted but the message: it waits for the same as the one that was refused.
    fn kept_back(&mut self, event: &Event<'_>, attempt: &Attempt<'_>) {
        let Some(classified) = self.meaning(attempt).filter(|it| it.owner == Owner::OurAddress) else {
            return;
        };
        let site = self.sites.of(attempt.host.as_deref().unwrap_or(""));
        let cause = self.cause(attempt, &classified, site.id);
        if let Some(number) = self.incidents.current(&cause) {
            self.follow(event, attempt, number);
        }
    }

    /// What the reply means, without counting it.
    fn meaning(&mut self, attempt: &Attempt<'_>) -> Option<Classified> {
        let provider = attempt.host.as_deref().and_then(|host| self.sites.of(host).provider);
        let context = bounce::ReplyContext {
            stage: attempt.stage,
            provider,
            our_addresses: ours(&self.options),
            ..bounce::ReplyContext::default()
        };
        attempt.reply.as_deref().map(|reply| bounce::classify(reply, &context))
    }

    fn failed(&mut self, event: &Event<'_>, attempt: &Attempt<'_>, line: &[u8]) {
        let said = attempt.reply.as_deref().or(attempt.words.as_deref()).unwrap_or("");
        let told = hash(said) ^ hash(attempt.host.as_deref().unwrap_or(""));
        let message = self.open.of(event.id, event.at);
        if let (None, Some(sender)) = (&message.sender, &attempt.sender) {
            message.sender = Some(sender.as_ref().into());
        }
        // A line on the host told the same try before.
        let is_told = attempt.outcome != Outcome::HostFailed && message.told == told;
        if attempt.outcome == Outcome::HostFailed {
            message.told = told;
        }
        let classified = if is_told {
            self.meaning(attempt)
        } else {
            self.totals.failed += 1;
            let provider = attempt.host.as_deref().and_then(|host| self.sites.of(host).provider);
            self.classes.count(event.at, attempt, provider, ours(&self.options))
        };
        match classified.filter(|classified| classified.owner == Owner::OurAddress) {
            Some(classified) => self.refused(event, attempt, &classified, line, is_told),
            None => {
                if !is_told {
                    self.series.count(event.at, Counted::FailedOtherwise);
                }
                self.given_up_otherwise(event, attempt);
            }
        }
    }

    fn given_up_otherwise(&mut self, event: &Event<'_>, attempt: &Attempt<'_>) {
        if attempt.outcome != Outcome::Refused {
            return;
        }
        if let Some(message) = self.open.get_mut(event.id).filter(|message| !message.refused.is_empty()) {
            set_fate(message, recipient_hash(attempt), Fate::GivenUpOtherwise);
        }
    }

    /// Refused for an address of ours.
    fn refused(
        &mut self,
        event: &Event<'_>,
        attempt: &Attempt<'_>,
        classified: &Classified,
        line: &[u8],
        is_told: bool,
    ) {
        let host = attempt.host.as_deref().unwrap_or("");
        let site = self.sites.of(host);
        let cause = self.cause(attempt, classified, site.id);
        self.keep_line(event, attempt, line);
        let reply = attempt.reply.as_deref().unwrap_or("");
        let number = if is_told {
            self.open
                .get_mut(event.id)
                .and_then(|message| message.refused.last())
                .map(|refused| refused.incident)
        } else {
            self.totals.failed_ours += 1;
            self.series.count(event.at, Counted::Refused);
            if let Some(at) = witness(reply) {
                let step = (event.at.as_micros() - at.as_micros() + ZONE_STEP_MICROS / 2)
                    .div_euclid(ZONE_STEP_MICROS);
                *self.clocks.entry(step.clamp(-100, 100)).or_default() += 1;
            }
            let refusal = Refusal {
                at: event.at,
                classified,
                site: site.id,
                is_known_provider: site.provider.is_some(),
                is_permanent: reply.starts_with('5'),
            };
            self.incidents.refuse(cause, &refusal, &self.spot)
        };
        let Some(number) = number else { return };
        self.follow(event, attempt, number);
    }

    /// The address that the reply names, else the one from which we asked; the list, else who refused.
    fn cause(&self, attempt: &Attempt<'_>, classified: &Classified, site: super::sites::SiteId) -> Cause {
        let family = match classified.list.as_deref() {
            Some(list) => family(list),
            None => self.sites.name(site).to_owned(),
        };
        Cause { address: classified.address.or(attempt.our_address), family }
    }

    fn keep_line(&mut self, event: &Event<'_>, attempt: &Attempt<'_>, line: &[u8]) {
        self.spot.file = self.names.len().saturating_sub(1);
        self.spot.line = self.reading.files.last().map_or(0, |file| file.lines);
        self.spot.at = event.at;
        self.spot.text.clear();
        let is_object = line.first().is_none_or(|first| *first == b'{');
        if is_object {
            let part = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or("?").to_owned();
            self.spot.text = format!(
                "{} {} <{}> at {}: {}",
                event.at,
                event.id,
                part(&attempt.recipient),
                part(&attempt.host),
                part(&attempt.reply)
            );
        } else {
            self.spot.text.push_str(&String::from_utf8_lossy(line));
        }
    }

    /// Joins the refusal to its message and recipient.
    fn follow(&mut self, event: &Event<'_>, attempt: &Attempt<'_>, number: usize) {
        let message = self.open.of(event.id, event.at);
        let is_new_message = message.refused.iter().all(|refused| refused.incident != number);
        let recipient = recipient_hash(attempt);
        let place = message.refused.iter().position(|refused| {
            refused.incident == number && (refused.recipient == recipient || refused.recipient == 0)
        });
        let Some(incident) = self.incidents.get_mut(number) else { return };
        if is_new_message {
            incident.count_message(message.sender.as_deref());
        }
        let fate = if attempt.outcome == Outcome::Refused { Fate::GivenUp } else { Fate::Waits };
        if fate == Fate::GivenUp {
            message.unreported = Some(number);
        }
        match place.and_then(|place| message.refused.get_mut(place)) {
            Some(known) => {
                // A line on the host named nobody; this one does.
                if known.recipient == 0 && recipient != 0 {
                    incident.name_recipient(attempt.recipient.as_deref());
                }
                known.recipient = recipient;
                known.fate = fate;
            }
            None if recipient == 0 && !is_new_message => {}
            None => {
                if recipient != 0 {
                    incident.name_recipient(attempt.recipient.as_deref());
                }
                if message.refused.len() < FOLLOWED_MAX {
                    message.refused.push(Refused { recipient, incident: number, first: event.at, fate });
                }
            }
        }
    }

    fn clock(&self) -> Option<ClockWitness> {
        let replies = self.clocks.values().sum();
        // Of equals the smallest difference.
        let (step, _) = self.clocks.iter().max_by_key(|(step, count)| (**count, -step.abs()))?;
        Some(ClockWitness { replies, ahead_seconds: step * ZONE_STEP_MICROS / 1_000_000 })
    }

    fn finish(mut self) -> Report {
        let open = core::mem::take(&mut self.open);
        self.reading.forgotten = open.forgotten;
        for message in open.end() {
            self.incidents.settle(&message, false);
        }
        self.reading.clock = self.clock();
        let log = (self.reading.first.unwrap_or_default(), self.reading.last.unwrap_or_default());
        let claims = claims::judge(&self.options.claims, &self.incidents, log, &self.names);
        let window = self.window(log);
        let (bars, bar_seconds): (Vec<Bar>, i64) = self.series.bars(window.0, window.1, BARS_MAX);
        let (incidents, incidents_left_out) = self.incidents.end(log.1, &self.sites, &self.names);
        let (refusals, refusals_left_out) = self.classes.end();
        Report {
            version: REPORT_VERSION,
            reading: self.reading,
            totals: self.totals,
            incidents,
            incidents_left_out,
            claims,
            refusals,
            refusals_left_out,
            bars,
            bar_seconds,
        }
    }

    /// What the picture shows: the main incident and the times that were named, with a sixth of that on both sides, within the log.
    fn window(&self, log: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
        let Some(main) = self.incidents.main() else { return log };
        let (mut from, mut to) = self.incidents.span(main);
        let claims = &self.options.claims;
        for said in
            [claims.start, claims.detected, claims.posted, claims.end, claims.resolved].into_iter().flatten()
        {
            from = from.min(said);
            to = to.max(said);
        }
        let margin = ((to.as_micros() - from.as_micros()) / 6).max(600_000_000);
        let from = Timestamp::from_micros(from.as_micros().saturating_sub(margin)).max(log.0);
        let to = Timestamp::from_micros(to.as_micros().saturating_add(margin)).min(log.1);
        (from, to.max(from))
    }
}

/// `zen.spamhaus.org` and `Spamhaus` are one family.
fn family(list: &str) -> String {
    let list = list.to_ascii_lowercase();
    let labels: Vec<&str> = list.split('.').collect();
    match labels.as_slice() {
        [.., name, _] if !list.contains(' ') => (*name).to_owned(),
        _ => list,
    }
}

/// The addresses that are ours, if they were given.
fn ours(options: &Options) -> Option<&[IpAddr]> {
    Some(options.our_addresses.as_slice()).filter(|ours| !ours.is_empty())
}

fn recipient_hash(attempt: &Attempt<'_>) -> u64 {
    attempt.recipient.as_deref().map_or(0, |recipient| hash(&recipient.to_lowercase()))
}

/// Where a line named nobody, whoever comes next is meant.
fn set_fate(message: &mut Open, recipient: u64, fate: Fate) {
    let is_meant = |refused: &&mut Refused| refused.recipient == recipient || refused.recipient == 0;
    for refused in message.refused.iter_mut().filter(is_meant) {
        refused.recipient = recipient;
        refused.fate = fate;
    }
}
