//! The addresses under which links open: the page, and its lines as CSV and JSON.
//!
//! A link is checked before anything is looked up. Few look at a time, each for a bounded time, and few tables are on their way; who comes in between is
//! asked to come again. Answers are for their reader alone: no cache, no other site and no search engine is to keep them.

use super::link::LinkError;
use super::sending::{Tables, Turn};
use super::{Answer, Claim, LinkKey, Untold, Wish, form, table};
use crate::language::Language;
use crate::render::affected::{self as page, Asked};
use crate::render::{Mode, Policy, Scene};
use crate::site::{Site, has_one_host, plain};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use net::Clock;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Looks at the records at a time: mail goes first.
const AT_ONCE: usize = 2;
/// How long one may take, waiting for its turn included.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest form, in bytes.
const FORM_LEN_MAX: usize = 16 << 10;

/// What is asked of the records, answered later.
pub type Ask =
    Arc<dyn Fn(Claim, Wish) -> Pin<Box<dyn Future<Output = Result<Answer, Untold>> + Send>> + Send + Sync>;

/// Where readers with a link come in. Clones are the same one.
#[derive(Clone)]
pub struct Door(Arc<Inside>);

struct Inside {
    site: Site,
    key: Arc<LinkKey>,
    ask: Ask,
    clock: Clock,
    turns: Semaphore,
    tables: Tables,
}

impl Door {
    #[must_use]
    pub fn new(site: Site, key: Arc<LinkKey>, ask: Ask, clock: Clock) -> Self {
        let (turns, tables) = (Semaphore::new(AT_ONCE), Tables::new(clock.clone()));
        Self(Arc::new(Inside { site, key, ask, clock, turns, tables }))
    }

    /// To be merged with the site's.
    pub fn router(self) -> Router {
        let mut router = Router::new();
        for language in Language::ALL {
            let at = |rest: &str| format!("/{}affected/{{token}}{rest}", language.folder());
            let show = move |State(door): State<Self>, Path(token): Path<String>, headers: HeaderMap| async move {
                door.page(language, &token, &headers, None).await
            };
            let look = move |State(door): State<Self>,
                             Path(token): Path<String>,
                             headers: HeaderMap,
                             body: Bytes| async move {
                door.page(language, &token, &headers, Some(&body)).await
            };
            router = router.route(&at("/"), get(show).post(look));
            let slash = move |Path(token): Path<String>| async move {
                Redirect::permanent(&format!("/{}affected/{token}/", language.folder()))
            };
            router = router.route(&at(""), get(slash));
            // Links of a page are relative.
            router = router.route(&at("/messages.csv"), get(csv)).route(&at("/messages.json"), get(json));
        }
        router.layer(DefaultBodyLimit::max(FORM_LEN_MAX)).with_state(self)
    }

    async fn page(
        &self,
        language: Language,
        token: &str,
        headers: &HeaderMap,
        body: Option<&[u8]>,
    ) -> Response {
        if !has_one_host(headers) {
            return plain(StatusCode::BAD_REQUEST, "one Host header is needed\n");
        }
        let claim = match self.0.key.check(token, self.0.clock.now()) {
            Ok(claim) => claim,
            Err(error) => return self.shut(language, error),
        };
        let (wish, asked) = match body.map(|body| form::wish(body, language)) {
            None => (Wish::Affected, Asked::All),
            Some(Ok(wish)) => (wish.clone(), Asked::For(wish)),
            Some(Err(wrong)) => (Wish::Affected, Asked::Unclear(wrong)),
        };
        let expires = claim.expires;
        match self.look(claim, wish).await {
            Ok(answer) => self.html(StatusCode::OK, language, token, |scene| {
                page::answer(scene, language, (&answer, expires), &asked)
            }),
            Err(Untold::Gone) => self.html(StatusCode::GONE, language, token, |_| page::gone(language)),
            Err(Untold::Unreadable(error)) => {
                tracing::warn!(
                    error,
                    "somebody asked whether mail was affected, and the records gave no answer"
                );
                again(self.html(StatusCode::SERVICE_UNAVAILABLE, language, token, |_| page::later(language)))
            }
        }
    }

    fn shut(&self, language: Language, error: LinkError) -> Response {
        let status = match error {
            LinkError::Bad => StatusCode::FORBIDDEN,
            LinkError::Expired(_) => StatusCode::GONE,
        };
        self.html(status, language, "link", |_| page::shut(language, error))
    }

    async fn look(&self, claim: Claim, wish: Wish) -> Result<Answer, Untold> {
        let look = async {
            let _turn = self.0.turns.acquire().await;
            (self.0.ask)(claim, wish).await
        };
        let late = |_| Err(Untold::Unreadable("it took too long".to_owned()));
        tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(late)
    }

    fn html(
        &self,
        status: StatusCode,
        language: Language,
        token: &str,
        draw: impl FnOnce(Scene<'_>) -> crate::render::Sheet,
    ) -> Response {
        let (site, now) = (&self.0.site, self.0.clock.now());
        let view = site.view();
        let scene = Scene { view: &view, settings: site.settings(), now, mode: Mode::Live };
        let text = draw(scene).finish(scene, language, &format!("affected/{token}/"));
        let mut answer = (status, private("text/html; charset=utf-8"), text).into_response();
        let policy = HeaderValue::from_str(&Policy::get().live).expect("base64 is visible ASCII");
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        answer
    }

    /// All that were affected, for a program, and its turn to have them.
    async fn all(&self, token: &str) -> Result<(Answer, Turn), Response> {
        let claim = self.0.key.check(token, self.0.clock.now());
        let claim = claim.map_err(|error| self.shut(Language::English, error))?;
        let busy = || again(plain(StatusCode::SERVICE_UNAVAILABLE, "not now; try again in half a minute\n"));
        let turn = self.0.tables.turn().ok_or_else(busy)?;
        match self.look(claim, Wish::Affected).await {
            Ok(answer) => Ok((answer, turn)),
            Err(Untold::Gone) => Err(plain(StatusCode::GONE, "nothing is known of this incident any more\n")),
            Err(Untold::Unreadable(_)) => Err(busy()),
        }
    }
}

async fn csv(State(door): State<Door>, Path(token): Path<String>) -> Response {
    match door.all(&token).await {
        Ok((answer, turn)) => {
            let mut headers = private("text/csv; charset=utf-8; header=present");
            let name = format!("attachment; filename=\"affected-{}.csv\"", answer.about.incident);
            if let Ok(name) = HeaderValue::from_str(&name) {
                headers.insert(header::CONTENT_DISPOSITION, name);
            }
            (headers, door.0.tables.body(turn, table::csv(&answer))).into_response()
        }
        Err(shut) => shut,
    }
}

async fn json(State(door): State<Door>, Path(token): Path<String>) -> Response {
    match door.all(&token).await {
        Ok((answer, turn)) => match serde_json::to_string(&answer) {
            Ok(text) => {
                (private("application/json; charset=utf-8"), door.0.tables.body(turn, text)).into_response()
            }
            Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the answer cannot be written\n"),
        },
        Err(shut) => shut,
    }
}

/// The same, with the word when to come again.
fn again(mut busy: Response) -> Response {
    busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    busy
}

fn private(media: &'static str) -> HeaderMap {
    let fixed = [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}
