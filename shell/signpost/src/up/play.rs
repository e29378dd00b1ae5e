//! The playground around a node: the example tenant changed so that its mail system is the fake Exchange.
//!
//! Only what has to differ does: resolver, smart host, certificate and secret. `greet` prints each of them.

use crate::config::OperatorConfig;
use anyhow::{Context as _, Result};
use playground::dns::Answer;
use playground::{ExchangeTenant, Playground, PlaygroundConfig};
use std::net::SocketAddr;
use std::path::Path;
use tenant::Folder;

/// Where the name server listens.
pub(super) const DNS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 2553);
/// Where the fake Exchange listens.
pub(super) const EXCHANGE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 2, 1)), 2527);
const CERTIFICATE_NAME: &str = "acme.relay.example";
/// What a list of domains says of its test point.
const TEST_DOMAIN_CODE: std::net::Ipv4Addr = std::net::Ipv4Addr::new(127, 0, 1, 2);
const SECRET_FILE: &str = "playground.secret";

/// The example's operator file with the playground's name server, without tenants beside it.
pub(super) fn operator_file(example: &str) -> String {
    example
        .replace("servers = []  ", &format!("servers = [\"{DNS}\"]  "))
        .replace("tenants_dir = \".\"", "tenants_dir = \"signpost-data/tenant-folders\"")
}

/// Which addresses a playground takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ports {
    /// Those that its documents name.
    Known,
    /// Whatever is free: beside a configuration, where the known ones may be in use.
    Free,
}

pub(super) async fn start_if_wanted(data_dir: &Path, ports: Option<Ports>) -> Result<Option<Playground>> {
    match ports {
        Some(ports) => start(data_dir, ports).await.map(Some),
        None => Ok(None),
    }
}

/// Starts it, sending to nobody yet.
async fn start(data_dir: &Path, ports: Ports) -> Result<Playground> {
    let secret = secret(data_dir)?;
    let secret_header = Some(("X-Signpost-Key".to_owned(), secret));
    let tenant = ExchangeTenant { secret_header, ..ExchangeTenant::acme() };
    let mut config = PlaygroundConfig { tenants: vec![tenant], ..PlaygroundConfig::example() };
    if ports == Ports::Known {
        (config.dns, config.exchange) = (DNS, EXCHANGE);
    }
    let started = Playground::start(config).await;
    started.context("the playground does not start; --no-playground with a configuration does without it")
}

/// Lets the playground's name server know the relay's own names and the block lists that are configured.
pub(super) fn names(playground: &Playground, config: &OperatorConfig) {
    let dns = playground.dns();
    for zone in &config.dnsbl.zones {
        dns.add_list(&zone.name, TEST_DOMAIN_CODE);
    }
    for source in &config.sources {
        dns.add(&source.ehlo, Answer::Address(source.address));
    }
    for listener in &config.listeners {
        dns.add(&listener.hostname, Answer::Address(listener.address.ip()));
    }
}

/// The secret that the fake Exchange's rule sets, made at the first start: who copied it into a tenant or a client of their own still has the right one.
fn secret(data_dir: &Path) -> Result<String> {
    let path = data_dir.join(SECRET_FILE);
    match std::fs::read_to_string(&path) {
        Ok(secret) if !secret.trim().is_empty() => return Ok(secret.trim().to_owned()),
        // One that a crash left empty is no secret.
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
    let secret: String = net::random::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    crate::store::replace(&path, secret.as_bytes())?;
    Ok(secret)
}

/// The example tenant with the playground's certificate, secret and smart host.
pub(super) fn tenant(playground: &Playground, data_dir: &Path) -> Result<Folder> {
    let mut folder = example();
    let settings = folder.file("tenant.toml").context("the example has its settings")?;
    let secret = data_dir.join(SECRET_FILE).canonicalize()?;
    let settings = String::from_utf8_lossy(settings)
        .replace(".outlook.com:25\"", &format!(".outlook.com:{}\"", playground.exchange_address().port()))
        .replace("\"env:ACME_KEY\"", &format!("\"file:{}\"", secret.display()))
        .replace("certificate = \"\" ", "certificate = \"relay.pem\" ");
    folder.0.insert("tenant.toml".to_owned(), settings.into_bytes());
    let issued =
        playground.authority().issue(&[CERTIFICATE_NAME]).context("the playground issues no certificate")?;
    folder.0.insert("relay.pem".to_owned(), issued.pem_file().into_bytes());
    Ok(folder)
}

/// `docs/example/acme`, compiled in.
fn example() -> Folder {
    macro_rules! files {
        ($($path:literal)*) => {
            [$(($path.to_owned(), include_bytes!(concat!("../../../../docs/example/acme/", $path)).to_vec())),*]
        };
    }
    Folder(
        files! {
            "images/banner.png" "images/logo.png" "people.csv" "rules.toml" "signatures/sales.html" "signatures/short.html"
            "signatures/standard.html" "signatures/standard.txt" "tenant.toml"
        }
        .into(),
    )
}

#[cfg(test)]
mod tests;
