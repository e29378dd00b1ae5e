use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

#[test]
fn the_same_thing_again_is_counted_and_alarmed_once_in_ten_minutes() {
    let hints = Hints::default();
    let acme: TenantName = "acme".parse().unwrap();
    assert!(hints.tell((Some(&acme), Concern::Waiting), "secret", "a wrong one", at(0)));
    assert!(!hints.tell((Some(&acme), Concern::Waiting), "secret", "a wrong one", at(599)));
    assert!(!hints.tell((Some(&acme), Concern::Waiting), "secret", "another text of the kind", at(599)));
    assert!(hints.tell((Some(&acme), Concern::Waiting), "domain", "another kind", at(599)));
    assert!(hints.tell((None, Concern::Forged), "secret", "of nobody", at(599)));
    assert!(hints.tell((Some(&acme), Concern::Waiting), "secret", "a wrong one", at(600)));
    let told = hints.of(Some(&acme));
    assert_eq!(told.iter().map(|hint| hint.count).collect::<Vec<_>>(), [3, 1, 1]);
    assert_eq!((told[0].first, told[0].last), (at(0), at(600)));
}

#[test]
fn a_list_has_a_bound_and_the_oldest_entry_goes() {
    let hints = Hints::default();
    for number in 0..HINTS_MAX + 3 {
        hints.tell((None, Concern::Forged), "domain", &number.to_string(), at(0));
    }
    let told = hints.of(None);
    assert_eq!((told.len(), told[0].text.as_str()), (HINTS_MAX, "3"));
}

#[test]
fn a_flood_of_forgeries_hides_no_waiting_mail_and_takes_no_alarm_from_it() {
    let hints = Hints::default();
    let acme: TenantName = "acme".parse().unwrap();
    assert!(hints.tell((Some(&acme), Concern::Forged), "secret", "a forgery", at(0)));
    assert!(hints.tell((Some(&acme), Concern::Waiting), "secret", "mail waits", at(1)));
    for number in 0..HINTS_MAX * 2 {
        hints.tell((Some(&acme), Concern::Forged), "secret", &number.to_string(), at(2));
    }
    assert!(hints.of(Some(&acme)).iter().any(|hint| hint.text == "mail waits"));
}
