use super::*;
use crate::{Act, Fact, State, Text, What};

const HOUR: i64 = 3_600_000_000;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_micros(hours * HOUR)
}

fn opened(board: &mut Board, hours: i64) -> (IncidentId, Vec<Change>) {
    let components = vec![board.components()[0].id.clone()];
    let text = Text::same("We look.");
    let act =
        Act::Open { title: text.clone(), components, state: State::PartialOutage, text, harm_began: None };
    let changes = board.act(&act, "kim", format!("act/{hours}").parse().unwrap(), at(hours)).unwrap();
    (board.incidents()[0].id.clone(), changes)
}

#[test]
fn what_is_over_is_one_line_and_what_is_open_stays() {
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &[]);
    let mut board = Board::new(settings.clone(), at(0));
    let (over, mut journal) = opened(&mut board, 1);
    let resolve = Act::Resolve { incident: over.clone(), text: None };
    journal.extend(board.act(&resolve, "kim", "act/over".parse().unwrap(), at(2)).unwrap());
    let (open, more) = opened(&mut board, 3);
    let open_changes = more.iter().filter(|change| change.what.about() == Some(&open)).count();
    journal.extend(more);
    let short = condensed(&settings, journal);
    let about = |id| short.iter().filter(|change| change.what.about() == Some(id)).count();
    assert_eq!((about(&over), about(&open)), (1, open_changes));
}

#[test]
fn states_that_no_history_shows_are_left_out() {
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &[]);
    let mut board = Board::new(settings.clone(), at(0));
    let mut journal = Vec::new();
    for day in 0..200 {
        let fact = Fact {
            id: format!("look/{day}").parse().unwrap(),
            at: at(day * 24),
            region: "eu".parse().unwrap(),
            what: What::ConsoleLooked { is_well: true },
        };
        journal.extend(board.take(fact, at(day * 24)));
        journal.extend(board.tick(at(day * 24 + 1)));
    }
    let short = condensed(&settings, journal.clone());
    assert!(short.len() < journal.len() / 2, "{} of {}", short.len(), journal.len());
    let again = |journal: Vec<Change>| Board::restore(settings.clone(), journal, at(4800), at(4800));
    assert_eq!(
        again(short).component(&board.components()[0].id),
        again(journal).component(&board.components()[0].id)
    );
}

#[test]
fn a_component_that_never_changed_again_keeps_what_it_is() {
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &[]);
    let mut board = Board::new(settings.clone(), at(0));
    let console: crate::ComponentId = "eu/console".parse().unwrap();
    let mut journal = Vec::new();
    let look = |hours: i64| Fact {
        id: format!("look/{hours}").parse().unwrap(),
        at: at(hours),
        region: "eu".parse().unwrap(),
        what: What::ConsoleLooked { is_well: true },
    };
    journal.extend(board.take(look(1), at(1)));
    journal.extend(board.tick(at(1)));
    assert_eq!(board.component(&console).unwrap().state, State::Operational);
    // A year later something else happens; of the console nothing did.
    journal.extend(
        opened(&mut Board::new(settings.clone(), at(0)), 24 * 365)
            .1
            .into_iter()
            .map(|change| Change { number: change.number + 1000, ..change }),
    );
    let short = condensed(&settings, journal);
    let again = Board::restore(settings, short, at(24 * 365), at(24 * 365 + 1));
    let known = again.component(&console).unwrap();
    let before = &known.history[0];
    assert_eq!((before.state, before.until), (State::Operational, at(24 * 365)), "{known:?}");
}

#[test]
fn nothing_condenses_to_nothing() {
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &[]);
    assert_eq!(condensed(&settings, Vec::new()), []);
}
