//! Encoded words of RFC 2047, and what only looks like one.

use super::*;

#[test]
fn encoded_words_become_text() {
    let check = |value: &str, text: &str| assert_eq!(decode_words(value), text, "{value}");
    check("plain", "plain");
    check("=?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus Berlin", "Grüße aus Berlin");
    check("=?ISO-8859-1?Q?a_b?=", "a b");
    check("=?utf-8?B?5p2O?= =?utf-8?B?5Lyf?=", "李伟");
    check("=?utf-8*de?Q?=C3=A4?=", "ä");
    check("a =?utf-8?Q?b?= c", "a b c");
    check("=?iso-8859-1?Q?Fr\u{f6}sche?=", "Frösche");
    check("=?utf-8?Q?Fr\u{f6}sche?=", "Frösche");
}

#[test]
fn damaged_words_stay() {
    for value in ["=?utf-8?Q?open", "=?none-such?Q?a?=", "=?utf-8?X?a?=", "=?", "=?utf-8?Q?a b?="] {
        assert_eq!(decode_words(value), value);
    }
}
