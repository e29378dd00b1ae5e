//! One look at one vendor: asked with what is known, read if something comes.
//!
//! Whatever goes wrong is a failed look with its reason. A document is read on a thread of its own, where a fault of a reader costs this look.

use super::VendorConfig;
use super::state::Brought;
use model::Timestamp;
use net::http::{self, Answer, Bearer, Client, Known};
use std::sync::Arc;
use std::time::Duration;
use vendor::{Document, Given, ReadError, Wishes};

/// For one document, and for all that it leads on to: redirects each have a time of their own within.
const LOOK_WAIT: Duration = Duration::from_secs(30);
/// Further pages of a list; older entries than they have are not read.
const PAGES_MAX: usize = 5;

/// What came, and when the server wants to be asked again.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) brought: Brought,
    retry_after: Option<String>,
    cache_control: Option<String>,
    /// The vendor's past was asked for how something ended.
    pub(super) has_asked_history: bool,
}

impl Came {
    pub(super) fn nothing(problem: impl Into<String>) -> Self {
        Self {
            brought: Brought::Nothing { problem: problem.into() },
            retry_after: None,
            cache_control: None,
            has_asked_history: false,
        }
    }

    /// What is read, and the wishes beside it.
    pub(super) fn apart(&mut self) -> (Brought, Wishes<'_>) {
        let brought = core::mem::replace(&mut self.brought, Brought::Unchanged);
        let (retry_after, cache_control) = (self.retry_after.as_deref(), self.cache_control.as_deref());
        (brought, Wishes { retry_after, cache_control })
    }
}

/// What is known before a look.
#[derive(Debug, Clone, Default)]
pub(super) struct Before {
    pub(super) known: Known,
    /// Ids of what went on.
    pub(super) underway: Vec<String>,
    /// Nothing was ever read of it: its past is asked for too.
    pub(super) is_first: bool,
    /// The past was asked for how something ended a moment ago.
    pub(super) spares_history: bool,
}

pub(super) async fn look(config: Arc<VendorConfig>, client: Client, before: Before, now: Timestamp) -> Came {
    let mut came = one(&config, &client, (&config.url, &before.known), now).await;
    let Brought::Document { document, etag, last_modified } = &mut came.brought else { return came };
    let asked = &mut came.has_asked_history;
    let rest = rest(&config, &client, (document, asked), &before, now);
    let rest = tokio::time::timeout(LOOK_WAIT, rest).await;
    if !matches!(rest, Ok(true)) {
        // The next look asks for all of it again.
        (*etag, *last_modified) = (None, None);
        if rest.is_err() {
            document.is_cut("the further pages took too long");
        }
    }
    came
}

/// What the document leads on to: its further pages, and how that ended which is no longer in it. Says whether all of it came.
async fn rest(
    config: &Arc<VendorConfig>,
    client: &Client,
    (document, asked): (&mut Document, &mut bool),
    before: &Before,
    now: Timestamp,
) -> bool {
    for _ in 0..PAGES_MAX {
        let Some(next) = document.next_page.take().filter(|next| is_same_host(next, &config.url)) else {
            break;
        };
        match one(config, client, (&next, &Known::default()), now).await.brought {
            Brought::Document { document: more, .. } => document.extend(*more),
            Brought::Nothing { problem } => {
                document.is_cut(&format!("a further page did not come: {problem}"));
                return false;
            }
            Brought::Unchanged => break,
        }
    }
    let Some(history) = &config.history else { return true };
    // The first look is told the past; it leaves the next one free to ask how something ended.
    *asked = is_gone(document, before);
    if *asked && before.spares_history {
        *asked = false;
        return false;
    }
    if !(before.is_first || *asked) {
        return true;
    }
    // What does not come leaves what went on as it was last seen.
    if let Brought::Document { document: past, .. } =
        one(config, client, (history, &Known::default()), now).await.brought
    {
        let next = document.next_page.take();
        document.extend(*past);
        document.next_page = next;
        return !is_gone(document, before);
    }
    false
}

/// Whether something that went on is in the document no more.
fn is_gone(document: &Document, before: &Before) -> bool {
    let is_there = |id: &String| document.incidents.iter().any(|incident| incident.native_id == *id);
    !before.underway.iter().all(is_there)
}

/// A list does not lead us elsewhere.
fn is_same_host(next: &str, url: &str) -> bool {
    http::host_of(next).ok().is_some_and(|host| http::host_of(url).is_ok_and(|own| own == host))
}

async fn one(
    config: &Arc<VendorConfig>,
    client: &Client,
    (url, known): (&str, &Known),
    now: Timestamp,
) -> Came {
    let known = match token(config).await {
        Ok(bearer) => Known { bearer, ..known.clone() },
        Err(problem) => return Came::nothing(problem),
    };
    match tokio::time::timeout(LOOK_WAIT, client.get(url, &known)).await {
        Ok(Ok(answer)) => came(Arc::clone(config), answer, &known, now).await,
        Ok(Err(error)) => Came::nothing(error.to_string()),
        Err(_elapsed) => Came::nothing(format!("no whole answer within {} s", LOOK_WAIT.as_secs())),
    }
}

/// The token of a vendor that wants one.
async fn token(config: &Arc<VendorConfig>) -> Result<Option<Bearer>, String> {
    let Some(file) = config.token_file.clone() else { return Ok(None) };
    let shown = file.display().to_string();
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(file)).await;
    let text = match read {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => return Err(format!("the token cannot be read from {shown}: {error}")),
        Err(_panicked) => return Err(format!("the token cannot be read from {shown}")),
    };
    Bearer::read(&text).map(Some).ok_or_else(|| format!("{shown} holds no token"))
}

async fn came(config: Arc<VendorConfig>, mut answer: Answer, known: &Known, now: Timestamp) -> Came {
    let has_asked = known.etag.is_some() || known.last_modified.is_some();
    let (retry_after, cache_control) = (answer.retry_after.take(), answer.cache_control.take());
    let brought = match answer.status.as_u16() {
        304 if has_asked => Brought::Unchanged,
        200 => {
            let (etag, last_modified) = (answer.etag.take(), answer.last_modified.take());
            let read = tokio::task::spawn_blocking(move || read(&config, &answer, now));
            match read.await {
                Ok(Ok(document)) => Brought::Document { document: Box::new(document), etag, last_modified },
                Ok(Err(error)) => Brought::Nothing { problem: error.to_string() },
                Err(_panicked) => {
                    Brought::Nothing { problem: "the reader failed; please report it".to_owned() }
                }
            }
        }
        _ => Brought::Nothing { problem: format!("the server answered {}", answer.status) },
    };
    Came { brought, retry_after, cache_control, has_asked_history: false }
}

fn read(config: &VendorConfig, answer: &Answer, now: Timestamp) -> Result<Document, ReadError> {
    let content_type = answer.content_type.as_deref();
    let mapping = config.mapping.as_ref();
    vendor::read(&answer.body, &Given { now, url: Some(&answer.url), content_type, mapping })
}
