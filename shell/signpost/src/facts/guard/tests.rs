use super::*;

fn refusal(number: u64, provider: Option<&str>) -> Kind {
    Kind::Reply {
        host: format!("mx{number}.site-{number}.example [192.0.2.9]"),
        provider: provider.map(str::to_owned),
        is_verified: true,
        reply: "550 5.7.1 listed".to_owned(),
        list: Some(format!("list-{number}.example")),
        names: None,
        message: MessageId::new(Timestamp::default(), [1; 10]),
        tenant: "acme".parse().unwrap(),
    }
}

#[test]
fn a_crowd_of_unknown_sites_counts_together_and_a_known_provider_stays_itself() {
    let at = Timestamp::from_micros(1_790_000_000_000_000);
    let mut sites = Sites::default();
    let mut like =
        |kind: Kind, at: Timestamp| likeness(&"eu-1".parse().unwrap(), &kind, at, &mut sites).unwrap();
    let alike: std::collections::BTreeSet<Likeness> =
        (0..500).map(|number| like(refusal(number, None), at)).collect();
    assert_eq!(alike.len(), SITES_MAX + 1);
    assert_eq!(like(refusal(900, Some("microsoft")), at).1, "microsoft");
    assert_eq!(like(refusal(3, None), at).1, "mx3.site-3.example");
    assert_eq!(like(refusal(901, None), at).1, OTHERS);
    assert_eq!(like(refusal(901, None), at + SITES_FOR).1, "mx901.site-901.example");
}
