//! Subscriptions: who wants to be told, and the telling.
//!
//! ```text
//!   form, link, command --> wishes --+
//!   the page's view ----> news ------+--> clerk --> journal --> letters --> postman (notices route)
//!   what came of a letter -----------+                                 \--> courier (webhooks)
//! ```
//! News are found by looking at the public view, so that nobody is told what strangers may not read, and nothing is missed because somebody was slow. What
//! is to be sent is journalled before it is sent, and what was sent behind it: a crash between the two repeats a letter under the same Message-ID. Mail
//! leaves by the notices route only, never over the sources on whose trouble it reports.

mod book;
mod clerk;
mod courier;
mod forms;
mod hook;
mod letters;
mod limits;
mod news;
mod postman;
mod record;
mod route;
mod rule;
mod token;
mod vendors;

pub use clerk::{Clerk, Means};
pub use courier::{Courier, CourierError};
pub use forms::router;
pub use record::{HookKind, Standing, Subscriber, SubscriberId, Wanted, Way};
pub use route::{Postman, Route, RouteError};
pub(crate) use rule::{Draft, Field, Problem};
pub use vendors::{VendorNews, WatchedVendor};

use crate::Site;
use crate::view::PublicId;
use book::Book;
use incident::Language;
use limits::Limits;
use model::Timestamp;
use net::Clock;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::journal::{Journal, JournalError};
use token::{Purpose, Tokens};
use tokio::sync::{mpsc, oneshot};
use vendor::AlertRule;

const NAME: &str = "journal-v1.jsonl";
/// Wishes that wait for the clerk; more are refused for the moment.
const WISHES_MAX: usize = 1024;
/// Subscribers of one installation.
const SUBSCRIBERS_MAX: usize = 100_000;

