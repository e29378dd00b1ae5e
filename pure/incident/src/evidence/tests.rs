use super::{EvidenceError, EvidenceId, REFS_MAX, Refs};

fn id(text: &str) -> EvidenceId {
    text.parse().unwrap()
}

#[test]
fn an_id_is_short_printable_ascii() {
    assert_eq!("".parse::<EvidenceId>(), Err(EvidenceError::Length(0)));
    assert_eq!("x".repeat(97).parse::<EvidenceId>(), Err(EvidenceError::Length(97)));
    assert!(matches!("a b".parse::<EvidenceId>(), Err(EvidenceError::Character(_))));
    assert!(matches!("ä".parse::<EvidenceId>(), Err(EvidenceError::Character(_))));
    assert_eq!(id("spool/17/8812").as_str(), "spool/17/8812");
}

#[test]
fn no_list_is_made_or_read_of_nothing() {
    assert_eq!(Refs::of([]), None);
    let read: Result<Refs, _> = serde_json::from_str(r#"{"ids":[]}"#);
    assert!(read.unwrap_err().to_string().contains("nothing may be said without evidence"));
}

#[test]
fn of_many_the_first_and_the_last_stay_and_the_others_are_counted() {
    let refs = Refs::of((0..100).map(|number| id(&format!("e/{number}")))).unwrap();
    assert_eq!(refs.ids().len(), REFS_MAX);
    assert_eq!(refs.more(), 84);
    assert_eq!(refs.first(), &id("e/0"));
    assert_eq!(refs.ids().last(), Some(&id("e/99")));
}

#[test]
fn one_fact_is_named_once() {
    assert_eq!(Refs::of([id("a"), id("a"), id("b")]).unwrap().ids(), [id("a"), id("b")]);
}

#[test]
fn a_list_is_read_as_it_was_written() {
    let refs = Refs::of((0..40).map(|number| id(&format!("e/{number}")))).unwrap();
    let text = serde_json::to_string(&refs).unwrap();
    assert_eq!(serde_json::from_str::<Refs>(&text).unwrap(), refs);
}
