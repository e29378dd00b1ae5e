//! What somebody said in public about the times, held against the log.
//!
//! A claim is contradicted only by lines: refusals after the end that was claimed, deliveries after the begin. Where the log does not cover a time,
//! nothing is said about it.

use super::Evidence;
use super::evidence::Spot;
use super::incident::Beyond;
use super::incidents::Incidents;
use super::words::span;
use model::Timestamp;
use serde::Serialize;

/// Published times have minutes, or seconds at best.
const AGREES_WITHIN_MICROS: i64 = 60 * 1_000_000;

/// Times that were named in public.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Claims {
    /// When it was noticed.
    pub detected: Option<Timestamp>,
    /// When it was first told in public.
    pub posted: Option<Timestamp>,
    /// When it is said to have begun.
    pub start: Option<Timestamp>,
    /// When it is said to have ended.
    pub end: Option<Timestamp>,
    /// When it was declared to be over.
    pub resolved: Option<Timestamp>,
}

/// Which time is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    Start,
    Detected,
    Posted,
    End,
    Resolved,
}

/// What the log says to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing in the log speaks against it.
    Agrees,
    /// Lines of the log speak against it.
    Contradicted,
    /// The log does not cover it, or has no incident.
    Unknown,
}

/// A claim and its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    pub kind: ClaimKind,
    pub said: Timestamp,
    pub verdict: Verdict,
    /// Seconds after the first refusal; negative before it.
    pub after_began_seconds: Option<i64>,
    pub sentence: String,
    pub evidence: Vec<Evidence>,
}

/// Refusals on the wrong side of each time.
#[derive(Debug, Clone, Default)]
pub(super) struct Sides {
    before_start: Beyond,
    after_end: Beyond,
    after_resolved: Beyond,
}

impl Sides {
    pub(super) fn refuse(&mut self, claims: &Claims, line: &Spot) {
        if claims.start.is_some_and(|start| line.at < start) {
            self.before_start.add(line);
        }
        if claims.end.is_some_and(|end| line.at > end) {
            self.after_end.add(line);
        }
        if claims.resolved.is_some_and(|resolved| line.at > resolved) {
            self.after_resolved.add(line);
        }
    }
}

impl Beyond {
    fn add(&mut self, line: &Spot) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some(line.clone());
        } else {
            self.last.get_or_insert_with(|| line.clone()).clone_from(line);
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        for spot in [&other.first, &other.last].into_iter().flatten() {
            if self.first.as_ref().is_none_or(|first| spot.at < first.at) {
                self.last = self.last.take().or(self.first.take());
                self.first = Some(spot.clone());
            } else if self.last.as_ref().is_none_or(|last| spot.at > last.at) {
                self.last = Some(spot.clone());
            }
        }
    }

    fn evidence(&self, files: &[String]) -> Vec<Evidence> {
        [&self.first, &self.last].into_iter().flatten().map(|spot| spot.shown(files)).collect()
    }
}

/// What the log knows of the incident that the claims are about.
struct Known<'a> {
    began: Timestamp,
    ended: Timestamp,
    delivered_before: Option<Timestamp>,
    sides: Sides,
    /// What the log covers.
    log: (Timestamp, Timestamp),
    files: &'a [String],
}

/// Judges every claim by the incident with the most refused attempts and those of the same cause.
pub(super) fn judge(
    claims: &Claims,
    incidents: &Incidents,
    log: (Timestamp, Timestamp),
    files: &[String],
) -> Vec<Claim> {
    let known = incidents.main().map(|main| known(incidents, main, log, files));
    let said = [
        (ClaimKind::Start, claims.start),
        (ClaimKind::Detected, claims.detected),
        (ClaimKind::Posted, claims.posted),
        (ClaimKind::End, claims.end),
        (ClaimKind::Resolved, claims.resolved),
    ];
    let said = said.into_iter().filter_map(|(kind, said)| Some((kind, said?)));
    said.map(|(kind, said)| match &known {
        Some(known) => known.judge(kind, said),
        None => {
            let sentence = "The log has no refusal for an address of ours.".to_owned();
            Claim {
                kind,
                said,
                verdict: Verdict::Unknown,
                after_began_seconds: None,
                sentence,
                evidence: Vec::new(),
            }
        }
    })
    .collect()
}

