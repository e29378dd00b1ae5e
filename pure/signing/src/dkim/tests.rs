use super::{Form, Signer, Signing, base64};
use crate::{Algorithm, BodyHash, BodyHasher, SigningKey, fields};
use aws_lc_rs::signature::{RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use message::HeaderBlock;
use model::{Duration, Timestamp};

const RFC8463: &[u8] = include_bytes!("../../fixtures/rfc8463.eml");
const MESSAGE: &str = "Received: from x by y; Thu, 1 Jan 2026 00:00:00 +0000\r\nFrom: Anna Berg <anna@sales.acme.example>\r\n\
    To: Kim <kim@other.example>\r\nSubject: Hello\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@acme.example>\r\n\r\nHi\r\n";

fn hash(body: &[u8]) -> BodyHash {
    let mut hasher = BodyHasher::new();
    hasher.update(body);
    hasher.finish()
}

fn key(pem: &str) -> SigningKey {
    SigningKey::from_pem(pem).unwrap()
}

fn signed(message: &str, pem: &str, until: Option<Timestamp>, line_end: &str) -> String {
    let block = HeaderBlock::of(message.as_bytes());
    let (domain, author) = ("acme.example".parse().unwrap(), "sales.acme.example".parse().unwrap());
    let signing = Signing {
        header: message.as_bytes(),
        block: &block,
        body: hash(&message.as_bytes()[block.body_start..]),
        author: &author,
        at: Timestamp::from_micros(1_767_225_600_900_000),
        until,
        line_end,
    };
    let (selector, key) = ("sp1".parse().unwrap(), key(pem));
    signing.field(&Signer { domain: &domain, selector: &selector, key: &key }).unwrap()
}

/// The tags of a signature on one line, as RFC 6376 §3.2 lets readers take white space out.
fn unfolded(field: &str) -> String {
    field.split_ascii_whitespace().collect()
}

/// RFC 8463 appendix A.3: its Ed25519 signature comes out of its key, and its RSA signature, of a key that is too short to be ours, holds for our canonical
/// form.
#[test]
fn the_signatures_of_rfc_8463_hold_for_our_canonical_forms() {
    let block = HeaderBlock::of(RFC8463);
    let ed25519 = key(include_str!("../../fixtures/rfc8463-ed25519.pem"));
    let rsa = include_bytes!("../../fixtures/rfc8463-rsa-public.der");
    let rsa = UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, rsa);
    let body = base64(hash(&RFC8463[block.body_start..]).as_bytes());
    let signatures: Vec<_> = block.named(RFC8463, "DKIM-Signature").collect();
    for field in &signatures {
        let value = std::str::from_utf8(&RFC8463[field.value.clone()]).unwrap();
        let tag = |name: &str| {
            let tag = crate::tags::read(value).find(|(tag, _)| *tag == name).unwrap().1;
            tag.split_ascii_whitespace().collect::<String>()
        };
        assert_eq!(tag("bh"), body);
        let names = tag("h");
        let mut canonical = Vec::new();
        fields::canonical(RFC8463, &block, names.split(':'), Form::Relaxed, &mut canonical);
        let without = &value[..value.rfind("b=").unwrap() + 2];
        fields::relaxed(b"DKIM-Signature", without.as_bytes(), &mut canonical);
        if tag("a") == "ed25519-sha256" {
            assert_eq!(tag("b"), base64(&ed25519.sign(&canonical).unwrap()));
        } else {
            let signature = include_bytes!("../../fixtures/rfc8463-rsa-signature.bin");
            assert_eq!(tag("b"), base64(signature));
            rsa.verify(&canonical, signature).unwrap();
        }
    }
    assert_eq!(signatures.len(), 2);
}

#[test]
fn a_field_says_who_when_and_what() {
    let until = Timestamp::from_micros(1_767_225_600_900_000) + Duration::from_secs(100);
    let field = signed(MESSAGE, include_str!("../../fixtures/ed25519.pem"), Some(until), "\r\n");
    let wanted = "DKIM-Signature:v=1;a=ed25519-sha256;c=relaxed/relaxed;d=acme.example;s=sp1;i=@sales.acme.example;\
        t=1767225600;x=1767225700;h=From:From:To:To:Cc:Subject:Subject:Date:Date:Message-ID:Message-ID:MIME-Version:\
        Content-Type:Reply-To;bh=";
    assert!(unfolded(&field).starts_with(wanted), "{field}");
    assert!(field.ends_with("\r\n") && !field.contains("l="), "{field}");
    let endless = signed(MESSAGE, include_str!("../../fixtures/rsa-2048.pem"), None, "\r\n");
    assert!(
        unfolded(&endless).contains(";a=rsa-sha256;") && !unfolded(&endless).contains(";x="),
        "{endless}"
    );
}

#[test]
fn a_field_has_the_line_ends_of_its_message_and_the_same_signature() {
    let pem = include_str!("../../fixtures/rsa-2048.pem");
    let (crlf, lf) =
        (signed(MESSAGE, pem, None, "\r\n"), signed(&MESSAGE.replace("\r\n", "\n"), pem, None, "\n"));
    assert!(!lf.contains('\r'));
    assert_eq!(crlf.replace("\r\n", "\n"), lf);
}

#[test]
fn whatever_is_signed_changes_the_signature_and_traces_do_not() {
    let pem = include_str!("../../fixtures/ed25519.pem");
    let signature =
        |message: &str| unfolded(&signed(message, pem, None, "\r\n")).split(";b=").nth(1).unwrap().to_owned();
    let whole = signature(MESSAGE);
    for (from, to) in [("Hello", "Hallo"), ("Hi", "Ho"), ("Kim <", "Kimi <"), ("<1@", "<2@")] {
        assert_ne!(signature(&MESSAGE.replace(from, to)), whole, "{from}");
    }
    assert_ne!(signature(&format!("Reply-To: evil@other.example\r\n{MESSAGE}")), whole);
    assert_eq!(signature(&MESSAGE.replace("from x by y", "from z by w")), whole);
    assert_eq!(signature(&MESSAGE.replace("Hi\r\n", "Hi  \r\n\r\n")), whole, "white space at ends is none");
}

#[test]
fn several_keys_sign_one_message_each_by_itself() {
    for (pem, algorithm) in [
        (include_str!("../../fixtures/rsa-2048.pem"), Algorithm::Rsa),
        (include_str!("../../fixtures/ed25519.pem"), Algorithm::Ed25519),
    ] {
        let alone = signed(MESSAGE, pem, None, "\r\n");
        let behind = signed(&format!("{alone}{MESSAGE}"), pem, None, "\r\n");
        assert_eq!(alone, behind, "{}", algorithm.tag());
    }
}
