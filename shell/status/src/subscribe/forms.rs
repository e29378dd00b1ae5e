//! What readers do on the page: ask for mail, say yes by a link, change or end what they asked for.
//!
//! A link is followed by programs that look for viruses too, so that opening one changes nothing: a button does. The answer to the form is the same whether
//! an address is known, new, or was written to too often; only a network that asks too much is told so. No address is ever shown on a page.

use super::record::{Standing, Subscriber, SubscriberId, Wanted, Way};
use super::rule::{Draft, Problem};
use super::token::Purpose;
use super::{SubscribeError, Subscriptions, Wish};
use crate::documents::Document;
use crate::formats::Media;
use crate::language::Language;
use crate::render::{self, Mode, Scene, rule as rule_page, subscribe as page};
use crate::site;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use std::net::{IpAddr, SocketAddr};
use tokio::sync::oneshot;
use vendor::AlertRule;

/// A form with every component ticked, or a rule with its longest lists of two-byte letters, is shorter.
const FORM_LEN_MAX: usize = 128 << 10;

/// The page with the forms on it.
pub fn router(subscriptions: Subscriptions) -> Router {
    let mut router = Router::new();
    for language in Language::ALL {
        let folder = language.folder();
        let ask =
            move |state, met, headers, body| std::future::ready(ask(language, &state, &met, &headers, &body));
        let shown = move |state, token| std::future::ready(shown(language, &state, &token));
        let done = move |state, token, body| done(language, state, token, body);
        router = router
            .route(&format!("/{folder}subscribe/"), post(ask).fallback(document))
            .route(&format!("/{folder}subscription/{{token}}"), get(shown).post(done));
    }
    router.fallback(document).layer(DefaultBodyLimit::max(FORM_LEN_MAX)).with_state(subscriptions)
}

async fn document(State(subscriptions): State<Subscriptions>, request: Request<Body>) -> Response {
    site::answer(State(subscriptions.site().clone()), request).await
}

/// What a form says.
#[derive(Debug, Default)]
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The chosen components; none for everything.
    fn parts(&self) -> Vec<String> {
        if self.one("about") != "some" {
            return Vec::new();
        }
        self.0.iter().filter(|(key, _)| key == "part").map(|(_, value)| value.clone()).collect()
    }
}

fn ask(
    language: Language,
    State(subscriptions): &State<Subscriptions>,
    met: &Extensions,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let say =
        |status, title: &str, text: &str| told(subscriptions, language, "subscribe/", status, (title, text));
    if !subscriptions.admits(client(met.get().map(|ConnectInfo(peer)| *peer), headers)) {
        return say(
            StatusCode::TOO_MANY_REQUESTS,
            language.pick("Too many at once", "Zu viele auf einmal"),
            language.pick("Please try again later.", "Bitte versuchen Sie es später noch einmal."),
        );
    }
    let form = Form::read(body);
    let parts = form.parts();
    if form.one("about") == "some" && parts.is_empty() {
        return say(
            StatusCode::BAD_REQUEST,
            language.pick("Nothing is chosen", "Nichts gewählt"),
            language.pick(
                "Go back and choose at least one part.",
                "Gehen Sie zurück und wählen Sie mindestens einen Teil.",
            ),
        );
    }
    match subscriptions.ask(form.one("address"), language.into(), &parts) {
        Ok(()) => say(
            StatusCode::OK,
            language.pick("Look into your mail", "Sehen Sie in Ihre E-Mail"),
            language.pick(
                "If this address can be written to, a letter with a link is on its way. Nothing is sent before somebody follows the link and confirms.",
                "Wenn an diese Adresse geschrieben werden kann, ist eine Nachricht mit einem Link unterwegs. Ohne Bestätigung darüber wird nichts gesendet.",
            ),
        ),
        Err(SubscribeError::Address(_) | SubscribeError::Component(_)) => say(
            StatusCode::BAD_REQUEST,
            language.pick("This is no e-mail address", "Das ist keine E-Mail-Adresse"),
            language.pick("Go back and look at what you wrote.", "Gehen Sie zurück und prüfen Sie die Eingabe."),
        ),
        Err(SubscribeError::NoRoute) => say(
            StatusCode::NOT_FOUND,
            language.pick("No mail is sent", "Es wird keine E-Mail gesendet"),
            language.pick("Please follow a feed.", "Bitte folgen Sie einem Feed."),
        ),
        Err(
            error @ (SubscribeError::Journal(_)
            | SubscribeError::Key { .. }
            | SubscribeError::Unknown(_)
            | SubscribeError::Hook(_)
            | SubscribeError::Rule(_)
            | SubscribeError::Full
            | SubscribeError::Busy
            | SubscribeError::Stopping),
        ) => {
            tracing::warn!(%error, "a subscription cannot be taken");
            later(subscriptions, language)
        }
    }
}

