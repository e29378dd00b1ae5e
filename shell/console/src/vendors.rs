//! The pages of other vendors: all at a glance with what they say goes on, one with its components and figures, one incident with every clock.
//!
//! What is shown is a vendor's own words, escaped, beside our own word and our own clock; nothing of it is believed. Search and filters are a form
//! that needs no script. A vendor is looked at only while its part of a page is made.

mod card;
mod filter;
mod glance;
mod incident;
mod machines;
mod met;
mod one;
mod parts;

use crate::page::{answer, framed};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use filter::Filter;
use model::{Timestamp, VendorName};
use std::sync::Arc;
use vendor::{Admitted, Document, Record, Records, Trouble};

/// How one vendor is looked at.
#[derive(Debug, Clone)]
pub struct VendorGlance {
    pub name: VendorName,
    pub url: String,
    /// Unknown if nothing is known any more.
    pub state: vendor::State,
    pub good: Option<Timestamp>,
    pub next: Timestamp,
    pub failures: u32,
    pub problem: Option<String>,
}

/// One vendor, while it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct VendorShown<'a> {
    pub glance: &'a VendorGlance,
    /// The last document without its incidents, and when it came.
    pub said: Option<(&'a Document, Timestamp)>,
    pub records: &'a Records,
    /// What our own mail met at it, the newest first.
    pub met: &'a [VendorMet],
    /// Whether there is a page of each incident where this is shown.
    pub has_page: bool,
}

/// What our own mail met at a vendor, and what the vendor's page admits of it.
#[derive(Debug, Clone)]
pub struct VendorMet {
    pub trouble: Trouble,
    pub admitted: Admitted,
}

impl VendorShown<'_> {
    /// What the page calls itself, else our name for it.
    fn title(&self) -> &str {
        let page = self.said.and_then(|(document, _)| document.page.name.as_deref());
        page.unwrap_or(self.glance.name.as_str())
    }

    /// When our own mail first met what this incident tells.
    fn seen(&self, incident: &vendor::Incident) -> Option<Timestamp> {
        let key = incident.key();
        let same = self.met.iter().filter(|met| met.admitted.key() == Some(key.as_str()));
        same.map(|met| met.trouble.since).min()
    }

    /// Whether the vendor's last document still has it.
    fn is_listed(&self, record: &Record) -> bool {
        self.said.is_some_and(|(_, at)| record.last_seen == at)
    }
}

/// Where the pages get what they show.
pub trait VendorSource: Send + Sync {
    fn now(&self) -> Timestamp;

    /// Each watched vendor, in the order of the operator's file.
    fn each(&self, look: &mut dyn FnMut(VendorShown<'_>));
}

type Source = Arc<dyn VendorSource>;

/// The pages under `/vendors`, their feeds, and the same as JSON.
pub fn vendors_router(source: impl VendorSource + 'static) -> Router {
    Router::new()
        .route("/vendors", get(all))
        .route("/vendors/{name}", get(one))
        .route("/vendors/{name}/{incident}", get(incident))
        .merge(machines::router())
        .with_state(Arc::new(source) as Source)
}

/// The feeds and the JSON for everybody: what vendors said, and nothing of our own mail or of our looks.
pub fn vendor_feeds_router(source: impl VendorSource + 'static) -> Router {
    machines::public_router(source)
}

async fn all(State(source): State<Source>, Query(filter): Query<Filter>) -> Response {
    answer(glance::render(source.as_ref(), &filter))
}

async fn one(
    State(source): State<Source>,
    Path(name): Path<String>,
    Query(filter): Query<Filter>,
) -> Response {
    let mut page = None;
    source.each(&mut |shown| {
        if shown.glance.name.as_str() == name {
            page = Some(one::render(shown, &filter, source.now()));
        }
    });
    page.map_or_else(missing, answer)
}

async fn incident(State(source): State<Source>, Path((name, key)): Path<(String, String)>) -> Response {
    let mut page = None;
    source.each(&mut |shown| {
        if shown.glance.name.as_str() == name {
            let found = shown.records.iter().find(|record| record.incident.key() == key);
            page = found.map(|record| incident::render(shown, record, source.now()));
        }
    });
    page.map_or_else(missing, answer)
}

fn missing() -> Response {
    let body = "<section class=\"state odd\"><h1>This is not known here</h1>\
        <p><a href=\"/vendors\">All vendors</a> that are watched.</p></section>";
    (StatusCode::NOT_FOUND, answer(framed("/vendors", "not known", body, None))).into_response()
}

#[cfg(test)]
mod tests;