/// Why a wish is not fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    #[error("subscriptions cannot be kept: {0}")]
    Journal(#[from] JournalError),
    #[error("the key of subscription links {path} cannot be {what}: {error}")]
    Key { path: std::path::PathBuf, what: &'static str, error: std::io::Error },
    #[error("there is no subscriber {0}; `signpost subscriber ls` lists them")]
    Unknown(String),
    #[error("there is no component {0}; `signpost incident ls` lists them")]
    Component(String),
    #[error("the rule cannot be kept: {0}")]
    Rule(String),
    #[error("`{0}` is not an address to which mail can be sent")]
    Address(String),
    #[error("mail needs a way out: set `notices.route` in the operator's file")]
    NoRoute,
    #[error(transparent)]
    Hook(#[from] CourierError),
    #[error("there are {SUBSCRIBERS_MAX} subscribers already")]
    Full,
    #[error("too much is waiting; try again in a minute")]
    Busy,
    #[error("the node is stopping")]
    Stopping,
}

/// What the clerk is asked to do.
pub(crate) enum Wish {
    Mail { address: String, language: Language, wanted: Wanted },
    Confirm { id: SubscriberId, answer: oneshot::Sender<bool> },
    Change { id: SubscriberId, language: Option<Language>, wanted: Wanted, answer: oneshot::Sender<bool> },
    Leave { id: SubscriberId, answer: oneshot::Sender<bool> },
    Hook { way: Way, wanted: Wanted, answer: oneshot::Sender<Option<Subscriber>> },
    Vendor(Box<VendorNews>),
}

/// A handle on the subscriptions; clones are the same ones.
#[derive(Clone)]
pub struct Subscriptions(Arc<Shared>);

struct Shared {
    book: Mutex<Book>,
    wishes: mpsc::Sender<Wish>,
    tokens: Tokens,
    limits: Mutex<Limits>,
    site: Site,
    clock: Clock,
    sends_mail: bool,
    courier: Courier,
    vendors: Mutex<Vec<WatchedVendor>>,
}

impl Subscriptions {
    /// Opens what the journal in `directory` tells.
    ///
    /// # Errors
    /// If the journal or the key of links cannot be read or written.
    pub fn open(directory: &Path, means: Means) -> Result<(Self, Clerk), SubscribeError> {
        let (journal, records) = Journal::open(directory, NAME, Arc::new(book::condensed))?;
        let book = Book::of(records);
        let tokens = Tokens::open(&directory.join("links.key"))?;
        let (wishes, received) = mpsc::channel(WISHES_MAX);
        let subscriptions = Self(Arc::new(Shared {
            book: Mutex::new(book),
            wishes,
            tokens,
            limits: Mutex::default(),
            site: means.site.clone(),
            clock: means.clock.clone(),
            sends_mail: means.postman.is_some(),
            courier: means.courier.clone(),
            vendors: Mutex::default(),
        }));
        let clerk = Clerk::new(subscriptions.clone(), journal, received, means);
        Ok((subscriptions, clerk))
    }

    /// Everybody, the oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Subscriber> {
        self.book().subscribers.values().cloned().collect()
    }

    /// Letters that are still to be sent.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.book().jobs.len()
    }

    /// Writes a link for confirmation to `address`, as the form does; who is known already gets a link to what is known.
    ///
    /// # Errors
    /// If it is no address, or no mail can leave.
    pub fn ask(&self, address: &str, language: Language, parts: &[String]) -> Result<(), SubscribeError> {
        if !self.0.sends_mail {
            return Err(SubscribeError::NoRoute);
        }
        let address = checked(address)?;
        let wanted = self.wanted(parts)?;
        self.wish(Wish::Mail { address, language, wanted })
    }

    /// As [`Subscriptions::ask`], for what other vendors say.
    ///
    /// # Errors
    /// As there; and if the rule cannot be kept.
    pub fn ask_vendors(
        &self,
        address: &str,
        language: Language,
        rule: AlertRule,
    ) -> Result<(), SubscribeError> {
        if !self.0.sends_mail {
            return Err(SubscribeError::NoRoute);
        }
        let address = checked(address)?;
        self.wish(Wish::Mail { address, language, wanted: of_vendors(rule)? })
    }

    /// As [`Subscriptions::add_hook`], for what other vendors say.
    ///
    /// # Errors
    /// As there; and if the rule cannot be kept.
    pub async fn add_vendor_hook(
        &self,
        (url, kind): (String, HookKind),
        contact: Option<String>,
        rule: AlertRule,
    ) -> Result<Subscriber, SubscribeError> {
        self.hook((url, kind), contact, of_vendors(rule)?).await
    }

    /// Says which vendors are watched: those of which a reader may choose.
    pub fn know_vendors(&self, vendors: Vec<WatchedVendor>) {
        *self.0.vendors.lock().unwrap_or_else(PoisonError::into_inner) = vendors;
    }

    pub(crate) fn vendors(&self) -> Vec<WatchedVendor> {
        self.0.vendors.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Hands on what a vendor says; who was told is not told again.
    ///
    /// # Errors
    /// If too much waits.
    pub fn tell_vendor(&self, news: VendorNews) -> Result<(), SubscribeError> {
        self.wish(Wish::Vendor(Box::new(news)))
    }

    /// Adds a webhook, by the operator's word; its secret stands in the answer.
    ///
    /// # Errors
    /// If the URL may not be called, or a component is not known.
    pub async fn add_hook(
        &self,
        (url, kind): (String, HookKind),
        contact: Option<String>,
        parts: &[String],
    ) -> Result<Subscriber, SubscribeError> {
        self.hook((url, kind), contact, self.wanted(parts)?).await
    }

    async fn hook(
        &self,
        (url, kind): (String, HookKind),
        contact: Option<String>,
        wanted: Wanted,
    ) -> Result<Subscriber, SubscribeError> {
        self.0.courier.check(&url)?;
        let contact = contact.map(|address| checked(&address)).transpose()?;
        let way = Way::Hook { url, kind, secret: record::secret(), contact };
        let (answer, answered) = oneshot::channel();
        self.wish(Wish::Hook { way, wanted, answer })?;
        answered.await.map_err(|_| SubscribeError::Stopping)?.ok_or(SubscribeError::Full)
    }

    /// Takes a subscriber out, with everything that is known of it.
    ///
    /// # Errors
    /// If there is none.
    pub async fn remove(&self, id: &str) -> Result<(), SubscribeError> {
        let (answer, answered) = oneshot::channel();
        self.wish(Wish::Leave { id: SubscriberId::known(id), answer })?;
        let was_there = answered.await.map_err(|_| SubscribeError::Stopping)?;
        was_there.then_some(()).ok_or_else(|| SubscribeError::Unknown(id.to_owned()))
    }

    pub(crate) fn wish(&self, wish: Wish) -> Result<(), SubscribeError> {
        self.0.wishes.try_send(wish).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubscribeError::Busy,
            mpsc::error::TrySendError::Closed(_) => SubscribeError::Stopping,
        })
    }

    /// Whether a stranger at `peer` may ask for a letter now.
    pub(crate) fn admits(&self, peer: IpAddr) -> bool {
        self.0.limits.lock().unwrap_or_else(PoisonError::into_inner).admits(peer, self.now())
    }

    /// Whose link it is, if it holds.
    pub(crate) fn link(&self, text: &str) -> Option<(Purpose, SubscriberId)> {
        self.0.tokens.read(text, self.now())
    }

    pub(crate) fn subscriber(&self, id: &SubscriberId) -> Option<Subscriber> {
        self.book().subscribers.get(id).cloned()
    }

    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Components by their public ids, or by region and name.
    fn wanted(&self, parts: &[String]) -> Result<Wanted, SubscribeError> {
        if parts.is_empty() {
            return Ok(Wanted::All);
        }
        let view = self.0.site.view();
        let find = |part: &String| {
            let known = view.components.iter().find(|one| {
                let name = format!("{} - {}", one.region, one.name.en);
                one.id.as_str() == part || name.eq_ignore_ascii_case(part)
            });
            known.map(|one| one.id.clone()).ok_or_else(|| SubscribeError::Component(part.clone()))
        };
        let found: Result<BTreeSet<PublicId>, _> = parts.iter().map(find).collect();
        found.map(Wanted::Parts)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Records are applied one by one, each whole.
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_vendors(rule: AlertRule) -> Result<Wanted, SubscribeError> {
    match rule.problem() {
        Some(problem) => Err(SubscribeError::Rule(problem)),
        None => Ok(Wanted::Vendors(Box::new(rule))),
    }
}

/// An address that both our own reading and that of the mail library take.
pub(crate) fn checked(address: &str) -> Result<String, SubscribeError> {
    let address = address.trim();
    let wrong = || SubscribeError::Address(address.chars().take(100).collect());
    let read: model::Address = address.parse().map_err(|_| wrong())?;
    let domain = address.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
    // A mailbox at a bare host or an address literal is not one that strangers subscribe with.
    let is_public =
        address.is_ascii() && !address.starts_with('"') && domain.contains('.') && !domain.contains('[');
    let is_known_to_library = address.parse::<lettre::Address>().is_ok();
    (is_public && is_known_to_library).then(|| read.to_string()).ok_or_else(wrong)
}

/// An address as logs may carry it: `k…@customer.example`.
pub(crate) fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

#[cfg(test)]
mod tests;
