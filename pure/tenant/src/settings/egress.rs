//! `[egress]`: where a tenant's mail goes on, and how.

use super::{Outside, Secret};
use crate::written::{Report, Table, Value};
use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::str::FromStr;
use model::{ByteCount, Domain, Duration, SourceName, TlsPolicy};
use tlspolicy::Destinations;

/// `[egress]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// To whom. Default: return.
    pub mode: EgressMode,
    /// The tenant's own mail system, of use in mode return only. Default: the MX of the first domain.
    pub smart_host: SmartHost,
    /// How much TLS has to prove. Default: verify of the tenant's own system; opportunistic in mode deliver, where most of the world proves nothing.
    pub tls: TlsPolicy,
    /// What holds instead for single domains of recipients, in mode deliver. Default: nothing.
    pub destinations: Destinations,
    /// The certificate that we show as this tenant. Default: none.
    pub certificate: Option<ClientCertificate>,
    /// The largest message that the next hop takes, as its EHLO tells it (SIZE): what a signature would make larger gets a smaller one, or none.
    /// Default: not known.
    pub size_max: Option<ByteCount>,
    /// When the message is safe. Default: spool.
    pub handover: Handover,
    pub cut_through: CutThrough,
    /// The sources that this tenant's connector, SPF and allow list know: up to 100. Empty, the default: all of the region.
    pub sources: Vec<SourceName>,
    /// Another way out, only when every eligible source is out. Default: none.
    pub fallback: Option<Fallback>,
}

/// To whom a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EgressMode {
    /// Back to the tenant's own mail system, which delivers.
    #[default]
    Return,
    /// To the recipients' MX hosts.
    Deliver,
}

/// One fixed next hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmartHost {
    /// `host.example:25`; the port's default is 25.
    Name { host: Domain, port: u16 },
    /// `192.0.2.1:25` or `[2001:db8::1]:25`.
    Address(SocketAddr),
    /// `mx:acme.example`: the MX hosts of a domain.
    Mx(Domain),
}

/// As the file writes it.
impl fmt::Display for SmartHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { host, port } => write!(f, "{host}:{port}"),
            Self::Address(address) => fmt::Display::fmt(address, f),
            Self::Mx(domain) => write!(f, "mx:{domain}"),
        }
    }
}

/// A client certificate: one PEM text with chain and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Chain and key. It holds the key, hence a secret.
    pub pem: Secret,
}

/// When a message counts as safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handover {
    /// When the spool has it.
    #[default]
    Spool,
    /// When the next hop has accepted it.
    CutThrough,
}

/// What cut-through does when the next hop is slow, partial or refuses us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutThrough {
    /// How long the next hop may take: 1 s to 5 min. Default: 20 s.
    pub wait: Duration,
    /// What then. Default: spool.
    pub otherwise: Otherwise,
}

/// The second choice of cut-through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Otherwise {
    /// We take the message.
    #[default]
    Spool,
    /// `451`: the tenant's own queue keeps it.
    TryLater,
}

/// Another smart host with credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    pub host: Domain,
    pub port: u16,
    /// TLS from the first byte (`smtps://`) instead of STARTTLS (`smtp://`).
    pub implicit_tls: bool,
    pub user: String,
    pub password: Secret,
}

const SIZE_MAX: ByteCount = ByteCount(1 << 30);
const SMTP_PORT: u16 = 25;
const SUBMISSION_PORT: u16 = 587;
const SUBMISSIONS_PORT: u16 = 465;
const SOURCES_MAX: usize = 100;
const WAIT_DEFAULT: Duration = Duration::from_secs(20);
const WAIT_MIN: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(300);

const DESTINATIONS_MAX: usize = 1_000;
const MODES: [(&str, EgressMode); 2] = [("return", EgressMode::Return), ("deliver", EgressMode::Deliver)];
const TLS: [(&str, TlsPolicy); 3] = [
    ("opportunistic", TlsPolicy::Opportunistic),
    ("require", TlsPolicy::Require),
    ("verify", TlsPolicy::Verify),
];
const HANDOVERS: [(&str, Handover); 2] = [("spool", Handover::Spool), ("cut_through", Handover::CutThrough)];
const OTHERWISE: [(&str, Otherwise); 2] = [("spool", Otherwise::Spool), ("451", Otherwise::TryLater)];

