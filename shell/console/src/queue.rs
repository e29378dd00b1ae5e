//! The queue's page: what waits where and why, and what operators did about it lately.
//!
//! It shows sums, not messages, and names the commands that change something: nothing here does. It renews itself every ten seconds.

use crate::front::escaped;
use crate::page::{answer, framed};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct QueueView {
    pub messages: usize,
    /// Without outcome.
    pub recipients: usize,
    pub groups: Vec<QueueGroup>,
    /// The latest first.
    pub acts: Vec<ActLine>,
}

/// Messages of one tenant, tried last at one host, that stand alike.
#[derive(Debug, Clone, Default)]
pub struct QueueGroup {
    pub tenant: String,
    pub state: String,
    pub site: String,
    pub messages: usize,
    pub recipients: usize,
    /// When the oldest was received, and when the next is due.
    pub oldest: String,
    pub next_due: String,
    pub reason: String,
}

/// One act.
#[derive(Debug, Clone, Default)]
pub struct ActLine {
    pub id: String,
    pub begun: String,
    pub by: String,
    /// What was done to which messages, as the command line writes it.
    pub what: String,
    /// How many it touched; empty while it is under way.
    pub touched: String,
    pub reason: String,
}

type Source = Arc<dyn Fn() -> QueueView + Send + Sync>;

/// The page at `/queue`; `source` may take as long as a look over the whole queue takes.
pub fn queue_router(source: impl Fn() -> QueueView + Send + Sync + 'static) -> Router {
    Router::new().route("/queue", get(show)).with_state(Arc::new(source) as Source)
}

async fn show(State(source): State<Source>) -> Response {
    let Ok(view) = tokio::task::spawn_blocking(move || source()).await else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "the queue cannot be shown\n").into_response();
    };
    answer(render(&view))
}

fn render(view: &QueueView) -> String {
    let headline = match view.messages {
        0 => "The queue is empty".to_owned(),
        1 => "One message is in the queue".to_owned(),
        more => format!("{more} messages are in the queue"),
    };
    let for_whom = match view.recipients {
        0 => "nothing waits".to_owned(),
        1 => "for one recipient".to_owned(),
        more => format!("for {more} recipients"),
    };
    let kind = if view.groups.iter().any(|group| group.state == "parked") { "odd" } else { "good" };
    let body = format!(
        "<section class=\"state {kind}\"><h1>{headline}</h1><p>{for_whom}</p></section>{}{}\
         <section><h2>To change something</h2><p>Each command is a dry run first: <code>signpost queue hold | release | retry | \
         bounce | redirect</code>, <code>signpost queue undo ACT</code>. <code>signpost queue explain ID</code> tells why a message \
         waits.</p></section>",
        groups(&view.groups),
        acts(&view.acts)
    );
    framed("/queue", &headline, &body, Some(10))
}

fn groups(groups: &[QueueGroup]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let row = |group: &QueueGroup| {
        format!(
            "<tr><td><strong>{}</strong></td><td>{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&group.tenant),
            escaped(&group.state),
            escaped(&group.site),
            group.messages,
            group.recipients,
            escaped(&group.oldest),
            escaped(&group.next_due),
            escaped(&group.reason)
        )
    };
    format!(
        "<section><h2>What waits</h2><table><thead><tr><th>Tenant</th><th>State</th><th>Host tried last</th>\
         <th class=\"number\">Messages</th><th class=\"number\">Recipients</th><th>Oldest</th><th>Next due</th>\
         <th>Mostly because</th></tr></thead><tbody>{}</tbody></table></section>",
        groups.iter().map(row).collect::<String>()
    )
}

fn acts(acts: &[ActLine]) -> String {
    if acts.is_empty() {
        return String::new();
    }
    let row = |act: &ActLine| {
        format!(
            "<tr><td>{}</td><td>{}</td><td>{}<br><code>{}</code></td><td class=\"number\">{}</td><td>{}</td></tr>",
            escaped(&act.begun),
            escaped(&act.by),
            escaped(&act.what),
            escaped(&act.id),
            escaped(&act.touched),
            escaped(&act.reason)
        )
    };
    format!(
        "<section><h2>Acts</h2><table><thead><tr><th>Begun</th><th>By</th><th>What</th><th class=\"number\">Messages</th>\
         <th>Why</th></tr></thead><tbody>{}</tbody></table></section>",
        acts.iter().map(row).collect::<String>()
    )
}

#[cfg(test)]
mod tests;
