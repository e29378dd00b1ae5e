//! A name server, an authority for HTTPS, a Pebble, and a keeper that asks it.

use certificates::{AcmeConfig, FaceConfig, Keeper, KeeperConfig, Means, Wish};
use model::{Duration, Metrics, Timestamp};
use net::tls::Facts;
use net::{Clock, Resolver};
use playground::dns::Answer;
use playground::peers::{Pebble, PebbleConfig};
use playground::{Playground, PlaygroundConfig};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

pub(crate) const HOSTNAME: &str = "in.eu.relay.example";
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

pub(crate) struct World {
    pub(crate) playground: Playground,
    pub(crate) data: tempfile::TempDir,
    pub(crate) challenge_address: SocketAddr,
}

impl World {
    pub(crate) async fn new() -> Self {
        let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
        playground.dns().add(HOSTNAME, Answer::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        // Pebble has to be told the port before anybody listens there.
        let challenge_address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("root.pem"), playground.ca_certificate_pem()).unwrap();
        Self { playground, data, challenge_address }
    }

    pub(crate) fn pebble(&self, nonces_rejected: u8) -> Pebble {
        let config = PebbleConfig {
            name_server: self.playground.dns_address(),
            http_port: self.challenge_address.port(),
            nonces_rejected,
            validity: 90 * DAY,
        };
        Pebble::start(config, self.playground.authority()).unwrap()
    }

    /// A node's keeper after a start: one listener that wants its certificate from `directory`.
    pub(crate) fn keeper(&self, directory: &str) -> Keeper {
        let face = FaceConfig {
            listener: "eu-in".parse().unwrap(),
            hostname: HOSTNAME.to_owned(),
            is_further: false,
            wish: Wish::Acme,
        };
        let acme = AcmeConfig {
            directory: directory.to_owned(),
            contact: vec!["mailto:postmaster@relay.example".to_owned()],
            challenge_address: self.challenge_address,
            root: Some(self.data.path().join("root.pem")),
        };
        let resolver = Resolver::new(&[self.playground.dns_address()], Duration::from_secs(3)).unwrap();
        let means = Means { clock: Clock::start(1), metrics: Arc::new(Metrics::default()), resolver };
        let data_dir = self.data.path().to_owned();
        Keeper::open(KeeperConfig { data_dir, faces: vec![face], acme: Some(acme) }, means).unwrap()
    }
}

/// What a client is shown.
pub(crate) fn presented(keeper: &Keeper) -> Facts {
    let presenter = keeper.presenter(&"eu-in".parse().unwrap()).unwrap();
    Facts::of(&presenter.leaf(None).unwrap(), "presented").unwrap()
}

pub(crate) fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777
}

pub(crate) fn now() -> Timestamp {
    Clock::start(1).now()
}
