//! The suite of ARC's authors: every vector has the result that the suite wants, or is named here with the reason.

#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

use message::HeaderBlock;
use model::Timestamp;
use serde_json::Value;
use signing::{BodyHash, BodyHasher, Chain, Signer, Signing, SigningKey, Texts, Validation};

/// The suite takes SHA-1, which is not to be believed (RFC 8301 §3.1).
const DIFFERING: [(&str, &str); 2] = [
    ("ams_fields_a_sha1", "a=rsa-sha1 is not known"),
    ("as_fields_a_sha1", "seal 1: a=rsa-sha1 is not known"),
];

const KEY: &str = include_str!("../fixtures/rsa-2048.pem");

/// Lines as they come over SMTP.
fn message(written: &str) -> Vec<u8> {
    written.replace('\n', "\r\n").into_bytes()
}

fn texts(records: &Value) -> Texts {
    let record = |(name, text): (&String, &Value)| (name.clone(), vec![text.as_str().unwrap().to_owned()]);
    records.as_object().unwrap().iter().map(record).collect()
}

fn hash(message: &[u8], block: &HeaderBlock, chain: &Chain<'_>) -> BodyHash {
    let mut body = BodyHasher::of(chain.body_form());
    body.update(message.get(block.body_start..).unwrap_or_default());
    body.finish()
}

fn judge(message: &[u8], texts: &Texts) -> Validation {
    let block = HeaderBlock::of(message);
    let chain = Chain::read(message, &block);
    chain.validate(hash(message, &block, &chain), texts)
}

#[test]
fn all_174_vectors_of_the_arc_suite_have_their_result_but_those_of_sha_1() {
    let suite: Value = serde_json::from_str(include_str!("../fixtures/rfc8617.json")).unwrap();
    let (mut differing, mut count) = (Vec::new(), 0);
    for part in suite.as_array().unwrap() {
        let record =
            |(name, text): (&String, &Value)| (name.clone(), vec![text.as_str().unwrap().to_owned()]);
        let texts: Texts = part["records"].as_object().unwrap().iter().map(record).collect();
        for case in part["tests"].as_array().unwrap() {
            count += 1;
            let field = |name: &str| case[name].as_str().unwrap();
            let validation = judge(&message(field("message")), &texts);
            // An empty word: the chain was ended, and nothing is to be said of it any more.
            let wanted = match field("cv") {
                "" => "fail".to_owned(),
                word => word.to_ascii_lowercase(),
            };
            if validation.word() != wanted {
                differing.push((field("name").to_owned(), validation));
            }
        }
    }
    let wanted = DIFFERING.map(|(name, why)| (name.to_owned(), Validation::Fail(why.to_owned())));
    assert_eq!(differing, wanted);
    assert_eq!(count, 174);
}

/// Where our set begins otherwise than the suite's. There the chain as it came is not good for the keys of the suite, also by dkimpy's word; the suite takes
/// the `arc=pass` that stands in the message, we take no one's word.
const SEALED_OTHERWISE: [(&str, &str); 2] = [("i1_base", "i=2 cv=fail"), ("i2_base", "i=3 cv=fail")];

/// Number and `cv=` of a seal; nothing of none.
fn beginning(seal: &str) -> String {
    let value = |tag: &str| {
        let found = seal.split(';').find_map(|one| one.trim().strip_prefix(tag));
        found.map(|value| format!("{tag}{value}")).unwrap_or_default()
    };
    format!("{} {}", value("i="), value("cv=")).trim().to_owned()
}

/// Our set for a message as it came.
fn sealed(message: &[u8], texts: &Texts) -> Option<String> {
    let block = HeaderBlock::of(message);
    let chain = Chain::read(message, &block);
    let (domain, selector) = ("relay.example".parse().unwrap(), "s1".parse().unwrap());
    let key = SigningKey::from_pem(KEY).unwrap();
    let mut body = BodyHasher::new();
    body.update(message.get(block.body_start..).unwrap_or_default());
    let signing = Signing {
        header: message,
        block: &block,
        body: body.finish(),
        author: &domain,
        at: Timestamp::from_micros(12_345_000_000),
        until: None,
        line_end: "\r\n",
    };
    let validation = judge(message, texts);
    let signer = Signer { domain: &domain, selector: &selector, key: &key };
    let results = ["relay.example".to_owned(), format!("arc={}", validation.word())];
    chain.seal(&signing, &signer, &validation, &results).unwrap()
}

#[test]
fn all_17_messages_of_the_sealing_suite_get_the_number_and_the_word_that_it_wants() {
    let suite: Value = serde_json::from_str(include_str!("../fixtures/rfc8617-sealing.json")).unwrap();
    let texts = texts(&suite["records"]);
    let (mut otherwise, mut count) = (Vec::new(), 0);
    for case in suite["tests"].as_array().unwrap() {
        count += 1;
        let ours = sealed(&message(case["message"].as_str().unwrap()), &texts).unwrap_or_default();
        let ours = beginning(ours.strip_prefix("ARC-Seal: ").unwrap_or_default());
        if ours != beginning(case["AS"].as_str().unwrap()) {
            otherwise.push((case["name"].as_str().unwrap().to_owned(), ours));
        }
    }
    assert_eq!(otherwise, SEALED_OTHERWISE.map(|(name, ours)| (name.to_owned(), ours.to_owned())));
    assert_eq!(count, 17);
}

/// The suite's seals hold only for the folds of whoever made them, which it does not give; its signatures over messages hold in any.
#[test]
fn the_signatures_of_the_sealing_suite_cover_the_messages_as_we_read_them() {
    let suite: Value = serde_json::from_str(include_str!("../fixtures/rfc8617-sealing.json")).unwrap();
    let texts = texts(&suite["records"]);
    let mut count = 0;
    for case in suite["tests"].as_array().unwrap() {
        let field = |name: &str| case[name].as_str().unwrap().trim_end().replace('\n', "\n ");
        // What is ended is not judged further.
        if !field("AS").contains("cv=none") && !field("AS").contains("cv=pass") {
            continue;
        }
        count += 1;
        let set =
            [("ARC-Seal", "AS"), ("ARC-Message-Signature", "AMS"), ("ARC-Authentication-Results", "AAR")];
        let set: String = set.iter().map(|(name, key)| format!("{name}: {}\n", field(key))).collect();
        let written = format!("{set}{}", case["message"].as_str().unwrap());
        let why = |written: &str| format!("{:?}", judge(&message(written), &texts));
        assert!(why(&written).starts_with("Fail(\"seal "), "{}: {}", case["name"], why(&written));
        let other = written.replace("Example 1", "Example 2");
        assert!(why(&other).starts_with("Fail(\"the signature by "), "{}: {}", case["name"], why(&other));
    }
    assert_eq!(count, 14);
}
