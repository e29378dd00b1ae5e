//! Every word beside the ones that it stands above.

use super::*;

const HOST: &str = "mx.d.example";

fn sts(mode: &str, mx: &str) -> Option<Policy> {
    Some(Policy::read(format!("version: STSv1\nmode: {mode}\nmx: {mx}\nmax_age: 1").as_bytes()).unwrap())
}

fn records() -> Said {
    Said::of_secure(&[Tlsa { usage: 3, selector: 1, matching: 1, data: vec![0; 32] }])
}

fn word((whose, word): (Whose, &str)) -> (Whose, Destination) {
    (whose, word.parse().unwrap())
}

fn domain() -> Domain {
    "d.example".parse().unwrap()
}

/// Demand and reason in words, for a sender who says nothing of TLS.
fn decided(
    destination: Option<(Whose, &str)>,
    dane: Said,
    sts: Option<Policy>,
    setting: TlsPolicy,
) -> Result<(&'static str, Because), NotAllowed> {
    decided_for(OfSender::Silent, destination, dane, sts, setting)
}

fn decided_for(
    sender: OfSender,
    destination: Option<(Whose, &str)>,
    dane: Said,
    sts: Option<Policy>,
    setting: TlsPolicy,
) -> Result<(&'static str, Because), NotAllowed> {
    let known = Known {
        domain: &domain(),
        host: HOST,
        base: HOST,
        destination: destination.map(word),
        dane,
        sts: sts.as_ref(),
        setting,
        sender,
    };
    decide(known).map(|policy| (policy.demand.word(), policy.because))
}

#[test]
fn dane_stands_before_mta_sts_and_both_before_what_holds_for_everybody() {
    use TlsPolicy::{Opportunistic, Require, Verify};
    let failed = || Said::Failed("SERVFAIL".to_owned());
    for setting in [Opportunistic, Require, Verify] {
        for policy in [None, sts("enforce", HOST), sts("enforce", "other.example"), sts("testing", HOST)] {
            assert_eq!(decided(None, records(), policy.clone(), setting), Ok(("dane", Because::Dane)));
            let refused = decided(None, failed(), policy, setting);
            assert!(matches!(refused, Err(NotAllowed::DaneFailed { .. })), "{refused:?}");
        }
        for dane in [Said::Nothing, Said::Unusable] {
            let named = decided(None, dane.clone(), sts("enforce", "*.d.example"), setting);
            assert_eq!(named, Ok(("verify", Because::MtaSts)));
            let other = decided(None, dane, sts("enforce", "other.example"), setting);
            assert!(matches!(other, Err(NotAllowed::NotInPolicy { .. })), "{other:?}");
        }
    }
}

#[test]
fn testing_demands_nothing_and_nothing_below_weakens_the_setting() {
    use TlsPolicy::{Opportunistic, Require, Verify};
    for (setting, word) in [(Opportunistic, "opportunistic"), (Require, "require"), (Verify, "verify")] {
        let of = |policy| decided(None, Said::Nothing, policy, setting);
        assert_eq!(of(None), Ok((word, Because::Setting)));
        assert_eq!(of(sts("none", "x.example")), Ok((word, Because::Setting)));
        for (mx, names_the_host) in [(HOST, true), ("x.example", false)] {
            assert_eq!(of(sts("testing", mx)), Ok((word, Because::MtaStsTesting { names_the_host })));
        }
    }
    let unusable = |setting| decided(None, Said::Unusable, None, setting);
    assert_eq!(unusable(Opportunistic), Ok(("require", Because::DaneUnusable)));
    assert_eq!(unusable(Verify), Ok(("verify", Because::Setting)));
}

#[test]
fn a_sender_who_requires_tls_gets_a_proven_host_or_none() {
    use TlsPolicy::{Opportunistic, Require, Verify};
    let of = |dane, policy, setting| decided_for(OfSender::Requires, None, dane, policy, setting);
    for setting in [Opportunistic, Require] {
        assert_eq!(of(Said::Nothing, None, setting), Ok(("verify", Because::Sender)));
        assert_eq!(of(Said::Unusable, None, setting), Ok(("verify", Because::Sender)));
        assert_eq!(of(Said::Nothing, sts("testing", HOST), setting), Ok(("verify", Because::Sender)));
    }
    assert_eq!(of(Said::Nothing, None, Verify), Ok(("verify", Because::Setting)));
    assert_eq!(of(records(), None, Opportunistic), Ok(("dane", Because::Dane)));
    assert_eq!(of(Said::Nothing, sts("enforce", HOST), Opportunistic), Ok(("verify", Because::MtaSts)));
}

#[test]
fn a_sender_who_waives_tls_waives_what_is_published_and_nothing_that_is_set_here() {
    use TlsPolicy::{Opportunistic, Verify};
    let of = |destination, setting| {
        let refused = sts("enforce", "x.example");
        decided_for(OfSender::Waives, destination, Said::Failed(String::new()), refused, setting)
    };
    assert_eq!(of(None, Opportunistic), Ok(("opportunistic", Because::Setting)));
    assert_eq!(of(None, Verify), Ok(("verify", Because::Setting)));
    let word = Some((Whose::Operator, "require"));
    assert_eq!(of(word, Opportunistic), Ok(("require", Because::Destination(Whose::Operator))));
}

#[test]
fn a_word_for_the_destination_stands_above_all() {
    for word in ["none", "opportunistic", "require", "verify"] {
        for dane in [Said::Nothing, records(), Said::Failed(String::new())] {
            for whose in [Whose::Tenant, Whose::Operator] {
                let found = decided(
                    Some((whose, word)),
                    dane.clone(),
                    sts("enforce", "x.example"),
                    TlsPolicy::Verify,
                );
                assert_eq!(found, Ok((word, Because::Destination(whose))));
            }
        }
    }
    let dane = |said| decided(Some((Whose::Tenant, "dane")), said, None, TlsPolicy::Opportunistic);
    assert_eq!(dane(records()), Ok(("dane", Because::Destination(Whose::Tenant))));
    assert!(matches!(dane(Said::Nothing), Err(NotAllowed::NoDane { .. })));
    assert!(matches!(dane(Said::Unusable), Err(NotAllowed::NoDane { .. })));
    assert!(matches!(dane(Said::Failed(String::new())), Err(NotAllowed::DaneFailed { .. })));
    assert!("tls".parse::<Destination>().unwrap_err().to_string().contains("require, verify or dane"));
}
