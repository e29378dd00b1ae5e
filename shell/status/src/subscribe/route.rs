//! The notices route: another mail system that takes our mail to subscribers, by submission (RFC 6409) with a password.
//!
//! `smtps://` is encrypted from the first byte (RFC 8314 §3.3). `smtp://` asks for STARTTLS and, where a password is to be said, does not go on without
//! it. A certificate must fit the name. A password is never shown.

use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use rustls_pki_types::CertificateDer;
use std::fmt;
use std::time::Duration;

pub use super::postman::Postman;

/// RFC 6409 §3.1 and RFC 8314 §7.3.
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;
const WAIT: Duration = Duration::from_secs(60);
/// Connections that are kept.
pub(super) const CONNECTIONS_MAX: u32 = 4;
const FORM: &str = "smtps://user:env:PASS@host:465";

/// What is wrong with a route.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    #[error("`notices.route` is not of the form {FORM}")]
    Form,
    #[error("`notices.route` has a user and no password; it is of the form {FORM}")]
    NoPassword,
    #[error("`notices.route` names its password by {0}, which is not set")]
    Unset(String),
    #[error("`notices.from` is not an address: {0}")]
    From(String),
    #[error("the notices route cannot be used: {0}")]
    Transport(#[from] lettre::transport::smtp::Error),
}

/// Where subscriber mail goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Route {
    host: String,
    port: u16,
    /// From the first byte.
    implicit_tls: bool,
    login: Option<Login>,
}

#[derive(Clone, PartialEq, Eq)]
struct Login {
    user: String,
    /// Itself, or where it stands: `env:NAME`, `file:PATH`.
    password: String,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Route({}:{})", self.host, self.port)
    }
}

impl Route {
    /// Reads `smtps://user:env:PASS@host:465`; the user may be an address.
    ///
    /// # Errors
    /// If it has another form.
    pub fn parse(url: &str) -> Result<Self, RouteError> {
        let (scheme, rest) = url.split_once("://").ok_or(RouteError::Form)?;
        let implicit_tls = match scheme {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(RouteError::Form),
        };
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, rest),
        };
        let login = login.map(|login| {
            let (user, password) = login.split_once(':').ok_or(RouteError::NoPassword)?;
            if user.is_empty() || password.is_empty() {
                return Err(RouteError::NoPassword);
            }
            Ok(Login { user: user.to_owned(), password: password.to_owned() })
        });
        let standard = if implicit_tls { SUBMISSIONS } else { SUBMISSION };
        let place = place.trim_end_matches('/');
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| RouteError::Form)?),
            Some(_) | None => (place, standard),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_good =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':' | '_');
        if host.is_empty() || !host.chars().all(is_good) {
            return Err(RouteError::Form);
        }
        Ok(Self { host: host.to_owned(), port, implicit_tls, login: login.transpose()? })
    }

    /// The user, where it is an address: mail from it is what a submission host lets through.
    #[must_use]
    pub fn user_address(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.user.as_str()).filter(|user| user.contains('@'))
    }

    /// The client. `secret` gives the value behind a reference, `hello` is the name that we say.
    pub(super) fn open(
        &self,
        secret: impl Fn(&str) -> Option<String>,
        hello: &str,
        extra_roots: &[CertificateDer<'static>],
    ) -> Result<AsyncSmtpTransport<Tokio1Executor>, RouteError> {
        let mut parameters = TlsParameters::builder(self.host.clone());
        for root in extra_roots {
            parameters = parameters.add_root_certificate(Certificate::from_der(root.to_vec())?);
        }
        let parameters = parameters.build()?;
        let tls = match (self.implicit_tls, &self.login) {
            (true, _) => Tls::Wrapper(parameters),
            (false, Some(_)) => Tls::Required(parameters),
            (false, None) => Tls::Opportunistic(parameters),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .timeout(Some(WAIT))
            .hello_name(ClientId::Domain(hello.to_owned()))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS_MAX).idle_timeout(Duration::from_secs(10)));
        if let Some(login) = &self.login {
            let is_reference = login.password.starts_with("env:") || login.password.starts_with("file:");
            let password = match is_reference {
                true => secret(&login.password).ok_or_else(|| RouteError::Unset(login.password.clone()))?,
                false => login.password.clone(),
            };
            let password = password.trim_end_matches(['\r', '\n']).to_owned();
            builder = builder.credentials(Credentials::new(login.user.clone(), password));
        }
        Ok(builder.build())
    }
}

#[cfg(test)]
mod tests;
