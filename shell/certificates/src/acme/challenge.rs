//! The answer to the authority's question over HTTP (RFC 8555 §8.3): whoever answers on port 80 of a name, holds it.
//!
//! The port is taken while an order is open and free otherwise. It answers for known tokens and nothing else; nobody learns from it what else
//! runs here.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// Key authorisations by token.
type Known = Arc<Mutex<BTreeMap<String, String>>>;

pub(super) struct Answers {
    listener: Mutex<Option<TcpListener>>,
    known: Known,
}

impl Answers {
    pub(super) async fn open(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener: Mutex::new(Some(listener)), known: Known::default() })
    }

    pub(super) fn add(&self, token: &str, answer: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned(), answer.to_owned());
    }

    /// Answers until it is dropped, or for ever; gives why it cannot.
    pub(super) async fn serve(&self) -> io::Error {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(listener) = listener else { return io::Error::other("it is served already") };
        let router = Router::new()
            .route("/.well-known/acme-challenge/{token}", get(answer))
            .with_state(Arc::clone(&self.known));
        match axum::serve(listener, router).await {
            Ok(()) => io::Error::other("it ended"),
            Err(error) => error,
        }
    }
}

async fn answer(State(known): State<Known>, Path(token): Path<String>) -> Response {
    let found = known.lock().unwrap_or_else(PoisonError::into_inner).get(&token).cloned();
    match found {
        // RFC 8555 §8.3 wishes for this type.
        Some(text) => ([(header::CONTENT_TYPE, "application/octet-stream")], text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
