//! Every figure that a node shows: name, unit and sentence in one table, counted in atomics.
//!
//! A part is handed an `Arc<Metrics>` and adds to it; `render` writes the Prometheus text format 0.0.4. There is no global
//! recorder, so two relays live in one test with two tables. A new figure is one line in the table below.

use core::fmt::Write as _;
use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A number that is added to, or set.
#[derive(Debug, Default)]
pub struct Figure(AtomicU64);

impl Figure {
    /// One more.
    pub fn add_one(&self) {
        self.add(1);
    }

    /// `count` more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// One less; for gauges.
    pub fn remove_one(&self) {
        // Wrapping below zero would show as a huge number: a gauge is only lowered by who raised it.
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Replaces the value; for gauges.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The value now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One gauge for each of several things that come and go, told apart by one label.
#[derive(Debug, Default)]
pub struct Family(Mutex<BTreeMap<String, u64>>);

impl Family {
    /// Replaces all of them.
    pub fn replace(&self, values: impl IntoIterator<Item = (String, u64)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = values.into_iter().collect();
    }

    /// Sets one of them.
    pub fn set_one(&self, key: &str, value: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), value);
    }

    fn render(&self, text: &mut String, name: &str, label: &str) {
        for (key, value) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let key = key.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _infallible = writeln!(text, "{name}{{{label}=\"{key}\"}} {value}");
        }
    }
}

macro_rules! metrics {
    (
        $($field:ident $kind:literal $name:literal $help:literal;)*
        @families
        $($family:ident $family_label:literal $family_name:literal $family_help:literal;)*
    ) => {
        /// The figures of one node.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $(#[doc = $help] pub $field: Figure,)*
            $(#[doc = $family_help] pub $family: Family,)*
        }

        impl Metrics {
            /// The Prometheus text exposition of every figure.
            #[must_use]
            pub fn render(&self) -> String {
                let mut text = String::new();
                $(
                    let _infallible = write!(
                        text, "# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", $name, $help, $kind, self.$field.get()
                    );
                )*
                $(
                    let _infallible = write!(text, "# HELP {0} {1}\n# TYPE {0} gauge\n", $family_name, $family_help);
                    self.$family.render(&mut text, $family_name, $family_label);
                )*
                text
            }
        }
    };
}

