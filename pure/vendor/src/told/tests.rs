use super::{quote_start, told};

#[test]
fn a_window_needs_its_words_and_its_hours() {
    let found = |text: &str| told(text, Some(2024)).window.map(|(from, to)| to.since(from).as_secs());
    assert_eq!(
        found("Mail, between October 19, 2024 15:58:51 and October 20, 2024 11:27:37, was late."),
        Some(70_126)
    );
    assert_eq!(found("from 2024-10-19 10:00 UTC to 2024-10-19 11:00 UTC"), Some(3_600));
    assert_eq!(found("zwischen 19.10.2024, 10:00 und 19.10.2024, 10:30"), Some(1_800));
    assert_eq!(found("2024-10-19 10:00, 2024-10-19 11:00"), None);
    assert_eq!(found("between 2024-10-19 and 2024-10-20"), None);
}

#[test]
fn a_quoted_refusal_counts_by_its_first_time() {
    let text = "2024-10-20 11:42:20 x: 550 5.7.1 no AS(1) 2024-10-20T11:42:21.8Z end";
    assert_eq!(told(text, None).refusals.len(), 1);
    assert_eq!(told("2024-10-20 11:42:20 we saw 550 messages", None).refusals, []);
}

#[test]
fn another_day_of_the_week_is_found_and_a_turn_of_the_year_is_none() {
    assert_eq!(told("On Tue, Oct 2 we saw it", Some(2024)).wrong_weekdays, ["Tue, Oct 2"]);
    assert_eq!(told("On Wed, Dec 31 we saw it", Some(2026)).wrong_weekdays, Vec::<String>::new());
}

#[test]
fn many_times_and_long_texts_are_bounded() {
    let text = "2024-10-19 10:00 550 5.7.1 ".repeat(5_000);
    assert!(told(&text, Some(2024)).refusals.len() <= super::STAMPS_MAX);
}

#[test]
fn a_quote_that_lost_its_break_begins_at_the_time_before_it() {
    let log = "2024-10-20 11:42:20 1t2UKC-0000000738v-1Zz9 ** a@b.example R=dnslookup T=remote_smtp: 550 5.7.1 no [x 2024-10-20T11:42:20.814Z 08]";
    let prose = "Between October 19, 2024 15:58:51 and October 20, 2024 11:27:37 mail was refused. ";
    for (line, start) in
        [(format!("{prose}{log}"), Some(prose.len())), (log.to_owned(), Some(0)), (prose.to_owned(), None)]
    {
        assert_eq!(quote_start(&line), start, "{line}");
    }
}
