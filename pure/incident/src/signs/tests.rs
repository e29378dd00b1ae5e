use super::{RULES, Sight, are_witnesses, sign};
use crate::fact::{CanaryPath, CanaryResult, Reach, SourceState, Strength};
use crate::settings::Settings;
use crate::{Fact, What};
use model::{Category, Duration, Owner, Timestamp};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

fn settings() -> Settings {
    Settings::standard(&"eu".parse().unwrap(), "EU", &["microsoft"])
}

fn fact(seconds: i64, what: What) -> Fact {
    Fact { id: format!("e/{seconds}").parse().unwrap(), at: at(seconds), region: "eu".parse().unwrap(), what }
}

fn refused(owner: Owner, category: Category, site: &str, strength: Strength) -> What {
    What::Refused {
        source: "eu-1".parse().unwrap(),
        provider: "microsoft".to_owned(),
        site: Some(site.to_owned()),
        category,
        owner,
        strength,
        tenant: None,
        list: None,
        messages: 1,
        reply: None,
    }
}

fn changed(to: SourceState) -> What {
    What::SourceChanged {
        source: "eu-1".parse().unwrap(),
        from: SourceState::Clean,
        to,
        reach: Reach::Everywhere,
        list: None,
    }
}

#[test]
fn each_kind_of_fact_is_a_sign_of_its_cause() {
    let weak = Strength::Weak;
    let strong = Strength::Strong;
    let source = || "eu-1".parse().unwrap();
    let table: Vec<(What, Option<(&str, &str, Strength)>)> = vec![
        (
            refused(Owner::OurAddress, Category::IpListed, "a", strong),
            Some(("address-refused", "address", strong)),
        ),
        (
            refused(Owner::OurAddress, Category::IpReputation, "a", weak),
            Some(("address-refused", "address", weak)),
        ),
        (
            refused(Owner::OurDomain, Category::DomainReputation, "a", strong),
            Some(("domain-refused", "domain", strong)),
        ),
        (refused(Owner::OurSetup, Category::TlsRequired, "a", weak), Some(("setup-refused", "setup", weak))),
        (
            refused(Owner::Receiver, Category::TransientServer, "a", strong),
            Some(("receiver-fails", "provider", weak)),
        ),
        (refused(Owner::Receiver, Category::Greylisted, "a", strong), None),
        (refused(Owner::Recipient, Category::MailboxUnknown, "a", strong), None),
        (refused(Owner::TenantSetup, Category::RelayingDenied, "a", strong), None),
        (refused(Owner::Content, Category::ContentSpam, "a", strong), None),
        (refused(Owner::SenderDomain, Category::AuthFailure, "a", strong), None),
        (
            What::ListingOpened { list: "Spamhaus".to_owned(), source: source(), strength: weak },
            Some(("address-listed", "address", weak)),
        ),
        (What::ListingClosed { list: "Spamhaus".to_owned(), source: source() }, None),
        (changed(SourceState::Quarantined), Some(("source-out", "address", strong))),
        (changed(SourceState::Suspected), Some(("source-suspected", "address", weak))),
        (changed(SourceState::Clean), None),
        (
            What::Canary { path: CanaryPath::Intake, source: None, result: CanaryResult::Lost },
            Some(("intake-canary", "intake", weak)),
        ),
        (
            What::Canary {
                path: CanaryPath::Provider("microsoft".to_owned()),
                source: None,
                result: CanaryResult::Late { seconds: 99 },
            },
            Some(("provider-canary", "unexplained", weak)),
        ),
        (
            What::Canary {
                path: CanaryPath::Intake,
                source: None,
                result: CanaryResult::Arrived { seconds: 1 },
            },
            None,
        ),
        (
            What::ListenerLooked { listener: "in".parse().unwrap(), is_well: false, why: None },
            Some(("listener-down", "intake", weak)),
        ),
        (What::ConsoleLooked { is_well: false }, Some(("console-down", "console", weak))),
        (What::ConsoleLooked { is_well: true }, None),
        (
            What::CertificateLooked { name: "in".to_owned(), expires: at(-1) },
            Some(("certificate-ended", "certificate", strong)),
        ),
        (
            What::CertificateLooked { name: "in".to_owned(), expires: at(3600) },
            Some(("certificate-ends", "certificate", weak)),
        ),
        (What::CertificateLooked { name: "in".to_owned(), expires: at(30 * 86_400) }, None),
        (
            What::ConnectorHeld { tenant: "acme".parse().unwrap(), why: "5.7.64".to_owned() },
            Some(("connector-held", "connector", strong)),
        ),
        (
            What::DirectoryLooked { age_seconds: 60, tenants_stale: 1 },
            Some(("directory-stale", "directory", weak)),
        ),
        (What::DirectoryLooked { age_seconds: 60, tenants_stale: 0 }, None),
        (
            What::Waiting { provider: None, waiting: 9, parked: 2, oldest_seconds: 601, tenants: 1 },
            Some(("queue-old", "unexplained", weak)),
        ),
        (What::Waiting { provider: None, waiting: 9, parked: 2, oldest_seconds: 600, tenants: 1 }, None),
        (
            What::Stamped { since: at(0), eligible: 20, stamped: 0 },
            Some(("nothing-stamped", "signatures", strong)),
        ),
        (What::Stamped { since: at(0), eligible: 19, stamped: 0 }, None),
        (
            What::Reported { provider: None, owner: Owner::OurAddress, tenant: None, messages: 1 },
            Some(("sender-told", "address", strong)),
        ),
        (What::Reported { provider: None, owner: Owner::Recipient, tenant: None, messages: 1 }, None),
        (What::NodeStarted { after_crash: true }, Some(("crashed", "intake", weak))),
        (What::NodeStarted { after_crash: false }, None),
        (What::NodeStopped, None),
    ];
    for (what, expected) in table {
        let found = sign(&fact(0, what.clone()), &settings());
        let found = found.as_ref().map(|sign| (sign.rule, sign.cause.word(), sign.strength));
        assert_eq!(found, expected, "{what:?}");
    }
}

#[test]
fn two_unrelated_organisations_within_ten_minutes_are_strong() {
    let weak =
        |seconds, site| fact(seconds, refused(Owner::OurAddress, Category::IpListed, site, Strength::Weak));
    let first = weak(0, "a.example");
    let agree = |second: &Fact| are_witnesses([&first].into_iter(), second, &settings());
    assert!(agree(&weak(599, "b.example")));
    assert!(!agree(&weak(599, "a.example")), "the same organisation again");
    assert!(!agree(&weak(601, "b.example")), "too late");
}

#[test]
fn no_number_of_busy_receivers_is_a_fault_of_ours() {
    let busy = |seconds, site| {
        fact(seconds, refused(Owner::Receiver, Category::TransientServer, site, Strength::Strong))
    };
    let facts = [busy(0, "a"), busy(1, "b"), busy(2, "c")];
    assert!(!are_witnesses(facts.iter(), &busy(3, "d"), &settings()));
}

#[test]
fn each_sight_has_one_rule_and_each_rule_its_name() {
    for (place, rule) in RULES.iter().enumerate() {
        let others = RULES.iter().skip(place + 1);
        assert!(others.clone().all(|other| other.name != rule.name && other.sight != rule.sight));
        assert!(rule.within > Duration::ZERO);
    }
    assert!(RULES.iter().any(|rule| rule.sight == Sight::Crashed));
}
