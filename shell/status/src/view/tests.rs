use super::{Clocks, PublicId, uptime};
use incident::State;
use incident::component::history::{Day, Spent};
use model::{Duration, Timestamp};

fn day(seconds: Spent) -> Day {
    Day { begins: Timestamp::default(), worst: State::Operational, seconds }
}

#[test]
fn an_outage_counts_whole_a_partial_one_with_three_tenths_and_the_unknown_not_at_all() {
    let work = Spent { operational: 86_400, ..Spent::default() };
    let cases = [
        (vec![day(work)], Some(100.0)),
        (vec![day(Spent { operational: 43_200, major_outage: 43_200, ..Spent::default() })], Some(50.0)),
        (vec![day(Spent { operational: 43_200, partial_outage: 43_200, ..Spent::default() })], Some(85.0)),
        (vec![day(Spent { unknown: 86_400, ..Spent::default() }), day(work)], Some(100.0)),
        (vec![day(Spent { unknown: 86_400, ..Spent::default() })], None),
        (vec![], None),
    ];
    for (days, expected) in cases {
        assert_eq!(uptime(&days), expected, "{days:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_twelve_letters() {
    let id = PublicId::of("eu/intake");
    assert_eq!(id, PublicId::of("eu/intake"));
    assert_ne!(id, PublicId::of("us/intake"));
    assert_eq!(id.as_str().len(), 12);
}

#[test]
fn durations_of_harm_and_of_posts_are_different_things() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let clocks = Clocks {
        harm_began: Some(at("2024-10-19T15:58:51Z")),
        harm_ended: Some(at("2024-10-20T11:27:37Z")),
        posted_at: at("2024-10-20T10:28:00Z"),
        resolved_at: Some(at("2024-10-20T14:10:00Z")),
        ..Clocks::default()
    };
    assert_eq!(clocks.harm_lasted(), Some(Duration::from_secs(70_126)));
    assert_eq!(clocks.posted_lasted(), Some(Duration::from_secs(13_320)));
}
