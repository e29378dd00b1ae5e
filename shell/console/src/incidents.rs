//! The page of incidents: how each component is, what is open, and what waits for a person with the command that lets it out.
//!
//! It is the inside view: suspicions stand here that nobody outside hears of. It renews itself every ten seconds.

use crate::front::escaped;
use crate::page::{answer, framed, table};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use std::sync::Arc;

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct IncidentsView {
    pub components: Vec<ComponentLine>,
    /// The newest first.
    pub incidents: Vec<IncidentLine>,
    /// Where the public page is.
    pub public: String,
}

/// One component.
#[derive(Debug, Clone, Default)]
pub struct ComponentLine {
    pub id: String,
    pub name: String,
    /// `operational` and so on, or `unknown`.
    pub state: String,
    pub since: String,
    /// Empty: never.
    pub measured: String,
}

/// One incident or suspicion.
#[derive(Debug, Clone, Default)]
pub struct IncidentLine {
    pub id: String,
    pub title: String,
    pub standing: String,
    pub phase: String,
    pub impact: String,
    pub opened: String,
    pub is_open: bool,
    pub is_public: bool,
    pub refused: u64,
    pub moved: u64,
    pub reported: u64,
    /// Id and words of updates that wait for a person.
    pub waiting: Vec<(String, String)>,
}

type Source = Arc<dyn Fn() -> IncidentsView + Send + Sync>;

/// The page at `/incidents`.
pub fn incidents_router(source: impl Fn() -> IncidentsView + Send + Sync + 'static) -> Router {
    Router::new().route("/incidents", get(show)).with_state(Arc::new(source) as Source)
}

async fn show(State(source): State<Source>) -> Response {
    answer(render(&source()))
}

fn render(view: &IncidentsView) -> String {
    let open = view.incidents.iter().filter(|one| one.is_open && one.standing == "confirmed").count();
    let suspected = view.incidents.iter().filter(|one| one.is_open && one.standing == "suspected").count();
    let (kind, headline) = match (open, suspected) {
        (0, 0) => ("good", "No incident is open".to_owned()),
        (0, 1) => ("odd", "One suspicion is looked into".to_owned()),
        (0, more) => ("odd", format!("{more} suspicions are looked into")),
        (1, _) => ("bad", "One incident is open".to_owned()),
        (more, _) => ("bad", format!("{more} incidents are open")),
    };
    let public = escaped(&view.public);
    let body = format!(
        "<section class=\"state {kind}\"><h1>{headline}</h1><p>Readers see <a href=\"{public}\">the public page</a>.</p></section>{}{}{}\
         <section><h2>To say something</h2><p><code>signpost incident show ID</code> has clocks, figures and evidence; \
         <code>signpost incident update | resolve | postmortem ID</code>, <code>signpost incident open TITLE</code>.</p></section>",
        waiting(view),
        table(
            "Incidents",
            &[
                "Incident",
                "Standing",
                "Phase",
                "Impact",
                "Opened",
                "Public",
                "Refused",
                "Moved",
                "Reports of ours"
            ],
            &view.incidents.iter().map(incident).collect::<Vec<_>>()
        ),
        table(
            "Components",
            &["Component", "Name", "State", "Since", "Measured"],
            &view.components.iter().map(component).collect::<Vec<_>>()
        ),
    );
    framed("/incidents", &headline, &body, Some(10))
}

fn waiting(view: &IncidentsView) -> String {
    let of = |one: &IncidentLine| {
        let incident = escaped(&one.id);
        let line = |(update, words): &(String, String)| {
            format!(
                "<p class=\"notice odd\">{}\n<code>signpost incident publish {incident} --update {}</code></p>",
                escaped(words),
                escaped(update)
            )
        };
        one.waiting.iter().map(line).collect::<String>()
    };
    view.incidents.iter().filter(|one| one.is_open).map(of).collect()
}

fn incident(one: &IncidentLine) -> Vec<String> {
    vec![
        format!("<strong>{}</strong><br><code>{}</code>", escaped(&one.title), escaped(&one.id)),
        escaped(&one.standing),
        escaped(&one.phase),
        escaped(&one.impact),
        escaped(&one.opened),
        if one.is_public { "yes" } else { "no" }.to_owned(),
        one.refused.to_string(),
        one.moved.to_string(),
        one.reported.to_string(),
    ]
}

fn component(one: &ComponentLine) -> Vec<String> {
    vec![
        format!("<code>{}</code>", escaped(&one.id)),
        escaped(&one.name),
        escaped(&one.state.replace('_', " ")),
        escaped(&one.since),
        escaped(if one.measured.is_empty() { "never" } else { &one.measured }),
    ]
}

#[cfg(test)]
mod tests;
