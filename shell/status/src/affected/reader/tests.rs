//! Replies that name the reader, its message, and others.

use super::super::tests::line;
use super::*;
use model::Timestamp;

fn reader(show_addresses: bool) -> Reader {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let own =
        names(&["acme", "Acme GmbH", "acme.example", "acme-example", "mx.acme-mail.example", "192.0.2.9"]);
    let others = names(&[
        "globex",
        "Globex Group",
        "globex.example",
        "globex-example",
        "192.0.2.77",
        "inc.acme.example",
    ]);
    let settings = Settings { show_addresses, ..Settings::new("https://status.example") };
    Reader::new(settings, Hidden::exactly([own.clone(), others].concat()), own)
}

/// As the admin of acme reads it, of a message of anna's to kim.
fn read(reply: &str, show_addresses: bool) -> String {
    let reply = reply.to_owned();
    let mut line = line("Anna@acme.example", Fate::Reported { at: Timestamp::from_micros(0), reply });
    line.message_id = Some("77.x@relay.globex.example".to_owned());
    let reader = reader(show_addresses);
    reader.message(std::slice::from_ref(&line)).mask(&mut line);
    line.fate.reply().to_owned()
}

#[test]
fn names_of_other_tenants_are_masked_and_the_readers_own_stay() {
    let cases = [
        ("550 too much from globex.example today", "550 too much from [another organisation] today"),
        ("550 MAIL.Globex.Example.", "550 [another organisation]."),
        ("550 see globex-example.mail.protection.outlook.com:25", "550 see [another organisation]"),
        ("550 tenant:globex; Globex, Group!", "550 [another organisation]; [another organisation]!"),
        ("550 host [192.0.2.77] of <lee@globex.example>", "550 host [[another organisation]] of <[address]>"),
        ("550 inc.acme.example is no more", "550 [another organisation] is no more"),
        (
            "550 Acme GmbH: acme.example via mx.acme-mail.example [192.0.2.9]",
            "550 Acme GmbH: acme.example via mx.acme-mail.example [192.0.2.9]",
        ),
        ("550 acme.globex.example", "550 [another organisation]"),
        ("550 5.7.1 Service unavailable", "550 5.7.1 Service unavailable"),
    ];
    for (reply, expected) in cases {
        assert_eq!(read(reply, true), expected);
    }
}

#[test]
fn people_stay_who_are_the_readers_or_stand_in_the_message() {
    let cases = [
        ("550 <kim@customer.example>: no such user", "550 <kim@customer.example>: no such user"),
        ("550 KIM%40customer.example unknown", "550 KIM%40customer.example unknown"),
        (
            "550 <ben@acme.example> may not send, from=anna@acme.example",
            "550 <ben@acme.example> may not send, from=anna@acme.example",
        ),
        ("550 lee@customer.example is full", "550 [address] is full"),
        ("550 ask postmaster@other.example", "550 ask [address]"),
        ("550 sent for kim@customer.example.evil.example", "550 sent for [address]"),
    ];
    for (reply, expected) in cases {
        assert_eq!(read(reply, true), expected);
    }
    let mut to_globex =
        line("anna@acme.example", Fate::Parked { reply: "450 globex.example is busy".to_owned() });
    to_globex.recipient = "lee@globex.example".to_owned();
    let known = reader(true);
    known.message(std::slice::from_ref(&to_globex)).mask(&mut to_globex);
    assert_eq!(to_globex.fate.reply(), "450 globex.example is busy", "whoever writes there knows it");
}

#[test]
fn machines_are_masked_where_the_operator_wants_it_but_for_the_tenants_own() {
    let reply = "550 [198.51.100.7] and [192.0.2.9] of 2001:db8::1";
    assert_eq!(read(reply, true), reply);
    assert_eq!(read(reply, false), "550 [[IP address]] and [192.0.2.9] of [IP address]");
}

#[test]
fn every_reply_of_a_line_is_masked_and_so_are_the_tables() {
    let mut line = line("anna@acme.example", Fate::Parked { reply: "450 globex.example".to_owned() });
    line.refusals[0].reply = "550 globex.example".to_owned();
    reader(true).message(std::slice::from_ref(&line)).mask(&mut line);
    let said = serde_json::to_string(&line).unwrap();
    assert!(!said.contains("globex") && said.matches("[another organisation]").count() == 2, "{said}");
}
