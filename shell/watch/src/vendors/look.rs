//! One look at one vendor: asked with what is known, read if something comes.
//!
//! Whatever goes wrong is a failed look with its reason. A document is read on a thread of its own, where a fault of a reader costs this look.

use super::VendorConfig;
use super::state::Brought;
use model::Timestamp;
use net::http::{Answer, Client, Known};
use std::sync::Arc;
use std::time::Duration;
use vendor::{Document, Given, ReadError, Wishes};

/// For all of it: redirects each have a time of their own within.
const LOOK_WAIT: Duration = Duration::from_secs(30);

/// What came, and when the server wants to be asked again.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) brought: Brought,
    retry_after: Option<String>,
    cache_control: Option<String>,
}

impl Came {
    pub(super) fn nothing(problem: impl Into<String>) -> Self {
        Self { brought: Brought::Nothing { problem: problem.into() }, retry_after: None, cache_control: None }
    }

    /// What is read, and the wishes beside it.
    pub(super) fn apart(&mut self) -> (Brought, Wishes<'_>) {
        let brought = core::mem::replace(&mut self.brought, Brought::Unchanged);
        let (retry_after, cache_control) = (self.retry_after.as_deref(), self.cache_control.as_deref());
        (brought, Wishes { retry_after, cache_control })
    }
}

pub(super) async fn look(config: Arc<VendorConfig>, client: Client, known: Known, now: Timestamp) -> Came {
    let asked = tokio::time::timeout(LOOK_WAIT, client.get(&config.url, &known)).await;
    match asked {
        Ok(Ok(answer)) => came(config, answer, &known, now).await,
        Ok(Err(error)) => Came::nothing(error.to_string()),
        Err(_elapsed) => Came::nothing(format!("no whole answer within {} s", LOOK_WAIT.as_secs())),
    }
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
    Came { brought, retry_after, cache_control }
}

fn read(config: &VendorConfig, answer: &Answer, now: Timestamp) -> Result<Document, ReadError> {
    let content_type = answer.content_type.as_deref();
    let mapping = config.mapping.as_ref();
    vendor::read(&answer.body, &Given { now, url: Some(&answer.url), content_type, mapping })
}
