//! A host under an authority of its own, and what records of either are worth.

use super::*;
use crate::tls::provider;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use sha2::{Digest as _, Sha256};

const TA: u8 = 2;
const EE: u8 = 3;

struct Host {
    authority: CertificateDer<'static>,
    own: CertificateDer<'static>,
}

/// A host of that name, whose certificate ends with a year.
fn host(name: &str, last_year: i32) -> Host {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(last_year, 12, 31));
    let own = params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
    Host { authority: issuer.der().clone(), own: own.der().clone() }
}

fn record(usage: u8, selector: u8, matching: u8, certificate: &CertificateDer<'_>) -> Tlsa {
    let (_, parsed) = X509Certificate::from_der(certificate).unwrap();
    let selected = if selector == 1 { parsed.public_key().raw } else { certificate.as_ref() };
    let data = if matching == 1 { Sha256::digest(selected).to_vec() } else { selected.to_vec() };
    Tlsa { usage, selector, matching, data }
}

/// Whether the chain that the host sends is taken in the year 2026.
fn is_taken(host: &Host, sent: &[CertificateDer<'static>], record: Tlsa) -> bool {
    let pins =
        Pins { records: vec![record], base: "mx.example".to_owned(), domain: "acme.example".to_owned() };
    let pinned = Pinned { pins, provider: provider() };
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_790_000_000));
    let name = ServerName::try_from("mx.example").unwrap();
    pinned.verify_server_cert(&host.own, sent, &name, &[], now).is_ok()
}

#[test]
fn a_record_of_the_hosts_own_certificate_is_enough_without_name_and_date() {
    let odd = host("elsewhere.example", 2021);
    for (selector, matching) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        assert!(is_taken(&odd, &[], record(EE, selector, matching, &odd.own)), "{selector} {matching}");
    }
    let other = host("mx.example", 2040);
    assert!(!is_taken(&odd, &[], record(EE, 1, 1, &other.own)));
    assert!(!is_taken(&odd, std::slice::from_ref(&odd.authority), record(EE, 1, 1, &odd.authority)));
}

#[test]
fn a_record_of_an_authority_makes_it_the_root_of_a_chain_that_is_checked() {
    let check = |name: &str, last_year: i32, is_sent: bool, (selector, matching): (u8, u8)| {
        let host = host(name, last_year);
        let sent: Vec<_> = Some(host.authority.clone()).into_iter().filter(|_| is_sent).collect();
        is_taken(&host, &sent, record(TA, selector, matching, &host.authority))
    };
    assert!(check("mx.example", 2040, true, (0, 1)), "by digest, as the host sends it");
    assert!(check("mx.example", 2040, true, (1, 1)), "by key");
    assert!(check("acme.example", 2040, true, (1, 1)), "in the name of the recipients' domain");
    assert!(check("mx.example", 2040, false, (0, 0)), "whole in the record");
    assert!(!check("mx.example", 2040, false, (0, 1)), "of which nothing but a digest is known");
    assert!(!check("elsewhere.example", 2040, true, (1, 1)), "another's name");
    assert!(!check("mx.example", 2021, true, (1, 1)), "over");
}

#[test]
fn an_authority_that_did_not_sign_is_no_root() {
    let (ours, others) = (host("mx.example", 2040), host("mx.example", 2040));
    let sent = [others.authority.clone()];
    assert!(!is_taken(&ours, &sent, record(TA, 1, 1, &others.authority)));
}
