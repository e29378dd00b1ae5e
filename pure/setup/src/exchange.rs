//! Exchange on the tenant's own machines: a script that makes a Send connector and the rule that sets the secret.
//!
//! An Exchange server chooses a connector by the recipient's domain only, so what we hand back to the same server would come to us again.
//! The script's first lines say so when the tenant's settings would do that; our loop check holds such mail in any case.

use crate::powershell::literal;
use crate::template::fill;
use crate::{Plan, Secrets};
use tenant::settings::EgressMode;

const TEMPLATE: &str = include_str!("templates/exchange.ps1");

pub(crate) fn script(plan: &Plan, secrets: Secrets) -> String {
    let header = plan.secret.as_ref().map_or("", |secret| &secret.name);
    let level = if plan.entry.verified { "DomainValidation" } else { "EncryptionOnly" };
    let values = [
        ("TENANT", literal(&plan.tenant)),
        ("CONNECTOR", literal(&format!("Signpost send {}", plan.short_name()))),
        ("RULE", literal(&format!("Signpost mark {}", plan.short_name()))),
        ("HOST", literal(&plan.entry.host)),
        ("PORT", plan.entry.port.to_string()),
        ("TLS", literal(level)),
        ("SIZE_MAX", literal(&format!("{}B", plan.entry.size_max.0))),
        ("SECRET_HEADER", literal(header)),
        ("SECRET", literal(plan.shown_secret(secrets).unwrap_or_default())),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    format!("{}{}", note(plan), fill(TEMPLATE, &values))
}

fn note(plan: &Plan) -> String {
    match plan.mode {
        EgressMode::Deliver => String::new(),
        EgressMode::Return => format!(
            "# NOTE: Signpost hands this tenant's mail to {}. That must be another system than this Exchange (an Edge server, a provider's\n\
             # smart host, Exchange Online), or mail goes round and is held as a loop. Else: mode = \"deliver\" under [egress].\n",
            plan.smart_host
        ),
    }
}

#[cfg(test)]
mod tests;
