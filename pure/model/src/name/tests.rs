//! The grammar of names, as a table.

use super::*;

#[test]
fn names_are_letters_digits_and_inner_dashes() {
    let check = |text: &str, good: bool| assert_eq!(text.parse::<TenantName>().is_ok(), good, "{text}");
    check("acme", true);
    check("eu-1", true);
    check("A", true);
    check(&"x".repeat(63), true);
    check(&"x".repeat(64), false);
    check("", false);
    check("-a", false);
    check("a-", false);
    check("a.b", false);
    check("../etc", false);
    check("müller", false);
}
