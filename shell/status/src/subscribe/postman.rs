//! Hands a letter to the notices route and tells what came of it.
//!
//! A reply that the mailbox does not exist ends the letter. Everything else is tried again, permanent refusals too: the route may be set up wrongly, and
//! that is ours to mend and no reason to keep silent.

use super::letters::Mail;
use super::route::{Route, RouteError};
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use rustls_pki_types::CertificateDer;

/// What came of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Sent,
    /// It may go better later.
    Again(String),
    /// The reader is not there.
    Never(String),
    /// There is nothing to say any more.
    Moot,
}

/// The client with what it writes in every letter; clones share connections.
#[derive(Clone)]
pub struct Postman {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Postman {
    /// A client of `route` that writes as `from`, named `name`, and says `host` in EHLO.
    ///
    /// # Errors
    /// If the password or the address cannot be used.
    pub fn new(
        route: &Route,
        (from, name): (&str, &str),
        host: &str,
        secret: impl Fn(&str) -> Option<String>,
        extra_roots: &[CertificateDer<'static>],
    ) -> Result<Self, RouteError> {
        let address = from.parse().map_err(|_| RouteError::From(from.to_owned()))?;
        let transport = route.open(secret, host, extra_roots)?;
        Ok(Self { transport, from: Mailbox::new(Some(name.to_owned()), address) })
    }

    pub(crate) async fn send(&self, mail: &Mail) -> Outcome {
        let message = match mail.message(&self.from) {
            Ok(message) => message,
            Err(error) => return Outcome::Never(error.to_string()),
        };
        match self.transport.send(message).await {
            Ok(_) => Outcome::Sent,
            Err(error) if is_about_the_mailbox(&error) => Outcome::Never(error.to_string()),
            Err(error) => Outcome::Again(error.to_string()),
        }
    }
}

/// RFC 3463 §3.2: X.1.1 bad mailbox, X.1.2 bad host, X.1.3 bad syntax, X.1.10 null MX (RFC 7505).
fn is_about_the_mailbox(error: &lettre::transport::smtp::Error) -> bool {
    let text = error.to_string();
    let said = ["5.1.1 ", "5.1.2 ", "5.1.3 ", "5.1.10 "];
    error.is_permanent() && said.iter().any(|code| text.contains(code))
}
