//! From fields as people and forgers write them.

use super::Header;

fn authors(from: &str) -> Result<Vec<String>, String> {
    let message = format!("To: x@y.example\r\nFrom: {from}\r\nSubject: x\r\n\r\nbody\r\n");
    let authors = Header::of(message.as_bytes(), true).authors()?;
    Ok(authors.iter().map(ToString::to_string).collect())
}

#[test]
fn what_people_and_programs_write_is_read() {
    let check = |from: &str, expected: &[&str]| assert_eq!(authors(from).unwrap(), expected, "{from}");
    check("anna@acme.example", &["anna@acme.example"]);
    check("<anna@acme.example>", &["anna@acme.example"]);
    check("Anna Berg <anna@acme.example>", &["anna@acme.example"]);
    check("\"Berg, Anna\" <anna@acme.example>", &["anna@acme.example"]);
    check("\"anna@evil.example\" <anna@acme.example>", &["anna@acme.example"]);
    check("=?utf-8?q?Anna_B=C3=A9rg?= <anna@acme.example>", &["anna@acme.example"]);
    check("Anna =?utf-8?b?QsOpcmc=?=\r\n <anna@acme.example>", &["anna@acme.example"]);
    check("root@acme.example (Cron Daemon)", &["root@acme.example"]);
    check("(Cron) root@acme.example", &["root@acme.example"]);
    check("Anna \"Q.\" Berg <anna@acme.example>", &["anna@acme.example"]);
    check("\"anna berg\"@acme.example", &["\"anna berg\"@acme.example"]);
    check("Anna <\"anna berg\"@acme.example>", &["\"anna berg\"@acme.example"]);
    check("a@acme.example, B <b@acme.example>", &["a@acme.example", "b@acme.example"]);
    check("anna@acme.example <anna@acme.example>", &["anna@acme.example"]);
    check("李伟 <li.wei@acme.example>", &["li.wei@acme.example"]);
}

#[test]
fn what_two_readers_could_read_differently_is_nobodys() {
    for from in [
        "",
        "Anna Berg",
        "anna@acme.example <evil@evil.example>",
        "<evil@evil.example> <anna@acme.example>",
        "<evil@evil.example> anna@acme.example",
        "<anna@acme.example>, ",
        "friends: anna@acme.example;",
        "friends: anna@acme.example, b@acme.example;",
        "<@evil.example:anna@acme.example>",
        "anna@(evil)acme.example",
        "anna@acme.example (evil@evil.example)",
        "(\"<evil@evil.example>\") anna@acme.example",
        "anna@acme.example (open",
        "Anna <anna@acme.example",
        "\"Anna <anna@acme.example>",
        "anna@evil.example\\ <anna@acme.example>",
        "=?utf-8?q?evil?=@acme.example",
        "=?utf-8?q?anna=40acme.example?=",
        "Anna <=?utf-8?q?evil=40evil.example=3E?=@acme.example>",
        "anna@acme.example evil@evil.example",
        "anna@acme.example; evil@evil.example",
        "anna@acme.example\u{0}",
    ] {
        assert!(authors(from).is_err(), "{from}: {:?}", authors(from));
    }
}

#[test]
fn a_field_that_occurs_twice_or_hides_proves_nothing() {
    let check = |header: &str, is_whole: bool, why: &str| {
        let message = format!("{header}\r\n\r\nbody\r\n");
        let found = Header::of(message.as_bytes(), is_whole).single("X-Id").unwrap_err();
        assert!(found.contains(why), "{header:?}: {found}");
    };
    check("From: a@b.example", true, "there is no X-Id");
    check("X-Id: 1\r\nX-Id: 1", true, "there are 2 fields");
    check("X-Id: 1\r\nx-iD : 2", true, "there are 2 fields");
    check("X-Id: 1\r\nX-Id:\r\n 2", true, "there are 2 fields");
    check("X-Id: 1\r\nno field here\r\nTo: x@y.example", true, "no field");
    check("X-Id: 1\r\nSubject: x\nTo: x@y.example", true, "end in different ways");
    check("X-Id: 1\r\nSubject: x\rX-Id: 2", true, "end in different ways");
    check("X-Id: 1", false, "too long");
    let long = format!("X-Id: 1\r\n{}To: x@y.example", "X-Fill: filling\r\n".repeat(20_000));
    check(&long, true, "too long");
    assert_eq!(Header::of(b"X-Id:\r\n folded\r\n\r\n", true).single("x-id").unwrap(), "folded");
}
