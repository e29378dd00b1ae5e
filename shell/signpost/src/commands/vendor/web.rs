//! A document fetched once, from where it is said to be or from where a page keeps it.

use anyhow::{Result, bail};
use model::Timestamp;
use net::Resolver;
use net::http::{Answer, Client, Known, Limits};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::runtime::Runtime;
use vendor::{Document, Given, Mapping, ReadError};

/// For a name server to answer.
const RESOLVER_WAIT: Duration = Duration::from_secs(5);

/// What fetches.
pub(super) struct Web {
    runtime: Runtime,
    client: Client,
}

impl Web {
    /// Asks these name servers, or the system's if there are none.
    pub(super) fn over(servers: &[SocketAddr], allow_private: bool) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = Client::new(&[], Resolver::new(servers, RESOLVER_WAIT)?, Limits::document())?;
        let client = if allow_private { client } else { client.only_public() };
        Ok(Self { runtime, client })
    }

    fn get(&self, url: &str) -> Result<Answer> {
        Ok(self.runtime.block_on(self.client.get(url, &Known::default()))?)
    }
}

/// Bytes with what is known of them.
pub(super) struct Fetched {
    pub(super) bytes: Vec<u8>,
    pub(super) url: Option<String>,
    pub(super) content_type: Option<String>,
}

/// A document, and the address to ask for it; redirects may lead on from there.
pub(super) struct Read {
    pub(super) address: String,
    pub(super) fetched: Fetched,
    pub(super) document: Document,
}

/// Reads what is at `url`; of a page's own address the documents under it are tried.
pub(super) fn of_web(web: &Web, url: &str, mapping: Option<&Mapping>, now: Timestamp) -> Result<Read> {
    let first = web.get(url)?;
    let fetched = of_answer(&first);
    let read = match accepted(&first) {
        Ok(()) => parse(&fetched, mapping, now).map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    let error = match read {
        Ok(document) => return Ok(Read { address: url.to_owned(), fetched, document }),
        Err(error) => error.context(url.to_owned()),
    };
    for address in vendor::addresses(url) {
        let Ok(answer) = web.get(&address) else { continue };
        let fetched = of_answer(&answer);
        if accepted(&answer).is_ok()
            && let Ok(document) = parse(&fetched, mapping, now)
        {
            return Ok(Read { address, fetched, document });
        }
    }
    Err(error)
}

pub(super) fn parse(
    fetched: &Fetched,
    mapping: Option<&Mapping>,
    now: Timestamp,
) -> Result<Document, ReadError> {
    let given =
        Given { now, url: fetched.url.as_deref(), content_type: fetched.content_type.as_deref(), mapping };
    vendor::read(&fetched.bytes, &given)
}

pub(super) fn of_answer(answer: &Answer) -> Fetched {
    Fetched {
        bytes: answer.body.clone(),
        url: Some(answer.url.clone()),
        content_type: answer.content_type.clone(),
    }
}

fn accepted(answer: &Answer) -> Result<()> {
    if answer.status.is_success() {
        return Ok(());
    }
    let when =
        answer.retry_after.as_ref().map_or_else(String::new, |after| format!(", come again after {after}"));
    bail!("the server answered {}{when}", answer.status)
}
