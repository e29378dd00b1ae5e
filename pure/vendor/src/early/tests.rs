use super::course::ANSWERS_MAX;
use super::*;
use crate::{Given, Records, read};

mod silence;
mod slower;

fn at(seconds: u64) -> Timestamp {
    "2026-05-01T12:00:00Z".parse::<Timestamp>().unwrap() + Duration::from_secs(seconds)
}

fn message(number: u64) -> MessageId {
    MessageId::from_bytes(u128::from(number).to_be_bytes())
}

type Answers = Vec<(u64, u64, bool)>;

/// Answers of one provider: seconds, message, whether it was put off.
fn lived(answers: impl IntoIterator<Item = (u64, u64, bool)>) -> (Early, Vec<Timestamp>) {
    let (mut early, mut begun) = (Early::default(), Vec::new());
    for (seconds, number, is_missed) in answers {
        let met = if is_missed { Met::Missed("451 4.3.2 system busy") } else { Met::Taken };
        begun.extend(meet(&mut early, "microsoft", number, met, seconds));
    }
    (early, begun)
}

/// Over the only source; gives the begin of a trouble that it makes.
fn meet(early: &mut Early, provider: &str, number: u64, met: Met<'_>, seconds: u64) -> Option<Timestamp> {
    over(early, "eu-1", provider, (number, met, seconds))
}

/// At `others` somebody's own mail system answers.
fn over(
    early: &mut Early,
    source: &str,
    provider: &str,
    (number, met, seconds): (u64, Met<'_>, u64),
) -> Option<Timestamp> {
    let source = source.parse().unwrap();
    let provider = Some(provider).filter(|name| *name != "others");
    let tried = Tried { provider, source: &source, message: message(number), met, at: at(seconds) };
    early.met(tried).map(|trouble| trouble.since)
}

const SILENT: Met<'static> = Met::Silent("no connection: no answer before our connect deadline");
const SLOWER: Met<'static> = Met::Throttled { reply: "421 4.7.0 Try again later", names_us: false };
const SLOWER_BY_NAME: Met<'static> = Met::Throttled {
    reply: "451 4.7.500 Server busy. Please try again later from [192.0.2.1]",
    names_us: true,
};

#[test]
fn only_many_messages_within_minutes_are_a_trouble() {
    let missed = |count: u64, apart: u64| (0..count).map(move |number| (number * apart, number, true));
    let rows: [(&str, Answers, bool); 6] = [
        ("five at once", missed(5, 1).collect(), true),
        ("four", missed(4, 1).collect(), false),
        ("five over an hour", missed(5, 900).collect(), false),
        ("one message tried again and again", (0..20).map(|second| (second, 1, true)).collect(), false),
        ("five of thirty", missed(5, 1).chain((5..30).map(|n| (n, n, false))).collect(), true),
        (
            "five behind thirty that were taken",
            (0..30).map(|n| (n, n, false)).chain((30..35).map(|n| (n, n, true))).collect(),
            false,
        ),
    ];
    for (what, answers, is_trouble) in rows {
        let (early, begun) = lived(answers);
        assert_eq!(begun.len(), usize::from(is_trouble), "{what}");
        assert_eq!(early.open().count(), usize::from(is_trouble), "{what}");
    }
}

#[test]
fn a_trouble_begins_with_its_first_answer_and_ends_when_it_is_quiet() {
    let (mut early, begun) = lived((0..8).map(|number| (number * 10, number, true)));
    assert_eq!(begun, [at(0)]);
    assert_eq!(early.quiet(at(70) + QUIET - Duration::from_secs(1)), []);
    let over = early.quiet(at(70) + QUIET);
    assert_eq!((over.len(), over[0].missed, over[0].last), (1, 8, at(70)));
    assert_eq!((early.open().count(), early.quiet(at(9_000)).len()), (0, 0));
    assert!(early.troubles("microsoft").all(|trouble| trouble.is_over && trouble.reply.contains("busy")));
    assert_eq!(early.troubles("google").count(), 0);
    // The next one is another.
    let mut next = (0..5)
        .filter_map(|number| meet(&mut early, "microsoft", 100 + number, Met::Missed("421"), 5_000 + number));
    assert_eq!(next.next(), Some(at(5_000)));
}

