use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

#[test]
fn the_same_thing_again_is_counted_and_alarmed_once_in_ten_minutes() {
    let hints = Hints::default();
    let acme: TenantName = "acme".parse().unwrap();
    assert!(hints.tell(Some(&acme), "secret", "a wrong one", at(0)));
    assert!(!hints.tell(Some(&acme), "secret", "a wrong one", at(599)));
    assert!(!hints.tell(Some(&acme), "secret", "another text of the kind", at(599)));
    assert!(hints.tell(Some(&acme), "domain", "another kind", at(599)));
    assert!(hints.tell(None, "secret", "of nobody", at(599)));
    assert!(hints.tell(Some(&acme), "secret", "a wrong one", at(600)));
    let told = hints.of(Some(&acme));
    assert_eq!(told.iter().map(|hint| hint.count).collect::<Vec<_>>(), [3, 1, 1]);
    assert_eq!((told[0].first, told[0].last), (at(0), at(600)));
}

#[test]
fn a_list_has_a_bound_and_the_oldest_entry_goes() {
    let hints = Hints::default();
    for number in 0..HINTS_MAX + 3 {
        hints.tell(None, "domain", &number.to_string(), at(0));
    }
    let told = hints.of(None);
    assert_eq!((told.len(), told[0].text.as_str()), (HINTS_MAX, "3"));
}
