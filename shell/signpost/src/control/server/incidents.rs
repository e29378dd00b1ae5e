//! What is asked about incidents, and what people do about them.

use super::Control;
use crate::control::AffectedTable;
use anyhow::{Context as _, Result};
use incident::{Act, Incident, IncidentId, Language, lint};
use model::{Duration, TenantName};
use serde_json::{Value, json};
use status::affected::{Wish, csv};

impl Control {
    pub(super) fn list_incidents(&self, all: bool) -> Value {
        self.incidents.read(|board| {
            let components: Vec<Value> = board
                .shown_components()
                .map(|one| {
                    json!({
                        "id": one.id, "name": one.name.en, "state": one.state, "since": one.since,
                        "measured": one.measured,
                    })
                })
                .collect();
            let is_wanted = |one: &&Incident| all || one.is_open();
            let incidents: Vec<Value> = board.incidents().into_iter().filter(is_wanted).map(line).collect();
            json!({ "components": components, "incidents": incidents })
        })
    }

    pub(super) fn incident(&self, id: &IncidentId) -> Result<Value> {
        let shown = self.incidents.read(|board| {
            let incident = board.incident(id)?;
            let draft = board.draft(id).map(|draft| draft.markdown(Language::En));
            let marks = lint::incident(incident);
            Some(json!({ "line": line(incident), "incident": incident, "draft": draft, "marks": marks }))
        });
        shown.with_context(|| no_incident(id))
    }

    /// The bytes are signed as they stand in `export`.
    pub(super) fn export_incident(&self, id: &IncidentId) -> Result<Value> {
        let exported = self.incidents.read(|board| status::export::of(board, id));
        let text = exported.with_context(|| no_incident(id))?;
        Ok(json!({ "export": self.key.seal(&text) }))
    }

    /// The link, and the table that is wanted as attached bytes.
    pub(super) async fn affected(
        &self,
        incident: &IncidentId,
        tenant: &TenantName,
        (days, table): (u16, Option<AffectedTable>),
    ) -> Result<(Value, Vec<u8>)> {
        self.snapshot(tenant)?;
        let known = self.incidents.read(|board| board.incident(incident).is_some());
        known.then_some(()).with_context(|| no_incident(incident))?;
        let lasts = Duration::from_secs(u64::from(days) * 86_400);
        let (link, expires) = self.affected.link(incident, tenant, lasts);
        let attached = match table {
            None => Vec::new(),
            Some(table) => {
                let answer = self.affected.answer(incident, tenant, Wish::Affected).await?;
                match table {
                    AffectedTable::Csv => csv(&answer).into_bytes(),
                    AffectedTable::Json => serde_json::to_vec(&answer)?,
                }
            }
        };
        Ok((json!({ "link": link, "expires": expires }), attached))
    }

    /// Answers with what followed, once it is journalled.
    pub(super) async fn act_on_incidents(&self, act: Act, by: String) -> Result<Value> {
        let changes = self.incidents.act(act, by).await?;
        let about = changes.iter().find_map(|change| change.what.about().cloned());
        let line = about.and_then(|id| self.incidents.read(|board| board.incident(&id).map(line)));
        Ok(json!({ "changes": changes, "line": line }))
    }
}

fn no_incident(id: &IncidentId) -> String {
    format!("there is no incident {id}; `signpost incident ls --all` lists them")
}

/// One line of a list.
fn line(incident: &Incident) -> Value {
    let waiting: Vec<Value> = incident
        .updates
        .iter()
        .filter(|update| update.is_waiting())
        .map(|update| json!({ "id": update.id, "phase": update.phase, "text": update.body(Language::En) }))
        .collect();
    let harm = &incident.harm;
    json!({
        "id": incident.id, "title": incident.title.en, "standing": incident.standing, "phase": incident.shown_phase(),
        "impact": incident.impact(), "cause": incident.cause.word(), "opened_at": incident.opened_at,
        "posted": incident.is_posted(), "waiting": waiting,
        "refused": harm.refused.count, "moved": harm.moved.count, "reported": harm.reported.count,
    })
}
