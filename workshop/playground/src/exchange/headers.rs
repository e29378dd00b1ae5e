//! The header fields that Exchange sets and looks at, found and written without a mail parser.
//!
//! A field is found by its name at the start of a line before the first empty line; folded lines are joined by a blank. The
//! block that Exchange puts in front is what a real tenant's mail carries on its first hop; nothing in the written message is touched.

use super::Mail;
use crate::ExchangeTenant;
use model::Timestamp;
use std::fmt::Write as _;

/// The header that says that the relay has done its work.
pub(super) const PROCESSED: &str = "X-Signpost-Processed";

/// The value of the first field of this name.
pub(crate) fn value_of(message: &[u8], name: &str) -> Option<String> {
    fields(message).into_iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// How many fields of this name there are.
pub(super) fn count_of(message: &[u8], name: &str) -> usize {
    fields(message).iter().filter(|(field, _)| field.eq_ignore_ascii_case(name)).count()
}

/// Whether `word` stands in `value` between blanks or at an edge, as a transport rule matches words.
pub(super) fn has_word(value: &str, word: &str) -> bool {
    value.split_whitespace().any(|found| found.eq_ignore_ascii_case(word))
}

fn fields(message: &[u8]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in message.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = String::from_utf8_lossy(line);
        if line.is_empty() {
            break;
        } else if text.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(text.trim());
            }
        } else if let Some((name, value)) = text.split_once(':') {
            fields.push((name.trim_end().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}

/// The message as it leaves for the connector: the written bytes behind the block of Exchange.
pub(super) fn dress(
    mail: &Mail,
    tenant: Option<&ExchangeTenant>,
    token: &str,
    server: &str,
    now: Timestamp,
) -> Vec<u8> {
    let mut block = format!(
        "Received: from {server} ([fe80::5167]) by {server}\r\n ([fe80::5167]) with mapi id {token};\r\n {}\r\n",
        now.to_rfc5322()
    );
    if let Some(tenant) = tenant {
        add_tenant_block(&mut block, tenant, &mail.from, server);
    }
    if value_of(&mail.raw, crate::TOKEN_HEADER).is_none() {
        add(&mut block, crate::TOKEN_HEADER, token);
    }
    let mut wire = block.into_bytes();
    wire.extend_from_slice(&mail.raw);
    wire
}

fn add_tenant_block(block: &mut String, tenant: &ExchangeTenant, mail_from: &str, server: &str) {
    let domain = super::attribution::domain_of(mail_from).unwrap_or_default();
    add(block, "X-OriginatorOrg", domain);
    add(block, "X-MS-Exchange-CrossTenant-Id", &tenant.id);
    add(block, "X-MS-Exchange-CrossTenant-AuthAs", "Internal");
    add(block, "X-MS-Exchange-CrossTenant-AuthSource", server);
    add(block, "X-MS-Exchange-CrossTenant-FromEntityHeader", "Hosted");
    add(block, "X-MS-Exchange-CrossTenant-MailboxType", "HOSTED");
    add(block, "X-MS-Exchange-Transport-CrossTenantHeadersStamped", server);
    add(block, "X-MS-Exchange-Organization-AuthAs", "Internal");
    add(block, "X-MS-Exchange-Organization-SCL", "-1");
    add(block, "X-MS-Exchange-SenderADCheck", "1");
    add(block, "X-MS-Exchange-AntiSpam-Relay", "0");
    if let Some((name, value)) = &tenant.secret_header {
        add(block, name, value);
    }
}

fn add(block: &mut String, name: &str, value: &str) {
    let _infallible = write!(block, "{name}: {value}\r\n");
}

#[cfg(test)]
mod tests;
