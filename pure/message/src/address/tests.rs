//! Address fields, honest and hostile.

use super::*;

fn addresses(value: &str) -> Vec<String> {
    mailboxes(value).into_iter().map(|mailbox| mailbox.address).collect()
}

#[test]
fn fields_give_their_addresses() {
    let check = |value: &str, expected: &[&str]| assert_eq!(addresses(value), expected, "{value}");
    check("anna@acme.example", &["anna@acme.example"]);
    check("Anna Berg <anna@acme.example>", &["anna@acme.example"]);
    check("\"Berg, Anna\" <anna@acme.example>, li@acme.example", &["anna@acme.example", "li@acme.example"]);
    check("team: a@x.example, B <b@x.example>;", &["a@x.example", "b@x.example"]);
    check("a@x.example (comment, with (nested) comma)", &["a@x.example"]);
    check("\"a,b\"@x.example", &["\"a,b\"@x.example"]);
    check("undisclosed-recipients:;", &[]);
    check("", &[]);
}

#[test]
fn two_mailboxes_are_two_whatever_they_look_like() {
    assert_eq!(addresses("<a@acme.example>,<b@other.example>").len(), 2);
    assert_eq!(addresses("\"<a@acme.example>\" <b@other.example>"), ["b@other.example"]);
    assert_eq!(addresses("=?utf-8?Q?a=40acme.example?= <b@other.example>"), ["b@other.example"]);
}

#[test]
fn names_are_decoded() {
    assert_eq!(mailboxes("=?utf-8?Q?J=C3=B6rg?= <j@x.example>")[0].name, "Jörg");
    assert_eq!(mailboxes("\"Li \\\"Wei\\\"\" <j@x.example>")[0].name, "Li \"Wei\"");
}

#[test]
fn unfinished_fields_do_not_panic() {
    for value in ["<", "\"", "(", "\\", "a@b <", "\"\\", "(\\", ":::;;;,,,"] {
        let _read = mailboxes(value);
    }
}
