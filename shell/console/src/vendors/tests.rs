use super::*;
use crate::page;
use vendor::Given;

pub(super) const SEED: &[u8] = include_bytes!("../../../../pure/vendor/tests/fixtures/statuspage/seed.json");
pub(super) const SUMMARY: &[u8] =
    include_bytes!("../../../../pure/vendor/tests/fixtures/statuspage/summary.json");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Vendors whose documents were read once.
pub(super) struct Read(Vec<(VendorGlance, Document, Records)>);

impl Read {
    pub(super) fn of(documents: &[(&str, &[u8])]) -> Self {
        let now = at("2024-10-23T00:00:00Z");
        let one = |(name, bytes): &(&str, &[u8])| {
            let document = vendor::read(bytes, &Given::at(now)).unwrap();
            let mut records = Records::default();
            records.import(&document, now);
            let glance = VendorGlance {
                name: name.parse().unwrap(),
                url: format!("https://status.{name}.example/api/v2/summary.json"),
                state: document.state(),
                good: Some(now),
                next: now,
                failures: 0,
                problem: None,
            };
            (glance, document, records)
        };
        Self(documents.iter().map(one).collect())
    }
}

impl VendorSource for Read {
    fn now(&self) -> Timestamp {
        at("2024-10-23T00:05:00Z")
    }

    fn each(&self, look: &mut dyn FnMut(VendorShown<'_>)) {
        for (glance, document, records) in &self.0 {
            look(VendorShown {
                glance,
                said: Some((document, glance.good.unwrap())),
                records,
                met: &[],
                has_page: true,
            });
        }
    }
}

pub(super) fn filter(q: &str, severity: &str, what: &str) -> Filter {
    Filter { q: q.to_owned(), severity: severity.to_owned(), what: what.to_owned(), page: String::new() }
}

fn contains(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "`{part}` is not in\n{page}");
    }
}

/// The page of the first record.
fn first(source: &Read) -> String {
    let mut page = None;
    source.each(&mut |shown| {
        let record = shown.records.iter().next().unwrap();
        page = page.take().or_else(|| Some(incident::render(shown, record, source.now())));
    });
    page.unwrap()
}

#[test]
fn the_seed_is_shown_with_every_clock_and_both_contradictions() {
    let page = first(&Read::of(&[("xink", SEED)]));
    contains(
        &page,
        &[
            "Server-side Mail delivery issue - EU Server",
            "badge major\">major<",
            "badge postmortem\">postmortem<",
            "View vendor source",
            "By its clock it lasted 3 h 41 min, by its own text 19 h 28 min",
            "affecting EU &gt; Server-side (Re-routing)",
            "imported: it was there before we looked",
            "14 min 43 s after the end that it states",
            "It contradicts itself",
            "2024-10-19 15:58 UTC",
            "<pre>2024-10-20 11:42:20 1t2UKC-",
            "unable to send emails. Below is an error that affected users received. </p>",
        ],
    );
    assert!(!page.contains("<a href=\"http://protection"), "a log line has no links");
    assert!(page.find("Postmortem").or(page.find("postmortem")).is_some());
}

#[test]
fn a_filter_takes_what_every_word_and_choice_allow() {
    let source = Read::of(&[("xink", SEED), ("example", SUMMARY)]);
    let found = |filter: Filter| {
        let page = glance::render(&source, &filter);
        page.matches("<li><div class=\"words\">").count()
    };
    let all = found(Filter::default());
    assert!(all > 1);
    for (what, (q, severity, word), count) in [
        ("words of a title", ("mail DELIVERY", "", ""), 1),
        ("words of an update", ("spamhaus", "", ""), 1),
        ("a component's group", ("xink (re-routing)", "", ""), 1),
        ("a word that is nowhere", ("spamhaus zebra", "", ""), 0),
        ("what contradicts itself", ("xink", "major", "contradicts"), 1),
        ("what goes on", ("xink", "", "open"), 0),
        ("nothing is critical", ("xink", "critical", ""), 0),
        ("a choice that does not exist", ("xink", "huge", "whatever"), 1),
    ] {
        assert_eq!(found(filter(q, severity, word)), count, "{what}");
    }
}

