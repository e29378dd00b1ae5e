//! What becomes of an accepted message: it is kept, counted, and, without its processed word, sent round once more.
//!
//! Accepted means kept: this page has no way to say no. The transport rule looks only at mail that its sender attributes to a tenant;
//! what a recipient alone attributes is incoming mail and at its end here.

use super::super::{Exchange, headers, link::bare_ends, outbound::Fork};
use crate::mailbox::{Arrived, AttributedBy, Attribution, Course, Framing, Report, ReportOrigin, TlsDetails};
use crate::wall_clock;
use model::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;

/// One complete transaction.
pub(super) struct Taken {
    pub(super) peer: IpAddr,
    pub(super) helo: String,
    pub(super) tls: Option<TlsDetails>,
    pub(super) mail_from: String,
    pub(super) mail_parameters: String,
    pub(super) recipients: Vec<String>,
    pub(super) attribution: Option<Attribution>,
    pub(super) framing: Framing,
    pub(super) raw_socket_bytes: Vec<u8>,
    pub(super) data: Vec<u8>,
    pub(super) reply_withheld: bool,
    pub(super) began: Timestamp,
}

/// Puts the message into the mailbox, or through the transport rule again; gives its number.
pub(super) async fn keep(exchange: &Exchange, taken: Taken) -> u64 {
    let tenant = taken.attribution.as_ref().filter(|attribution| attribution.by != AttributedBy::RcptTo);
    let tenant =
        tenant.and_then(|found| exchange.tenants().iter().find(|tenant| tenant.name == found.tenant));
    let again = exchange.rule_applies(tenant, &taken.mail_from, &taken.data);
    let arrived = Arc::new(describe(exchange, taken, again));
    note_report(exchange, &arrived);
    exchange.mailbox().keep(Arc::clone(&arrived));
    let listed = match arrived.peer {
        Some(peer) => exchange.dns.is_listed(peer).await,
        None => false,
    };
    exchange.count(|figures| figures.arrived_listed += u64::from(listed));
    if again {
        send_again(exchange, &arrived).await;
    }
    arrived.id
}

fn describe(exchange: &Exchange, taken: Taken, again: bool) -> Arrived {
    let (bare_lf, bare_cr) = bare_ends(&taken.data);
    Arrived {
        id: exchange.mailbox().next_id(),
        received: wall_clock(),
        peer: Some(taken.peer),
        helo: taken.helo,
        mail_from: taken.mail_from,
        mail_parameters: taken.mail_parameters,
        rcpt_to: taken.recipients,
        framing: taken.framing,
        tls: taken.tls,
        attribution: taken.attribution,
        raw_socket_bytes: taken.raw_socket_bytes.into(),
        bare_lf,
        bare_cr,
        token: headers::value_of(&taken.data, crate::TOKEN_HEADER),
        processed: headers::value_of(&taken.data, headers::PROCESSED),
        data: taken.data.into(),
        course: if again { Course::SentAgain } else { Course::Delivered },
        reply_withheld: taken.reply_withheld,
        began: taken.began,
    }
}

/// A report from the relay is a figure of its own: for a sender it is the difference between mail and no mail.
fn note_report(exchange: &Exchange, arrived: &Arrived) {
    let media_type = headers::value_of(&arrived.data, "Content-Type").unwrap_or_default();
    if !arrived.mail_from.is_empty() || !media_type.to_ascii_lowercase().starts_with("multipart/report") {
        return;
    }
    exchange.mailbox().keep_report(Report {
        origin: ReportOrigin::Connector,
        received: arrived.received,
        to: arrived.rcpt_to.join(", "),
        recipients: Vec::new(),
        reason: headers::value_of(&arrived.data, "Subject").unwrap_or_default(),
        arrived: Some(arrived.id),
    });
}

/// A loop: what comes back without its processed word goes out once more, one `Received` longer.
async fn send_again(exchange: &Exchange, arrived: &Arrived) {
    let host = &exchange.config.smart_host;
    let field = format!(
        "Received: from {} by {host} with SMTP;\r\n {}\r\n",
        arrived.helo,
        arrived.received.to_rfc5322()
    );
    let wire = [field.as_bytes(), &arrived.data].concat();
    let fork = Fork::new(arrived.id, 0, &arrived.mail_from, arrived.rcpt_to.clone(), wire.into());
    if exchange.forks.send(fork).await.is_err() {
        tracing::debug!("the playground is stopping: a looping message ends here");
    }
}
