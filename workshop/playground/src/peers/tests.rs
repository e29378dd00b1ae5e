//! The peers themselves: each program starts, delivers and is counted.

use super::{Envelope, Postfix, exim, smtp_source, smtplib, swaks};
use std::time::Duration;

const MAIL: &[u8] =
    b"From: a@acme.example\r\nTo: b@customer.example\r\nSubject: peer\r\nMessage-ID: <1@acme.example>\r\n\r\nbody\r\n";

#[test]
fn every_client_delivers_to_a_private_postfix_that_counts_arrivals() {
    let postfix = Postfix::start().unwrap();
    let envelope = Envelope { from: "a@acme.example", to: &["b@customer.example"] };
    let heard = smtplib(postfix.address(), envelope, MAIL).unwrap();
    assert!(heard.taken, "{}", heard.text);
    let heard = swaks(postfix.address(), envelope, MAIL, &[]).unwrap();
    assert!(heard.taken, "{}", heard.text);
    let heard = smtp_source(postfix.address(), envelope, MAIL, 5, 2).unwrap();
    assert!(heard.taken, "{}", heard.text);
    let log = exim(postfix.address(), envelope, MAIL).unwrap();
    assert!(log.contains("Completed"), "{log}");
    assert_eq!(postfix.wait_for(8, Duration::from_secs(20)).unwrap(), 8, "{}", postfix.log());
    let arrived = postfix.arrived().unwrap();
    assert!(arrived.iter().all(|mail| String::from_utf8_lossy(mail).contains("\nbody\n")));
}
