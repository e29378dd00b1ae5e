//! The suite of ARC's authors against our reading of chains: every vector has the result that the suite wants, or is named here with the reason.

use message::HeaderBlock;
use serde_json::Value;
use signing::{BodyHasher, Chain, Texts, Validation};

/// The suite takes SHA-1, which is not to be believed (RFC 8301 §3.1).
const DIFFERING: [(&str, &str); 2] =
    [("ams_fields_a_sha1", "a=rsa-sha1 is not known"), ("as_fields_a_sha1", "a=rsa-sha1 is not known")];

/// What we say of a message, by the records of its part of the suite.
fn judge(message: &str, texts: &Texts) -> Validation {
    let message = message.replace('\n', "\r\n").into_bytes();
    let block = HeaderBlock::of(&message);
    let chain = Chain::read(&message, &block);
    let mut body = BodyHasher::of(chain.body_form());
    body.update(message.get(block.body_start..).unwrap_or_default());
    chain.validate(body.finish(), texts)
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
            let validation = judge(field("message"), &texts);
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
