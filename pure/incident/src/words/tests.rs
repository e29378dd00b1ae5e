use super::{ACTS, english, filled, german, span, text};
use crate::fact::DelayBound;
use crate::words::Value;
use crate::{Language, State};
use model::{Category, Duration};

#[test]
fn each_phrase_says_in_german_as_much_as_in_english() {
    let (english, german) = (english::PHRASES.list(), german::PHRASES.list());
    assert_eq!(english.len(), german.len());
    for (en, de) in english.into_iter().zip(german) {
        assert_eq!(en.matches("{}").count(), de.matches("{}").count(), "{en} | {de}");
        assert!(!en.trim().is_empty() && !de.trim().is_empty());
    }
}

#[test]
fn lists_of_words_have_a_word_for_each() {
    let words = &english::PHRASES.postmortem;
    let sizes = (words.states.len(), words.categories.len(), words.acts.len());
    assert_eq!(sizes, (State::ALL.len(), Category::ALL.len(), ACTS.len()));
    let place = Category::ALL.iter().position(|category| *category == Category::IpListed).unwrap();
    assert_eq!(words.categories[place], "a block list");
    let place = Category::ALL.iter().position(|category| *category == Category::Unknown).unwrap();
    assert_eq!(words.categories[place], "unknown reason");
}

#[test]
fn times_counts_and_spans_are_written_as_each_language_writes_them() {
    let at = "2024-10-19T15:58:51.25Z".parse().unwrap();
    let values = [Value::Time(at), Value::Count(1_234_567), Value::Span(Duration::from_secs(70_126))];
    assert_eq!(
        filled("{} / {} / {}", &values, Language::En),
        "2024-10-19 15:58:51 UTC / 1,234,567 / 19 h 28 min 46 s"
    );
    assert_eq!(
        filled("{} / {} / {}", &values, Language::De),
        "19.10.2024, 15:58:51 UTC / 1.234.567 / 19 h 28 min 46 s"
    );
}

#[test]
fn spans_leave_out_what_is_zero() {
    let table = [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (86_401, "1 d 1 s"), (13_260, "3 h 41 min")];
    for (seconds, written) in table {
        assert_eq!(span(Duration::from_secs(seconds)), written);
    }
}

#[test]
fn bounds_of_delays_say_which_side_they_are_on() {
    let values = [Value::Bound(DelayBound::Within(60)), Value::Bound(DelayBound::Over(14_400))];
    assert_eq!(filled("{}, {}", &values, Language::En), "≤ 1 min, > 4 h");
}

#[test]
fn a_value_with_braces_fills_no_other_place() {
    let said = text(|phrases| phrases.postmortem.moments.vendor, &[Value::Name("{}"), Value::Name("x")]);
    assert_eq!(said.en, "{} said: x");
}
