use crate::{Document, Given, Phase, State, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn a_feed_and_an_api_find_the_same_id() {
    let found = document(
        "<feed><entry><id>tag:h,2005:Incident/21148992</id>\
        <link rel='alternate' href='https://h.example/incidents/k1mlxlmdhqqp'/><title>x</title><content type='html'>t</content></entry></feed>",
    );
    assert_eq!(found.incidents[0].native_id, "k1mlxlmdhqqp");
}

#[test]
fn entries_that_all_link_to_the_page_are_told_apart() {
    let item = |minute: u32| {
        format!(
            "<item><title>x</title><link>https://h.example/</link><pubDate>Thu, 18 Sep 2025 22:{minute}:00 +0800</pubDate></item>"
        )
    };
    let found = document(&format!(
        "<rss><channel><title>x</title><link>https://h.example</link>{}{}</channel></rss>",
        item(10),
        item(20)
    ));
    assert_ne!(found.incidents[0].native_id, found.incidents[1].native_id);
}

#[test]
fn an_entry_that_names_no_phase_is_unknown_and_told_once() {
    let found = document(
        "<rss><channel><title>x</title><item><title>a</title></item><item><title>b</title></item></channel></rss>",
    );
    assert!(
        found
            .incidents
            .iter()
            .all(|incident| incident.phase.ours == Phase::Unknown && incident.is_underway())
    );
    assert_eq!((found.alarms.len(), found.state()), (1, crate::State::Unknown));
}

#[test]
fn an_empty_feed_is_read_and_proves_nothing() {
    for text in [
        "<rss><channel><title>Azure Status</title></channel></rss>",
        "<feed><title>x</title><entry/></feed>",
        "<rdf:RDF xmlns:rdf='x'><channel/></rdf:RDF>",
    ] {
        let found = document(text);
        assert_ne!(found.state(), crate::State::Operational, "{text}");
    }
}

#[test]
fn rss_of_version_one_has_its_items_beside_the_channel() {
    let found = document(
        "<rdf:RDF xmlns:rdf='x' xmlns:dc='y'><channel><title>x</title></channel><item><title>[Resolved] a</title>\
        <link>https://h.example/1</link><dc:date>2026-09-01T10:00:00Z</dc:date></item></rdf:RDF>",
    );
    assert_eq!((found.incidents[0].title.as_str(), found.incidents[0].phase.ours), ("a", Phase::Resolved));
    assert!(found.incidents[0].clocks.posted.is_some());
}

#[test]
fn a_word_in_front_of_a_title_is_a_phase_only_if_it_is_one() {
    let title = |text: &str| {
        let found = document(&format!("<rss><channel><item><title>{text}</title></item></channel></rss>"));
        (found.incidents[0].title.clone(), found.incidents[0].phase.ours)
    };
    assert_eq!(title("RESOLVED: Slow"), ("Slow".to_owned(), Phase::Resolved));
    assert_eq!(title("[API] Slow"), ("[API] Slow".to_owned(), Phase::Unknown));
    assert_eq!(title("Monitoring: gaps"), ("Monitoring: gaps".to_owned(), Phase::Unknown));
}

#[test]
fn an_item_with_a_state_of_its_own_is_a_component_and_green_only_by_a_known_word() {
    let item = |word: &str| {
        let item = format!("<item><guid>1</guid><title>Mail</title><status>{word}</status></item>");
        format!("<rss version=\"2.0\"><channel><title>S</title>{item}</channel></rss>")
    };
    for (word, state, incidents, alarms) in [
        ("Available", State::Operational, 0, 0),
        ("Degraded", State::DegradedPerformance, 1, 0),
        ("Wobbly", State::Unknown, 1, 1),
    ] {
        let read = document(&item(word));
        assert_eq!(
            (read.state(), read.incidents.len(), read.alarms.len()),
            (state, incidents, alarms),
            "{read:?}"
        );
        assert_eq!((read.components.len(), read.components[0].state.ours), (1, state), "{word}");
    }
    // A phase is no state.
    let read = document(&item("Resolved"));
    assert_eq!((read.components.len(), read.incidents[0].phase.ours), (0, Phase::Resolved), "{read:?}");
}
