use super::{stamps, window};
use model::Timestamp;

fn check(text: &str, expected: &[&str]) {
    let expected: Vec<Timestamp> = expected.iter().map(|at| at.parse().unwrap()).collect();
    let found: Vec<Timestamp> = stamps(text).into_iter().map(|stamp| stamp.at).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn points_in_time_are_read_as_people_write_them() {
    check("at 2024-10-20 11:42:20 it", &["2024-10-20T11:42:20Z"]);
    check("[2024-10-20T11:42:20.814Z]", &["2024-10-20T11:42:20.814Z"]);
    check("October 19, 2024 15:58:51 and", &["2024-10-19T15:58:51Z"]);
    check("October 9, 2024, at 05:58:51", &["2024-10-09T05:58:51Z"]);
    check("am 9.10.2024, 15:58:51 Uhr", &["2024-10-09T15:58:51Z"]);
    check("2024-10-20 11:42:20 2024-10-20 11:42:21", &["2024-10-20T11:42:20Z", "2024-10-20T11:42:21Z"]);
}

#[test]
fn what_is_no_point_in_time_is_passed_over() {
    for text in [
        "",
        "2024-10-20",
        "11:42:20",
        "2024-13-20 11:42:20",
        "2024-10-20 25:00:00",
        "x2024-10-20 11:42:20",
        "October 19, 2024",
        "31.2.2024 10:00:00",
        "1.2.3 is a release",
        "ä2024-10-20",
        "2024-10-20 11:42:2é",
    ] {
        check(text, &[]);
    }
}

#[test]
fn a_window_needs_its_words() {
    let (from, to) = ("2024-10-19 15:58:51", "2024-10-20 11:27:37");
    let found = Some((from.replace(' ', "T") + "Z", to.replace(' ', "T") + "Z"));
    let found = found.map(|(from, to)| (from.parse().unwrap(), to.parse().unwrap()));
    for (first, second) in [("between", "and"), ("From", "to"), ("zwischen", "und"), ("Von", "bis")] {
        assert_eq!(window(&format!("Mail, {first} {from} {second} {to}, was late.")), found);
    }
    assert_eq!(window(&format!("{from}, {to}")), None);
    assert_eq!(window(&format!("between {from} and lunch")), None);
}

#[test]
fn a_quoted_refusal_is_known_by_its_two_codes() {
    let is_refusal = |text: &str| stamps(text)[0].is_refusal;
    assert!(is_refusal("2024-10-20 11:42:20 SMTP error: 550 5.7.1 Service unavailable"));
    assert!(is_refusal("2024-10-20 11:42:20 550-5.7.1 blocked"));
    assert!(!is_refusal("2024-10-20 11:42:20 250 2.0.0 OK"));
    assert!(!is_refusal("2024-10-20 11:42:20 we saw 550 messages"));
    assert!(!is_refusal("2024-10-20 11:42:20 x\n550 5.7.1 in the next line"));
}

#[test]
fn no_text_makes_it_fall_over() {
    let mut text = String::new();
    for piece in ["2024-10-", "20 11:", "42:20", "Ö", "October ", "1.", "550 5.7.1", "\n", "…", "between "]
    {
        text.push_str(piece);
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let (_, part) = text.split_at(end);
            assert!(stamps(part).len() <= 1 && window(part).is_none());
        }
    }
}
