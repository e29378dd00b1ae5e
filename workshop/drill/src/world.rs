//! The world of a drill: two organisations at a fake Exchange Online, a name server, and a directory with the relay's configuration.
//!
//! The second organisation is the example's with every name changed, so that bytes of the one in mail of the other are seen.

use crate::scenario::Scenario;
use anyhow::{Context as _, Result};
use playground::dns::Answer;
use playground::{ExchangeTenant, Playground, PlaygroundConfig};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The organisations, and how their names are written.
pub(crate) const TENANTS: [(&str, &str); 2] = [("acme", "Acme"), ("globex", "Globex")];
/// Messages that the mailbox keeps: every one of a drill.
const MESSAGES_MAX: usize = 200_000;
const BYTES_MAX: usize = 4 << 30;
/// What we put off comes again soon: a drill has minutes, not a day.
const RETRY: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

macro_rules! example {
    ($($path:literal)*) => {
        /// `docs/example/acme`, compiled in.
        const EXAMPLE: &[(&str, &[u8])] = &[$(($path, include_bytes!(concat!("../../../docs/example/acme/", $path)))),*];
    };
}

example! {
    "images/banner.png" "images/logo.png" "people.csv" "rules.toml" "signatures/sales.html" "signatures/short.html"
    "signatures/standard.html" "signatures/standard.txt" "tenant.toml"
}

const OPERATOR: &str = include_str!("../../../docs/example/signpost.toml");

pub(crate) struct World {
    pub(crate) playground: Playground,
    /// Removed at the end, unless it is to be kept.
    directory: tempfile::TempDir,
}

impl World {
    pub(crate) async fn start(scenario: &Scenario) -> Result<Self> {
        let mut config = PlaygroundConfig::example();
        config.mailbox_messages_max = MESSAGES_MAX;
        config.mailbox_bytes_max = BYTES_MAX;
        config.outbound.retry = RETRY.to_vec();
        config.tenants = TENANTS.iter().map(|(name, _)| organisation(name)).collect();
        let playground = Playground::start(config).await.context("the playground does not start")?;
        let directory = tempfile::Builder::new().prefix("signpost-drill-").tempdir()?;
        let world = Self { playground, directory };
        world.write(scenario)?;
        for number in 1..=scenario.world.networks.len() {
            let source = format!("eu-{number}");
            let address = scenario.address(&source).context("a source of the scenario has no address")?;
            world
                .playground
                .dns()
                .add(&format!("{source}.relay.example"), Answer::Address(IpAddr::V4(address)));
        }
        Ok(world)
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The directory stays; gives where.
    pub(crate) fn keep(&mut self) -> PathBuf {
        self.directory.disable_cleanup(true);
        self.path().to_owned()
    }

    fn write(&self, scenario: &Scenario) -> Result<()> {
        std::fs::write(self.path().join("roots.pem"), self.playground.ca_certificate_pem())?;
        std::fs::write(self.path().join("signpost.toml"), self.operator_file(scenario))?;
        for (name, written) in TENANTS {
            let folder = self.path().join(name);
            let issued = self.playground.authority().issue(&[&format!("{name}.relay.example")])?;
            for (path, bytes) in EXAMPLE {
                let file = folder.join(path);
                std::fs::create_dir_all(file.parent().unwrap_or(&folder))?;
                std::fs::write(&file, self.renamed(bytes, path, name, written))?;
            }
            std::fs::write(folder.join("relay.pem"), issued.pem_file())?;
        }
        Ok(())
    }

    fn operator_file(&self, scenario: &Scenario) -> String {
        let servers = format!("servers = [\"{}\"]  ", self.playground.dns_address());
        let (head, rest) = OPERATOR.split_once("[[source]]").unwrap_or((OPERATOR, ""));
        let rest = rest.split_once("[resolver]").map_or("", |(_, rest)| rest);
        let mut sources = String::new();
        for (number, network) in (1..).zip(&scenario.world.networks) {
            sources += &format!(
                "[[source]]\nname = \"eu-{number}\"\naddress = \"127.0.1.{number}\"\nehlo = \"eu-{number}.relay.example\"\n\
                 weight = 10\nnetwork = \"{network}\"\n\n"
            );
        }
        format!("{head}{sources}[resolver]{rest}")
            .replace("127.0.0.1:2525", "127.0.0.1:0")
            .replace("127.0.0.1:8025", "127.0.0.1:0")
            .replace("127.0.0.1:8026", "127.0.0.1:0")
            .replace("servers = []  ", &servers)
            .replace("roots       = \"\"", "roots       = \"roots.pem\"")
            .replace("poll    = \"60s\"", &format!("poll    = \"{}\"", scenario.world.poll))
            .replace("resolved         = \"person\"", "resolved         = \"by_itself\"")
            .replace("absorbed         = \"show\"", "absorbed         = \"post\"")
    }

    /// A file of the example as another organisation has it.
    fn renamed(&self, bytes: &[u8], path: &str, name: &str, written: &str) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
        let port = self.playground.exchange_address().port();
        let host = "acme-example.mail.protection.outlook.com";
        if path != "tenant.toml" {
            return text.replace("acme", name).replace("Acme", written).into_bytes();
        }
        text.replace("certificate = \"\" ", "certificate = \"relay.pem\" ")
            .replace("\"env:ACME_KEY\"", "\"drill\"")
            .replace("acme", name)
            .replace("Acme", written)
            .replace("7c1a2f60-0000-4000-8000-0000000acae1", id_of(name))
            // Both are at one fake Exchange, whose certificate has one name.
            .replace(&host.replace("acme", name), host)
            .replace(&format!("{host}:25"), &format!("{host}:{port}"))
            .into_bytes()
    }
}

const fn id_of(name: &str) -> &'static str {
    match name.as_bytes() {
        b"acme" => "7c1a2f60-0000-4000-8000-0000000acae1",
        _ => "7c1a2f60-0000-4000-8000-00000010bec5",
    }
}

fn organisation(name: &str) -> ExchangeTenant {
    let acme = ExchangeTenant::acme();
    let renamed = |text: &String| text.replace("acme", name);
    ExchangeTenant {
        name: name.parse().unwrap_or(acme.name),
        id: id_of(name).to_owned(),
        domains: acme.domains.iter().map(renamed).collect(),
        processed_word: renamed(&acme.processed_word),
        secret_header: Some(("X-Signpost-Key".to_owned(), "drill".to_owned())),
        certificate_name: acme.certificate_name.as_ref().map(renamed),
        connector_sources: None::<BTreeSet<IpAddr>>,
        mailboxes: None,
        people: acme.people,
    }
}
