use super::{percent, show};
use crate::language::Language;
use incident::State;
use incident::component::history::{Day, Spent};
use model::{Duration, Timestamp};

fn day(number: u64, worst: State, seconds: Spent) -> Day {
    Day { begins: Timestamp::default() + Duration::from_secs(86_400 * number), worst, seconds }
}

#[test]
fn a_hundred_percent_means_all_of_it() {
    assert_eq!(percent(100.0, Language::English), "100\u{a0}%");
    assert_eq!(percent(99.999, Language::English), "99.99\u{a0}%");
    assert_eq!(percent(99.5, Language::German), "99,5\u{a0}%");
}

#[test]
fn good_days_are_one_shape_and_each_other_day_has_its_words() {
    let good = Spent { operational: 86_400, ..Spent::default() };
    let mut days: Vec<Day> = (0..90).map(|number| day(number, State::Operational, good)).collect();
    days[40] =
        day(40, State::MajorOutage, Spent { operational: 86_340, major_outage: 60, ..Spent::default() });
    let html = show(Language::English, "EU Console", &days);
    assert_eq!(html.matches("url(#good)").count(), 2, "{html}");
    assert_eq!(html.matches("10 February 1970: Major outage 1\u{a0}min").count(), 2, "{html}");
    assert!(html.contains("1 day with a disturbance") && !html.contains("url(#none)"), "{html}");
}

#[test]
fn days_before_the_first_measurement_are_not_green() {
    let html = show(Language::German, "EU", &[]);
    assert!(html.contains("M0 0h450v32h-450z") && html.contains("url(#none)"), "{html}");
    assert!(html.contains("noch nicht gemessen") && !html.contains("url(#good)"), "{html}");
}
