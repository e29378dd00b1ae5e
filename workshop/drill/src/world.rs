//! The world of a drill: two organisations at a fake Exchange Online, a name server, and a directory with the relay's configuration.
//!
//! The second organisation is the example's with every name changed, so that bytes of the one in mail of the other are seen.

mod history;

use crate::scenario::{Edit, Scenario};
use crate::traffic::CUSTOMERS;
use anyhow::{Context as _, Result, ensure};
use model::Timestamp;
use playground::dns::Answer;
use playground::{ExchangeTenant, OutboundTls, Playground, PlaygroundConfig, wall_clock};
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
const RETRY: [Duration; 3] = [Duration::from_millis(300), Duration::from_millis(700), Duration::from_secs(1)];

/// How the spool's disk is, beside the configuration.
pub(crate) const DISK_FILE: &str = "disk.json";
/// The fake Exchange by the name in its certificate.
const EXCHANGE: &str = "acme-example.mail.protection.outlook.com";
/// The name that the listener's certificate holds, as in the example.
const LISTENER: &str = "in.eu.relay.example";

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
    /// When the listener's certificate ends, if it is the operator's.
    pub(crate) certificate_ends: Option<Timestamp>,
}

/// How the spool's disk is now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DiskNow {
    pub(crate) mib: Option<u64>,
    pub(crate) sync_wait_ms: u64,
    pub(crate) lies: bool,
}

impl World {
    pub(crate) async fn start(scenario: &Scenario, sabotage: bool) -> Result<Self> {
        let mut config = PlaygroundConfig::example();
        config.mailbox_messages_max = MESSAGES_MAX;
        config.mailbox_bytes_max = BYTES_MAX;
        config.outbound.retry = RETRY.to_vec();
        config.tenants = TENANTS.iter().map(|(name, _)| organisation(name)).collect();
        if scenario.world.certificate_days.is_some() {
            config.outbound.tls = OutboundTls::Required;
        }
        let playground = Playground::start(config).await.context("the playground does not start")?;
        let directory = tempfile::Builder::new().prefix("signpost-drill-").tempdir()?;
        let mut world = Self { playground, directory, certificate_ends: None };
        world.write(scenario)?;
        let undone = scenario.sabotage.edits.iter().filter(|_| sabotage);
        for edit in scenario.world.edits.iter().chain(undone) {
            world.edit(edit)?;
        }
        if let Some(days) = scenario.world.certificate_days {
            let end = Timestamp::from_micros(wall_clock().as_micros() + (days * 86_400e6) as i64);
            world.certificate_ends = Some(world.put_certificate(end)?);
        }
        history::write(world.path(), &scenario.world.usual)?;
        world.set_disk(scenario, DiskNow::default())?;
        // Where mail goes in mode deliver.
        let exchanger = Answer::Mx { preference: 10, host: EXCHANGE.to_owned() };
        world.playground.dns().add(CUSTOMERS, exchanger);
        for source in scenario.sources() {
            let address = scenario.address(&source).context("a source of the scenario has no address")?;
            world
                .playground
                .dns()
                .add(&format!("{source}.relay.example"), Answer::Address(IpAddr::V4(address)));
        }
        Ok(world)
    }

    /// Replaces a text of one of the node's files.
    fn edit(&self, Edit { file, from, to }: &Edit) -> Result<()> {
        let path = self.path().join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("the scenario edits {file}"))?;
        ensure!(text.contains(from.as_str()), "the scenario edits {file}, which has no `{from}`");
        Ok(std::fs::write(path, text.replace(from.as_str(), to))?)
    }

    /// Puts a certificate for the listener where the operator's file is; gives when it ends.
    pub(crate) fn put_certificate(&self, end: Timestamp) -> Result<Timestamp> {
        let issued = self.playground.authority().issue_until(&[LISTENER], Some(end))?;
        std::fs::write(self.path().join("listener.key"), &issued.key_pem)?;
        std::fs::write(self.path().join("listener.pem"), &issued.certificate_pem)?;
        Ok(end)
    }

    /// Makes the spool's disk so small and slow from now on.
    pub(crate) fn set_disk(&self, scenario: &Scenario, now: DiskNow) -> Result<()> {
        let Some(disk) = scenario.world.disk else { return Ok(()) };
        let file = serde_json::json!({
            "segment_bytes": disk.segment_mib << 20,
            "reserve_bytes": disk.reserve_mib << 20,
            "bytes_max": now.mib.map(|mib| mib << 20),
            "sync_wait_ms": now.sync_wait_ms,
            "lies": now.lies,
        });
        // The node reads it at any moment: it is whole or the old one.
        let (new, path) = (self.path().join("disk.new"), self.path().join(DISK_FILE));
        std::fs::write(&new, serde_json::to_vec(&file)?)?;
        Ok(std::fs::rename(new, path)?)
    }

    /// What the spool's files take.
    pub(crate) fn spool_bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        for entry in std::fs::read_dir(self.path().join("signpost-data/spool"))? {
            // One that is removed meanwhile takes nothing.
            bytes += entry?.metadata().map_or(0, |found| found.len());
        }
        Ok(bytes)
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
        for (at, source) in scenario.sources().iter().enumerate() {
            let address = scenario.address(source).map(|address| address.to_string()).unwrap_or_default();
            // The one for notices stands behind those of the networks.
            let network = scenario.world.networks.get(at);
            let (weight, is_notice) = (scenario.world.weights.get(at).unwrap_or(&10), network.is_none());
            let network = network.map_or("provider-n", String::as_str);
            sources += &format!(
                "[[source]]\nname = \"{source}\"\naddress = \"{address}\"\nehlo = \"{source}.relay.example\"\n\
                 weight = {weight}\nnetwork = \"{network}\"\nnotice = {is_notice}\n\n"
            );
        }
        let files = "certificate         = \"listener.pem\"\nkey                 = \"listener.key\"\n";
        let own = "certificate         = \"\"          # PEM chain; empty: self-signed, made at first start\nkey                 = \"\"\n";
        let has_files = scenario.world.certificate_days.is_some();
        let head = if has_files { head.replace(own, files) } else { head.to_owned() };
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
        if path != "tenant.toml" {
            return text.replace("acme", name).replace("Acme", written).into_bytes();
        }
        text.replace("certificate = \"\" ", "certificate = \"relay.pem\" ")
            .replace("\"env:ACME_KEY\"", "\"drill\"")
            .replace("acme", name)
            .replace("Acme", written)
            .replace("7c1a2f60-0000-4000-8000-0000000acae1", id_of(name))
            // Both are at one fake Exchange, whose certificate has one name.
            .replace(&EXCHANGE.replace("acme", name), EXCHANGE)
            .replace(&format!("{EXCHANGE}:25"), &format!("{EXCHANGE}:{port}"))
            .into_bytes()
    }
}

const fn id_of(name: &str) -> &'static str {
    match name.as_bytes() {
        b"acme" => "7c1a2f60-0000-4000-8000-0000000acae1",
        b"globex" => "7c1a2f60-0000-4000-8000-00000010bec5",
        _ => "7c1a2f60-0000-4000-8000-0000000bad01",
    }
}

/// An organisation at the same Exchange that is no tenant of ours.
pub(crate) fn stranger() -> ExchangeTenant {
    ExchangeTenant { secret_header: None, ..organisation("initech") }
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
