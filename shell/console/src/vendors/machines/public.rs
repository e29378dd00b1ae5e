//! What vendors said, for everybody: the feeds and the JSON beside the public status page.
//!
//! Nothing of our own is in it: not what our mail met, not the address that is asked, not why a look failed. There is no filter, and everything is made
//! at most once in [`MADE_FOR`], however many ask: a crowd of readers costs what one does.

use super::super::filter::Filter;
use super::{Made, all_of, feed, incidents_of, one_of, told};
use crate::vendors::{VendorGlance, VendorShown, VendorSource};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::get;
use model::{Duration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How old what is shown may be.
const MADE_FOR: Duration = Duration::from_secs(15);
/// As the status page's own formats have it (RFC 5861).
const CACHE: &str = "public, max-age=15, s-maxage=30, stale-while-revalidate=60, stale-if-error=86400";

struct Public {
    source: Box<dyn VendorSource>,
    made: Mutex<Option<(Timestamp, Arc<Documents>)>>,
}

/// By address.
type Documents = BTreeMap<String, Made>;

pub(in crate::vendors) fn router(source: impl VendorSource + 'static) -> Router {
    let public = Public { source: Box::new(Stripped(source)), made: Mutex::default() };
    Router::new()
        .route("/vendors.atom", get(answer))
        .route("/vendors/{name}/history.atom", get(answer))
        .route("/api/v1/vendors", get(answer))
        .route("/api/v1/vendors/{name}", get(answer))
        .route("/api/v1/vendor-incidents", get(answer))
        .with_state(Arc::new(public))
}

async fn answer(State(public): State<Arc<Public>>, address: Uri, asked: HeaderMap) -> Response {
    let documents = public.documents();
    let mut answer = told(&asked, documents.get(address.path()), CACHE);
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}

impl Public {
    fn documents(&self) -> Arc<Documents> {
        let now = self.source.now();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some((at, documents)) if now.since(*at) < MADE_FOR => Arc::clone(documents),
            Some(_) | None => {
                let documents = Arc::new(documents(self.source.as_ref()));
                *made = Some((now, Arc::clone(&documents)));
                documents
            }
        }
    }
}

fn documents(source: &dyn VendorSource) -> Documents {
    let all = Filter::default();
    let mut made = Documents::from([
        ("/vendors.atom".to_owned(), feed::atom(source, None, &all)),
        ("/api/v1/vendors".to_owned(), all_of(source)),
        ("/api/v1/vendor-incidents".to_owned(), incidents_of(source, &all)),
    ]);
    let mut names = Vec::new();
    source.each(&mut |shown| {
        names.push(shown.glance.name.clone());
        made.insert(format!("/api/v1/vendors/{}", shown.glance.name), one_of(shown));
    });
    for name in names {
        let path = format!("/vendors/{name}/history.atom");
        made.insert(path, feed::atom(source, Some(name.as_str()), &all));
    }
    made
}

/// Without what is ours.
struct Stripped<S>(S);

impl<S: VendorSource> VendorSource for Stripped<S> {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn each(&self, look: &mut dyn FnMut(VendorShown<'_>)) {
        self.0.each(&mut |shown| {
            let said_by = shown.said.and_then(|(document, _)| document.page.url.clone());
            let glance = VendorGlance {
                url: said_by.unwrap_or_default(),
                failures: 0,
                problem: None,
                ..shown.glance.clone()
            };
            look(VendorShown { glance: &glance, met: &[], has_page: false, ..shown });
        });
    }
}

#[cfg(test)]
mod tests;
