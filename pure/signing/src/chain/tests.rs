use super::{Chain, Texts, Validation};
use crate::{BodyHash, BodyHasher, KeyRecord, Signer, Signing, SigningKey};
use message::HeaderBlock;
use model::Timestamp;

const MESSAGE: &str =
    "From: Anna <anna@acme.example>\r\nTo: kim@other.example\r\nSubject: Hi\r\n\r\nHello\r\n";
const RSA: &str = include_str!("../../fixtures/rsa-2048.pem");
const ED25519: &str = include_str!("../../fixtures/ed25519.pem");

/// The keys of two relays.
const RELAYS: [(&str, &str); 2] = [("first.example", RSA), ("second.example", ED25519)];

fn texts() -> Texts {
    let record = |pem| KeyRecord::of(&SigningKey::from_pem(pem).unwrap()).to_string();
    RELAYS.iter().map(|(domain, pem)| (format!("s._domainkey.{domain}"), vec![record(pem)])).collect()
}

fn hash(message: &str, block: &HeaderBlock) -> BodyHash {
    let mut hasher = BodyHasher::new();
    hasher.update(&message.as_bytes()[block.body_start..]);
    hasher.finish()
}

fn validate(message: &str) -> Validation {
    let block = HeaderBlock::of(message.as_bytes());
    Chain::read(message.as_bytes(), &block).validate(hash(message, &block), &texts())
}

/// What a relay makes of a message that it got as `came` and sends on as `message`.
fn sealed(came: &str, message: &str, relay: usize) -> Option<String> {
    let validation = validate(came);
    let block = HeaderBlock::of(message.as_bytes());
    let chain = Chain::read(message.as_bytes(), &block);
    let (domain, pem) = RELAYS[relay];
    let (domain, selector, key) =
        (domain.parse().unwrap(), "s".parse().unwrap(), SigningKey::from_pem(pem).unwrap());
    let signing = Signing {
        header: message.as_bytes(),
        block: &block,
        body: hash(message, &block),
        author: &domain,
        at: Timestamp::from_micros(1_767_225_600_000_000),
        until: None,
        line_end: "\r\n",
    };
    let signer = Signer { domain: &domain, selector: &selector, key: &key };
    let results = ["relay.example".to_owned(), format!("arc={}", validation.word())];
    let set = chain.seal(&signing, &signer, &validation, &results).unwrap()?;
    Some(format!("{set}{message}"))
}

fn changed(message: &str) -> String {
    message.replace("Hello\r\n", "Hello\r\n-- \r\nAnna\r\n").replace("Subject: Hi", "Subject: [list] Hi")
}

fn two_sets() -> String {
    let first = sealed(MESSAGE, MESSAGE, 0).unwrap();
    sealed(&first, &changed(&first), 1).unwrap()
}

fn why(message: &str) -> String {
    match validate(message) {
        Validation::Fail(why) => why,
        other @ (Validation::None | Validation::Pass) => panic!("{other:?}\n{message}"),
    }
}

#[test]
fn a_message_without_seals_has_no_chain() {
    assert_eq!(validate(MESSAGE), Validation::None);
    let block = HeaderBlock::of(MESSAGE.as_bytes());
    assert!(Chain::read(MESSAGE.as_bytes(), &block).is_absent());
}

#[test]
fn a_chain_holds_through_relays_that_change_the_message_and_seal_it() {
    let first = sealed(MESSAGE, MESSAGE, 0).unwrap();
    assert!(first.starts_with("ARC-Seal: i=1; a=rsa-sha256; cv=none; d=first.example; s=s;"), "{first}");
    assert_eq!(validate(&first), Validation::Pass);
    let second = two_sets();
    assert!(second.starts_with("ARC-Seal: i=2; a=ed25519-sha256; cv=pass; d=second.example;"), "{second}");
    assert!(second.contains("ARC-Authentication-Results: i=2; relay.example; arc=pass\r\n"), "{second}");
    assert_eq!(validate(&second), Validation::Pass);
    let third = sealed(&second, &second.replace("Anna\r\n", "Anna, again\r\n"), 0).unwrap();
    assert_eq!(validate(&third), Validation::Pass);
}

#[test]
fn the_names_of_the_keys_are_those_of_all_seals_and_the_newest_signature() {
    let message = two_sets();
    let block = HeaderBlock::of(message.as_bytes());
    let names: Vec<String> = Chain::read(message.as_bytes(), &block).names().into_iter().collect();
    assert_eq!(names, ["s._domainkey.first.example", "s._domainkey.second.example"]);
}

