//! Exim as the tenant's mail system: a shell script that writes four files of a split configuration.
//!
//! The emergency switch is a file that the router looks for, so it works at once and for waiting mail too. The secret lies in a file
//! that the transport reads, not in the configuration.

use crate::postfix::SECRET_PLACE;
use crate::template::fill;
use crate::{Plan, Secrets};

const TEMPLATE: &str = include_str!("templates/exim.sh");

pub(crate) fn script(plan: &Plan, secrets: Secrets) -> String {
    let senders = plan.domains.iter().map(|domain| format!("*@{domain}")).collect::<Vec<_>>().join(" : ");
    fill(
        TEMPLATE,
        &[
            ("SOURCES", plan.source_addresses().join(" ; ").as_str()),
            ("SENDERS", &senders),
            ("WORD", &plan.processed_word),
            ("HOST", &plan.entry.host),
            ("PORT", &plan.entry.port.to_string()),
            ("TRANSPORT", &transport(plan)),
            ("KEY", &key(plan, secrets)),
        ],
    )
}

fn transport(plan: &Plan) -> String {
    let mut lines = Vec::new();
    // Without it Exim tries to verify and goes on with a self-signed one. To switch even the trying off (`tls_try_verify_hosts` empty)
    // makes Exim 4.96 demand a certificate that it can verify.
    if plan.entry.verified {
        lines.push("  tls_verify_certificates = system".to_owned());
        lines.push("  tls_verify_hosts = *".to_owned());
    }
    if let Some(secret) = &plan.secret {
        lines.push(format!("  headers_remove = {}", secret.name));
        lines.push(format!(
            "  headers_add = {}: ${{readfile{{SIGNPOST_CONF/signpost.key}}{{}}}}",
            secret.name
        ));
    }
    lines.join("\n")
}

/// The lines that write the secret's file; they let a value that is there stand if none is shown.
fn key(plan: &Plan, secrets: Secrets) -> String {
    if plan.secret.is_none() {
        return "    # no secret header".to_owned();
    }
    let (value, guard) = match plan.shown_secret(secrets) {
        Some(value) => (value, ""),
        None => (SECRET_PLACE, "[ -s \"$CONF/signpost.key\" ] || "),
    };
    format!(
        "    {guard}cat > \"$CONF/signpost.key\" <<'END_OF_FILE'\n{value}\nEND_OF_FILE\n    \
         chgrp \"$GROUP\" \"$CONF/signpost.key\"\n    chmod 0640 \"$CONF/signpost.key\""
    )
}

#[cfg(test)]
mod tests;
