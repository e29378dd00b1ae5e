//! What a playground is told at its start: addresses, the tenants that the fake Exchange hosts, and its patience.
//!
//! Every address may have port 0; the real one is asked for after the start. `PlaygroundConfig::example` is the
//! world of the example tenant `acme`. Values are taken as they are: a wrong one shows as an error of the start.

use model::TenantName;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Everything a playground needs to start.
#[derive(Debug, Clone)]
pub struct PlaygroundConfig {
    /// Where the name server listens, UDP and TCP.
    pub dns: SocketAddr,
    /// Where the fake Exchange takes mail.
    pub exchange: SocketAddr,
    /// Where the outbound connector sends: the relay's listener. It may be set after the start.
    pub connector: Option<SocketAddr>,
    /// Name of the fake Exchange: its certificate's name, its greeting, the target of the tenants' MX.
    pub smart_host: String,
    /// Zone of the block list that the fake Exchange asks.
    pub dnsbl_zone: String,
    /// Zones of other block lists.
    pub further_zones: Vec<String>,
    /// The organisations that it hosts.
    pub tenants: Vec<ExchangeTenant>,
    /// How outbound mail leaves.
    pub outbound: OutboundConfig,
    /// How inbound mail is taken.
    pub inbound: InboundConfig,
    /// Most messages that the mailbox keeps; the oldest go first, the figures stay.
    pub mailbox_messages_max: usize,
    /// Most bytes of arrived messages that are kept, socket bytes included, and as many of sent ones.
    pub mailbox_bytes_max: usize,
    /// Seed of scripted probabilities.
    pub seed: u64,
}

/// One organisation as Exchange Online knows it.
#[derive(Debug, Clone)]
pub struct ExchangeTenant {
    pub name: TenantName,
    /// The value of `X-MS-Exchange-CrossTenant-Id`.
    pub id: String,
    /// Accepted domains, in lower case.
    pub domains: Vec<String>,
    /// The word in `X-Signpost-Processed` that is the transport rule's exception.
    pub processed_word: String,
    /// A header that the transport rule sets: name and value.
    pub secret_header: Option<(String, String)>,
    /// Domain of the client certificate by which inbound mail is attributed; names below it match too.
    pub certificate_name: Option<String>,
    /// Addresses from which the inbound connector lets mail be relayed; `None`: any.
    pub connector_sources: Option<BTreeSet<IpAddr>>,
    /// The mailboxes of its domains, in lower case; `None`: every address exists.
    pub mailboxes: Option<BTreeSet<String>>,
    /// Who can press Send on the page.
    pub people: Vec<Person>,
}

/// Somebody who can send from the page.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub address: String,
}

/// Whether the fake Exchange uses STARTTLS towards the connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboundTls {
    Never,
    /// Where offered; in clear if the handshake fails.
    Opportunistic,
    /// Not in clear: without it the mail waits.
    Required,
}

/// How the fake Exchange sends.
#[derive(Debug, Clone)]
pub struct OutboundConfig {
    /// Local address of its connections.
    pub source: IpAddr,
    pub tls: OutboundTls,
    /// Whether it shows the client certificate of its own authority.
    pub client_certificate: bool,
    /// Waits between attempts; the last one repeats.
    pub retry: Vec<Duration>,
    /// After this time a recipient that still waits gets a report.
    pub give_up_after: Duration,
    /// Most connections at a time.
    pub connections_max: usize,
    /// Bytes in one BDAT; `None`: the whole message in one, as Exchange does.
    pub bdat_chunk: Option<usize>,
    /// `Received` fields at which a message is reported as a loop.
    pub hops_max: usize,
    /// Longest wait for one reply.
    pub reply_wait: Duration,
}

/// How the fake Exchange receives.
#[derive(Debug, Clone)]
pub struct InboundConfig {
    /// The value of SIZE.
    pub size_max: usize,
    /// User and password without which no mail is taken; none: nobody is asked.
    pub login: Option<(String, String)>,
    /// Whether TLS is there from the first byte.
    pub implicit_tls: bool,
    /// Whether EHLO offers STARTTLS.
    pub starttls: bool,
    /// Whether EHLO offers CHUNKING.
    pub chunking: bool,
    /// Most connections of one client at a time; a further one hears `421 4.3.2`.
    pub connections_max: usize,
    /// Whether EHLO offers DSN.
    pub dsn: bool,
    /// Words of EHLO that are left out, such as `8BITMIME`.
    pub lacks: Vec<&'static str>,
    /// Words of EHLO that are said beside the others; their parameters are taken.
    pub also: Vec<&'static str>,
    /// Whether a listed client is refused.
    pub dnsbl: bool,
    /// Addresses that are taken although they are listed.
    pub allow_list: BTreeSet<IpAddr>,
    /// Longest wait for a client's next bytes.
    pub idle: Duration,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            source: IpAddr::from([127, 0, 2, 1]),
            tls: OutboundTls::Opportunistic,
            client_certificate: true,
            retry: [60, 60, 60, 300, 900].map(Duration::from_secs).to_vec(),
            give_up_after: Duration::from_secs(24 * 3600),
            connections_max: 20,
            bdat_chunk: None,
            hops_max: 30,
            reply_wait: Duration::from_secs(120),
        }
    }
}

impl Default for InboundConfig {
    fn default() -> Self {
        Self {
            size_max: 150 << 20,
            login: None,
            implicit_tls: false,
            starttls: true,
            chunking: true,
            connections_max: usize::MAX,
            dsn: true,
            lacks: Vec::new(),
            also: Vec::new(),
            dnsbl: true,
            allow_list: BTreeSet::new(),
            idle: Duration::from_secs(300),
        }
    }
}

impl PlaygroundConfig {
    /// The world of the example tenant on 127.0.0.0/8, every port chosen by the system.
    #[must_use]
    pub fn example() -> Self {
        Self {
            dns: SocketAddr::from(([127, 0, 0, 1], 0)),
            exchange: SocketAddr::from(([127, 0, 2, 1], 0)),
            connector: None,
            smart_host: "acme-example.mail.protection.outlook.com".to_owned(),
            dnsbl_zone: "zen.spamhaus.org".to_owned(),
            further_zones: vec!["bl.spamcop.net".to_owned()],
            tenants: vec![ExchangeTenant::acme()],
            outbound: OutboundConfig::default(),
            inbound: InboundConfig::default(),
            mailbox_messages_max: 2_000,
            mailbox_bytes_max: 256 << 20,
            seed: 0x5167_6e70,
        }
    }
}

impl ExchangeTenant {
    /// The example tenant of `docs/example/acme`.
    ///
    /// # Panics
    /// Never: the name is a constant of letters.
    #[must_use]
    pub fn acme() -> Self {
        let person =
            |name: &str, address: &str| Person { name: name.to_owned(), address: address.to_owned() };
        Self {
            name: "acme".parse().expect("`acme` is letters only"),
            id: "7c1a2f60-0000-4000-8000-0000000acae1".to_owned(),
            domains: vec!["acme.example".to_owned(), "acme.test".to_owned()],
            processed_word: "acme-4f1c".to_owned(),
            secret_header: None,
            certificate_name: Some("acme.relay.example".to_owned()),
            connector_sources: None,
            mailboxes: None,
            people: vec![
                person("Anna Berg", "anna.berg@acme.example"),
                person("Jonas Lind", "jonas.lind@acme.example"),
                person("李伟 (Li Wei)", "li.wei@acme.example"),
            ],
        }
    }

    /// Whether `domain` is one of its accepted domains.
    #[must_use]
    pub fn accepts(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| own.eq_ignore_ascii_case(domain))
    }
}
