//! The limits of a way as an operator reads them: what is set for its site, and what holds now.

use crate::rate::Rate;
use crate::site::Shape;
use model::{Duration, SourceName, Timestamp};
use serde::Serialize;

/// What is set for a site: shipped, or by the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// At once before anything is known, and however well it goes.
    pub connections_first: u32,
    pub connections: u32,
    /// Over one connection.
    pub messages: u32,
    /// In one transaction.
    pub recipients: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
}

impl From<Shape> for Bounds {
    fn from(shape: Shape) -> Self {
        let Shape { first, most, messages, recipients, rate, .. } = shape;
        Self { connections_first: first, connections: most, messages, recipients, rate }
    }
}

/// How a way stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Transactions under way.
    pub active: u32,
    /// How many there may be.
    pub at_once: u32,
    /// Between two of them, in milliseconds.
    #[serde(rename = "gap_ms", serialize_with = "as_millis")]
    pub gap: Duration,
    /// Nothing goes before then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// Messages in the line.
    pub standing: usize,
    /// Messages on the list, behind those.
    pub listed: usize,
    /// Whether a word of the site keeps us below what is set.
    pub heard: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
    pub limits: Bounds,
}

/// The site could not be reached several times in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rest {
    pub until: Timestamp,
    pub why: String,
}

/// One way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WayShown {
    pub source: SourceName,
    pub site: String,
    #[serde(flatten)]
    pub now: Shown,
}

fn as_millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