impl Egress {
    fn default_for(first_domain: &Domain) -> Self {
        Self {
            mode: EgressMode::default(),
            smart_host: SmartHost::Mx(first_domain.clone()),
            tls: TlsPolicy::default(),
            destinations: Destinations::default(),
            certificate: None,
            size_max: None,
            handover: Handover::default(),
            cut_through: CutThrough { wait: WAIT_DEFAULT, otherwise: Otherwise::default() },
            sources: Vec::new(),
            fallback: None,
        }
    }
}

impl FromStr for SmartHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(domain) = text.strip_prefix("mx:") {
            return domain.parse().map(Self::Mx).map_err(|error| error.to_string());
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self::Address(address));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Address(SocketAddr::new(address, SMTP_PORT)));
        }
        let (host, port) = host_and_port(text, SMTP_PORT)?;
        Ok(Self::Name { host, port })
    }
}

fn host_and_port(text: &str, default: u16) -> Result<(Domain, u16), String> {
    let form = || format!("`{text}` is not a host such as mail.example:25, nor mx:DOMAIN");
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0).ok_or_else(form)?),
        None => (text, default),
    };
    let host: Domain = host.parse().map_err(|_| form())?;
    if host.is_literal() { Err(form()) } else { Ok((host, port)) }
}

/// Reads `[egress]`. `None` only without a domain to take the default from.
pub(super) fn read(
    top: &mut Table<'_>,
    domains: &[Domain],
    outside: &Outside<'_>,
    report: &mut Report,
) -> Option<Egress> {
    let table = top.table("egress", report);
    // Without a good domain nothing is published; a stand-in lets the other keys be checked all the same.
    let stand_in = || "domain.invalid".parse().ok();
    let mut egress = Egress::default_for(&domains.first().cloned().or_else(stand_in)?);
    let Some(mut table) = table else { return Some(egress) };
    if let Some(mode) = table.take("mode").and_then(|value| value.word(&MODES, report)) {
        egress.mode = mode;
    }
    if let Some(host) = table.take("smart_host").and_then(|value| value.parse(report)) {
        egress.smart_host = host;
    }
    match (table.take("tls").and_then(|value| value.word(&TLS, report)), egress.mode) {
        (Some(tls), _) => egress.tls = tls,
        (None, EgressMode::Deliver) => egress.tls = TlsPolicy::Opportunistic,
        (None, EgressMode::Return) => {}
    }
    if let Some(table) = table.table("destinations", report) {
        egress.destinations = destinations(&table, report);
    }
    let certificate = table.take("certificate");
    egress.certificate = certificate.and_then(|value| self::certificate(&value, outside, report));
    let bounds = ByteCount(0)..=SIZE_MAX;
    let size = table.take("size_max").and_then(|value| value.size(bounds, report));
    egress.size_max = size.filter(|size| size.0 > 0);
    if let Some(handover) = table.take("handover").and_then(|value| value.word(&HANDOVERS, report)) {
        egress.handover = handover;
    }
    if let Some(table) = table.table("cut_through", report) {
        cut_through(table, &mut egress.cut_through, report);
    }
    let sources = table.take("sources");
    egress.sources = sources.map(|value| value.parse_list(SOURCES_MAX, report)).unwrap_or_default();
    egress.fallback = table.take("fallback").and_then(|value| fallback(&value, outside, report));
    table.finish(report);
    Some(egress)
}

