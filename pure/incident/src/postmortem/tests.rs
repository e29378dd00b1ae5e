use super::Draft;
use crate::{Board, Fact, Incident, Language, Settings, Strength, What};
use model::{Category, Owner, Timestamp};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

fn refused(provider: &str, reply: Option<&str>) -> What {
    What::Refused {
        source: "eu-1".parse().unwrap(),
        provider: provider.to_owned(),
        site: None,
        category: Category::IpListed,
        owner: Owner::OurAddress,
        strength: Strength::Strong,
        tenant: Some("acme".parse().unwrap()),
        list: Some("Spamhaus".to_owned()),
        messages: 2,
        reply: reply.map(str::to_owned),
    }
}

/// A board that took these facts, one a second.
fn board(facts: Vec<What>) -> Board {
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &["microsoft"]);
    let mut board = Board::new(settings, at(0));
    for (second, what) in (1..).zip(facts) {
        let id = format!("e/{second}").parse().unwrap();
        let fact = Fact { id, at: at(second), region: "eu".parse().unwrap(), what };
        assert!(!board.take(fact, at(second)).is_empty());
    }
    board
}

fn draft(board: &Board) -> (Draft, &Incident) {
    let incident = board.incidents()[0];
    (board.draft(&incident.id).unwrap(), incident)
}

#[test]
fn the_first_and_the_last_refusal_stand_word_for_word() {
    let board = board(vec![
        refused("microsoft", Some("550 5.7.1 one")),
        refused("microsoft", Some("550 5.7.1 two")),
        refused("microsoft", Some("550 5.7.1\r\nthree")),
        refused("microsoft", None),
    ]);
    let (draft, _) = draft(&board);
    let quoted: Vec<&str> = draft.quotes.iter().map(|quote| quote.reply.as_str()).collect();
    assert_eq!(quoted, ["550 5.7.1 one", "550 5.7.1\r\nthree"]);
    let page = draft.markdown(Language::En);
    assert!(page.contains("Z 550 5.7.1  three\n"), "a reply stays in its line: {page}");
}

#[test]
fn hosts_of_single_domains_are_another_receiver() {
    let board = board(vec![refused("mx.one.example", None), refused("mx.two.example", None)]);
    let (draft, _) = draft(&board);
    let page = draft.markdown(Language::De);
    assert!(page.contains("ein anderer Empfänger: abgelehnt 4, zugestellt 0"), "{page}");
    assert!(!page.contains(".example") && !page.contains("acme") && !page.contains("eu-1"), "{page}");
}

#[test]
fn every_footnote_names_a_fact_and_each_fact_once() {
    let board = board(vec![refused("microsoft", Some("550 5.7.1 one")), refused("microsoft", None)]);
    let (draft, incident) = draft(&board);
    let page = draft.markdown(Language::En);
    let notes: Vec<&str> =
        page.lines().filter(|line| line.starts_with("[^") && line.contains("]: ")).collect();
    let named = |note: &&str| note.split('`').nth(1).unwrap().to_owned();
    let mut ids: Vec<String> = notes.iter().map(named).collect();
    assert!(!ids.is_empty());
    assert!(ids.iter().all(|id| incident.fact(&id.parse().unwrap()).is_some()), "{ids:?}");
    ids.dedup();
    assert_eq!(ids.len(), notes.len());
}

#[test]
fn what_is_not_known_is_said() {
    let board = board(vec![refused("microsoft", None)]);
    let (draft, _) = draft(&board);
    let gaps: Vec<&str> = draft.gaps.iter().map(|sentence| sentence.text().en.as_str()).collect();
    assert_eq!(
        gaps,
        ["No delivery was counted, so nothing is known of delays.", "No person acted on it here."]
    );
    let lost = draft.figures.iter().find(|(label, ..)| label.en == "Messages lost").unwrap();
    assert_eq!((lost.1, lost.2.is_none()), (0, true), "nobody counted");
}
