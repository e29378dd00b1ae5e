//! What machines read of watched vendors: an Atom feed and JSON, filtered as the pages are.
//!
//! An ETag comes from the content (RFC 9110 §8.8.3) and the time of change from the newest record, never from the request: a reader that asks again
//! with either hears that nothing is new.

mod feed;
mod public;

pub(super) use public::router as public_router;

use super::filter::{Filter, SHOWN};
use super::parts::begun;
use super::{Source, VendorShown, VendorSource};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use model::Timestamp;
use serde_json::{Value, json};
use std::cmp::Reverse;
use vendor::{GRADED_OVER, Record, figures};

/// As the status page's, for the one who asks: what the console shows is not for proxies.
const CACHE: &str = "private, max-age=15, stale-if-error=86400";
const ATOM: &str = "application/atom+xml; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

pub(super) fn router() -> Router<Source> {
    Router::new()
        .route("/vendors.atom", get(all_atom))
        .route("/vendors/{name}/history.atom", get(one_atom))
        .route("/api/v1/vendors", get(vendors))
        .route("/api/v1/vendors/{name}", get(one))
        .route("/api/v1/vendors/{name}/incidents/{key}", get(incident))
        .route("/api/v1/vendor-incidents", get(incidents))
}

/// A document and when something in it was last other.
struct Made {
    media: &'static str,
    text: String,
    changed: Option<Timestamp>,
}

impl Made {
    fn json(value: &Value, changed: Option<Timestamp>) -> Self {
        Self { media: JSON, text: value.to_string(), changed }
    }
}

async fn all_atom(State(source): State<Source>, Query(filter): Query<Filter>, asked: HeaderMap) -> Response {
    answer(&asked, Some(feed::atom(source.as_ref(), None, &filter)))
}

async fn one_atom(
    State(source): State<Source>,
    Path(name): Path<String>,
    Query(filter): Query<Filter>,
    asked: HeaderMap,
) -> Response {
    let is_known = find(source.as_ref(), &name, |_| Some(())).is_some();
    answer(&asked, is_known.then(|| feed::atom(source.as_ref(), Some(&name), &filter)))
}

async fn vendors(State(source): State<Source>, asked: HeaderMap) -> Response {
    answer(&asked, Some(all_of(source.as_ref())))
}

fn all_of(source: &dyn VendorSource) -> Made {
    let (mut all, mut newest) = (Vec::new(), None);
    source.each(&mut |shown| {
        newest = newest.max(changed(shown));
        all.push(glance(shown));
    });
    Made::json(&json!({ "vendors": all }), newest)
}

async fn one(State(source): State<Source>, Path(name): Path<String>, asked: HeaderMap) -> Response {
    answer(&asked, find(source.as_ref(), &name, |shown| Some(one_of(shown))))
}

fn one_of(shown: VendorShown<'_>) -> Made {
    let mut value = glance(shown);
    if let (Some((document, _)), Some(fields)) = (shown.said, value.as_object_mut()) {
        fields.insert("components".to_owned(), json!(document.components));
        fields.insert("alarms".to_owned(), json!(document.alarms));
    }
    Made::json(&value, changed(shown))
}

async fn incident(
    State(source): State<Source>,
    Path((name, key)): Path<(String, String)>,
    asked: HeaderMap,
) -> Response {
    let made = find(source.as_ref(), &name, |shown| {
        let record = shown.records.iter().find(|record| record.incident.key() == key)?;
        Some(Made::json(&whole(shown, record), Some(record.last_changed)))
    });
    answer(&asked, made)
}

/// Of all vendors, those that the filter takes; a page at a time, the newest first.
async fn incidents(State(source): State<Source>, Query(filter): Query<Filter>, asked: HeaderMap) -> Response {
    answer(&asked, Some(incidents_of(source.as_ref(), &filter)))
}