#[test]
fn what_a_vendor_writes_is_text_and_never_markup() {
    let hostile = br#"{"page":{"id":"p","name":"<b>Bold</b>&co"},"components":[{"id":"1","name":"<script>x","status":"operational","group_id":null}],
        "incidents":[{"id":"../\"><i>","name":"\"><svg onload=x>","status":"investigating","impact":"minor","shortlink":"javascript:alert(1)",
        "created_at":"2024-10-22T00:00:00Z","incident_updates":[{"id":"u\"","status":"investigating","created_at":"2024-10-22T00:00:00Z",
        "body":"see https://x.example/\"onmouseover=y and (https://y.example/z?a=1&b=2). <img src=x> kim@customer.example"}]}]}"#;
    let source = Read::of(&[("hostile", hostile)]);
    let mut pages = vec![glance::render(&source, &filter("\"><svg", "", "")), first(&source)];
    source.each(&mut |shown| pages.push(one::render(shown, &Filter::default(), source.now())));
    for page in &pages {
        for wrong in
            ["<svg", "<img", "<b>", "<i>", "<script", "javascript:", "\"onmouseover", "kim@", "hostile/.."]
        {
            assert!(!page.contains(wrong), "`{wrong}` is in\n{page}");
        }
    }
    contains(
        &pages[1],
        &[
            "(<a href=\"https://y.example/z?a=1&amp;b=2\" rel=\"noopener noreferrer\">",
            "***@customer.example",
        ],
    );
}

#[test]
fn components_stand_in_their_groups_and_figures_say_of_how_many() {
    let source = Read::of(&[("xink", SEED)]);
    let mut page = String::new();
    source.each(&mut |shown| page = one::render(shown, &Filter::default(), source.now()));
    contains(
        &page,
        &[
            "<summary><span>EU</span>",
            "<strong>F</strong> median 18 h 29 min",
            "1 of 1 (100 %)",
            "Postmortem",
        ],
    );
    assert!(page.contains("http-equiv=\"refresh\""));
    source.each(&mut |shown| page = one::render(shown, &filter("x", "", ""), source.now()));
    assert!(!page.contains("http-equiv=\"refresh\""), "a page that is searched does not move");
}

#[test]
fn who_is_unknown_or_red_is_in_the_headline() {
    let mut source = Read::of(&[("xink", SEED), ("other", SEED)]);
    for state in [vendor::State::Operational; 2].iter().zip(&mut source.0) {
        state.1.0.state = *state.0;
    }
    let headline = |source: &Read| glance::render(source, &Filter::default());
    contains(&headline(&source), &["None of 2 vendors reports trouble"]);
    source.0[0].0.state = vendor::State::Unknown;
    contains(&headline(&source), &["nothing is known", "state odd"]);
    source.0[1].0.state = vendor::State::MajorOutage;
    contains(&headline(&source), &["reports trouble", "state bad"]);
    contains(&headline(&Read(Vec::new())), &["No vendor is watched", "vendor add"]);
}

#[tokio::test]
async fn what_is_not_there_is_told_with_404() {
    let source: Source = Arc::new(Read::of(&[("xink", SEED)]));
    for (name, key) in [("xink", "nothing"), ("nobody", "2215229")] {
        let answer = incident(State(Arc::clone(&source)), Path((name.to_owned(), key.to_owned()))).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    let page = page::answer(String::new());
    assert_eq!(page.status(), StatusCode::OK);
}

#[test]
fn what_our_mail_met_stands_beside_the_row_with_the_lead() {
    let source = Read::of(&[("xink", SEED)]);
    let trouble = Trouble {
        provider: "xink".to_owned(),
        since: at("2024-10-20T09:45:12Z"),
        last: at("2024-10-20T11:00:00Z"),
        missed: 12,
        silent: 4,
        throttled: 0,
        taken: 3,
        reply: "451 4.3.2 <kim@customer.example> & busy".to_owned(),
        is_over: false,
        is_ours: false,
    };
    let pages = |admitted: Admitted| {
        let (mut pages, met) = (Vec::new(), [VendorMet { trouble: trouble.clone(), admitted }]);
        source.each(&mut |shown| {
            let shown = VendorShown { met: &met, ..shown };
            let record = shown.records.iter().next().unwrap();
            pages.push(met::line(shown));
            pages.push(one::render(shown, &Filter::default(), source.now()));
            pages.push(incident::render(shown, record, source.now()));
        });
        pages
    };
    let key = "hyqqclffhz4k".to_owned();
    let after = pages(Admitted::AfterUs { key: key.clone(), lead_seconds: 2_580 });
    contains(&after[0], &["puts our mail off since", "43 min before its post"]);
    contains(
        &after[1],
        &[
            "Our first refusal 43 min before its post",
            "/vendors/xink/hyqqclffhz4k",
            "***@customer.example&gt; &amp; busy",
        ],
    );
    contains(&after[2], &["Our own mail met it", "We knew before its post", "43 min"]);
    let silent = pages(Admitted::Silent { seconds: 1_200 });
    contains(&silent[0], &["has not said so for 20 min"]);
    assert!(!silent[2].contains("Our own mail met it"));
    contains(&pages(Admitted::BeforeUs { key, lead_seconds: 60 })[1], &["said so 1 min before"]);
}
