//! What the relay of a node is told, out of the operator's file.

use crate::config::{self, DaneUse, ListenerFile, OperatorConfig, Own, TlsReports};
use crate::keys;
use ::certificates::Keeper;
use anyhow::{Context as _, Result};
use ipnet::IpNet;
use playground::Playground;
use relay::{
    DaneConfig, Links, ListenerConfig, MtaStsConfig, OwnConfig, PolicyConfig, Refusals, RelayConfig, Replies,
    TlsReportsConfig,
};
use rustls_pki_types::CertificateDer;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tlspolicy::report::Reporter;

/// RFC 5321 §4.5.4.2.
const EXCHANGER_PORT: u16 = 25;
/// RFC 8461 §3.3.
const HTTPS_PORT: u16 = 443;
/// What a crash costs of the counts for reports on TLS.
const FLUSH: Duration = Duration::from_secs(60);

/// What the relay is told, which asks these name servers; a playground's fake Exchange is on another port and has an authority of its own.
pub(super) fn config(
    config: &OperatorConfig,
    data_dir: &Path,
    keeper: &Keeper,
    (playground, exchangers, servers): (Option<&Playground>, Option<u16>, &[SocketAddr]),
    (refusals, replies, sentry): (Refusals, Arc<Replies>, sentry::Sentry),
) -> Result<RelayConfig> {
    Ok(RelayConfig {
        listeners: config.listeners.iter().map(|file| listener(file, keeper)).collect::<Result<_>>()?,
        sources: config.sources.clone(),
        queue: config.queue.clone(),
        exchanger_port: playground
            .map(|it| it.exchange_address().port())
            .or(exchangers)
            .unwrap_or(EXCHANGER_PORT),
        private_networks: private_networks(config, playground.is_some() || exchangers.is_some()),
        roots: roots(config, playground)?,
        processed_key: keys::processed(data_dir)?,
        domain_proofs: Some(data_dir.join("domain-proofs")),
        keep_subject: config.ledger.subject,
        refusals,
        replies,
        sentry,
        policies: policies(config, data_dir, servers)?,
        links: Links::default(),
        sites: config.deliver.sites.clone(),
        own: own(config, data_dir),
    })
}

/// `[[deliver.sites]]` of the operator's file as it is now.
pub(super) fn reread_sites(file: &Path) -> Result<relay::Sites> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let beside = file.parent().unwrap_or(Path::new("."));
    let (config, problems, _warnings) = config::read(&file.display().to_string(), &bytes, beside);
    match config {
        Some(config) => Ok(config.deliver.sites),
        None => anyhow::bail!("the file has errors:\n{}", crate::board::listed(&problems)),
    }
}

/// What the node writes itself.
fn own(config: &OperatorConfig, data_dir: &Path) -> OwnConfig {
    let Own { domain, dkim, tls_reports } = config.own.clone();
    let host = config.listeners.first().map_or_else(|| domain.clone(), |listener| listener.hostname.clone());
    let tls_reports = tls_reports.map(|TlsReports { organization, contact, from }| {
        let submitter = from.domain().to_string();
        let reporter = Reporter { organization, contact, submitter, host };
        let folder = Some(data_dir.join("tls-reports"));
        TlsReportsConfig { folder, from, reporter, flush: FLUSH }
    });
    OwnConfig { domain, dkim, tls_reports }
}

/// What exchangers have to prove.
fn policies(config: &OperatorConfig, data_dir: &Path, servers: &[SocketAddr]) -> Result<PolicyConfig> {
    let folder = Some(data_dir.join("mta-sts"));
    let mta_sts = config.deliver.mta_sts.then_some(MtaStsConfig { folder, port: HTTPS_PORT });
    let dane = match config.deliver.dane {
        DaneUse::Never => None,
        DaneUse::Auto => Some(false),
        DaneUse::Always => Some(true),
    };
    let servers = if servers.is_empty() { net::system_servers()? } else { servers.to_vec() };
    let timeout = config.resolver.timeout;
    let dane = dane.map(|always| DaneConfig { servers, timeout, always });
    Ok(PolicyConfig { destinations: config.deliver.destinations.clone(), mta_sts, dane })
}

/// A playground or a drill plays exchangers on loopback.
fn private_networks(config: &OperatorConfig, is_played: bool) -> Vec<IpNet> {
    let loopback = IpNet::new(Ipv4Addr::LOCALHOST.into(), 8).into_iter().filter(|_| is_played);
    config.deliver.private_networks.iter().copied().chain(loopback).collect()
}

/// Who vouches for next hops, beside the public authorities.
pub(super) fn roots(
    config: &OperatorConfig,
    playground: Option<&Playground>,
) -> Result<Vec<CertificateDer<'static>>> {
    let mut roots: Vec<_> = playground.map(Playground::ca_certificate_der).into_iter().collect();
    if let Some(file) = &config.roots {
        let what = || format!("`roots`: {}", file.display());
        let text = std::fs::read(file).with_context(what)?;
        roots.extend(net::tls::certificates(&text, &file.display().to_string()).with_context(what)?);
    }
    Ok(roots)
}

fn listener(file: &ListenerFile, keeper: &Keeper) -> Result<ListenerConfig> {
    Ok(ListenerConfig {
        name: file.name.clone(),
        address: file.address,
        presenter: keeper.presenter(&file.name).with_context(|| format!("the listener {}", file.name))?,
        client_certificates: file.client_certificates,
        hostname: file.hostname.clone(),
        size_max: file.size_max,
        bare_lf: file.bare_lf,
    })
}