/// A link was opened: what can be done by it.
fn shown(
    language: Language,
    State(subscriptions): &State<Subscriptions>,
    Path(token): &Path<String>,
) -> Response {
    let Some((purpose, subscriber)) = whose(subscriptions, token) else {
        return over(subscriptions, language);
    };
    let body = match (purpose, &subscriber.standing) {
        (Purpose::Confirm, Standing::Pending) => page::confirm(language, subscriber.wanted.is_of_vendors()),
        (Purpose::Confirm, Standing::Active { .. } | Standing::Quarantined { .. }) => {
            return over(subscriptions, language);
        }
        (Purpose::Manage, _) => manage(subscriptions, language, &subscriber),
    };
    html(subscriptions, language, "subscription/link", (StatusCode::OK, body))
}

/// The form by which a subscription is changed, as it is now.
fn manage(subscriptions: &Subscriptions, language: Language, subscriber: &Subscriber) -> String {
    let chosen = chosen(subscriber);
    let wanted = match &subscriber.wanted {
        Wanted::All => None,
        Wanted::Parts(parts) => Some(parts),
        Wanted::Vendors(rule) => {
            return rule_page::manage(language, (&Draft::of(rule), &[]), &subscriptions.vendors(), chosen);
        }
    };
    with_scene(subscriptions, |scene| page::manage(scene, language, wanted, chosen))
}

/// The language of a subscriber's mail.
fn chosen(subscriber: &Subscriber) -> Option<incident::Language> {
    match subscriber.way {
        Way::Mail { language, .. } => Some(language),
        Way::Hook { .. } => None,
    }
}

/// A button below a link was pressed, by a person or (RFC 8058) by their mail program.
async fn done(
    language: Language,
    State(subscriptions): State<Subscriptions>,
    Path(token): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let Some((purpose, subscriber)) = whose(&subscriptions, &token) else {
        // RFC 8058 §3.2: who left already is not told that it failed.
        let is_known = subscriptions.link(&token).is_some();
        return if is_known { left(&subscriptions, language) } else { over(&subscriptions, language) };
    };
    let (answer, answered) = oneshot::channel();
    let id: SubscriberId = subscriber.id.clone();
    let leaves = is_one_click(&body) || form.one("action") == "leave";
    let wish = match purpose {
        Purpose::Confirm => Wish::Confirm { id, answer },
        Purpose::Manage if leaves => Wish::Leave { id, answer },
        // A body that says nothing must not widen what somebody chose.
        Purpose::Manage if form.one("action") != "save" => return over(&subscriptions, language),
        Purpose::Manage => {
            let wanted = match wanted(&subscriptions, language, &subscriber, &form) {
                Ok(wanted) => wanted,
                Err(refused) => return *refused,
            };
            Wish::Change { id, language: tongue(&form), wanted, answer }
        }
    };
    if subscriptions.wish(wish).is_err() {
        return later(&subscriptions, language);
    }
    let Ok(was_done) = answered.await else { return later(&subscriptions, language) };
    let say =
        |title, text| told(&subscriptions, language, "subscription/link", StatusCode::OK, (title, text));
    match (purpose, was_done) {
        (Purpose::Confirm, true) => say(
            language.pick("You are subscribed", "Sie haben abonniert"),
            language.pick(
                "You get a letter with each update from now on. Each has a link by which you end it.",
                "Ab jetzt erhalten Sie zu jeder Meldung eine Nachricht. In jeder steht ein Link, mit dem Sie das beenden.",
            ),
        ),
        (Purpose::Confirm, false) => over(&subscriptions, language),
        (Purpose::Manage, _) if leaves => left(&subscriptions, language),
        (Purpose::Manage, _) => say(
            language.pick("Saved", "Gespeichert"),
            language.pick("It holds from the next update on.", "Das gilt ab der nächsten Meldung."),
        ),
    }
}

