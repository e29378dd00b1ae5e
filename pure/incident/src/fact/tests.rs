use super::{DelayBound, Delays, Fact};

#[test]
fn percentiles_are_bounds_of_steps() {
    let mut delays = Delays::default();
    assert_eq!(delays.percentile(50), None);
    delays.add(0, 50);
    delays.add(7, 40);
    delays.add(20_000, 10);
    assert_eq!(delays.count(), 100);
    assert_eq!(delays.percentile(50), Some(DelayBound::Within(1)));
    assert_eq!(delays.percentile(51), Some(DelayBound::Within(10)));
    assert_eq!(delays.percentile(90), Some(DelayBound::Within(10)));
    assert_eq!(delays.percentile(99), Some(DelayBound::Over(14_400)));
    assert_eq!(delays.over(10), 10);
    assert_eq!(delays.over(5), 50);
}

#[test]
fn counts_of_two_windows_add_up() {
    let (mut one, mut other) = (Delays::default(), Delays::default());
    one.add(1, 3);
    other.add(61, 4);
    one.merge(&other);
    assert_eq!((one.count(), one.over(60)), (7, 4));
}

#[test]
fn a_fact_is_json_with_its_kind_in_it() {
    let text = r#"{"id":"guard/7","at":"2026-11-01T10:00:00.000000Z","region":"eu","kind":"refused","source":"eu-1","provider":"microsoft",
        "site":"a.example","category":"ip_listed","owner":"our_address","strength":"strong","tenant":"acme","list":"Spamhaus","messages":3,
        "reply":"550 5.7.1 blocked"}"#;
    let fact: Fact = serde_json::from_str(text).unwrap();
    let again: Fact = serde_json::from_str(&serde_json::to_string(&fact).unwrap()).unwrap();
    assert_eq!(again, fact);
}

#[test]
fn a_canary_says_its_result_beside_its_way() {
    let text = r#"{"id":"canary/1","at":"2026-11-01T10:00:00Z","region":"eu","kind":"canary",
        "path":{"provider":"google"},"source":null,"result":"late","seconds":90}"#;
    let fact: Fact = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::from_str::<Fact>(&serde_json::to_string(&fact).unwrap()).unwrap(), fact);
}
