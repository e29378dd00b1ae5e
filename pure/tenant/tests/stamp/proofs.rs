//! What the hop before proved leaves a message that we changed, and stays in one that we did not.

use crate::support::{acme, acme_with, anna, mail};
use message::Index;

const PROOFS: &str = "DKIM-Signature: v=1; a=rsa-sha256; d=acme.example; s=selector1;\n\tbh=x; b=y\nARC-Seal: i=1; a=rsa-sha256; cv=none; b=z\n\
    ARC-Message-Signature: i=1; b=z\nARC-Authentication-Results: i=1; mx.microsoft.com 1; dkim=none\n\
    Authentication-Results: dkim=none (message not signed)\n header.d=none\nX-Originating-IP: [192.0.2.1]\n";
const NAMES: [&str; 5] = [
    "DKIM-Signature",
    "ARC-Seal",
    "ARC-Message-Signature",
    "ARC-Authentication-Results",
    "Authentication-Results",
];

fn counts(bytes: &[u8]) -> Vec<usize> {
    NAMES.iter().map(|name| Index::of(bytes).header().count(bytes, name)).collect()
}

#[test]
fn a_stamped_message_goes_back_without_proofs_of_its_older_form() {
    let original = mail(PROOFS, "Hello");
    assert_eq!(counts(&original), [1; 5]);
    let (stamped, explain) = anna(&acme()).stamped(&original);
    assert_eq!(counts(&stamped), [0; 5]);
    assert_eq!(Index::of(&stamped).header().count(&stamped, "X-Originating-IP"), 1);
    let told = "1 DKIM-Signature, 1 ARC-Seal, 1 ARC-Message-Signature, 1 ARC-Authentication-Results, 1 Authentication-Results";
    assert!(explain.trail.iter().any(|sentence| sentence.ends_with(told)), "{:#?}", explain.trail);
    assert!(explain.splices.iter().filter(|splice| splice.inserted == 0).count() >= 5);
}

#[test]
fn proofs_in_front_of_every_other_field_are_found_too() {
    let original = [PROOFS.replace('\n', "\r\n").into_bytes(), mail("", "Hello")].concat();
    let (stamped, _) = anna(&acme()).stamped(&original);
    assert_eq!(counts(&stamped), [0; 5]);
}

#[test]
fn the_proofs_of_an_enclosed_message_stay() {
    let enclosed = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n\
         --b\nContent-Type: message/rfc822\n\n{PROOFS}From: x@other.example\n\nHi\n--b--\n"
    );
    let original = mail("", "").strip_suffix(b"\r\n").unwrap().to_vec();
    let original = [original, enclosed.replace('\n', "\r\n").into_bytes()].concat();
    let (stamped, _) = anna(&acme()).stamped(&original);
    let text = String::from_utf8(stamped).unwrap();
    assert!(NAMES.iter().all(|name| text.contains(name)), "{text}");
}

#[test]
fn a_passed_message_keeps_them_and_so_does_one_that_is_not_returned() {
    let calendar = mail(&format!("{PROOFS}Content-Type: text/calendar; method=REQUEST\n"), "BEGIN:VCALENDAR");
    anna(&acme()).passed(&calendar);
    let deliver = acme_with(&[("tenant.toml", "\"return\"", "\"deliver\"")]);
    let (stamped, explain) = anna(&deliver).stamped(&mail(PROOFS, "Hello"));
    assert_eq!(counts(&stamped), [1; 5]);
    assert!(!explain.trail.iter().any(|sentence| sentence.starts_with("taken out")));
}
