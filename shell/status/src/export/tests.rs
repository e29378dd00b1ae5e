use super::*;
use incident::{Act, Settings, State, Text};

fn board() -> (Board, IncidentId) {
    let now: Timestamp = "2026-11-25T06:00:00Z".parse().unwrap();
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &["microsoft"]);
    let mut board = Board::new(settings, now);
    let components = vec!["eu/intake".parse().unwrap()];
    let text = Text::same("We look.");
    let act =
        Act::Open { title: text.clone(), components, state: State::PartialOutage, text, harm_began: None };
    let opened = board.act(&act, "kim", "act/1".parse().unwrap(), now).unwrap();
    assert!(!opened.is_empty());
    let id = board.incidents()[0].id.clone();
    (board, id)
}

fn sealed() -> (String, String) {
    let directory = tempfile::tempdir().unwrap();
    let key = SigningKey::open(&directory.path().join("key")).unwrap();
    let (board, id) = board();
    (key.seal(&of(&board, &id).unwrap()), base64(key.public()))
}

#[test]
fn an_export_is_believed_with_its_key_and_everything_said_can_be_followed() {
    let (text, key) = sealed();
    let checked = check(&text, Some(&key)).unwrap();
    assert_eq!((checked.title.as_str(), checked.facts), ("We look.", 1));
    assert_eq!((checked.missing, checked.marks.len()), (Vec::new(), 0));
    assert_eq!(check(&text, None).unwrap().public_key, key);
}

#[test]
fn a_changed_byte_or_another_key_is_found() {
    let (text, key) = sealed();
    let changed = text.replacen("We look.", "We sleep", 1);
    assert!(matches!(check(&changed, Some(&key)), Err(ExportError::Key(_))));
    let (_, other) = sealed();
    assert!(matches!(check(&text, Some(&other)), Err(ExportError::Key(_))));
}

#[test]
fn what_rests_on_a_fact_that_is_not_there_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let key = SigningKey::open(&directory.path().join("key")).unwrap();
    let (board, id) = board();
    let mut export: Export = serde_json::from_str(&of(&board, &id).unwrap()).unwrap();
    export.incident.evidence.clear();
    let text = key.seal(&serde_json::to_string(&export).unwrap());
    assert_eq!(check(&text, None).unwrap().missing, ["act/1".parse::<EvidenceId>().unwrap()]);
}

#[test]
fn other_texts_are_refused_with_the_reason() {
    let (text, _) = sealed();
    let (export, seal) = text.split_once('\n').unwrap();
    assert!(matches!(check("", None), Err(ExportError::Shape)));
    assert!(matches!(check(export, None), Err(ExportError::Shape)));
    assert!(matches!(check(&format!("{export}\n{{}}\n"), None), Err(ExportError::Json(2, _))));
    assert!(matches!(check(&format!("{{}}\n{seal}"), None), Err(ExportError::Key(_))));
}
