//! The running page: the newest view, its documents, and the answers over HTTP.
//!
//! Everything is served from memory. A view is swapped whole; a request that finds the documents older than a few seconds renders them anew from the
//! same view, so that what became too old turns unknown although nobody sends a view any more. Only GET and HEAD are answered, and a name is looked
//! up in a table: no file is opened for a reader.

use crate::documents::Documents;
use crate::render::Mode;
use crate::settings::Settings;
use crate::view::View;
use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use model::{Duration, Timestamp};
use net::Clock;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How old documents may be before a request renders them anew.
const RENDERED_FOR: Duration = Duration::from_secs(5);

/// The page. Clones are the same page.
#[derive(Clone)]
pub struct Site(Arc<Shared>);

struct Shared {
    settings: Settings,
    clock: Clock,
    view: ArcSwap<View>,
    documents: ArcSwap<Documents>,
    /// Held while documents are rendered; others serve the old ones meanwhile.
    rendering: Mutex<()>,
    changed: watch::Sender<Timestamp>,
}

impl Site {
    /// A page that has not been told anything: everything is unknown.
    #[must_use]
    pub fn new(settings: Settings, clock: Clock) -> Self {
        let view = View { made_at: clock.now(), changed_at: clock.now(), ..View::default() };
        let documents = Documents::render(&view, &settings, clock.now(), Mode::Live);
        let changed = watch::Sender::new(view.changed_at);
        Self(Arc::new(Shared {
            settings,
            clock,
            view: ArcSwap::from_pointee(view),
            documents: ArcSwap::from_pointee(documents),
            rendering: Mutex::new(()),
            changed,
        }))
    }

    /// Shows `view` from now on.
    pub fn show(&self, view: View) {
        let changed_at = view.changed_at;
        let shared = &self.0;
        let documents = Documents::render(&view, &shared.settings, shared.clock.now(), Mode::Live);
        shared.view.store(Arc::new(view));
        shared.documents.store(Arc::new(documents));
        shared.changed.send_if_modified(|at| std::mem::replace(at, changed_at) != changed_at);
    }

    /// What is shown.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.0.view.load_full()
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Every address that is answered, without its first slash.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.documents().by_path.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// What is answered under an address.
    #[must_use]
    pub fn document(&self, path: &str) -> Option<Bytes> {
        self.documents().by_path.get(path).map(|document| document.bytes.clone())
    }

    /// Tells when something that readers would call news has changed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Timestamp> {
        self.0.changed.subscribe()
    }

    /// The documents, rendered anew if they are old.
    pub(crate) fn documents(&self) -> Arc<Documents> {
        let shared = &self.0;
        let documents = shared.documents.load_full();
        let now = shared.clock.now();
        if now.since(documents.rendered_at) < RENDERED_FOR {
            return documents;
        }
        let Ok(_alone) = shared.rendering.try_lock() else { return documents };
        let fresh = Arc::new(Documents::render(&shared.view.load(), &shared.settings, now, Mode::Live));
        shared.documents.store(Arc::clone(&fresh));
        fresh
    }

    /// The pages and formats.
    pub fn router(&self) -> Router {
        Router::new().fallback(answer).with_state(self.clone())
    }
}

/// Binds the page's address.
///
/// # Errors
/// If the address is taken or not this machine's; the text names the key to change.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let text =
            format!("the status page cannot use {address}: {error}; free the port, or change `http.status`");
        io::Error::new(error.kind(), text)
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
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}

pub(crate) async fn answer(State(site): State<Site>, request: Request<Body>) -> Response {
    if !has_one_host(request.headers()) {
        return plain(StatusCode::BAD_REQUEST, "one Host header is needed\n");
    }
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered here\n");
        refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
        return refused;
    }
    let documents = site.documents();
    let path = request.uri().path().trim_start_matches('/');
    let Some(document) = documents.by_path.get(path) else {
        return elsewhere(&documents, path);
    };
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter();
    if known.filter_map(|tags| tags.to_str().ok()).any(|tags| document.is_known(tags)) {
        let mut headers = document.headers.clone();
        headers.remove(header::CONTENT_TYPE);
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    // hyper leaves the body of an answer to HEAD out and keeps its length.
    (document.headers.clone(), Body::from(document.bytes.clone())).into_response()
}

/// RFC 9112 §3.2: a request without exactly one Host is refused. Its value is used for nothing: no link is made from it.
pub(crate) fn has_one_host(headers: &HeaderMap) -> bool {
    headers.get_all(header::HOST).iter().count() == 1
}

/// A page without its last slash is one redirection away; anything else is not there.
fn elsewhere(documents: &Documents, path: &str) -> Response {
    let with_slash = format!("{path}/");
    if documents.by_path.contains_key(&with_slash) {
        let place = HeaderValue::from_str(&format!("/{with_slash}"));
        if let Ok(place) = place {
            return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response();
        }
    }
    let missing = &documents.missing;
    (StatusCode::NOT_FOUND, missing.headers.clone(), missing.bytes.clone()).into_response()
}

/// Scripts of other sites may read everything, without credentials.
fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, headers, text).into_response()
}
