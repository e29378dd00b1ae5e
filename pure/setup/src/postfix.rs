//! Postfix as the tenant's mail system: one shell script over `postconf`.
//!
//! What is routed is chosen by the service on which it was submitted and the sender's domain, so forged mail from the internet never
//! comes to us; what returns comes in by a service that routes nothing, so there is no loop even without a header.

use crate::shell_quote::quoted;
use crate::template::fill;
use crate::{Plan, Secrets};
use core::fmt::Write as _;
use tenant::settings::{SmartHost, TlsPolicy};

const TEMPLATE: &str = include_str!("templates/postfix.sh");
/// Where the bundle of public CAs is on Debian and its kin.
const CA_FILE: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Stands where a secret is not to be shown.
pub(crate) const SECRET_PLACE: &str = "PUT-THE-SECRET-HERE";

pub(crate) fn script(plan: &Plan, secrets: Secrets) -> String {
    let port = return_port(&plan.smart_host).to_string();
    let return_tls = match plan.return_tls {
        TlsPolicy::Opportunistic => "may",
        TlsPolicy::Require | TlsPolicy::Verify => "encrypt",
    };
    fill(
        TEMPLATE,
        &[
            ("RETURN_PORT", port.as_str()),
            ("SENDERS", &senders(plan)),
            ("SOURCES", &sources(plan)),
            ("HEADERS", &headers(plan, secrets)),
            ("TLS", &tls(plan)),
            ("RETURN_TLS", return_tls),
        ],
    )
}

/// The port at which the tenant's own system takes mail back.
pub(crate) fn return_port(smart_host: &SmartHost) -> u16 {
    match smart_host {
        SmartHost::Name { port, .. } => *port,
        SmartHost::Address(address) => address.port(),
        SmartHost::Mx(_) => 25,
    }
}

/// The tenant's domains exactly: without the anchors, sub-domains would come too, and be refused here.
fn senders(plan: &Plan) -> String {
    let filter = format!("FILTER signpost:[{}]:{}", plan.entry.host, plan.entry.port);
    let lines =
        plan.domains.iter().map(|domain| format!("/@{}$/ {filter}", domain.as_str().replace('.', "\\.")));
    lines.collect::<Vec<_>>().join("\n")
}

fn sources(plan: &Plan) -> String {
    plan.source_addresses().iter().map(|address| format!("{address} permit")).collect::<Vec<_>>().join("\n")
}

/// The secret goes in before From, which every message has once; a copy that a user wrote goes out first.
fn headers(plan: &Plan, secrets: Secrets) -> String {
    let Some(secret) = &plan.secret else { return "# no secret header".to_owned() };
    let value = plan.shown_secret(secrets).unwrap_or(SECRET_PLACE);
    let escaped = secret.name.chars().fold(String::new(), |mut text, c| {
        if !c.is_ascii_alphanumeric() && c != '-' {
            text.push('\\');
        }
        text.push(c);
        text
    });
    format!("/^{escaped}:/ IGNORE\n/^From:/ PREPEND {}: {value}", secret.name)
}

fn tls(plan: &Plan) -> String {
    let mut lines = String::new();
    let mut line = |parameter: &str, value: &str| {
        let _infallible =
            writeln!(lines, "    postconf -P {}", quoted(&format!("signpost/unix/{parameter}={value}")));
    };
    if plan.entry.verified {
        line("smtp_tls_security_level", "secure");
        line("smtp_tls_secure_cert_match", "nexthop");
        line("smtp_tls_CAfile", CA_FILE);
    } else {
        line("smtp_tls_security_level", "encrypt");
    }
    lines.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
