use super::Selector;

#[test]
fn selectors_are_labels_joined_by_dots_in_lower_case() {
    for (text, wanted) in [("sp1", "sp1"), ("Mail.2026-11", "mail.2026-11"), ("_x", "_x"), ("1", "1")] {
        assert_eq!(text.parse::<Selector>().unwrap().as_str(), wanted);
    }
    let long = "a".repeat(64);
    for text in ["", ".", "a..b", "a.", "-a", "a-", "a b", "a;b", "\u{e4}", "a\r\nb", &long] {
        assert!(text.parse::<Selector>().is_err(), "{text:?}");
    }
}