/// A table of domains of recipients, each with its word: `"partner.example" = "verify"`.
pub fn destinations(table: &Table<'_>, report: &mut Report) -> Destinations {
    let mut destinations = Destinations::default();
    let (start, count) = (table.start(), table.pairs().count());
    if count > DESTINATIONS_MAX {
        report.at(start, format!("{count} destinations are too many: up to {DESTINATIONS_MAX} may be named"));
        return destinations;
    }
    for (domain, value) in table.pairs() {
        let Some(word) = value.parse(report) else { continue };
        if let Err(error) = destinations.set(domain, word) {
            value.problem(report, error);
        }
    }
    destinations
}

fn cut_through(mut table: Table<'_>, chosen: &mut CutThrough, report: &mut Report) {
    if let Some(wait) = table.take("wait").and_then(|value| value.duration(WAIT_MIN..=WAIT_MAX, report)) {
        chosen.wait = wait;
    }
    if let Some(otherwise) = table.take("otherwise").and_then(|value| value.word(&OTHERWISE, report)) {
        chosen.otherwise = otherwise;
    }
    table.finish(report);
}

/// A PEM file inside the folder, or a reference (`env:NAME`, `file:PATH`) to its text.
fn certificate(value: &Value<'_>, outside: &Outside<'_>, report: &mut Report) -> Option<ClientCertificate> {
    let text = value.text(report)?;
    if text.is_empty() {
        return None;
    }
    let named = text.starts_with("env:") || text.starts_with("file:");
    let pem = if named {
        (outside.secrets)(text)
    } else {
        outside.folder.file(text).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    };
    let Some(pem) = pem else {
        let mend = if named { "set it" } else { "put the file into the tenant's folder" };
        value.problem(report, format!("`{text}` does not exist; {mend}, or write \"\" for none"));
        return None;
    };
    if !pem.contains("-----BEGIN CERTIFICATE-----") || !pem.contains("PRIVATE KEY-----") {
        value.problem(
            report,
            format!("`{text}` needs the certificate chain and its private key, both as PEM"),
        );
        return None;
    }
    Some(ClientCertificate { pem: Secret::new(pem) })
}

/// `smtp://USER:PASSWORD@HOST:PORT` with STARTTLS or `smtps://` with TLS at once; the password may be `env:NAME` or `file:PATH`.
fn fallback(value: &Value<'_>, outside: &Outside<'_>, report: &mut Report) -> Option<Fallback> {
    let text = value.text(report)?;
    if text.is_empty() {
        return None;
    }
    let written = parse_fallback(text).map_err(|reason| value.problem(report, reason)).ok()?;
    let reference = &written.password;
    let named = reference.starts_with("env:") || reference.starts_with("file:");
    let password = if named { (outside.secrets)(reference) } else { Some(reference.clone()) };
    let Some(password) = password else {
        let reason = format!("the password `{reference}` of `egress.fallback` is not set; it cannot be used");
        report.warn(value.start(), reason);
        return None;
    };
    if !named {
        report.warn(
            value.start(),
            "a password is written in the file; name it as env:NAME or file:PATH instead",
        );
    }
    let WrittenFallback { host, port, implicit_tls, user, .. } = written;
    Some(Fallback { host, port, implicit_tls, user, password: Secret::new(password) })
}

struct WrittenFallback {
    host: Domain,
    port: u16,
    implicit_tls: bool,
    user: String,
    password: String,
}

fn parse_fallback(text: &str) -> Result<WrittenFallback, String> {
    // The text may hold a password, so it is not repeated.
    let form = || "needs the form smtps://USER:env:NAME@HOST:465 or smtp://USER:env:NAME@HOST:587".to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(form)?;
    let (implicit_tls, port) = match scheme {
        "smtps" => (true, SUBMISSIONS_PORT),
        "smtp" => (false, SUBMISSION_PORT),
        _ => return Err(form()),
    };
    let (credentials, host) = rest.rsplit_once('@').ok_or_else(form)?;
    let (user, password) = credentials.split_once(':').ok_or_else(form)?;
    if user.is_empty() || password.is_empty() {
        return Err(form());
    }
    let (host, port) = host_and_port(host, port).map_err(|_| form())?;
    Ok(WrittenFallback { host, port, implicit_tls, user: user.to_owned(), password: password.to_owned() })
}
