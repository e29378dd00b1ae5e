use super::{fold, value};

#[test]
fn lines_are_folded_at_seventy_five_octets_between_characters() {
    let mut text = String::new();
    fold(&mut text, &format!("SUMMARY:{}", "ü".repeat(100)));
    assert!(text.ends_with("\r\n"));
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert_eq!(text.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "ü".repeat(100)));
}

#[test]
fn values_are_escaped() {
    assert_eq!(value("a, b; c\\d\ne\r"), "a\\, b\\; c\\\\d\\ne");
}
