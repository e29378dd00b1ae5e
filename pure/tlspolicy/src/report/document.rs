//! The report of one day to one domain: its JSON, its names, and when it is due (RFC 8460 §4.4, §5).
//!
//! It is a function of its fields: written again it has the same bytes and the same id, so a receiver that gets it twice can tell.

use super::results::{AppliedPolicy, Fault, Peer, PolicyType, ResultType, Tally};
use super::{Day, Results};
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use model::{Duration, Timestamp};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// Of a report that is compressed, as part of a mail and as what is posted (§6.4).
pub const MEDIA_TYPE: &str = "application/tlsrpt+gzip";
/// Behind midnight, before the first report: what other parts still count of the day comes in.
const FIRST: Duration = Duration::from_secs(600);
/// §4.1: over how long reports are spread, so that receivers do not get all of them at once.
const SPREAD: Duration = Duration::from_secs(4 * 3_600);

/// Who reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporter {
    /// The organisation's name.
    pub organization: String,
    /// How it is reached.
    pub contact: String,
    /// The domain that submits and signs (§5.3, `TLS-Report-Submitter`).
    pub submitter: String,
    /// This node among the submitter's.
    pub host: String,
}

/// One report.
#[derive(Debug, Clone, Copy)]
pub struct Document<'r> {
    pub reporter: &'r Reporter,
    /// Of the recipients, in A-labels.
    pub domain: &'r str,
    pub day: Day,
    pub results: &'r Results,
}

impl Document<'_> {
    /// When the day's report to this domain is due: the same at every start, and another one for each domain.
    #[must_use]
    pub fn due(day: Day, domain: &str) -> Timestamp {
        let hash = Sha256::digest(domain.as_bytes());
        let draw = hash.iter().take(8).fold(0_u64, |draw, byte| draw << 8 | u64::from(*byte));
        day.ends() + FIRST + Duration::from_secs(draw % SPREAD.as_secs())
    }

    /// Unique among all reports of all nodes.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}.{}@{}", self.day, self.domain, self.reporter.host)
    }

    /// §5.1.
    #[must_use]
    pub fn file_name(&self) -> String {
        let seconds = |at: Timestamp| at.as_micros() / 1_000_000;
        let (begin, end) = (seconds(self.day.begins()), seconds(self.day.last_second()));
        let submitter = &self.reporter.submitter;
        format!("{submitter}!{}!{begin}!{end}!{}.json.gz", self.domain, self.day)
    }

    /// The document itself.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let policies = self.results.policies().map(Policy::of).collect();
        let written = Written {
            organization: &self.reporter.organization,
            date_range: DateRange { start: self.day.begins(), end: self.day.last_second() },
            contact: &self.reporter.contact,
            id: self.id(),
            policies,
        };
        serde_json::to_vec_pretty(&written).expect("texts, numbers and lists are written to memory")
    }

    /// The same, compressed.
    #[must_use]
    pub fn to_gzip(&self) -> Vec<u8> {
        gzip(&self.to_json())
    }
}

/// RFC 1952: one member without name and time.
fn gzip(text: &[u8]) -> Vec<u8> {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    const ROOM: usize = 4 << 10;
    let mut deflate = Compress::new(Compression::best(), false);
    let mut crc = Crc::new();
    crc.update(text);
    let mut out = HEAD.to_vec();
    loop {
        out.reserve(ROOM);
        let read = usize::try_from(deflate.total_in()).unwrap_or(text.len());
        let status = deflate.compress_vec(&text[read..], &mut out, FlushCompress::Finish);
        match status.expect("compression of what is in memory has no errors") {
            Status::Ok | Status::BufError => {}
            Status::StreamEnd => break,
        }
    }
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    out
}

#[derive(Serialize)]
struct Written<'r> {
    #[serde(rename = "organization-name")]
    organization: &'r str,
    #[serde(rename = "date-range")]
    date_range: DateRange,
    #[serde(rename = "contact-info")]
    contact: &'r str,
    #[serde(rename = "report-id")]
    id: String,
    policies: Vec<Policy<'r>>,
}

#[derive(Serialize)]
struct DateRange {
    #[serde(rename = "start-datetime", serialize_with = "seconds")]
    start: Timestamp,
    #[serde(rename = "end-datetime", serialize_with = "seconds")]
    end: Timestamp,
}

/// Without parts of a second, as the examples of the RFC are.
fn seconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let text = at.to_string();
    serializer.serialize_str(&format!("{}Z", text.split('.').next().unwrap_or_default()))
}

#[derive(Serialize)]
struct Policy<'r> {
    policy: PolicyText<'r>,
    summary: Summary,
    #[serde(rename = "failure-details", skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Failure<'r>>,
}

#[derive(Serialize)]
struct PolicyText<'r> {
    #[serde(rename = "policy-type")]
    kind: PolicyType,
    #[serde(rename = "policy-string", skip_serializing_if = "<[String]>::is_empty")]
    lines: &'r [String],
    #[serde(rename = "policy-domain")]
    domain: &'r str,
    #[serde(rename = "mx-host", skip_serializing_if = "<[String]>::is_empty")]
    mx: &'r [String],
}

#[derive(Serialize)]
struct Summary {
    #[serde(rename = "total-successful-session-count")]
    successes: u64,
    #[serde(rename = "total-failure-session-count")]
    failures: u64,
}

#[derive(Serialize)]
struct Failure<'r> {
    #[serde(rename = "result-type")]
    result: ResultType,
    #[serde(rename = "sending-mta-ip", skip_serializing_if = "Option::is_none")]
    from: Option<IpAddr>,
    #[serde(rename = "receiving-mx-hostname", skip_serializing_if = "Option::is_none")]
    host: Option<&'r str>,
    #[serde(rename = "receiving-ip", skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    #[serde(rename = "failed-session-count")]
    count: u64,
    #[serde(rename = "failure-reason-code", skip_serializing_if = "str::is_empty")]
    reason: &'r str,
}

impl<'r> Policy<'r> {
    fn of((policy, tally): (&'r AppliedPolicy, &'r Tally)) -> Self {
        let AppliedPolicy { kind, lines, domain, mx } = policy;
        Self {
            policy: PolicyText { kind: *kind, lines, domain, mx },
            summary: Summary { successes: tally.successes, failures: tally.failed() },
            failures: tally.failures.iter().map(Failure::of).collect(),
        }
    }
}

impl<'r> Failure<'r> {
    fn of(((fault, peer), count): (&'r (Fault, Peer), &u64)) -> Self {
        Self {
            result: fault.result,
            from: peer.from,
            host: peer.host.as_deref(),
            address: peer.address,
            count: *count,
            reason: &fault.reason,
        }
    }
}

#[cfg(test)]
mod tests;
