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

type Expected<'a> = Option<(&'a str, &'a str, Strength)>;

const WEAK: Strength = Strength::Weak;
const STRONG: Strength = Strength::Strong;

fn check(table: Vec<(What, Expected<'_>)>) {
    for (what, expected) in table {
        let found = sign(&fact(0, what.clone()), &settings());
        let found = found.as_ref().map(|sign| (sign.rule, sign.cause.word(), sign.strength));
        assert_eq!(found, expected, "{what:?}");
    }
}

#[test]
fn refusals_are_signs_by_whose_fault_they_are() {
    let by = |owner, category, strength| refused(owner, category, "a", strength);
    check(vec![
        (by(Owner::OurAddress, Category::IpListed, STRONG), Some(("address-refused", "address", STRONG))),
        (by(Owner::OurAddress, Category::IpReputation, WEAK), Some(("address-refused", "address", WEAK))),
        (
            by(Owner::OurDomain, Category::DomainReputation, STRONG),
            Some(("domain-refused", "domain", STRONG)),
        ),
        (by(Owner::OurSetup, Category::TlsRequired, WEAK), Some(("setup-refused", "setup", WEAK))),
        (by(Owner::Receiver, Category::TransientServer, STRONG), Some(("receiver-fails", "provider", WEAK))),
        (by(Owner::Receiver, Category::Greylisted, STRONG), None),
        (by(Owner::Recipient, Category::MailboxUnknown, STRONG), None),
        (by(Owner::TenantSetup, Category::RelayingDenied, STRONG), None),
        (by(Owner::Content, Category::ContentSpam, STRONG), None),
        (by(Owner::SenderDomain, Category::AuthFailure, STRONG), None),
    ]);
    let told = |owner, messages| What::Reported { provider: None, owner, tenant: None, messages };
    check(vec![
        (told(Owner::OurAddress, 1), Some(("sender-told", "address", STRONG))),
        (told(Owner::OurAddress, 0), None),
        (told(Owner::Recipient, 1), None),
    ]);
}

#[test]
fn lists_and_states_of_sources_are_signs_of_the_address() {
    let (list, source) = (|| "Spamhaus".to_owned(), || "eu-1".parse().unwrap());
    let again = SourceState::Quarantined;
    check(vec![
        (
            What::ListingOpened { list: list(), source: source(), strength: WEAK },
            Some(("address-listed", "address", WEAK)),
        ),
        (What::ListingClosed { list: list(), source: source() }, None),
        (
            What::DomainListed { list: list(), domain: "out.relay.example".to_owned(), strength: STRONG },
            Some(("domain-listed", "domain", STRONG)),
        ),
        (What::DomainCleared { list: list(), domain: "out.relay.example".to_owned() }, None),
        (changed(SourceState::Quarantined), Some(("source-out", "address", STRONG))),
        (changed(SourceState::Suspected), Some(("source-suspected", "address", WEAK))),
        (changed(SourceState::Clean), None),
        (changed(SourceState::Retired), None),
        (
            What::SourceChanged {
                source: source(),
                from: again,
                to: again,
                reach: Reach::Everywhere,
                list: None,
            },
            None,
        ),
    ]);
}

#[test]
fn looks_are_signs_of_what_they_look_at() {
    let canary = |path, result| What::Canary { path, source: None, result };
    let microsoft = CanaryPath::Provider("microsoft".to_owned());
    let listener = |is_well| What::ListenerLooked { listener: "in".parse().unwrap(), is_well, why: None };
    let ends = |seconds| What::CertificateLooked { name: "in".to_owned(), expires: at(seconds) };
    check(vec![
        (canary(CanaryPath::Intake, CanaryResult::Lost), Some(("intake-canary", "intake", WEAK))),
        (
            canary(microsoft, CanaryResult::Late { seconds: 99 }),
            Some(("provider-canary", "unexplained", WEAK)),
        ),
        (canary(CanaryPath::Intake, CanaryResult::Arrived { seconds: 1 }), None),
        (listener(false), Some(("listener-down", "intake", WEAK))),
        (listener(true), None),
        (What::ConsoleLooked { is_well: false }, Some(("console-down", "console", WEAK))),
        (What::ConsoleLooked { is_well: true }, None),
        (ends(-1), Some(("certificate-ended", "certificate", STRONG))),
        (ends(3600), Some(("certificate-ends", "certificate", WEAK))),
        (ends(30 * 86_400), None),
    ]);
}

#[test]
fn the_state_of_queue_books_and_node_are_signs() {
    let waiting =
        |oldest_seconds| What::Waiting { provider: None, waiting: 9, parked: 2, oldest_seconds, tenants: 1 };
    let stamped = |eligible| What::Stamped { since: at(0), eligible, stamped: 0 };
    let books = |ended| What::Balanced { since: at(0), held_before: 1, accepted: 9, ended, held: 2 };
    let directory = |tenants_stale| What::DirectoryLooked { age_seconds: 60, tenants_stale };
    let held = What::ConnectorHeld { tenant: "acme".parse().unwrap(), why: "5.7.64".to_owned() };
    check(vec![
        (held, Some(("connector-held", "connector", STRONG))),
        (directory(1), Some(("directory-stale", "directory", WEAK))),
        (directory(0), None),
        (waiting(601), Some(("queue-old", "unexplained", WEAK))),
        (waiting(600), None),
        (books(7), Some(("unaccounted", "unexplained", WEAK))),
        (books(8), None),
        (books(9), None),
        (stamped(20), Some(("nothing-stamped", "signatures", STRONG))),
        (stamped(19), None),
        (What::NodeStarted { after_crash: true }, Some(("crashed", "intake", WEAK))),
        (What::NodeStarted { after_crash: false }, None),
        (What::NodeStopped, None),
    ]);
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
