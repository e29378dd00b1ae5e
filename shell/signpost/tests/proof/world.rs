//! The world of one form: a real rbldnsd, a receiver that refuses whom it lists, one that asks no list, and a node between clients and them.
//!
//! | form | how it refuses | what its reply is worth |
//! |---|---|---|
//! | the fake Exchange | Microsoft's words of the seed | strong at once: it proves a name of Microsoft in TLS (`tls = "verify"`) |
//! | Postfix | `reject_rbl_client` | weak: a single unknown host; strong when the poll of the list that it names agrees |
//! | Exim | `dnslists`, words of Exim's own example | the same |

use crate::ends::{End, Met};
use crate::logs::{self, Log};
use crate::support::Place;
use crate::traffic::OPEN;
use model::Timestamp;
use playground::dns::Answer;
use playground::peers::{Dataset, EximServer, EximSettings, Postfix, PostfixSettings, Rbldnsd};
use playground::{Playground, PlaygroundConfig};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address that is listed, and the other one.
pub(crate) const LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
pub(crate) const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 2);
/// As receivers ask it, and as a relay with a key does.
const ZONE: &str = "zen.spamhaus.org";
const ZONE_WITH_KEY: &str = "proof.zen.dq.spamhaus.net";
const MICROSOFT: &str = "acme-example.mail.protection.outlook.com";

/// Lines of a log that are shown where something fails.
const TOLD: usize = 30;

/// Who refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Exchange,
    Postfix,
    Exim,
}

impl Form {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Exchange => "fake Exchange",
            Self::Postfix => "Postfix, reject_rbl_client",
            Self::Exim => "Exim, dnslists",
        }
    }
}

enum Receiver {
    Exchange,
    Postfix(Postfix, Log),
    Exim(EximServer, Log),
}

pub(crate) struct World {
    list: Rbldnsd,
    receiver: Receiver,
    /// The fake Exchange, and the name server that the node asks.
    main: Playground,
    /// Takes everything.
    open: Playground,
    pub(crate) place: Place,
}

impl World {
    pub(crate) async fn start(form: Form) -> Self {
        let zones = [(ZONE, Dataset::Ip4), (ZONE_WITH_KEY, Dataset::Ip4)];
        let list = tokio::task::block_in_place(|| Rbldnsd::start_for_resolvers(&zones)).unwrap();
        let everything = PlaygroundConfig {
            mailbox_messages_max: usize::MAX,
            mailbox_bytes_max: usize::MAX,
            ..PlaygroundConfig::example()
        };
        let main = Playground::start(everything.clone()).await.unwrap();
        let mut taking = everything;
        taking.exchange = SocketAddr::from(([127, 0, 3, 1], 0));
        taking.smart_host = format!("mx.{OPEN}");
        taking.inbound.dnsbl = false;
        taking.tenants[0].domains = vec![OPEN.to_owned()];
        let open = Playground::start(taking).await.unwrap();
        for playground in [&main, &open] {
            // Nobody submits here: what arrives is at its end.
            playground.set_rule(false);
        }
        for zone in [ZONE, ZONE_WITH_KEY] {
            main.dns().follow(zone, list.address());
        }
        let receiver = tokio::task::block_in_place(|| Receiver::start(form, list.address().ip()));
        main.dns().add(&format!("mx.{OPEN}"), Answer::Address(open.exchange_address().ip()));
        let place = Place::new(main.exchange_address(), main.dns_address());
        let world = Self { list, receiver, main, open, place };
        world.configure();
        world
    }

    /// The strict receiver.
    pub(crate) fn address(&self) -> SocketAddr {
        match &self.receiver {
            Receiver::Exchange => self.main.exchange_address(),
            Receiver::Postfix(postfix, _) => postfix.address(),
            Receiver::Exim(exim, _) => exim.address(),
        }
    }

