//! A message signed by us: the same however its body is cut, one field of legal lines, and blind to what relaxed forms leave out.

use message::HeaderBlock;
use model::{Domain, Timestamp};
use signing::{
    BodyHash, BodyHasher, Chain, KeyRecord, Publication, Selector, Signer, Signing, SigningKey, Texts,
    Validation,
};
use std::sync::OnceLock;

/// RFC 5322 §2.1.1.
const LINE_LEN_MAX: usize = 998;

pub(crate) fn signatures(data: &[u8]) {
    let block = HeaderBlock::of(data);
    let body = &data[block.body_start..];
    let whole = hash(&[body]);
    for cut in [body.len() / 3, body.len() / 2, body.len().saturating_sub(1)] {
        assert_eq!(hash(&[&body[..cut], &body[cut..]]), whole, "cut at {cut}");
    }
    assert_eq!(hash(&[body, b"\r\n \t\r\n"]), hash(&[body, b"\r\n"]), "white space at the end counts");
    let field = sign(data, &block, whole);
    assert_eq!(field, sign(data, &block, whole), "signed twice, another signature");
    assert!(field.split("\r\n").all(|line| line.len() <= LINE_LEN_MAX && !line.contains(['\r', '\n'])));
    record(&String::from_utf8_lossy(data));
    chain(data, &block, whole);
    // In front of a message of ours stand its trace fields.
    let Some(at) = block.fields.first().map(|field| field.whole.start) else { return };
    let signed = [&data[..at], field.as_bytes(), &data[at..]].concat();
    let again = HeaderBlock::of(&signed);
    let first = again.fields.first().expect("our field");
    assert_eq!(first.whole, at..at + field.len(), "the field is not one");
    if !again.too_long {
        assert_eq!(field, sign(&signed, &again, whole), "a signature covers another one");
    }
}

/// No chain holds without its keys, and a set of ours is three fields, or none.
fn chain(data: &[u8], block: &HeaderBlock, body: BodyHash) {
    let chain = Chain::read(data, block);
    let validation = chain.validate(body, &Texts::new());
    assert_eq!(validation == Validation::None, chain.is_absent());
    assert_ne!(validation, Validation::Pass, "a chain holds without its keys");
    let (domain, selector, key) = ours();
    let at = Timestamp::from_micros(1_767_225_600_000_000);
    let signing = Signing { header: data, block, body, author: domain, at, until: None, line_end: "\r\n" };
    let signer = Signer { domain, selector, key };
    let set =
        chain.seal(&signing, &signer, &validation, &["relay.example".to_owned()]).expect("the key signs");
    if let Some(set) = set {
        let fields = HeaderBlock::of(set.as_bytes());
        assert_eq!((fields.fields.len(), fields.malformed_lines), (3, 0), "{set}");
        if chain.is_absent() {
            let names: Vec<String> = Chain::read(set.as_bytes(), &fields).names().into_iter().collect();
            assert_eq!(names, ["e1._domainkey.acme.example"]);
        }
    }
}

/// Whatever stands in the DNS is told apart, and only a text with the key in it is good.
fn record(text: &str) {
    let (_, _, key) = ours();
    let record = KeyRecord::of(key);
    assert_eq!(record.compare(&[record.to_string()]), Publication::Good);
    if record.compare(&[text.to_owned()]) == Publication::Good {
        let public: String = record.to_string().split("p=").skip(1).collect();
        let flat: String = text.split_ascii_whitespace().collect();
        assert!(flat.contains(&public), "{text:?} is taken for the record");
    }
}

fn hash(pieces: &[&[u8]]) -> BodyHash {
    let mut hasher = BodyHasher::new();
    pieces.iter().for_each(|piece| hasher.update(piece));
    hasher.finish()
}

fn sign(header: &[u8], block: &HeaderBlock, body: BodyHash) -> String {
    let (domain, selector, key) = ours();
    let at = Timestamp::from_micros(1_767_225_600_000_000);
    let signing = Signing { header, block, body, author: domain, at, until: None, line_end: "\r\n" };
    signing.field(&Signer { domain, selector, key }).expect("the key signs")
}

fn ours() -> &'static (Domain, Selector, SigningKey) {
    static OURS: OnceLock<(Domain, Selector, SigningKey)> = OnceLock::new();
    OURS.get_or_init(|| {
        let key = SigningKey::from_pem(include_str!("../../../pure/signing/fixtures/ed25519.pem"));
        let domain = "acme.example".parse().expect("a domain");
        (domain, "e1".parse().expect("a selector"), key.expect("a key"))
    })
}
