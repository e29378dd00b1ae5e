//! Whose mail it is: one table for senders, one for recipients.

use super::{NO_RECIPIENT, RELAY_DENIED, of_recipient, of_sender};
use crate::ExchangeTenant;
use crate::mailbox::{AttributedBy, Attribution, TlsDetails};
use std::collections::BTreeSet;
use std::net::IpAddr;

fn tenants() -> Vec<ExchangeTenant> {
    let mut acme = ExchangeTenant::acme();
    acme.mailboxes = Some(BTreeSet::from(["anna.berg@acme.example".to_owned()]));
    let mut other = ExchangeTenant::acme();
    other.name = "other".parse().unwrap();
    other.domains = vec!["other.example".to_owned()];
    other.certificate_name = Some("other.relay.example".to_owned());
    other.connector_sources = Some(BTreeSet::from([IpAddr::from([127, 0, 1, 1])]));
    vec![acme, other]
}

fn tls(name: &str, trusted: bool) -> TlsDetails {
    TlsDetails {
        protocol: "TLSv1_3".to_owned(),
        cipher: "any".to_owned(),
        server_name: None,
        client_names: vec![name.to_owned()],
        client_trusted: trusted,
        resumed: false,
    }
}

fn sender(tls: Option<&TlsDetails>, mail_from: &str, last: u8) -> Option<(String, AttributedBy)> {
    let source = IpAddr::from([127, 0, 1, last]);
    of_sender(&tenants(), tls, mail_from, source).map(|found| (found.tenant.to_string(), found.by))
}

#[test]
fn the_certificate_comes_before_the_reverse_path() {
    let certificate = tls("x.other.relay.example", true);
    let found = sender(Some(&certificate), "anna.berg@acme.example", 9);
    assert_eq!(found, Some(("other".to_owned(), AttributedBy::Certificate)));
}

#[test]
fn a_certificate_of_another_authority_says_nothing() {
    let certificate = tls("other.relay.example", false);
    let found = sender(Some(&certificate), "anna.berg@acme.example", 9);
    assert_eq!(found, Some(("acme".to_owned(), AttributedBy::MailFrom)));
}

#[test]
fn a_name_that_only_ends_alike_is_not_below() {
    assert_eq!(sender(Some(&tls("evilother.relay.example", true)), "", 9), None);
}

#[test]
fn the_reverse_path_counts_only_from_an_address_that_the_connector_knows() {
    assert_eq!(sender(None, "x@Other.Example", 1), Some(("other".to_owned(), AttributedBy::MailFrom)));
    assert_eq!(sender(None, "x@other.example", 2), None);
}

#[test]
fn the_null_sender_is_left_to_the_recipient() {
    assert_eq!(sender(None, "", 1), None);
}

fn recipient(by: Option<AttributedBy>, to: &str) -> Result<AttributedBy, &'static str> {
    let so_far = by.map(|by| Attribution { tenant: "acme".parse().unwrap(), by });
    of_recipient(&tenants(), so_far.as_ref(), to).map(|found| found.by)
}

#[test]
fn only_mail_attributed_by_its_sender_is_relayed_outside() {
    assert_eq!(recipient(Some(AttributedBy::MailFrom), "kim@customer.example"), Ok(AttributedBy::MailFrom));
    assert_eq!(recipient(Some(AttributedBy::RcptTo), "kim@customer.example"), Err(RELAY_DENIED));
    assert_eq!(recipient(None, "kim@customer.example"), Err(RELAY_DENIED));
}

#[test]
fn incoming_mail_reaches_mailboxes_that_exist() {
    assert_eq!(recipient(None, "Anna.Berg@acme.example"), Ok(AttributedBy::RcptTo));
    assert_eq!(recipient(None, "nobody@acme.example"), Err(NO_RECIPIENT));
}
