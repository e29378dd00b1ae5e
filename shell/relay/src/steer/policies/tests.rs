//! Zones of a name server that signs, and what follows for their hosts.

use super::*;
use model::Domain;
use playground::peers::{PeerError, SignedZones};

const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const PORT: u16 = 25;

/// Asks what a host has to prove.
struct Asker {
    policies: Policies,
    resolver: Resolver,
}

fn config(server: SocketAddr, always: bool) -> DaneConfig {
    DaneConfig { servers: vec![server], timeout: Duration::from_secs(5), always }
}

impl Asker {
    fn new(zones: &SignedZones, server: SocketAddr, always: bool) -> Self {
        // Addresses come from who answers whatever is signed.
        let resolver = Resolver::new(&[zones.name_server()], Duration::from_secs(5)).unwrap();
        let config = PolicyConfig { dane: Some(config(server, always)), ..PolicyConfig::default() };
        let means = (resolver.clone(), Clock::start(1));
        let policies = Policies::new(config, &[], means, &Territory::default()).unwrap();
        Self { policies, resolver }
    }

    /// As words, or why there are none.
    async fn policy(&self, host: &str, destination: Option<&str>) -> String {
        let domain: Domain = "acme.example".parse().unwrap();
        let mut destinations = Destinations::default();
        if let Some(word) = destination {
            destinations.set(domain.as_str(), word.parse().unwrap()).unwrap();
        }
        let wish = Wish {
            reach: dispatch::Reach::Exchanger,
            tls: TlsPolicy::Opportunistic,
            destinations: &destinations,
            sender: OfSender::Silent,
            published: true,
            counts: None,
        };
        let found = self.policies.of(&domain, wish).await;
        let located = match self.resolver.locate(host, net::Families::Both).await {
            Ok(located) => located,
            Err(error) => return error.to_string(),
        };
        match found.host(host, &located, PORT).await {
            Ok(policy) => policy.to_string(),
            Err(why) => why.to_string(),
        }
    }
}

fn zones() -> (String, String) {
    let signed = format!(
        "mx.good.example. A 127.0.9.1\n_25._tcp.mx.good.example. TLSA 3 1 1 {DIGEST}\n\
         mx.plain.example. A 127.0.9.1\n\
         mx.useless.example. A 127.0.9.1\n_25._tcp.mx.useless.example. TLSA 1 1 1 {DIGEST}\n\
         alias.example. CNAME mx.good.example.\n\
         own.example. CNAME mx.plain.example.\n_25._tcp.own.example. TLSA 3 1 1 {DIGEST}\n\
         _25._tcp.elsewhere.example. CNAME _25._tcp.mx.good.example.\nelsewhere.example. A 127.0.9.1\n"
    );
    (signed, format!("mx A 127.0.9.1\n_25._tcp.mx TLSA 3 1 1 {DIGEST}\n"))
}

#[tokio::test]
async fn only_what_is_signed_from_the_address_to_the_record_binds() {
    let zones = served(SignedZones::start());
    let asker = Asker::new(&zones, zones.resolver(), false);
    let check = async |host: &str, words: &str| {
        assert_eq!(asker.policy(host, None).await, words, "{host}");
    };
    let (dane, nothing) = ("dane by signed TLSA records (DANE)", "opportunistic by the tenant's egress.tls");
    check("mx.good.example", dane).await;
    check("mx.plain.example", nothing).await;
    check("mx.useless.example", "require by signed TLSA records of which none can be used (DANE)").await;
    check("alias.example", dane).await;
    check("own.example", dane).await;
    check("elsewhere.example", dane).await;
    check("mx.unsigned.example", nothing).await;
    let told = asker.policy("mx.plain.example", Some("dane")).await;
    assert!(told.contains("goes by DANE only"), "{told}");
    assert_eq!(
        asker.policy("mx.good.example", Some("verify")).await,
        "verify by the tenant's word for this destination"
    );
}

#[tokio::test]
async fn what_is_wrongly_signed_is_a_failure_and_no_absence() {
    let zones = served(SignedZones::start_mistrusted());
    let asker = Asker::new(&zones, zones.resolver(), true);
    let told = asker.policy("mx.good.example", None).await;
    assert!(told.contains("TLSA records") && told.contains("Server Failure"), "{told}");
}

#[tokio::test]
async fn a_name_server_that_does_not_validate_leaves_dane_out_unless_it_must_be() {
    let zones = served(SignedZones::start());
    let counts = async |server, always| {
        let dane = Dane::new(config(server, always));
        dane.voucher(Clock::start(1).now()).await.is_some()
    };
    assert!(counts(zones.resolver(), false).await);
    assert!(!counts(zones.name_server(), false).await && counts(zones.name_server(), true).await);
    let elsewhere = SocketAddr::from(([192, 0, 2, 1], 53));
    assert!(!counts(elsewhere, false).await, "who is not on this machine is not even asked");
}

fn served(zones: Result<SignedZones, PeerError>) -> SignedZones {
    let zones = zones.unwrap();
    let (signed, unsigned) = self::zones();
    zones.serve(&signed, &unsigned).unwrap();
    zones
}
