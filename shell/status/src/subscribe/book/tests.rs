use super::super::record::{Letter, Wanted};
use super::*;
use incident::{Language, Text};

fn kim(id: &str, standing: Standing) -> Subscriber {
    Subscriber {
        id: SubscriberId::known(id),
        way: Way::Mail { address: "Kim@customer.example".to_owned(), language: Language::En },
        wanted: Wanted::All,
        standing,
        created_at: Timestamp::from_micros(0),
        asked: Vec::new(),
        failing_since: None,
    }
}

fn job(id: JobId, to: &str, letter: Letter) -> Job {
    let at = Timestamp::from_micros(0);
    Job { id, to: SubscriberId::known(to), letter, made_at: at, tries: 0, next_at: at }
}

fn news(id: &str) -> News {
    News {
        id: id.to_owned(),
        thread: "t".to_owned(),
        is_first: true,
        title: Text::same("title"),
        phase: Text::same("phase"),
        impact: None,
        body: Text::same("body"),
        parts: Vec::new(),
        posted_at: None,
        at: Timestamp::from_micros(0),
        path: String::new(),
        link: None,
        for_machines: false,
        document: serde_json::Value::Null,
    }
}

fn records() -> Vec<Record> {
    let active = Standing::Active { since: Timestamp::from_micros(5) };
    let seen = |id: &str, jobs| Record::Seen {
        id: id.to_owned(),
        state: None,
        news: Some(Box::new(news(id))),
        jobs,
    };
    vec![
        Record::Subscriber(Box::new(kim("a", Standing::Pending))),
        Record::Queued(job(1, "a", Letter::Confirm)),
        Record::Done { job: 1 },
        Record::Subscriber(Box::new(kim("a", active.clone()))),
        Record::Subscriber(Box::new(kim("b", active))),
        seen(
            "one",
            vec![job(2, "a", Letter::News("one".to_owned())), job(3, "b", Letter::News("one".to_owned()))],
        ),
        Record::Seen {
            id: "state".to_owned(),
            state: Some((PublicId::of("x"), State::Operational)),
            news: None,
            jobs: Vec::new(),
        },
        Record::Tried { job: 2, next_at: Timestamp::from_micros(60), why: "451".to_owned() },
        seen("two", vec![job(4, "b", Letter::News("two".to_owned()))]),
        Record::Gone(SubscriberId::known("b")),
    ]
}

#[test]
fn what_is_written_anew_comes_to_the_same_and_forgets_who_left() {
    let (whole, short) = (Book::of(records()), Book::of(condensed(records())));
    assert_eq!(whole.subscribers, short.subscribers);
    assert_eq!(whole.states, short.states);
    assert_eq!(whole.news, short.news);
    assert_eq!(whole.next_job(), short.next_job());
    assert_eq!(short.jobs.keys().copied().collect::<Vec<_>>(), [2]);
    let waiting = &short.jobs[&2];
    assert_eq!(waiting.next_at, Timestamp::from_micros(60));
    assert!(short.has_seen("one") && short.has_seen("two"));
    assert_eq!(short.news.len(), 1);
    assert!(!serde_json::to_string(&condensed(records())).unwrap().contains("\"b\""));
}

#[test]
fn an_address_is_found_however_it_is_written_and_wishes_grow_stale() {
    let mut book = Book::of(vec![Record::Subscriber(Box::new(kim("a", Standing::Pending)))]);
    assert!(book.by_address("kim@CUSTOMER.example", &Wanted::All).is_some());
    let late = Timestamp::from_micros(0) + PENDING_FOR;
    assert_eq!(book.stale(late), []);
    assert_eq!(book.stale(late + Duration::from_secs(1)), [SubscriberId::known("a")]);
    book.apply(Record::Subscriber(Box::new(kim("a", Standing::Active { since: late }))));
    assert_eq!(book.stale(late + Duration::from_secs(1)), []);
}

#[test]
fn a_tag_makes_another_subscription_and_no_other_mailbox() {
    let mut tagged = kim("a", Standing::Pending);
    tagged.way = Way::Mail { address: "kim+status@customer.example".to_owned(), language: Language::En };
    let asked = Timestamp::from_micros(7);
    tagged.asked = vec![asked];
    let book = Book::of(vec![Record::Subscriber(Box::new(tagged))]);
    assert!(book.by_address("kim@customer.example", &Wanted::All).is_none());
    assert_eq!(book.asked_of_mailbox("KIM+other@customer.example", &Wanted::All), [asked]);
    assert_eq!(book.asked_of_mailbox("lee@customer.example", &Wanted::All), []);
}

#[test]
fn every_kind_of_record_survives_the_disk() {
    let text = serde_json::to_string(&records()).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Record>>(&text).unwrap(), records());
}
