use super::to_ascii;
use model::{Address, Envelope, ReversePath};

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

#[test]
fn domains_are_written_in_a_labels_and_a_local_part_costs_its_recipient_alone() {
    let to = ["kim@customer.example", "kim@bücher.example", "jörg@customer.example", "x@customer.example"];
    let mut envelope = Envelope::new(ReversePath::Mailbox(address("anna@Köln.example")), to.map(address));
    envelope.smtputf8 = true;
    envelope.recipients[1].orcpt = Some("utf-8;kim\\x{5C}@bücher.example".to_owned());
    let (ascii, fates) = to_ascii(&envelope).unwrap();
    assert_eq!(ascii.mail_from.to_string(), "anna@xn--kln-sna.example");
    let written: Vec<&str> = ascii.recipients.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(written, ["kim@customer.example", "kim@xn--bcher-kva.example", "x@customer.example"]);
    assert_eq!(ascii.recipients[1].orcpt.as_deref(), Some("utf-8;kim\\x{5C}@b\\x{FC}cher.example"));
    assert_eq!(fates, [None, None, Some(address(to[2])), None]);
    assert!(!ascii.smtputf8);
}

#[test]
fn a_sender_whose_local_part_is_not_ascii_leaves_no_envelope() {
    let envelope =
        Envelope::new(ReversePath::Mailbox(address("jörg@acme.example")), [address("a@x.example")]);
    assert_eq!(to_ascii(&envelope).unwrap_err(), "the sender `jörg@acme.example`");
}
