//! A provider that says nothing, and our own network that is down.

use super::*;

/// Provider (or `others`), source, number, what it met, seconds.
type Row = (&'static str, &'static str, u64, Met<'static>, u64);

fn rows(
    provider: &'static str,
    source: &'static str,
    met: Met<'static>,
    seconds: impl Iterator<Item = u64>,
) -> Vec<Row> {
    seconds
        .map(|second| {
            (provider, source, 1_000 * second + number_of(provider) + number_of(source), met, second)
        })
        .collect()
}

fn number_of(name: &str) -> u64 {
    name.bytes().map(u64::from).sum()
}

/// Who is in trouble in the end.
fn troubled(mut rows: Vec<Row>) -> Vec<String> {
    rows.sort_by_key(|row| row.4);
    let mut early = Early::default();
    for (provider, source, number, met, seconds) in rows {
        over(&mut early, source, provider, (number, met, seconds));
    }
    early.open().map(|trouble| trouble.provider.clone()).collect()
}

#[test]
fn silence_is_a_providers_own_only_while_our_way_out_is_open() {
    let silent = || rows("microsoft", "eu-1", SILENT, (0..60).step_by(6));
    let heard = |source, seconds: [u64; 2]| rows("others", source, Met::Taken, seconds.into_iter());
    let refused = rows("others", "eu-1", Met::Answered, [33].into_iter());
    let some_taken = rows("microsoft", "eu-1", Met::Taken, [31, 45].into_iter());
    let elsewhere_silent = rows("google", "eu-1", SILENT, [20, 40].into_iter());
    let cases: Vec<(&str, Vec<Row>, &[&str])> = vec![
        ("nobody answers, and nobody else is asked", vec![], &[]),
        ("others answer meanwhile", heard("eu-1", [20, 40]), &["microsoft"]),
        ("another refuses meanwhile", refused, &["microsoft"]),
        ("some are taken there", some_taken, &["microsoft"]),
        ("others answered another source", heard("eu-2", [20, 40]), &[]),
        (
            "others answered before only",
            rows("others", "eu-1", Met::Taken, (0..1).map(|_| 0)),
            &["microsoft"],
        ),
        ("a second provider is silent too", [heard("eu-1", [20, 40]), elsewhere_silent].concat(), &[]),
        (
            "another source of ours is served there",
            [heard("eu-1", [20, 40]), rows("microsoft", "eu-2", Met::Taken, [1, 50].into_iter())].concat(),
            &[],
        ),
        (
            "two sources of ours are silent there",
            [
                heard("eu-1", [20, 58]),
                heard("eu-2", [20, 58]),
                rows("microsoft", "eu-2", SILENT, (1..55).step_by(6)),
            ]
            .concat(),
            &["microsoft"],
        ),
        ("it is a small part of all", rows("microsoft", "eu-1", Met::Taken, 0..55), &[]),
    ];
    for (what, more, wanted) in cases {
        assert_eq!(troubled([silent(), more].concat()), wanted, "{what}");
    }
    let earlier = rows("others", "eu-1", Met::Taken, [0].into_iter());
    let late: Vec<Row> = rows("microsoft", "eu-1", SILENT, (5..60).step_by(6));
    assert_eq!(
        troubled([earlier, late].concat()),
        [""; 0],
        "an answer before the silence opens no way in it"
    );
}

#[test]
fn a_trouble_by_silence_is_withdrawn_when_another_provider_falls_silent_with_it() {
    let mut early = Early::default();
    let mut begun = Vec::new();
    for second in 0..10 {
        begun.extend(meet(&mut early, "microsoft", second, SILENT, second));
        meet(&mut early, "others", 100 + second, Met::Taken, second);
    }
    assert_eq!((begun.len(), early.open().count()), (1, 1));
    for second in 60..64 {
        assert_eq!(meet(&mut early, "google", second, SILENT, second), None);
        meet(&mut early, "others", 200 + second, Met::Taken, second);
        meet(&mut early, "microsoft", 300 + second, SILENT, second);
    }
    assert_eq!((early.open().count(), early.troubles("microsoft").count()), (0, 0), "it was our network");
    let told = early.quiet(at(70));
    assert_eq!((told.len(), told[0].is_ours, told[0].is_over, told[0].silent), (1, true, true, 11));
    assert_eq!(early.quiet(at(70)), []);
    let again =
        Early::of([Trouble { is_ours: false, is_over: false, ..told[0].clone() }, told[0].clone()], at(80));
    assert_eq!((again.open().count(), again.troubles("microsoft").count()), (0, 0), "nor after a restart");
    // One that went on for long before is the provider's whatever our network does later.
    let mut early = Early::default();
    for second in (0..3_600).step_by(5) {
        meet(&mut early, "microsoft", second, SILENT, second);
        meet(&mut early, "others", 10_000 + second, Met::Taken, second);
    }
    for second in 3_600..3_610 {
        meet(&mut early, "google", second, SILENT, second);
        meet(&mut early, "microsoft", 20_000 + second, SILENT, second);
    }
    assert_eq!(early.open().map(|trouble| trouble.provider.as_str()).collect::<Vec<_>>(), ["microsoft"]);
}

#[test]
fn a_trouble_says_how_many_got_no_answer() {
    let mut early = Early::default();
    for number in 0..4 {
        meet(&mut early, "microsoft", number, SILENT, number);
        meet(&mut early, "others", 100 + number, Met::Taken, number);
    }
    for number in 4..8 {
        meet(&mut early, "microsoft", number, Met::Missed("451 4.3.2 busy"), number);
    }
    let trouble = early.open().next().unwrap();
    assert_eq!((trouble.missed, trouble.silent, trouble.throttled), (8, 4, 0));
    assert!(trouble.reply.starts_with("no connection"), "{trouble:?}");
}