    /// Its mail system's name, for tls = "verify" and for the guard's places.
    fn configure(&self) {
        let name = match &self.receiver {
            Receiver::Exchange => MICROSOFT,
            Receiver::Postfix(..) => "mx.postfix.example",
            Receiver::Exim(..) => "mx.exim.example",
        };
        let (place, address) = (&self.place, self.address());
        if name == MICROSOFT {
            place.edit("acme/tenant.toml", "\"opportunistic\"", "\"verify\"");
            let file = place.directory.path().join("ca.pem");
            std::fs::write(file, self.main.ca_certificate_pem()).unwrap();
            place.edit("signpost.toml", "roots       = \"\"", "roots = \"ca.pem\"");
        } else {
            self.main.dns().add(name, Answer::Address(address.ip()));
        }
        let smart_host = format!("{name}:{}", address.port());
        place.edit("acme/tenant.toml", &self.main.exchange_address().to_string(), &smart_host);
        let open = format!(
            "name = \"open\"\ndisplay_name = \"Open\"\ndomains = [\"{OPEN}\"]\nregion = \"eu\"\n\n[connector]\nkind = \"address\"\n\
             networks = [\"127.0.0.0/8\"]\n\n[egress]\nmode = \"return\"\nsmart_host = \"mx.{OPEN}:{}\"\ntls = \"opportunistic\"\n\n\
             [stamping]\nprocessed_word = \"open-1\"\n",
            self.open.exchange_address().port()
        );
        let folder = place.directory.path().join("open");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("tenant.toml"), open).unwrap();
        place.edit("signpost.toml", "dqs_key = \"\"", "dqs_key = \"proof\"");
        place.edit("signpost.toml", "level  = \"info\"", "level = \"warn\"");
    }

    /// These addresses are listed from now on, and no other.
    pub(crate) fn list(&self, addresses: &[Ipv4Addr]) {
        let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let entries: Vec<(&str, &str)> = texts.iter().map(|text| (text.as_str(), "127.0.0.2")).collect();
        self.list.list_in(&[ZONE, ZONE_WITH_KEY], Dataset::Ip4, &entries).unwrap();
    }

    /// What was met at every end.
    pub(crate) fn met(&self) -> Vec<Met> {
        let mut met = match &self.receiver {
            Receiver::Exchange => exchange(&self.main, End::Strict),
            Receiver::Postfix(_, log) => logs::postfix(&log.lines()),
            Receiver::Exim(_, log) => logs::exim(&log.lines()),
        };
        met.extend(exchange(&self.open, End::Open));
        met.sort_by_key(|one| one.at);
        met
    }

    /// The clients' mail that waits. A notice to a tenant whose mail came late is not of it, and has no end here that takes it.
    pub(crate) fn waiting(&self) -> Vec<serde_json::Value> {
        let mut queue = self.place.queue();
        queue.retain(|one| one["about"].is_null());
        queue
    }

    /// What waits, and the newest words of the node and of the receiver, for whoever looks for a fault.
    pub(crate) fn told(&self) -> String {
        let receivers = match &self.receiver {
            Receiver::Exchange => String::new(),
            Receiver::Postfix(postfix, _) => postfix.log(),
            Receiver::Exim(exim, _) => exim.log(),
        };
        let newest = |text: &str| {
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(TOLD)..].join("\n")
        };
        let waiting: Vec<String> = self.place.queue().iter().take(TOLD).map(ToString::to_string).collect();
        format!("{}\n{}\n{}", waiting.join("\n"), newest(&self.place.log()), newest(&receivers))
    }

    /// Reports of non-delivery, wherever they arrived.
    pub(crate) fn reports(&self) -> usize {
        let elsewhere = match &self.receiver {
            Receiver::Exchange => 0,
            Receiver::Postfix(_, log) => logs::postfix_reports(&log.lines()),
            Receiver::Exim(_, log) => logs::exim_reports(&log.lines()),
        };
        let without_sender = |playground: &Playground| {
            playground.mailbox().iter().filter(|one| one.mail_from.is_empty()).count()
        };
        elsewhere + without_sender(&self.main) + without_sender(&self.open)
    }

    /// When the node, asking the list, heard that its address is listed, after `since`.
    pub(crate) fn heard_by_polls(&self, since: Timestamp) -> Vec<Timestamp> {
        let [a, b, c, d] = LISTED.octets();
        let name = format!("{d}.{c}.{b}.{a}.{ZONE_WITH_KEY}");
        let asked = self.main.dns().passed_on();
        asked
            .iter()
            .filter(|one| one.is_found && one.name == name && one.at >= since)
            .map(|one| one.at)
            .collect()
    }

    pub(crate) async fn stop(self) {
        self.main.stop().await;
        self.open.stop().await;
    }
}

impl Receiver {
    fn start(form: Form, name_server: IpAddr) -> Self {
        let name_server = Some(name_server);
        match form {
            Form::Exchange => Self::Exchange,
            Form::Postfix => {
                // An smtpd keeps what a list said for as long as it lives, over many connections (measured with 3.7.11).
                let lines = format!(
                    "smtpd_recipient_restrictions = reject_rbl_client {ZONE}\nsmtpd_peername_lookup = no\nmax_use = 1\n"
                );
                let settings = PostfixSettings { name_server, ..PostfixSettings::keeping(&lines) };
                let postfix = Postfix::start_as(&settings).unwrap();
                let log = Log::follow(postfix.log_file());
                Self::Postfix(postfix, log)
            }
            Form::Exim => {
                // It looks a client up once for each connection: long ones would be taken for as long as they last.
                let main = "MAIN_ACL_CHECK_RCPT = acl_listed\nlog_selector = +received_recipients +receive_time\nsmtp_accept_max = 500\n\
                            smtp_accept_max_per_connection = 3\n";
                let acl = format!(
                    "acl_listed:\n  deny\n    message = rejected because $sender_host_address is in a black list at $dnslist_domain\\n$dnslist_text\n    \
                     dnslists = {ZONE}\n  accept\n"
                );
                let parts = vec![("main", main.to_owned()), ("acl", acl)];
                let exim =
                    EximServer::start_as(&EximSettings { parts, name_server, only_takes: true }).unwrap();
                let log = Log::follow(exim.log_file());
                Self::Exim(exim, log)
            }
        }
    }
}

/// What a fake Exchange took and refused.
fn exchange(playground: &Playground, end: End) -> Vec<Met> {
    let mut met = Vec::new();
    for one in playground.mailbox().iter().filter(|one| !one.mail_from.is_empty()) {
        let Some(from) = one.peer else { continue };
        met.extend(one.rcpt_to.iter().map(|to| Met::taken((one.began, one.received), end, from, to)));
    }
    let refused = playground.refused();
    met.extend(refused.iter().map(|one| Met::refused(one.at, end, one.peer, &one.recipient)));
    met
}
