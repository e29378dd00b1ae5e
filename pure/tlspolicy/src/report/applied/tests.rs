//! Every word about a host, and what a session with it counts as.

use super::*;
use crate::dane::Tlsa;
use crate::decide::{Pins, Whose};

const POLICY: &[u8] =
    b"version: STSv1\r\nmode: testing\r\nmx: MX.customer.example\r\nmx: *.b.example\r\nmax_age: 86400\r\n";

fn host_policy(demand: Demand, because: Because) -> HostPolicy {
    HostPolicy { demand, because }
}

/// Kind, domain, first line and result, of a host.
fn shown(published: &Published<'_>, policy: &HostPolicy) -> String {
    let Some((applied, fault)) = published.applied("mx.customer.example", policy) else {
        return "not counted".to_owned();
    };
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let kind = word(serde_json::to_value(applied.kind).unwrap());
    let fault = fault.map(|fault| word(serde_json::to_value(fault.result).unwrap())).unwrap_or_default();
    format!("{kind} {} [{}] {fault}", applied.domain, applied.lines.join("|"))
}

#[test]
fn a_session_counts_under_the_policy_that_was_applied() {
    let policy = Policy::read(POLICY).unwrap();
    let bare = Published { domain: "customer.example", sts: None, sts_failed: None };
    let with = Published { sts: Some(&policy), ..bare };
    let lines = "version: STSv1|mode: testing|mx: mx.customer.example|mx: *.b.example|max_age: 86400";
    let check = |published: &Published<'_>, demand, because, expected: &str| {
        assert_eq!(shown(published, &host_policy(demand, because)).trim_end(), expected);
    };
    let record = Tlsa { usage: 3, selector: 1, matching: 1, data: vec![0xab; 32] };
    let pins = Pins {
        records: vec![record],
        base: "base.example".to_owned(),
        domain: "customer.example".to_owned(),
    };
    check(
        &bare,
        Demand::Pinned(pins),
        Because::Dane,
        &format!("tlsa base.example [3 1 1 {}]", "ab".repeat(32)),
    );
    check(&bare, Demand::Encrypted, Because::DaneUnusable, "tlsa mx.customer.example [] tlsa-invalid");
    check(&with, Demand::Named, Because::MtaSts, &format!("sts customer.example [{lines}]"));
    let named = Because::MtaStsTesting { names_the_host: true };
    check(&with, Demand::Opportunistic, named, &format!("sts customer.example [{lines}]"));
    let other = Because::MtaStsTesting { names_the_host: false };
    check(&with, Demand::Opportunistic, other, &format!("sts customer.example [{lines}] validation-failure"));
    check(&bare, Demand::Opportunistic, Because::Setting, "no-policy-found customer.example []");
    check(&bare, Demand::Clear, Because::Setting, "not counted");
    check(&with, Demand::Named, Because::Destination(Whose::Operator), "not counted");
    check(&with, Demand::Named, Because::Sender, "not counted");
    let fault = Fault::new(ResultType::StsWebpkiInvalid, "expired");
    let failed = Published { sts_failed: Some(&fault), ..bare };
    check(&failed, Demand::Opportunistic, Because::Setting, "sts customer.example [] sts-webpki-invalid");
}

#[test]
fn a_host_that_is_not_written_to_is_a_failure() {
    let published = Published { domain: "customer.example", sts: None, sts_failed: None };
    let host = || "mx.customer.example".to_owned();
    let check = |why: NotAllowed, kind, result| {
        let (applied, fault) = published.refused("mx.customer.example", &why);
        assert_eq!((applied.kind, fault.result), (kind, result), "{why}");
    };
    let domain = || "customer.example".to_owned();
    check(
        NotAllowed::NotInPolicy { host: host(), domain: domain() },
        PolicyType::Sts,
        ResultType::ValidationFailure,
    );
    let why = "Server Failure".to_owned();
    check(NotAllowed::DaneFailed { host: host(), why }, PolicyType::Tlsa, ResultType::DnssecInvalid);
    check(
        NotAllowed::NoDane { host: host(), domain: domain() },
        PolicyType::NoPolicyFound,
        ResultType::DaneRequired,
    );
}
