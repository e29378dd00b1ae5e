//! An incident with all its evidence as one signed file, to be checked by anybody who has the page's public key, without a node and without a network.
//!
//! Two lines: the export as JSON, and its seal: an Ed25519 signature (RFC 8032) over the bytes of the first line without its end. Checking also reads
//! the export again: every id that a sentence, a clock or a component's state names must be among the facts, unless facts were too many to be
//! kept, and the linter's findings are told again. The file names tenants and addresses; it is for those who may see them.

use crate::encode::base64;
use crate::key::{KeyError, SigningKey, verify};
use incident::lint::{self, Mark};
use incident::postmortem::Draft;
use incident::{Board, Clock, Component, EvidenceId, Incident, IncidentId, Refs, Sentence};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const SCHEMA: u32 = 1;

/// Why an export cannot be believed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("an export has two lines, the incident and its seal; this is something else")]
    Shape,
    #[error("line {0} is no JSON of an export: {1}")]
    Json(u32, serde_json::Error),
    #[error("the export is of schema {0}; this release reads schema {SCHEMA}")]
    Schema(u32),
    #[error(transparent)]
    Key(#[from] KeyError),
}

#[derive(Serialize, Deserialize)]
struct Export {
    schema: u32,
    made_at: Timestamp,
    components: Vec<Component>,
    incident: Incident,
    draft: Draft,
}

#[derive(Serialize, Deserialize)]
struct Seal {
    public_key: String,
    signature: String,
}

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    pub incident: IncidentId,
    pub title: String,
    pub made_at: Timestamp,
    /// Base64.
    pub public_key: String,
    pub facts: usize,
    pub left_out: u64,
    /// Ids that are named and not among the facts.
    pub missing: Vec<EvidenceId>,
    /// Claims that the evidence contradicts.
    pub marks: Vec<Mark>,
}

/// The first line of an export; nothing if there is no such incident.
#[must_use]
pub fn of(board: &Board, id: &IncidentId) -> Option<String> {
    let draft = board.draft(id)?;
    let incident = board.incident(id)?.clone();
    let made_at = board.now();
    let export = Export { schema: SCHEMA, made_at, components: board.components().to_vec(), incident, draft };
    serde_json::to_string(&export).ok()
}

impl SigningKey {
    /// Both lines of an export.
    #[must_use]
    pub fn seal(&self, export: &str) -> String {
        let seal =
            Seal { public_key: base64(self.public()), signature: base64(&self.sign(export.as_bytes())) };
        let seal = serde_json::to_string(&seal).expect("two texts are JSON");
        format!("{export}\n{seal}\n")
    }
}

/// Checks an export; against `key` (base64), or against the key that it brings itself, which finds damage and no deceit.
///
/// # Errors
/// If it is no export, or not what the owner of the key signed.
pub fn check(text: &str, key: Option<&str>) -> Result<Checked, ExportError> {
    let mut lines = text.lines();
    let (Some(export), Some(seal), None) = (lines.next(), lines.next(), lines.next()) else {
        return Err(ExportError::Shape);
    };
    let seal: Seal = serde_json::from_str(seal).map_err(|error| ExportError::Json(2, error))?;
    let public_key = key.unwrap_or(&seal.public_key).to_owned();
    verify(&public_key, export.as_bytes(), &seal.signature)?;
    let export: Export = serde_json::from_str(export).map_err(|error| ExportError::Json(1, error))?;
    if export.schema != SCHEMA {
        return Err(ExportError::Schema(export.schema));
    }
    let incident = &export.incident;
    let known: BTreeSet<&EvidenceId> = incident.evidence.iter().map(|fact| &fact.id).collect();
    let missing: BTreeSet<EvidenceId> =
        named(incident).into_iter().filter(|id| !known.contains(id)).cloned().collect();
    Ok(Checked {
        incident: incident.id.clone(),
        title: incident.title.en.clone(),
        made_at: export.made_at,
        public_key,
        facts: incident.evidence.len(),
        left_out: incident.evidence_left_out,
        missing: missing.into_iter().collect(),
        marks: lint::incident(incident),
    })
}

/// Every id on which something that is said rests.
fn named(incident: &Incident) -> Vec<&EvidenceId> {
    let clocks = Clock::ALL.into_iter().filter_map(|clock| incident.clocks.get(clock));
    let sentences =
        incident.updates.iter().flat_map(|update| &update.versions).flat_map(|version| &version.sentences);
    let refs = clocks.map(|reading| &reading.evidence).chain(sentences.map(Sentence::evidence));
    refs.chain(incident.effects.values().map(|effect| &effect.evidence)).flat_map(Refs::ids).collect()
}

#[cfg(test)]
mod tests;
