//! The mailbox as pages: a list, a form to send with, and each message beside the message as it was sent.
//!
//! Everything works without JavaScript and loads nothing from anywhere else. A message's HTML is shown in a sandboxed frame under a
//! policy that allows inline style and embedded images and nothing more. What a visitor or a message wrote is escaped. A form
//! sent from another site is refused; an unknown message is a 404. The pages read the fake Exchange and never change what
//! arrived.

mod difference;
mod list;
mod markup;
mod message;
mod seen;

use crate::compose::{Draft, compose};
use crate::exchange::Exchange;
use crate::mailbox::Arrived;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use message::{Side, View};
use serde::Deserialize;
use std::sync::Arc;

/// The page's own policy: its style sheet, its frames, its form.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The policy of a message's HTML.
const FRAME_POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";
const STYLE: &str = include_str!("page/style.css");

type Shared = State<Arc<Exchange>>;

pub(crate) fn router(exchange: Arc<Exchange>) -> Router {
    Router::new()
        .route("/playground", get(show_list))
        .route("/playground/send", post(send))
        .route("/playground/messages.json", get(show_json))
        .route("/playground/style.css", get(show_style))
        .route("/playground/message/{id}", get(show_message))
        .route("/playground/message/{id}/{side}/html", get(show_frame))
        .route("/playground/message/{id}/{side}/source", get(show_source))
        .with_state(exchange)
}

#[derive(Deserialize)]
struct ListQuery {
    sent: Option<u64>,
}

async fn show_list(State(exchange): Shared, Query(query): Query<ListQuery>) -> Response {
    page(list::render(&exchange, query.sent))
}

async fn show_json(State(exchange): Shared) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, list::json(&exchange).to_string()).into_response()
}

async fn show_style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE)
        .into_response()
}

#[derive(Deserialize)]
struct MessageQuery {
    #[serde(default)]
    view: View,
}

async fn show_message(
    State(exchange): Shared,
    Path(id): Path<u64>,
    Query(query): Query<MessageQuery>,
) -> Response {
    match find(&exchange, id) {
        Some(arrived) => page(message::render(&exchange, &arrived, query.view)),
        None => not_found(),
    }
}

async fn show_frame(State(exchange): Shared, Path((id, side)): Path<(u64, Side)>) -> Response {
    let Some(bytes) = find(&exchange, id).and_then(|arrived| message::bytes_of(&exchange, &arrived, side))
    else {
        return not_found();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, FRAME_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, seen::html_document(&bytes)).into_response()
}

async fn show_source(State(exchange): Shared, Path((id, side)): Path<(u64, Side)>) -> Response {
    let Some(bytes) = find(&exchange, id).and_then(|arrived| message::bytes_of(&exchange, &arrived, side))
    else {
        return not_found();
    };
    let name = format!("attachment; filename=\"playground-{id}-{side}.eml\"");
    let headers = [
        (header::CONTENT_TYPE, "message/rfc822".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, bytes.to_vec()).into_response()
}

#[derive(Deserialize)]
struct SendForm {
    from: String,
    to: String,
    subject: String,
    body: String,
    kind: String,
}

async fn send(State(exchange): Shared, headers: HeaderMap, Form(form): Form<SendForm>) -> Response {
    if comes_from_elsewhere(&headers) {
        return problem(
            StatusCode::FORBIDDEN,
            "This form was sent from another site",
            "Open the playground itself and send from there.",
        );
    }
    let people = exchange.tenants().iter().flat_map(|tenant| &tenant.people);
    let Some(from) = people.into_iter().find(|person| person.address == form.from) else {
        return problem(
            StatusCode::BAD_REQUEST,
            "Nobody of this address is in the example",
            "Choose a sender from the list.",
        );
    };
    let to = form.to.trim();
    if !is_plain_address(to) {
        return problem(
            StatusCode::BAD_REQUEST,
            "The recipient is no mail address",
            "Write one address such as kim@customer.example; nothing leaves this machine.",
        );
    }
    let draft =
        Draft { from, to, subject: form.subject.trim(), body: &form.body, reply: form.kind == "reply" };
    match exchange.submit(compose(&draft, crate::wall_clock())).await {
        Ok(id) => Redirect::to(&format!("/playground?sent={id}")).into_response(),
        Err(error) => problem(StatusCode::SERVICE_UNAVAILABLE, "The mail was not taken", &error.to_string()),
    }
}

/// Browsers say where a form came from (Fetch Metadata); other clients say nothing and are no browser to be misled.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// What a form may send to: enough to keep line breaks and brackets out of a command.
fn is_plain_address(text: &str) -> bool {
    let good = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"(),;:\\".contains(c);
    text.len() <= 254
        && text.chars().all(good)
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
        })
}

fn find(exchange: &Exchange, id: u64) -> Option<Arc<Arrived>> {
    exchange.mailbox().message(id)
}

fn page(html: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, html).into_response()
}

fn not_found() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "There is no such message",
        "The mailbox keeps the newest messages only and starts empty with each start.",
    )
}

fn problem(status: StatusCode, title: &str, advice: &str) -> Response {
    (status, page(markup::problem(title, advice))).into_response()
}

#[cfg(test)]
mod tests;
