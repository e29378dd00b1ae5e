//! Who tells subscribers: the way out for their mail, the client for webhooks, and the journal of both.
//!
//! None of it goes over the sources of tenants' mail. A password that is not set costs subscriber mail and is alarmed; letters wait for the start that
//! has it. A journal that cannot be opened stops the start, as that of incidents does: a node that forgot its subscribers would keep silent.

use crate::config::OperatorConfig;
use crate::folders;
use anyhow::{Context as _, Result};
use model::Metrics;
use net::{Clock, Resolver};
use rustls_pki_types::CertificateDer;
use status::Site;
use status::subscribe::{Clerk, Courier, Means, Postman, Subscriptions};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;

/// Opens `DATA/subscribers`; `roots` are trusted beside the public ones.
pub(super) fn open(
    config: &OperatorConfig,
    data_dir: &Path,
    (site, resolver, clock, metrics): (Site, Resolver, Clock, Arc<Metrics>),
    (roots, is_playground): (Vec<CertificateDer<'static>>, bool),
) -> Result<(Subscriptions, Clerk)> {
    let directory = data_dir.join("subscribers");
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory);
    made.with_context(|| format!("cannot make {}", directory.display()))?;
    let postman = postman(config, &site, &roots, &metrics);
    if config.notices.route.is_none() && !is_playground {
        tracing::warn!(
            "subscribers get no mail: `notices.route` names no mail system that takes it; webhooks and feeds work without"
        );
    }
    let courier = Courier::new(resolver, &roots, config.notices.private_webhooks)?;
    let means = Means { site, clock, metrics, postman, courier };
    let opened = Subscriptions::open(&directory, means);
    opened.context("who subscribed is not known without the journal of subscribers")
}

fn postman(
    config: &OperatorConfig,
    site: &Site,
    roots: &[CertificateDer<'static>],
    metrics: &Metrics,
) -> Option<Postman> {
    let route = config.notices.route.as_ref()?;
    let settings = site.settings();
    let host = settings.mail_host();
    let own = format!("status@{host}");
    let from = config.notices.from.as_deref().or(route.user_address()).unwrap_or(&own);
    match Postman::new(route, (from, &settings.name), &host, folders::secret, roots) {
        Ok(postman) => Some(postman),
        Err(error) => {
            metrics.alarms.add_one();
            tracing::error!(%error, "subscribers get no mail until this is mended and the node started again");
            None
        }
    }
}
