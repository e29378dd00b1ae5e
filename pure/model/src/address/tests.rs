//! What is an address, as a table.

use super::*;

#[test]
fn addresses_keep_their_text_and_compare_by_domain() {
    let address: Address = "Anna.Berg@ACME.Example".parse().unwrap();
    assert_eq!(address.as_str(), "Anna.Berg@ACME.Example");
    assert_eq!(address.local(), "Anna.Berg");
    assert_eq!(address.domain(), "acme.example".parse().unwrap());
    assert_eq!(address.folded(), "anna.berg@acme.example");
}

#[test]
fn quoted_local_part_keeps_its_quotes_and_may_hold_an_at() {
    let address: Address = r#""a@b \" c"@acme.example"#.parse().unwrap();
    assert_eq!(address.local(), r#""a@b \" c""#);
    assert_eq!(address.domain_text(), "acme.example");
}

#[test]
fn forms_of_addresses() {
    let check = |text: &str, good: bool| assert_eq!(text.parse::<Address>().is_ok(), good, "{text}");
    check("a@b", true);
    check("a+b=c@x-y.example", true);
    check("postmaster@[192.0.2.1]", true);
    check("postmaster@[IPv6:2001:db8::1]", true);
    check("用户@例子.example", true);
    check("a@_dmarc.example", true);
    check("a", false);
    check("@b", false);
    check("a@", false);
    check("a..b@c", false);
    check(".a@c", false);
    check("a b@c", false);
    check("\"a\"b\"@c", false);
    check("\"@c", false);
    check("a@b..c", false);
    check("a@b.", false);
    check("a@-b", false);
    check("a@[1.2.3]", false);
    check("a@b\r\nc", false);
    check("<a@b>", false);
    check(&format!("{}@b", "x".repeat(65)), false);
}