#[test]
fn whatever_was_changed_behind_the_newest_set_breaks_the_chain() {
    let whole = two_sets();
    for (from, to, wanted) in [
        ("Hello", "Hallo", "the body is not what was signed"),
        ("Subject: [list]", "Subject: [other]", "the signature by s._domainkey.second.example does not hold"),
        ("From: Anna", "From: Anne", "the signature by s._domainkey.second.example does not hold"),
        (
            "i=1; relay.example; arc=none",
            "i=1; relay.example; arc=pass",
            "seal 2: the signature by s._domainkey.second.example does not hold",
        ),
        (
            "i=2; relay.example; arc=pass",
            "i=2; relay.example; arc=none",
            "seal 2: the signature by s._domainkey.second.example does not hold",
        ),
        ("cv=none", "cv=pass", "seal 1 says cv=pass"),
        ("cv=pass", "cv=none", "seal 2 says cv=none"),
        ("cv=pass", "cv=fail", "seal 2 says cv=fail"),
        (
            "d=first.example",
            "d=nobody.example",
            "seal 2: the signature by s._domainkey.second.example does not hold",
        ),
        ("ARC-Authentication-Results: i=1", "X-Gone: i=1", "set 1 of 2 is not whole"),
        (
            "ARC-Authentication-Results: i=1",
            "ARC-Authentication-Results: i=51",
            "ARC-Authentication-Results has no number from 1 to 50",
        ),
        (
            "ARC-Authentication-Results: i=1",
            "ARC-Authentication-Results: i=2",
            "ARC-Authentication-Results 2 is there twice",
        ),
        (
            "ARC-Authentication-Results: i=1",
            "ARC-Authentication-Results: i=0",
            "ARC-Authentication-Results has no number from 1 to 50",
        ),
        ("cv=pass;", "cv=pass; h=From;", "seal 2 has h="),
        ("bh=", "l=1; bh=", "the signature leaves a part of the body out"),
        ("h=From", "h=ARC-Seal:From", "the signature covers a seal"),
    ] {
        assert!(whole.contains(from), "{from}");
        // Of the newest set alone: it stands in front.
        let broken = whole.replacen(from, to, 1);
        assert_eq!(why(&broken), wanted, "{from} -> {to}");
    }
}

#[test]
fn a_chain_whose_keys_are_not_found_does_not_hold() {
    let message = two_sets();
    let block = HeaderBlock::of(message.as_bytes());
    let chain = Chain::read(message.as_bytes(), &block);
    let validated = chain.validate(hash(&message, &block), &Texts::new());
    assert_eq!(validated, Validation::Fail("s._domainkey.second.example has 0 records".to_owned()));
}

#[test]
fn white_space_on_the_way_breaks_nothing() {
    let folded = two_sets().replace("; cv=", ";\r\n  cv=").replace("Hello\r\n", "Hello \t\r\n");
    assert_eq!(validate(&folded), Validation::Pass);
}

#[test]
fn a_chain_that_does_not_hold_is_ended_once() {
    let first = sealed(MESSAGE, MESSAGE, 0).unwrap();
    let came = changed(&first);
    let ended = sealed(&came, &came, 1).unwrap();
    assert!(ended.starts_with("ARC-Seal: i=2; a=ed25519-sha256; cv=fail;"), "{ended}");
    assert_eq!(why(&ended), "seal 2 says cv=fail");
    assert_eq!(sealed(&ended, &ended, 0), None, "nothing is added to it");
    let broken = first.replace("ARC-Seal: i=1", "ARC-Seal: i=7");
    assert!(sealed(&broken, &broken, 1).unwrap().starts_with("ARC-Seal: i=8; a=ed25519-sha256; cv=fail;"));
}

#[test]
fn the_highest_number_that_can_be_said_leaves_no_room_for_a_set() {
    let message = format!("ARC-Seal: i={}; b=eA==\r\n{MESSAGE}", u64::MAX);
    assert_eq!(sealed(&message, &message, 0), None);
}

#[test]
fn a_chain_has_at_most_fifty_sets() {
    let mut message = MESSAGE.to_owned();
    for _ in 0..50 {
        message = sealed(&message, &message, 1).unwrap();
    }
    assert!(message.starts_with("ARC-Seal: i=50; a=ed25519-sha256; cv=pass;"), "{message}");
    assert_eq!(validate(&message), Validation::Pass);
    assert_eq!(sealed(&message, &message, 1), None);
}
