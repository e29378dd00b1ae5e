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

/// Demand and reason in words.
fn decided(
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