metrics! {
    sessions_open "gauge" "signpost_sessions_open" "Inbound SMTP sessions open now.";
    sessions_total "counter" "signpost_sessions_total" "Inbound SMTP sessions since the start.";
    sessions_refused "counter" "signpost_sessions_refused_total" "Inbound sessions refused because a connection limit was reached.";
    mail_refused "counter" "signpost_mail_refused_total" "MAIL or RCPT commands refused by admission.";
    refused_network "counter" "signpost_refused_network_total" "Refusals because the peer is in no network of the tenant.";
    refused_domain "counter" "signpost_refused_domain_total" "Refusals because the sender's domain is no tenant's that may send from there.";
    refused_from "counter" "signpost_refused_from_total" "Refusals because the header's From is not the tenant's.";
    refused_certificate "counter" "signpost_refused_certificate_total" "Refusals for the check certificate.";
    refused_server_name "counter" "signpost_refused_server_name_total" "Refusals for the check server_name.";
    refused_auth "counter" "signpost_refused_auth_total" "Refusals for the check auth: no login.";
    refused_domain_proof "counter" "signpost_refused_domain_proof_total" "Refusals for the check domain_proof.";
    refused_tenant_id "counter" "signpost_refused_tenant_id_total" "Refusals for the check tenant_id.";
    refused_originator_org "counter" "signpost_refused_originator_org_total" "Refusals for the check originator_org.";
    refused_secret "counter" "signpost_refused_secret_total" "Refusals for the check secret.";
    refused_other_tenant "counter" "signpost_refused_other_tenant_total" "Refusals because a login or certificate of another tenant came along.";
    login_failures "counter" "signpost_login_failures_total" "AUTH commands with a wrong name or password.";
    limited "counter" "signpost_limited_total" "Mail that a cap of the tenant's limits put off.";
    accepted "counter" "signpost_messages_accepted_total" "Messages acknowledged with 250 after end of data.";
    accepted_bytes "counter" "signpost_accepted_bytes_total" "Bytes of acknowledged messages.";
    body_refused "counter" "signpost_bodies_refused_total" "Messages refused at end of data.";
    bare_lf "counter" "signpost_bare_lf_total" "Messages in which a bare LF was normalised to CRLF.";
    stamped "counter" "signpost_messages_stamped_total" "Deliveries that carried a signature.";
    dkim_signed "counter" "signpost_dkim_signed_total" "Forms of messages that left with DKIM signatures of ours.";
    downgraded "counter" "signpost_downgraded_total" "Forms of messages made for a next hop that lacks 8BITMIME or SMTPUTF8.";
    dkim_unsigned "counter" "signpost_dkim_unsigned_total" "Forms of messages that left unsigned, since no key could be used.";
    passed "counter" "signpost_messages_passed_total" "Deliveries passed on without a signature, for a named reason.";
    held "counter" "signpost_messages_held_total" "Messages held by policy, a loop or an operator.";
    parked "counter" "signpost_messages_parked_total" "Messages parked: kept without attempts.";
    cut_through "counter" "signpost_messages_cut_through_total" "Messages that the next hop had before they were acknowledged; never stored.";
    cut_through_taken_in "counter" "signpost_messages_cut_through_taken_in_total" "Messages that cut-through had to store: the next hop was slow or refused.";
    cut_through_left "counter" "signpost_messages_cut_through_left_total" "Messages that cut-through left with their sender by 451.";
    delivered "counter" "signpost_recipients_delivered_total" "Recipients accepted by the next hop.";
    deferred "counter" "signpost_recipients_deferred_total" "Attempts for a recipient that ended in a later retry.";
    bounced "counter" "signpost_recipients_bounced_total" "Recipients given up with a report to the sender.";
    discarded "counter" "signpost_recipients_discarded_total" "Recipients given up where no report is allowed.";
    reports_failed "counter" "signpost_reports_failed_total" "Reports of failure made for senders.";
    reports_delayed "counter" "signpost_reports_delayed_total" "Reports of delay made for senders.";
    reports_relayed "counter" "signpost_reports_relayed_total" "Reports made for senders who asked for success and whose next hop offers no DSN.";
    notices "counter" "signpost_notices_total" "Notices made for tenants whose mail waits or no longer does.";
    tls_reports_sent "counter" "signpost_tls_reports_sent_total" "Reports on TLS that a place named by the recipients' domain took.";
    tls_reports_failed "counter" "signpost_tls_reports_failed_total" "Reports on TLS that were given up.";
    ndr_ours "counter" "signpost_ndr_ours_total" "Reports sent for a fault of ours: must stay 0.";
    maybe_duplicates "counter" "signpost_maybe_duplicates_total" "Recipients sent again after an attempt whose end is unknown.";
    connections_opened "counter" "signpost_connections_opened_total" "Outbound connections opened.";
    connections_reused "counter" "signpost_connections_reused_total" "Deliveries over a connection that was open already.";
    sources_out "gauge" "signpost_sources_out" "Places (everywhere, a provider, a site) at which a source of ours carries nothing now.";
    senders_slowed "gauge" "signpost_senders_slowed" "Senders whose conduct is out of line and whose mail goes so many an hour.";
    senders_held "gauge" "signpost_senders_held" "Senders whose mail is kept for their conduct, or by order.";
    senders_suspect "gauge" "signpost_senders_suspect" "Senders that stand out over a source that was listed: their mail moves to no other source.";
    tenants_out_of_line "gauge" "signpost_tenants_out_of_line" "Tenants of which several senders are out of line: all their mail is kept.";
    conduct_waits "counter" "signpost_conduct_waits_total" "Deliveries put off because their sender is slowed; no try is spent.";
    tenants_held "gauge" "signpost_tenants_held" "Tenants whose own system does not know us: their mail parks and new mail is asked to wait.";
    fallbacks "counter" "signpost_fallbacks_total" "Transactions over a tenant's fallback, since no source was left.";
    rerouted "counter" "signpost_rerouted_total" "Transactions repeated at once over another source, since the first was refused for its address.";
    limits_heard "counter" "signpost_limits_heard_total" "Replies of next hops that named a limit: fewer connections, or slower.";
    limit_waits "counter" "signpost_limit_waits_total" "Transactions put off because a provider takes no more from a source now; no try is spent.";
    queue_messages "gauge" "signpost_queue_messages" "Messages in the spool.";
    queue_parked "gauge" "signpost_queue_parked" "Messages in the spool that are parked or held.";
    queue_oldest_micros "gauge" "signpost_queue_oldest_microseconds" "Age of the oldest message in the spool.";
    spool_syncs "counter" "signpost_spool_syncs_total" "Syncs of the spool's log.";
    spool_commits "counter" "signpost_spool_commits_total" "Messages made durable.";
    spool_bytes "gauge" "signpost_spool_bytes" "Bytes of the spool's segments on disk.";
    spool_sync_errors "counter" "signpost_spool_sync_errors_total" "Syncs that failed; acceptance stops until a new segment is proven.";
    ledger_records "counter" "signpost_ledger_records_total" "Records that the ledger has taken in since the start.";
    ledger_unread "gauge" "signpost_ledger_lag_records" "Records of the spool that are synced and not yet in the ledger.";
    ledger_lag_seconds "gauge" "signpost_ledger_lag_seconds" "Seconds since the ledger last held everything that the spool had synced.";
    ledger_gaps "gauge" "signpost_ledger_gaps" "Gaps in the ledger: parts of the spool's log that were gone or damaged before they were read.";
    ledger_errors "counter" "signpost_ledger_errors_total" "Writes of the ledger that failed and are tried again.";
    ledger_refusals_dropped "counter" "signpost_ledger_refusals_dropped_total" "Refused sessions that are not in the ledger because too many waited.";
    dnsbl_polls "counter" "signpost_dnsbl_polls_total" "Answers of block lists about our addresses and domains, test points left out.";
    dnsbl_findings "counter" "signpost_dnsbl_findings_total" "Answers of believed block lists that name one of our addresses or domains.";
    dnsbl_unknown "counter" "signpost_dnsbl_unknown_total" "Questions to block lists that got no answer that says anything.";
    dnsbl_listed "gauge" "signpost_dnsbl_listed" "Pairs of address or domain and block list that are suspected or listed now.";
    canaries_sent "counter" "signpost_canaries_sent_total" "Canaries begun.";
    canaries_seen "counter" "signpost_canaries_seen_total" "Canaries that came to their sink.";
    canaries_late "counter" "signpost_canaries_late_total" "Canaries that were not at their sink in their time.";
    canaries_lost "counter" "signpost_canaries_lost_total" "Canaries that are no longer waited for.";
    canaries_refused "counter" "signpost_canaries_refused_total" "Canaries that our own listener did not take.";
    vendor_polls "counter" "signpost_vendor_polls_total" "Times that a document of another vendor was asked for.";
    vendor_failures "counter" "signpost_vendor_failures_total" "Times that a document of another vendor did not come or could not be read.";
    vendors_unknown "gauge" "signpost_vendors_unknown" "Watched vendors of which nothing is known: three looks failed, or none succeeded for hours.";
    subscribers_told "counter" "signpost_subscribers_told_total" "Mails and webhooks that a subscriber of the status page took.";
    subscribers_given_up "counter" "signpost_subscribers_given_up_total" "Mails and webhooks to subscribers that were given up.";
    subscribers_waiting "gauge" "signpost_subscribers_waiting" "Mails and webhooks to subscribers that are still to be sent.";
    alarms "counter" "signpost_alarms_total" "Events logged as WARN or ERROR that ask for a person.";
    certificates_ending "gauge" "signpost_certificates_ending" "Certificates that have expired or will within three weeks.";
    @families
    certificates_expire "certificate" "signpost_certificate_expires_timestamp_seconds" "When each certificate expires, in seconds since 1970.";
    dnsbl_trusted "zone" "signpost_dnsbl_zone_trusted" "Whether a block list is believed: right test points, and not the whole pool named at once.";
    dnsbl_good "zone" "signpost_dnsbl_zone_good_poll_timestamp_seconds" "When a trusted name server last answered for a block list, in seconds since 1970.";
    canary_micros "canary" "signpost_canary_microseconds" "How long the last canary of each name took that came to its sink.";
}

#[cfg(test)]
mod tests;
