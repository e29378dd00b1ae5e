//! Certificates with one fault each, made for the purpose, and what it is called.

use super::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// What is said of a host's certificate for `name`, valid in these years, of this authority.
fn judged(
    trusted: &CertifiedIssuer<'_, KeyPair>,
    by: &CertifiedIssuer<'_, KeyPair>,
    years: (i32, i32),
) -> [Option<ResultType>; 2] {
    let mut params = CertificateParams::new(vec!["mx.example".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
    let key = KeyPair::generate().unwrap();
    let chain = [params.signed_by(&key, by).unwrap().der().clone()];
    let judge = ServerJudge::new(&[trusted.der().clone()]).unwrap();
    ["mx.example", "other.example"].map(|name| {
        let judged = judge.judge(&chain, &ServerName::try_from(name).unwrap());
        judged.err().map(|fault| fault.result)
    })
}

#[test]
fn every_fault_of_a_certificate_has_its_kind() {
    let (ours, other) = (authority(), authority());
    let (mismatch, expired) = (ResultType::CertificateHostMismatch, ResultType::CertificateExpired);
    let untrusted = ResultType::CertificateNotTrusted;
    assert_eq!(judged(&ours, &ours, (2020, 2100)), [None, Some(mismatch)]);
    assert_eq!(judged(&ours, &ours, (2020, 2021))[0], Some(expired));
    assert_eq!(judged(&ours, &ours, (2099, 2100))[0], Some(untrusted));
    assert_eq!(judged(&ours, &other, (2020, 2100))[0], Some(untrusted));
    let judge = ServerJudge::new(&[]).unwrap();
    assert!(judge.judge(&[], &ServerName::try_from("mx.example").unwrap()).is_err());
}

#[test]
fn like_failures_have_the_same_words() {
    let (time, after) = (UnixTime::now(), UnixTime::since_unix_epoch(std::time::Duration::from_secs(1)));
    let error = CertificateError::ExpiredContext { time, not_after: after };
    let told = fault(&io::Error::other(Error::InvalidCertificate(error)));
    assert_eq!(told, Fault::new(ResultType::CertificateExpired, ""));
    let lost = fault(&io::Error::other("the handshake did not end in time"));
    assert_eq!(lost.result, ResultType::ValidationFailure);
    assert_eq!(lost.reason, "the handshake did not end in time");
}
