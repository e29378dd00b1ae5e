use super::*;

fn met(second: i64, provider: Option<&str>) -> Met<'_> {
    let now = Timestamp::from_micros(second * 1_000_000);
    Met { provider, host: Some("mx.customer.example"), guess: Category::Unknown, now }
}

#[test]
fn replies_that_differ_in_names_count_together() {
    let mut unknowns = Unknowns::default();
    unknowns.meet("550 The gnomes of <kim@customer.example> say no", met(1, Some("ionos")));
    unknowns.meet("550 The gnomes of <ann@acme.example> say no", met(5, None));
    unknowns.meet("550 something else", met(9, None));
    let all = unknowns.all();
    assert_eq!(all.len(), 2);
    let first = &all[0];
    assert_eq!((first.count, first.provider.as_deref()), (2, Some("ionos")));
    assert_eq!((first.first, first.last), (met(1, None).now, met(5, None).now));
    assert_eq!(first.sample, "550 The gnomes of <ann@acme.example> say no");
    assert_eq!(unknowns.get(first.number), Some(first));
}

#[test]
fn what_is_forgotten_counts_anew() {
    let mut unknowns = Unknowns::default();
    unknowns.meet("550 no", met(1, None));
    let number = unknowns.all()[0].number;
    unknowns.forget(number);
    assert_eq!(unknowns.get(number), None);
    unknowns.meet("550 no", met(2, None));
    assert_eq!(unknowns.get(number).unwrap().count, 1);
}

#[test]
fn a_host_that_says_something_else_each_time_fills_no_memory() {
    let mut unknowns = Unknowns::default();
    let words =
        ["alder", "birch", "cedar", "elm", "fir", "hazel", "lime", "maple", "oak", "pine", "rowan", "yew"];
    let text = |number: usize| {
        let word = |power: u32| words[number / words.len().pow(power) % words.len()];
        format!("550 {} {} {} {}", word(0), word(1), word(2), word(3))
    };
    let count = REPLIES_MAX + 10;
    for number in 0..count {
        unknowns.meet(&text(number), met(number as i64, None));
    }
    assert_eq!(unknowns.all().len(), REPLIES_MAX);
    let has = |number: usize| unknowns.get(ReplyNumber::of(&text(number))).is_some();
    assert!(!has(0) && has(count - 1), "the oldest went first");
}

#[test]
fn a_long_reply_is_cut_at_a_character() {
    let mut unknowns = Unknowns::default();
    unknowns.meet(&format!("550 {}", "ä".repeat(SAMPLE_BYTES_MAX)), met(1, None));
    assert!(unknowns.all()[0].sample.len() <= SAMPLE_BYTES_MAX);
}