fn known<'a>(
    incidents: &Incidents,
    main: usize,
    log: (Timestamp, Timestamp),
    files: &'a [String],
) -> Known<'a> {
    let (began, ended) = incidents.span(main);
    let (delivered_before, _) = incidents.delivered_around(main);
    let mut sides = Sides::default();
    for number in incidents.alike(main) {
        let other = &incidents.sides[number];
        sides.before_start.join(&other.before_start);
        sides.after_end.join(&other.after_end);
        sides.after_resolved.join(&other.after_resolved);
    }
    Known { began, ended, delivered_before, sides, log, files }
}

impl Known<'_> {
    fn judge(&self, kind: ClaimKind, said: Timestamp) -> Claim {
        let is_covered = match kind {
            // How long it took to notice can be told from the begin alone.
            ClaimKind::Detected | ClaimKind::Posted => said >= self.log.0,
            ClaimKind::Start | ClaimKind::End | ClaimKind::Resolved => {
                said >= self.log.0 && said <= self.log.1
            }
        };
        let (verdict, sentence, evidence) = if !is_covered {
            (Verdict::Unknown, "The log does not cover this time.".to_owned(), Vec::new())
        } else {
            match kind {
                ClaimKind::Start => self.start(said),
                ClaimKind::Detected | ClaimKind::Posted => self.lag(said),
                ClaimKind::End => self.end(said, &self.sides.after_end),
                ClaimKind::Resolved => self.end(said, &self.sides.after_resolved),
            }
        };
        let micros = said.as_micros() - self.began.as_micros();
        Claim { kind, said, verdict, after_began_seconds: Some(micros / 1_000_000), sentence, evidence }
    }

    fn start(&self, said: Timestamp) -> (Verdict, String, Vec<Evidence>) {
        let early = &self.sides.before_start;
        if (self.began.as_micros() - said.as_micros()).abs() <= AGREES_WITHIN_MICROS {
            return (
                Verdict::Agrees,
                "The first refusal in the log is of this minute.".to_owned(),
                Vec::new(),
            );
        }
        if let Some(first) = &early.first {
            let sentence = format!(
                "{} refused before it, the first {} earlier.",
                tries(early.count),
                span(said.since(first.at).as_secs())
            );
            return (Verdict::Contradicted, sentence, early.evidence(self.files));
        }
        let later = span(self.began.since(said).as_secs());
        match self.delivered_before.filter(|delivered| *delivered > said) {
            Some(_) => {
                let sentence = format!(
                    "The receivers that refused later still took mail after it; the first refusal is {later} later."
                );
                (Verdict::Contradicted, sentence, Vec::new())
            }
            None => (
                Verdict::Agrees,
                format!(
                    "The first refusal is {later} later, with no delivery to the same receivers between."
                ),
                Vec::new(),
            ),
        }
    }

    fn lag(&self, said: Timestamp) -> (Verdict, String, Vec<Evidence>) {
        if said < self.began {
            let sentence = format!(
                "The log has no refusal up to then; the first one is {} later.",
                span(self.began.since(said).as_secs())
            );
            return (Verdict::Unknown, sentence, Vec::new());
        }
        (
            Verdict::Agrees,
            format!("That is {} after the first refusal.", span(said.since(self.began).as_secs())),
            Vec::new(),
        )
    }

    fn end(&self, said: Timestamp, late: &Beyond) -> (Verdict, String, Vec<Evidence>) {
        if late.count == 0 {
            let sentence = format!("The last refusal is {} earlier.", span(said.since(self.ended).as_secs()));
            return (Verdict::Agrees, sentence, Vec::new());
        }
        let last = late.last.as_ref().or(late.first.as_ref()).map_or(self.ended, |spot| spot.at);
        let sentence = format!(
            "{} refused after it, the last {} later.",
            tries(late.count),
            span(last.since(said).as_secs())
        );
        (Verdict::Contradicted, sentence, late.evidence(self.files))
    }
}

fn tries(count: u64) -> String {
    if count == 1 { "1 attempt was".to_owned() } else { format!("{count} attempts were") }
}