/// What the form asks for in place of what the subscriber has: parts of our service, or a rule on other vendors, never one for the other.
fn wanted(
    subscriptions: &Subscriptions,
    language: Language,
    subscriber: &Subscriber,
    form: &Form,
) -> Result<Wanted, Box<Response>> {
    let kept: &AlertRule = match &subscriber.wanted {
        Wanted::All | Wanted::Parts(_) => {
            return subscriptions.wanted(&form.parts()).map_err(|_| Box::new(over(subscriptions, language)));
        }
        Wanted::Vendors(rule) => rule,
    };
    let watched = subscriptions.vendors();
    let (draft, problems) = Draft::read(&form.0, kept, &watched);
    if problems.is_empty() {
        return Ok(Wanted::Vendors(Box::new(draft.rule)));
    }
    let shown: (&Draft, &[Problem]) = (&draft, &problems);
    let body = rule_page::manage(language, shown, &watched, tongue(form).or_else(|| chosen(subscriber)));
    Err(Box::new(html(subscriptions, language, "subscription/link", (StatusCode::BAD_REQUEST, body))))
}

/// The language that a form asks for.
fn tongue(form: &Form) -> Option<incident::Language> {
    match form.one("language") {
        "en" => Some(incident::Language::En),
        "de" => Some(incident::Language::De),
        _ => None,
    }
}

/// RFC 8058 §3.2: a mail program may post the pair as `multipart/form-data` or as `application/x-www-form-urlencoded`.
fn is_one_click(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("List-Unsubscribe") && text.contains("One-Click")
}

fn whose(subscriptions: &Subscriptions, token: &str) -> Option<(Purpose, Subscriber)> {
    let (purpose, id) = subscriptions.link(token)?;
    Some((purpose, subscriptions.subscriber(&id)?))
}

fn left(subscriptions: &Subscriptions, language: Language) -> Response {
    told(
        subscriptions,
        language,
        "subscription/link",
        StatusCode::OK,
        (
            language.pick("You are no longer subscribed", "Ihr Abonnement ist beendet"),
            language.pick(
                "Nothing more is sent, and the address is forgotten.",
                "Es kommt nichts mehr, und die Adresse ist vergessen.",
            ),
        ),
    )
}

fn over(subscriptions: &Subscriptions, language: Language) -> Response {
    told(
        subscriptions,
        language,
        "subscription/link",
        StatusCode::GONE,
        (
            language.pick("This link is over", "Dieser Link gilt nicht mehr"),
            language.pick(
                "It was used, it is too old, or it was cut short. You can subscribe again.",
                "Er wurde benutzt, ist zu alt oder unvollständig. Sie können neu abonnieren.",
            ),
        ),
    )
}

fn later(subscriptions: &Subscriptions, language: Language) -> Response {
    told(
        subscriptions,
        language,
        "subscription/link",
        StatusCode::SERVICE_UNAVAILABLE,
        (
            language.pick("Not now", "Gerade nicht"),
            language
                .pick("Please try again in a minute.", "Bitte versuchen Sie es in einer Minute noch einmal."),
        ),
    )
}

fn told(
    subscriptions: &Subscriptions,
    language: Language,
    path: &str,
    status: StatusCode,
    (title, text): (&str, &str),
) -> Response {
    html(subscriptions, language, path, (status, format!("<h1>{title}</h1><p role=\"status\">{text}</p>")))
}

fn with_scene<T>(subscriptions: &Subscriptions, make: impl FnOnce(Scene<'_>) -> T) -> T {
    let site = subscriptions.site();
    let now = subscriptions.now();
    let view = site.view().aged(now, site.settings().fresh_for);
    make(Scene { view: &view, settings: site.settings(), now, mode: Mode::Live })
}

/// A page for this reader only.
fn html(
    subscriptions: &Subscriptions,
    language: Language,
    path: &str,
    (status, body): (StatusCode, String),
) -> Response {
    let page = with_scene(subscriptions, |scene| render::answer(scene, language, path, body));
    let mut document = Document::new(Media::Html, page, subscriptions.now());
    let headers = &mut document.headers;
    for name in [header::ETAG, header::LAST_MODIFIED, header::ACCESS_CONTROL_ALLOW_ORIGIN] {
        headers.remove(name);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    (status, document.headers, document.bytes).into_response()
}

/// Who asks. A proxy on this very host is believed what it adds to `X-Forwarded-For`, and nobody else is.
fn client(peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip().to_canonical());
    if !peer.is_loopback() {
        return peer;
    }
    let said = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let last = said.and_then(|said| said.rsplit(',').next()).map(str::trim);
    last.and_then(|last| last.parse().ok()).unwrap_or(peer)
}