fn incidents_of(source: &dyn VendorSource, filter: &Filter) -> Made {
    let (mut found, mut newest) = (Vec::new(), None);
    source.each(&mut |shown| {
        for record in shown.records.iter().filter(|record| filter.passes(shown.title(), record)) {
            newest = newest.max(Some(record.last_changed));
            found.push((begun(record), shown.glance.name.clone(), record.incident.key()));
        }
    });
    found.sort_by_key(|(begun, ..)| Reverse(*begun));
    let count = found.len();
    let page: Vec<_> = found.into_iter().skip((filter.page() - 1) * SHOWN).take(SHOWN).collect();
    let mut values: Vec<Value> = vec![Value::Null; page.len()];
    source.each(&mut |shown| {
        let keyed = shown.records.iter().map(|record| (record.incident.key(), record));
        for (key, record) in keyed {
            let place =
                page.iter().position(|(_, name, wanted)| *name == shown.glance.name && *wanted == key);
            if let Some(value) = place.and_then(|place| values.get_mut(place)) {
                *value = whole(shown, record);
            }
        }
    });
    let body = json!({ "count": count, "page": filter.page(), "per_page": SHOWN, "incidents": values });
    Made::json(&body, newest)
}

fn find<T>(source: &dyn VendorSource, name: &str, make: impl Fn(VendorShown<'_>) -> Option<T>) -> Option<T> {
    let mut made = None;
    source.each(&mut |shown| {
        if shown.glance.name.as_str() == name {
            made = make(shown);
        }
    });
    made
}

fn changed(shown: VendorShown<'_>) -> Option<Timestamp> {
    shown.records.iter().map(|record| record.last_changed).max()
}

/// Without the times of looks, which move while nothing does; figures are as of the last document.
fn glance(shown: VendorShown<'_>) -> Value {
    let glance = shown.glance;
    let now = shown.said.map_or(Timestamp::from_micros(0), |(_, at)| at);
    let lately = shown.records.iter().filter(|record| now.since(begun(record)) <= GRADED_OVER);
    let seen = |incident: &vendor::Incident| shown.seen(incident);
    let open = shown.records.iter().filter(|record| record.incident.is_underway() && shown.is_listed(record));
    json!({
        "name": glance.name, "title": shown.title(), "url": glance.url, "state": glance.state,
        "page": shown.said.and_then(|(document, _)| document.page.url.as_deref()),
        "format": shown.said.map(|(document, _)| document.format),
        "failures": glance.failures, "problem": glance.problem, "open": open.count(), "kept": shown.records.iter().count(),
        "our_mail": shown.met.iter().map(|met| json!({ "trouble": met.trouble, "admitted": met.admitted })).collect::<Vec<_>>(),
        "figures": { "last_90_days": figures(lately, now, seen), "all": figures(shown.records.iter(), now, seen) },
    })
}

/// A record with our clocks; the vendor's own record is named by its hash.
fn whole(shown: VendorShown<'_>, record: &Record) -> Value {
    let versions =
        record.versions.iter().map(|version| json!({ "sha256": version.sha256, "seen": version.seen }));
    json!({
        "vendor": shown.glance.name, "key": record.incident.key(), "incident": record.incident, "first_seen": record.first_seen,
        "sighting": record.sighting, "last_changed": record.last_changed, "is_listed": shown.is_listed(record),
        "contradicts_itself": record.incident.contradicts_itself(), "edits": record.edits,
        "versions": versions.collect::<Vec<_>>(),
    })
}

fn answer(asked: &HeaderMap, made: Option<Made>) -> Response {
    told(asked, made.as_ref(), CACHE)
}

fn told(asked: &HeaderMap, made: Option<&Made>, cache: &'static str) -> Response {
    let Some(made) = made else {
        let headers = [(header::CONTENT_TYPE, JSON), (header::CACHE_CONTROL, "no-store")];
        return (StatusCode::NOT_FOUND, headers, "{\"error\":\"this is not known here\"}").into_response();
    };
    let tag = format!("\"{}\"", &vendor::sha256(made.text.as_bytes())[..32]);
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let changed = made.changed.map(|at| at.to_rfc5322().replace("+0000", "GMT"));
    for (name, value) in [(header::ETAG, Some(&tag)), (header::LAST_MODIFIED, changed.as_ref())] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    // RFC 9110 §13.1.2: weak comparison.
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let is_known = known.flat_map(|tags| tags.split(',')).map(str::trim);
    if is_known.into_iter().any(|known| known == "*" || known.trim_start_matches("W/") == tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(made.media));
    (headers, made.text.clone()).into_response()
}

#[cfg(test)]
mod tests;
