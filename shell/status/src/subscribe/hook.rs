//! What a webhook is sent: Statuspage's document with an unsubscribe link, or one text for Slack; and the signature over it.
//!
//! The signature is HMAC-SHA256 over the time, a dot and the body's bytes, so that an old call cannot be replayed with a new time.

use super::Subscriptions;
use super::record::{HookKind, Job, News, Subscriber};
use super::token::Purpose;
use crate::encode::hex;
use crate::time;
use aws_lc_rs::hmac;
use model::Timestamp;
use serde_json::json;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) body: Vec<u8>,
    /// The same for each repetition.
    pub(crate) event: String,
    /// Seconds since 1970.
    pub(crate) timestamp: i64,
    pub(crate) signature: String,
}

pub(crate) fn call(
    subscriptions: &Subscriptions,
    job: &Job,
    (subscriber, kind, secret): (&Subscriber, HookKind, &str),
    news: &News,
    now: Timestamp,
) -> Call {
    let settings = subscriptions.site().settings();
    let body = match kind {
        HookKind::Statuspage => {
            let token = subscriptions.tokens().make(Purpose::Manage, &subscriber.id, now);
            let mut document = news.document.clone();
            document["meta"] = json!({
                "unsubscribe": format!("{}/subscription/{token}", settings.url),
                "documentation": "https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/",
                "generated_at": time::millis(job.made_at),
            });
            document.to_string()
        }
        HookKind::Slack => json!({ "text": text(&settings.url, news) }).to_string(),
    };
    let timestamp = now.as_micros() / 1_000_000;
    let signature = sign(secret, timestamp, body.as_bytes());
    Call { body: body.into_bytes(), event: news.id.clone(), timestamp, signature }
}

/// `v1=` and the digits; `secret` is used as the text that it is.
pub(crate) fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(timestamp.to_string().as_bytes());
    context.update(b".");
    context.update(body);
    format!("v1={}", hex(context.sign().as_ref()))
}

/// Slack's mark-up; it asks for these three letters to be escaped, and no others.
fn text(url: &str, news: &News) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parts: Vec<String> = news.parts.iter().map(|part| escaped(&part.name.en)).collect();
    let parts = if parts.is_empty() { String::new() } else { format!("\n_{}_", parts.join(", ")) };
    let impact = news.impact.as_ref().map(|impact| format!(" ({})", impact.en)).unwrap_or_default();
    let own = format!("{url}/{}", news.path);
    let link = match news.link.as_deref().unwrap_or(&own) {
        "" => String::new(),
        link => format!("\n<{}|Details>", escaped(link)),
    };
    format!(
        "*{}*: {}{impact}{parts}\n{}{link}",
        escaped(&news.phase.en),
        escaped(&news.title.en),
        escaped(&news.body.en),
    )
}

#[cfg(test)]
mod tests;
