//! Chains made here: what they prove as a client's certificate, and what they do not.

use super::{ClientJudge, Shown};
use model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType,
};
use rustls_pki_types::CertificateDer;

/// Some day in 2026, within what rcgen's defaults allow.
const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

struct Authority(Issuer<'static, KeyPair>, CertificateDer<'static>);

fn authority() -> Authority {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).unwrap().der().clone();
    Authority(Issuer::new(params, key), root)
}

impl Authority {
    fn issue(&self, names: &[&str], purposes: &[ExtendedKeyUsagePurpose]) -> CertificateDer<'static> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "Common.example");
        params.extended_key_usages = purposes.to_vec();
        params.signed_by(&KeyPair::generate().unwrap(), &self.0).unwrap().der().clone()
    }
}

fn judge(trusted: &Authority, shown: &CertificateDer<'_>, now: Timestamp) -> Shown {
    ClientJudge::new(std::slice::from_ref(&trusted.1))
        .unwrap()
        .judge(std::slice::from_ref(shown), now)
        .unwrap()
}

#[test]
fn names_are_proven_for_the_purpose_of_a_client_of_a_server_and_for_none_named() {
    let ours = authority();
    for purposes in
        [vec![ExtendedKeyUsagePurpose::ClientAuth], vec![ExtendedKeyUsagePurpose::ServerAuth], Vec::new()]
    {
        let shown = judge(&ours, &ours.issue(&["Mail.Acme.example", "*.acme.test"], &purposes), NOW);
        assert_eq!(shown.names, ["mail.acme.example", "*.acme.test"], "{purposes:?}");
        assert_eq!(shown.unverified, None);
    }
}

#[test]
fn a_certificate_without_dns_names_has_its_common_name() {
    let ours = authority();
    assert_eq!(judge(&ours, &ours.issue(&[], &[]), NOW).names, ["common.example"]);
}

#[test]
fn a_common_name_beside_a_mail_address_is_no_host() {
    let ours = authority();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "mail.protection.outlook.com");
    params.subject_alt_names = vec![SanType::Rfc822Name("eve@rival.example".try_into().unwrap())];
    let mail = params.signed_by(&KeyPair::generate().unwrap(), &ours.0).unwrap().der().clone();
    let shown = judge(&ours, &mail, NOW);
    assert_eq!((shown.names, shown.unverified), (Vec::new(), None));
}

#[test]
fn a_foreign_root_an_end_in_time_and_another_purpose_prove_no_name_but_the_fingerprint_stays() {
    let (ours, foreign) = (authority(), authority());
    let name = &["mail.acme.example"];
    let late = Timestamp::from_micros(NOW.as_micros() * 100);
    let signing = [ExtendedKeyUsagePurpose::CodeSigning];
    for (certificate, now) in [
        (foreign.issue(name, &[]), NOW),
        (ours.issue(name, &[]), late),
        (ours.issue(name, &signing), NOW),
        (CertificateDer::from(b"no certificate".to_vec()), NOW),
    ] {
        let shown = judge(&ours, &certificate, now);
        assert_eq!(shown.names, Vec::<String>::new());
        assert!(shown.unverified.is_some());
        assert_ne!(shown.fingerprint, [0; 32]);
    }
}

#[test]
fn no_certificate_is_no_verdict() {
    assert!(ClientJudge::new(&[]).unwrap().judge(&[], NOW).is_none());
}
