//! `doctor`: many small looks at once, each with a result, a reason and what to do.
//!
//! Nothing is changed but a probe file that is taken away again. Every look has a deadline; one that does not end in time is unknown. What
//! cannot be seen from here (the other side of a firewall, a translated address) is unknown too, never good. It ends with 1 when something
//! fails. To look at more, add a line to `looks`.

mod certificates;
mod dane;
mod dkim;
mod lists;
mod look;
mod m365;
mod machine;
mod names;
mod ports;
mod spf;

use super::{print, print_json};
use crate::cli::DoctorArgs;
use crate::site::Site;
use anyhow::{Context as _, Result, bail};
use look::{Look, Looked, View};
use net::Resolver;
use setup::State;
use std::fmt::Write as _;
use std::sync::Arc;

pub(crate) fn doctor(args: &DoctorArgs) -> Result<()> {
    if let Some(file) = &args.m365 {
        return m365::compare(args, file);
    }
    let site = Site::find(&args.site)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let looked = runtime.context("cannot start the runtime")?.block_on(whole(site))?;
    let failed = looked.iter().filter(|one| one.state == State::Fail).count();
    if args.json {
        print_json(&looked)?;
    } else {
        print(&shown(&looked))?;
    }
    match failed {
        0 => Ok(()),
        count => bail!("{count} of {} checks fail", looked.len()),
    }
}

async fn whole(site: Site) -> Result<Vec<Looked>> {
    let (tenants, broken) = site.tenants()?;
    let config = &site.config;
    let resolver = Resolver::new(&config.resolver.servers, config.resolver.timeout)?;
    let witnesses =
        watch::Witnesses::new(&config.resolver.servers, config.resolver.timeout, net::Clock::start(1))?;
    let view = Arc::new(View { resolver, witnesses, tenants, site });
    let mut looked = look::at_once(looks(&view)).await;
    for tenant in broken {
        let mend = "correct the folder; `signpost config check DIR` tells every error";
        looked.push(Looked::new("tenant", "folder", State::Fail, tenant, mend));
    }
    for (name, snapshot) in &view.tenants {
        if let Err(error) = setup::eligible_sources(&snapshot.settings, &view.site.config.sources) {
            looked.push(Looked::new("tenant", name.as_str(), State::Fail, error.to_string(), ""));
        }
    }
    Ok(looked)
}

/// Everything that is looked at, in the order in which it is shown.
fn looks(view: &Arc<View>) -> Vec<Look> {
    let mut looks = vec![names::resolver(view)];
    looks.extend(dane::looks(view));
    looks.extend(machine::looks(view));
    looks.extend(names::listeners(view));
    looks.extend(names::sources(view));
    looks.extend(ports::listeners(view));
    looks.extend(certificates::looks(view));
    looks.extend(ports::next_hops(view));
    looks.extend(spf::looks(view));
    looks.extend(dkim::looks(view));
    looks.extend(lists::looks(view));
    looks
}

fn shown(looked: &[Looked]) -> String {
    let mut text = String::new();
    for one in looked {
        let Looked { check, subject, state, reason, mend } = one;
        let _infallible = writeln!(text, "{:<8}{check} {subject}: {reason}", state.as_str());
        if *state != State::Ok && !mend.is_empty() {
            let _infallible = writeln!(text, "        {mend}");
        }
    }
    let count = |state| looked.iter().filter(|one| one.state == state).count();
    let _infallible = writeln!(
        text,
        "{} ok, {} warn, {} fail, {} unknown",
        count(State::Ok),
        count(State::Warn),
        count(State::Fail),
        count(State::Unknown)
    );
    text
}

#[cfg(test)]
mod tests;
