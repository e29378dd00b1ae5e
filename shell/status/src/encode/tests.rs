use super::{base64, hex, unbase64, xml};

#[test]
fn base64_is_that_of_rfc_4648() {
    let cases = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("foobar", "Zm9vYmFy"),
    ];
    for (plain, coded) in cases {
        assert_eq!(base64(plain.as_bytes()), coded);
        assert_eq!(unbase64(coded).as_deref(), Some(plain.as_bytes()));
    }
}

#[test]
fn hexadecimal_has_two_digits_for_each_byte() {
    assert_eq!(hex(&[0, 15, 255]), "000fff");
}

#[test]
fn xml_loses_what_it_cannot_carry() {
    assert_eq!(xml("a<b>&\"\u{1}\n"), "a&lt;b&gt;&amp;&quot;\n");
}

#[test]
fn what_is_no_base64_is_refused() {
    for text in ["Z", "Zg=", "Zg", "Zh==", "Z===", "Zm9v=", "Zg==Zg==", "Z g="] {
        assert_eq!(unbase64(text), None, "{text}");
    }
}
