//! Proofs over days, over restarts and over a name server that is silent; one look-up through a real name server.

use super::*;
use model::SnapshotNumber;
use playground::{Playground, PlaygroundConfig};
use tenant::Folder;

const DAY: i64 = 86_400_000_000;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn key() -> Key {
    ("acme".parse().unwrap(), "acme.example".parse().unwrap())
}

fn hold(proofs: &DomainProofs, value: &str, now: i64) -> bool {
    proofs.hold(&key().0, &key().1, value, at(now))
}

fn note(proofs: &DomainProofs, answer: Option<bool>, now: i64) {
    proofs.note(key(), "value-one".to_owned(), answer, at(now));
}

#[test]
fn a_record_that_was_seen_survives_silence_for_ever_and_absence_for_three_days() {
    let proofs = DomainProofs::default();
    assert!(!hold(&proofs, "value-one", 0));
    note(&proofs, Some(false), 0);
    assert!(!hold(&proofs, "value-one", 0));
    note(&proofs, Some(true), DAY);
    for day in 2..40 {
        note(&proofs, None, day * DAY);
    }
    assert!(hold(&proofs, "value-one", 40 * DAY));
    assert!(!hold(&proofs, "value-two", 40 * DAY));
    note(&proofs, Some(false), 40 * DAY);
    note(&proofs, Some(false), 42 * DAY);
    assert!(hold(&proofs, "value-one", 43 * DAY - 1));
    assert!(!hold(&proofs, "value-one", 43 * DAY));
    note(&proofs, Some(true), 44 * DAY);
    assert!(hold(&proofs, "value-one", 44 * DAY));
}

#[test]
fn what_was_seen_survives_a_restart_and_a_line_that_is_damaged_costs_only_itself() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("domain-proofs");
    let proofs = DomainProofs::open(Some(path.clone()));
    note(&proofs, Some(true), DAY);
    proofs.note(("other".parse().unwrap(), "other.example".parse().unwrap()), "v".to_owned(), None, at(5));
    proofs.save();
    let again = DomainProofs::open(Some(path.clone()));
    assert_eq!(*again.known.lock().unwrap(), *proofs.known.lock().unwrap());
    assert!(hold(&again, "value-one", 9 * DAY));
    let text = std::fs::read_to_string(&path).unwrap().replace("other.example", "");
    std::fs::write(&path, text).unwrap();
    let damaged = DomainProofs::open(Some(path.clone()));
    assert!(hold(&damaged, "value-one", 9 * DAY));
    assert_eq!(damaged.known.lock().unwrap().len(), 1);
    std::fs::write(&path, "something else\n").unwrap();
    assert!(!hold(&DomainProofs::open(Some(path)), "value-one", 9 * DAY));
}

fn published(value: &str) -> Tenants {
    let text = format!(
        "name = \"acme\"\ndomains = [\"acme.example\"]\nregion = \"eu\"\n[connector]\ndomain_proof = \"{value}\"\n"
    );
    let folder = Folder([("tenant.toml".to_owned(), text.into_bytes())].into());
    let snapshot = tenant::compile(&folder, SnapshotNumber(1), &|_| None).unwrap();
    let tenants = Tenants::new();
    tenants.publish(Arc::new(snapshot)).unwrap();
    tenants
}

#[tokio::test]
async fn a_domain_is_asked_when_it_is_new_and_again_after_a_day_and_its_absence_is_told() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let dns = playground.dns();
    let resolver = Resolver::new(&[dns.address()], Duration::from_secs(2)).unwrap();
    let (clock, hints) = (Clock::start(1), Arc::new(Hints::default()));
    let told = Told { hints: Arc::clone(&hints), metrics: Arc::new(Metrics::default()) };
    let (proofs, tenants) = (DomainProofs::default(), published("acme-4f1c-proof"));
    proofs.look_up(&tenants, &resolver, &clock, &told).await;
    let told_now = hints.of(Some(&key().0));
    assert!(told_now[0].text.starts_with("_signpost-verify.acme.example has no TXT record"), "{told_now:?}");
    assert_eq!(told.metrics.alarms.get(), 1);
    assert!(proofs.due(&tenants, clock.now()).is_empty());
    assert_eq!(proofs.due(&tenants, clock.now() + AGAIN).len(), 1);
    dns.add("_signpost-verify.acme.example", playground::dns::Answer::Text("another-proof".to_owned()));
    let another = published("another-proof");
    proofs.look_up(&another, &resolver, &clock, &told).await;
    let now = clock.now().as_micros();
    assert!(hold(&proofs, "another-proof", now) && !hold(&proofs, "acme-4f1c-proof", now));
}
