use super::*;

fn watched() -> Vec<WatchedVendor> {
    ["xink", "gmail"].map(|name| WatchedVendor { name: name.to_owned(), page: None }).into()
}

fn read(form: &str) -> (Draft, Vec<Problem>) {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let kept = AlertRule { vendors: vec!["gone".to_owned()], ..AlertRule::default() };
    Draft::read(&pairs, &kept, &watched())
}

#[test]
fn a_form_says_a_rule_with_an_entry_on_each_line() {
    let (draft, problems) = read(
        "about=some&vendor=xink&vendor=gone&severity=major&component=&region=EU%0D%0A++US+%0D%0AEU%0D%0A&word=smtp%0Agmail",
    );
    assert_eq!(problems, []);
    let list = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        draft.rule,
        AlertRule {
            vendors: list(&["xink", "gone"]),
            components: Vec::new(),
            regions: list(&["EU", "US"]),
            severity: Some(Severity::Major),
            words: list(&["smtp", "gmail"]),
        }
    );
    let (draft, problems) = read("about=all&vendor=xink&severity=any");
    assert_eq!(
        (draft, problems),
        (Draft::of(&AlertRule::default()), Vec::new()),
        "ticks below All do not count"
    );
}

#[test]
fn what_is_wrong_is_named_by_its_field_and_kept_as_it_was_written() {
    let long = "x".repeat(101);
    let many: String = (0..51).map(|number| format!("{number}%0A")).collect();
    for (form, problem) in [
        ("about=some&severity=any".to_owned(), Problem::NoVendor),
        ("severity=any".to_owned(), Problem::NoVendor),
        ("about=some&vendor=other&severity=any".to_owned(), Problem::UnknownVendor("other".to_owned())),
        ("about=all&severity=grave".to_owned(), Problem::UnknownSeverity),
        ("about=all".to_owned(), Problem::UnknownSeverity),
        (format!("about=all&severity=any&word={long}"), Problem::TooLong(Field::Words, "x".repeat(40))),
        (format!("about=all&severity=any&region={many}"), Problem::TooMany(Field::Regions, 51)),
    ] {
        let (draft, problems) = read(&form);
        assert_eq!(problems, [problem], "{form}");
        assert_eq!(draft.is_of_some, !form.contains("about=all"));
    }
    assert_eq!(read(&format!("word={long}")).0.rule.words, [long]);
}
