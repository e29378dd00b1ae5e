//! The front page: is mail flowing, and where to look next.
//!
//! One sentence on top answers the question; the figures below are its reasons. It renews itself every five seconds.

use crate::page::framed;
use crate::{NodeView, Readiness};
use model::Metrics;
use std::fmt::Write as _;

pub(crate) const STYLE: &str = include_str!("front.css");

/// The finished page.
pub(crate) fn render(node: &NodeView, metrics: &Metrics, ready: &Readiness) -> String {
    let (kind, headline) = headline(metrics, ready);
    let mut body = format!(
        "<section class=\"state {kind}\"><h1>{headline}</h1><p>Signpost {} in the region {}</p></section>",
        escaped(&node.version),
        escaped(&node.region)
    );
    for (kind, lines) in [("bad", &ready.problems), ("odd", &ready.warnings)] {
        for line in lines {
            body.push_str(&format!("<p class=\"notice {kind}\">{}</p>", escaped(line)));
        }
    }
    body.push_str(&figures(metrics));
    if node.playground {
        body.push_str(
            "<p class=\"lead\"><a class=\"button\" href=\"/playground\">Open the playground's mailbox</a> \
             and see messages as they were sent and as they came back.</p>",
        );
    }
    body.push_str(&tenants(node));
    body.push_str(&places(node));
    framed("/", &headline, &body, Some(5))
}

fn headline(metrics: &Metrics, ready: &Readiness) -> (&'static str, String) {
    let parked = metrics.queue_parked.get();
    match (ready.problems.is_empty(), parked, metrics.queue_messages.get(), metrics.accepted.get()) {
        (false, ..) => ("bad", "Mail is not taken at the moment".to_owned()),
        (true, 1, ..) => ("odd", "Mail is flowing, one message waits for a person".to_owned()),
        (true, 2.., ..) => ("odd", format!("Mail is flowing, {parked} messages wait for a person")),
        (true, 0, 0, 0) => ("good", "Ready for the first message".to_owned()),
        (true, 0, 0, _) => ("good", "Mail is flowing, nothing waits".to_owned()),
        (true, 0, waiting, _) => ("good", format!("Mail is flowing, {waiting} on the way")),
    }
}

fn figures(metrics: &Metrics) -> String {
    let shown = [
        ("Accepted", metrics.accepted.get(), "messages acknowledged"),
        ("Stamped", metrics.stamped.get(), "deliveries with a signature"),
        ("Passed", metrics.passed.get(), "deliveries left untouched"),
        ("Delivered", metrics.delivered.get(), "recipients taken by the next hop"),
        ("Waiting", metrics.queue_messages.get(), "messages in the queue"),
        ("Parked", metrics.queue_parked.get(), "messages that need a person"),
        ("Reports", metrics.bounced.get(), "recipients given up with a report"),
        ("Our fault", metrics.ndr_ours.get(), "reports for a fault of ours: stays 0"),
    ];
    let mut text = String::from("<dl class=\"figures\">");
    for (name, value, sentence) in shown {
        let _infallible = write!(text, "<div><dt>{name}</dt><dd>{value}</dd><p>{sentence}</p></div>");
    }
    text + "</dl>"
}

fn tenants(node: &NodeView) -> String {
    if node.tenants.is_empty() {
        return "<section><h2>Tenants</h2><p>None is published yet. <code>signpost tenant apply DIR</code> publishes one.</p></section>"
            .to_owned();
    }
    let rows: String = node
        .tenants
        .iter()
        .map(|tenant| {
            format!(
                "<tr><td><strong>{}</strong></td><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>",
                escaped(&tenant.name),
                escaped(&tenant.display_name),
                escaped(&tenant.domains.join(", ")),
                tenant.snapshot.0
            )
        })
        .collect();
    format!(
        "<section><h2>Tenants</h2><table><thead><tr><th>Name</th><th>Organisation</th><th>Domains</th>\
         <th class=\"number\">Snapshot</th></tr></thead><tbody>{rows}</tbody></table></section>"
    )
}

fn places(node: &NodeView) -> String {
    let row = |kind: &str, name: &str, place: &str| {
        format!(
            "<tr><td>{kind}</td><td><strong>{}</strong></td><td><code>{}</code></td></tr>",
            escaped(name),
            escaped(place)
        )
    };
    let listeners =
        node.listeners.iter().map(|(name, address)| row("takes mail", name, &address.to_string()));
    let sources = node.sources.iter().map(|(name, address)| row("sends from", name, address));
    let rows: String = listeners.chain(sources).collect();
    format!("<section><h2>Addresses</h2><table><tbody>{rows}</tbody></table></section>")
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