#[test]
fn what_was_kept_goes_on_after_a_restart() {
    let (early, _) = lived((0..5).map(|number| (number, number, true)));
    let open = early.open().next().unwrap().clone();
    let text = serde_json::to_string(&open).unwrap();
    let mut again = Early::of([serde_json::from_str(&text).unwrap()], at(5_000));
    assert_eq!(
        again.quiet(at(5_000) + QUIET - Duration::from_secs(1)),
        [],
        "nobody looked while we were away"
    );
    assert!(meet(&mut again, "microsoft", 9, Met::Missed("451"), 5_060).is_none(), "it is the same one");
    assert_eq!(again.open().next().map(|trouble| trouble.missed), Some(6));
    let over = Early::of([open.clone(), Trouble { is_over: true, ..open }], at(0));
    assert_eq!((over.open().count(), over.troubles("microsoft").count()), (0, 1));
}

fn records(entries: &str) -> Records {
    let document = read(
        format!("{{\"page\":{{\"id\":\"p\"}},\"incidents\":[{entries}]}}").as_bytes(),
        &Given::at(at(0)),
    )
    .unwrap();
    let mut records = Records::default();
    records.import(&document, at(0));
    records
}

fn posted(id: &str, title: &str, clock: &str, resolved: &str) -> String {
    let (status, resolved) = match resolved {
        "" => ("investigating", "null".to_owned()),
        clock => ("resolved", format!("\"2026-05-01T{clock}Z\"")),
    };
    format!(
        r#"{{"id":"{id}","name":"{title}","status":"{status}","impact":"major","created_at":"2026-05-01T{clock}Z",
        "started_at":"2026-05-01T{clock}Z","resolved_at":{resolved},"incident_updates":[]}}"#
    )
}

#[test]
fn the_page_is_held_against_what_our_mail_met() {
    // The trouble is from 12:00:00 to 12:00:40.
    let (early, _) = lived((0..5).map(|number| (number * 10, number, true)));
    let trouble = early.open().next().unwrap();
    let mail = "Mail flow delays";
    let rows: [(&str, Vec<String>, Admitted); 7] = [
        ("nothing there", vec![], Admitted::Silent { seconds: 3_600 }),
        (
            "43 min later",
            vec![posted("a", mail, "12:43:00", "")],
            Admitted::AfterUs { key: "a".to_owned(), lead_seconds: 2_580 },
        ),
        (
            "before",
            vec![posted("a", mail, "11:50:00", "")],
            Admitted::BeforeUs { key: "a".to_owned(), lead_seconds: 600 },
        ),
        ("over before", vec![posted("a", mail, "10:00:00", "11:00:00")], Admitted::Silent { seconds: 3_600 }),
        (
            "about something else",
            vec![posted("a", "Maps are slow", "12:10:00", "")],
            Admitted::Silent { seconds: 3_600 },
        ),
        (
            "the nearest of two",
            vec![posted("a", mail, "08:00:00", ""), posted("b", "Exchange Online", "12:05:00", "12:30:00")],
            Admitted::AfterUs { key: "b".to_owned(), lead_seconds: 300 },
        ),
        (
            "over while it went on",
            vec![posted("a", mail, "11:00:00", "12:00:30")],
            Admitted::BeforeUs { key: "a".to_owned(), lead_seconds: 3_600 },
        ),
    ];
    for (what, entries, wanted) in rows {
        let records = records(&entries.join(","));
        assert_eq!(admitted(trouble, records.iter(), at(3_600)), wanted, "{what}");
    }
}

#[test]
fn everything_has_a_bound() {
    let mut early = Early::default();
    for provider in 0..PROVIDERS_MAX as u64 + 50 {
        meet(&mut early, &provider.to_string(), provider, Met::Taken, 0);
    }
    assert_eq!(early.courses.len(), PROVIDERS_MAX);
    let (early, _) = lived((0..ANSWERS_MAX as u64 + 100).map(|number| (0, number, true)));
    let trouble = early.open().next().unwrap();
    assert!(
        trouble.missed >= ANSWERS_MAX as u64 && early.courses["microsoft"].len() == ANSWERS_MAX,
        "{trouble:?}"
    );
}
