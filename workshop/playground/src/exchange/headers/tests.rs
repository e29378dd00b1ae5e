//! Fields found and the block that is put in front.

use super::{count_of, dress, has_word, value_of};
use crate::{ExchangeTenant, Mail};
use model::Timestamp;

#[test]
fn a_folded_field_is_found_whatever_its_case() {
    let message = b"A: 1\r\nx-signpost-PROCESSED: v1\r\n\tacme-4f1c\r\n id\r\nA: 2\r\n\r\nX-Signpost-Processed: body\r\n";
    assert_eq!(value_of(message, "X-Signpost-Processed").as_deref(), Some("v1 acme-4f1c id"));
    assert_eq!(count_of(message, "a"), 2);
}

#[test]
fn the_body_is_no_header() {
    assert_eq!(value_of(b"A: 1\r\n\r\nB: 2\r\n", "B"), None);
    assert_eq!(value_of(b"A: 1\n\nB: 2\n", "B"), None);
}

#[test]
fn a_word_is_matched_whole() {
    assert!(has_word("v1 acme-4f1c 01 aa", "ACME-4f1c"));
    assert!(!has_word("v1 acme-4f1cx 01 aa", "acme-4f1c"));
}

#[test]
fn the_written_message_follows_the_block_unchanged() {
    let raw = b"From: a\nSubject: lone line feeds\n\nbody".to_vec();
    let mail = Mail { from: "anna.berg@acme.example".to_owned(), to: Vec::new(), raw: raw.clone() };
    let mut tenant = ExchangeTenant::acme();
    tenant.secret_header = Some(("X-Signpost-Key".to_owned(), "s3cret".to_owned()));
    let wire = dress(&mail, Some(&tenant), "t-1", "host.example", Timestamp::from_micros(0));
    assert!(wire.ends_with(&raw));
    let value = |name| value_of(&wire, name);
    assert_eq!(value("X-OriginatorOrg").as_deref(), Some("acme.example"));
    assert_eq!(
        value("X-MS-Exchange-CrossTenant-Id").as_deref(),
        Some("7c1a2f60-0000-4000-8000-0000000acae1")
    );
    assert_eq!(value("X-Signpost-Key").as_deref(), Some("s3cret"));
    assert_eq!(value(crate::TOKEN_HEADER).as_deref(), Some("t-1"));
}

#[test]
fn a_token_that_is_there_stays_the_only_one() {
    let raw = b"X-Playground-Token: mine\r\n\r\n".to_vec();
    let mail = Mail { from: String::new(), to: Vec::new(), raw };
    let wire = dress(&mail, None, "other", "host.example", Timestamp::from_micros(0));
    assert_eq!(count_of(&wire, crate::TOKEN_HEADER), 1);
}
