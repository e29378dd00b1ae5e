//! The page of our addresses: which are used, which are out and why, and how they fare with each receiver.
//!
//! It names the commands that change something: nothing here does. It renews itself every ten seconds.

use crate::front::escaped;
use crate::page::{answer, framed, table};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use std::sync::Arc;

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct SourcesView {
    pub sources: Vec<SourceLine>,
    pub weather: Vec<WeatherLine>,
    /// Two sources were taken out within a day.
    pub is_spreading: bool,
}

/// One source.
#[derive(Debug, Clone, Default)]
pub struct SourceLine {
    pub name: String,
    pub address: String,
    pub network: String,
    pub weight: u32,
    /// `clean`, `suspect`, `quarantined`, `probing` or `warming`.
    pub state: String,
    /// Where it is otherwise than everywhere, and since when.
    pub elsewhere: Vec<String>,
    /// What speaks against it, the newest last.
    pub evidence: Vec<String>,
}

/// One source at one receiver within the last hour.
#[derive(Debug, Clone, Default)]
pub struct WeatherLine {
    pub source: String,
    pub receiver: String,
    pub state: String,
    pub accepted: u64,
    pub deferred: u64,
    pub refused: u64,
    pub p50_ms: u64,
    pub p99_ms: u64,
}

type Source = Arc<dyn Fn() -> SourcesView + Send + Sync>;

/// The page at `/sources`.
pub fn sources_router(source: impl Fn() -> SourcesView + Send + Sync + 'static) -> Router {
    Router::new().route("/sources", get(show)).with_state(Arc::new(source) as Source)
}

async fn show(State(source): State<Source>) -> Response {
    answer(render(&source()))
}

fn render(view: &SourcesView) -> String {
    let out: Vec<&str> =
        view.sources.iter().filter(|one| !is_used(one)).map(|one| one.name.as_str()).collect();
    let (kind, headline) = match (out.len(), view.sources.len()) {
        (0, _) => ("good", "Every source is in use".to_owned()),
        (all, of) if all == of => ("bad", "No source is in use everywhere".to_owned()),
        (_, _) => ("odd", format!("Not in use everywhere: {}", escaped(&out.join(", ")))),
    };
    let spreading = if view.is_spreading {
        "<p class=\"notice odd\">Two sources were taken out within a day: only senders with a clean history move to another one.</p>"
    } else {
        ""
    };
    let body = format!(
        "<section class=\"state {kind}\"><h1>{headline}</h1><p>What lists and receivers say decides; an operator's order goes before it.</p></section>\
         {spreading}{}{}\
         <section><h2>To change something</h2><p><code>signpost source quarantine | release | probe | end NAME</code>; \
         <code>signpost source show NAME</code> has all evidence.</p></section>",
        table(
            "Sources",
            &["Name", "Address", "Network", "Weight", "State", "Elsewhere", "Because"],
            &rows(view)
        ),
        table(
            "The last hour",
            &["Source", "Receiver", "State", "Accepted", "Deferred", "Refused", "p50", "p99"],
            &weather(view)
        ),
    );
    framed("/sources", &headline, &body, Some(10))
}

fn is_used(source: &SourceLine) -> bool {
    let is_good = |state: &str| matches!(state, "clean" | "warming" | "suspect");
    is_good(&source.state) && source.elsewhere.is_empty()
}

fn rows(view: &SourcesView) -> Vec<Vec<String>> {
    let lines = |lines: &[String]| lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>");
    let row = |one: &SourceLine| {
        vec![
            format!("<strong>{}</strong>", escaped(&one.name)),
            format!("<code>{}</code>", escaped(&one.address)),
            escaped(&one.network),
            one.weight.to_string(),
            escaped(&one.state),
            lines(&one.elsewhere),
            lines(&one.evidence),
        ]
    };
    view.sources.iter().map(row).collect()
}

fn weather(view: &SourcesView) -> Vec<Vec<String>> {
    let row = |one: &WeatherLine| {
        vec![
            escaped(&one.source),
            escaped(&one.receiver),
            escaped(&one.state),
            one.accepted.to_string(),
            one.deferred.to_string(),
            one.refused.to_string(),
            format!("{} ms", one.p50_ms),
            format!("{} ms", one.p99_ms),
        ]
    };
    view.weather.iter().map(row).collect()
}

#[cfg(test)]
mod tests;
