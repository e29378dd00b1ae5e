//! Why a document is not read: where, why, and what to do about it.
//!
//! Only what makes the whole unreadable is an error. A single field that makes no sense is an alarm ([`crate::Alarm`]), and the rest is read.

use crate::bytes::{BYTES_MAX, OBJECTS_MAX, VALUES_MAX};
use crate::place::DEPTH_MAX;

/// Why a document is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the document is empty")]
    Empty,
    #[error("the document has {0} bytes, more than the {BYTES_MAX} that are read; ask for fewer entries")]
    TooLarge(usize),
    #[error("line {line}, column {column}: more than {DEPTH_MAX} levels within each other")]
    TooDeep { line: usize, column: usize },
    #[error(
        "more than {OBJECTS_MAX} objects, {OBJECTS_MAX} elements or {VALUES_MAX} values; ask for fewer entries"
    )]
    TooMany,
    #[error("line {line}, column {column}: no JSON: {reason}")]
    Json { line: usize, column: usize, reason: String },
    #[error("line {line}, column {column}: no XML: {reason}")]
    Xml { line: usize, column: usize, reason: String },
    #[error(
        "this is a web page, not a status document; a page of Statuspage has /api/v2/summary.json and /history.atom, one of Instatus /summary.json, \
         one of incident.io /api/v1/summary, one of Better Stack /index.json"
    )]
    WebPage,
    #[error("the document begins with `{0}`: neither JSON nor XML")]
    NeitherJsonNorXml(String),
    #[error("{place}: {reason}")]
    Shape { place: String, reason: String },
    #[error("no known format: {0}; give a mapping that says where its incidents stand")]
    UnknownFormat(String),
    #[error("the vendor answered with an error instead of its status: {0}")]
    VendorError(String),
}
