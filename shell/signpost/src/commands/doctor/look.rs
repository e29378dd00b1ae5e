//! One look, and how many of them are taken at once within their deadlines.

use crate::site::Site;
use model::{Source, TenantName};
use net::Resolver;
use serde::Serialize;
use setup::State;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;
use tenant::{Settings, Snapshot};
use tokio::task::JoinSet;

/// How long one look may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// What every look may use.
pub(super) struct View {
    pub(super) site: Site,
    pub(super) resolver: Resolver,
    pub(super) witnesses: watch::Witnesses,
    pub(super) tenants: BTreeMap<TenantName, Snapshot>,
}

impl View {
    /// The sources of one tenant; none if its settings name one that is not there, which a look of its own tells.
    pub(super) fn sources_of(&self, settings: &Settings) -> Vec<Source> {
        setup::eligible_sources(settings, &self.site.config.sources).unwrap_or_default()
    }
}

/// A result, for a person and for a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Looked {
    /// A fixed word.
    pub(super) check: &'static str,
    /// What was looked at.
    pub(super) subject: String,
    pub(super) state: State,
    pub(super) reason: String,
    /// What to do; empty when all is well.
    pub(super) mend: String,
}

impl Looked {
    pub(super) fn new(
        check: &'static str,
        subject: impl Into<String>,
        state: State,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        let mend = if state == State::Ok { String::new() } else { mend.into() };
        Self { check, subject: subject.into(), state, reason: reason.into(), mend }
    }
}

/// Work that ends in one or more results.
pub(super) struct Look {
    check: &'static str,
    subject: String,
    work: Pin<Box<dyn Future<Output = Vec<Looked>> + Send>>,
}

impl Look {
    pub(super) fn new(
        check: &'static str,
        subject: impl Into<String>,
        work: impl Future<Output = Vec<Looked>> + Send + 'static,
    ) -> Self {
        Self { check, subject: subject.into(), work: Box::pin(work) }
    }

    /// Work that blocks, such as files.
    pub(super) fn blocking(
        check: &'static str,
        subject: impl Into<String>,
        work: impl FnOnce() -> Vec<Looked> + Send + 'static,
    ) -> Self {
        Self::new(check, subject, async move {
            // A look that panics has no result; `at_once` says so.
            tokio::task::spawn_blocking(work).await.unwrap_or_default()
        })
    }
}

/// Takes all looks at once and gives their results in the order of the looks.
pub(super) async fn at_once(looks: Vec<Look>) -> Vec<Looked> {
    let mut results: Vec<Vec<Looked>> = Vec::new();
    let mut tasks = JoinSet::new();
    for (place, look) in looks.into_iter().enumerate() {
        let Look { check, subject, work } = look;
        let missing =
            |why: &str| vec![Looked::new(check, subject.clone(), State::Unknown, why, "look again")];
        results.push(missing("the look ended without a result"));
        let late = missing(&format!("no result within {} s", DEADLINE.as_secs()));
        tasks.spawn(async move { (place, tokio::time::timeout(DEADLINE, work).await.unwrap_or(late)) });
    }
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok((place, found)) if !found.is_empty() => results[place] = found,
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "a look of the doctor ended early"),
        }
    }
    results.into_iter().flatten().collect()
}
