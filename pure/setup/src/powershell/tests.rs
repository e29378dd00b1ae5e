//! Literals as PowerShell reads them, and generated scripts under a grammar of PowerShell.

use super::literal;

#[test]
fn a_literal_is_ascii_and_holds_no_command() {
    let check = |text: &str, wanted: &str| assert_eq!(literal(text), wanted, "{text}");
    check("", "''");
    check("acme", "'acme'");
    check("O'Neil $(rm) `x \"q\"", "'O''Neil $(rm) `x \"q\"'");
    check("a\u{2019}b", "('a' + [char]::ConvertFromUtf32(0x2019) + 'b')");
    check("\u{fc}", "('' + [char]::ConvertFromUtf32(0x00FC))");
    check("\u{1f600}\n", "('' + [char]::ConvertFromUtf32(0x1F600) + [char]::ConvertFromUtf32(0x000A))");
}
