//! Google Workspace: the steps in its Admin console, with this tenant's values.
//!
//! Google has no command line for mail flow and no header that names an organisation, so the secret header is not a choice here.

use crate::plan::PROCESSED_HEADER;
use crate::postfix::SECRET_PLACE;
use crate::template::fill;
use crate::{Plan, Secrets};
use tenant::settings::SmartHost;

const TEMPLATE: &str = include_str!("templates/google.txt");

pub(crate) fn steps(plan: &Plan, secrets: Secrets) -> String {
    let domains = plan.domains.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let addresses =
        plan.source_addresses().iter().map(|address| format!("       {address}")).collect::<Vec<_>>();
    let tls = if plan.entry.verified {
        "on: Require secure transport (TLS), Require CA signed certificate, Validate certificate hostname"
    } else {
        "on: Require secure transport (TLS). Off: CA signed certificate, certificate hostname (the listener's is self-signed)"
    };
    let secret = match &plan.secret {
        Some(header) => format!("{}: {}", header.name, plan.shown_secret(secrets).unwrap_or(SECRET_PLACE)),
        None => {
            "MISSING: add connector.secret_header to tenant.toml first; nothing else tells this organisation from others"
                .to_owned()
        }
    };
    fill(
        TEMPLATE,
        &[
            ("TENANT", plan.tenant.as_str()),
            ("DOMAINS", &domains),
            ("HOST", &plan.entry.host),
            ("PORT", &plan.entry.port.to_string()),
            ("TLS", tls),
            ("SECRET", &secret),
            ("PROCESSED_HEADER", PROCESSED_HEADER),
            ("WORD", &plan.processed_word),
            ("SOURCES", &addresses.join("\n")),
            ("SMART_HOST", &smart_host(plan)),
        ],
    )
}

fn smart_host(plan: &Plan) -> String {
    let wanted = "smtp-relay.gmail.com";
    match &plan.smart_host {
        SmartHost::Name { host, .. } if host.as_str() == wanted => {
            format!("tenant.toml has it already: {}", plan.smart_host)
        }
        SmartHost::Name { .. } | SmartHost::Address(_) | SmartHost::Mx(_) => format!(
            "tenant.toml has another one ({}): write smart_host = \"{wanted}:25\" under [egress]",
            plan.smart_host
        ),
    }
}

#[cfg(test)]
mod tests;
