//! The web side of a node: a front page, the queue, sources, incidents, other vendors, health, readiness, figures.
//!
//! It reads and changes nothing. Everything is shown as it is at the moment of the request; pages load nothing from elsewhere and need no
//! script. There are no logins yet, so it serves loopback addresses only.

mod front;
mod incidents;
mod page;
mod queue;
mod sources;
mod vendors;

pub use incidents::{ComponentLine, IncidentLine, IncidentsView, incidents_router};
pub use queue::{ActLine, QueueGroup, QueueView, queue_router};
pub use sources::{SourceLine, SourcesView, WeatherLine, sources_router};
pub use vendors::{VendorGlance, VendorMet, VendorShown, VendorSource, vendor_feeds_router, vendors_router};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::{Metrics, SnapshotNumber};
use serde::Serialize;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

/// What a node is and does, for people.
#[derive(Debug, Clone, Default)]
pub struct NodeView {
    pub version: String,
    pub region: String,
    /// Name and address of each.
    pub listeners: Vec<(String, SocketAddr)>,
    /// Name and address of each.
    pub sources: Vec<(String, String)>,
    pub tenants: Vec<TenantLine>,
    /// Whether `/playground` is there.
    pub playground: bool,
}

/// One tenant of the list.
#[derive(Debug, Clone)]
pub struct TenantLine {
    pub name: String,
    pub display_name: String,
    pub domains: Vec<String>,
    pub snapshot: SnapshotNumber,
}

/// Whether the node does its work.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Readiness {
    /// Why it does not.
    pub problems: Vec<String>,
    /// What a person should mend while it does.
    pub warnings: Vec<String>,
}

/// Where the pages get what they show.
pub struct Parts {
    pub metrics: Arc<Metrics>,
    pub node: Box<dyn Fn() -> NodeView + Send + Sync>,
    pub ready: Box<dyn Fn() -> Readiness + Send + Sync>,
}

/// The pages.
pub fn router(parts: Parts) -> Router {
    Router::new()
        .route("/", get(show_front))
        .route("/healthz", get(show_health))
        .route("/readyz", get(show_readiness))
        .route("/metrics", get(show_metrics))
        .with_state(Arc::new(parts))
}

/// Binds the console's address.
///
/// # Errors
/// If the address is not loopback, or taken; the text names the key to change.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    if !address.ip().is_loopback() {
        let text = format!(
            "the console has no logins yet and serves loopback only; change `http.console` ({address})"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    TcpListener::bind(address).await.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("the console cannot use {address}: {error}; free the port, or change `http.console`"),
        )
    })
}

/// Serves until `stop` ends.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

async fn show_front(State(parts): State<Arc<Parts>>) -> Response {
    page::answer(front::render(&(parts.node)(), &parts.metrics, &(parts.ready)()))
}

/// The process lives and answers.
async fn show_health() -> &'static str {
    "ok\n"
}

async fn show_readiness(State(parts): State<Arc<Parts>>) -> Response {
    let ready = (parts.ready)();
    let is_ready = ready.problems.is_empty();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body =
        serde_json::json!({ "ready": is_ready, "problems": ready.problems, "warnings": ready.warnings });
    (status, axum::Json(body)).into_response()
}

async fn show_metrics(State(parts): State<Arc<Parts>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (headers, parts.metrics.render()).into_response()
}

#[cfg(test)]
mod tests;
