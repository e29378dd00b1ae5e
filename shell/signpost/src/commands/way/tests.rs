//! Answers of a node in, lines out.

use super::*;
use serde_json::json;

fn one() -> Value {
    json!({
        "source": "eu-1", "site": "google", "active": 2, "at_once": 3, "gap_ms": 600, "standing": 4, "listed": 17, "heard": true,
        "next": "2026-11-28T10:00:00Z",
        "limits": { "connections_first": 5, "connections": 10, "messages": 50, "recipients": 100, "rate": "100/min" },
    })
}

#[test]
fn a_way_is_told_with_what_holds_now_and_at_most() {
    let shown = list(&json!({ "ways": [one()] }));
    let cells: Vec<&str> =
        shown.lines().nth(1).unwrap().split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(
        cells,
        [
            "eu-1",
            "google",
            "2",
            "3",
            "10",
            "0.600 s",
            "4",
            "17",
            "slowed by its word, the next one at 2026-11-28T10:00:00Z"
        ]
    );
    assert!(list(&json!({ "ways": [] })).contains("what is set for it"));
}

#[test]
fn a_way_is_told_in_one_line() {
    assert_eq!(
        now(&one()),
        "2 of 3 under way, gap 0.600 s, 4 in the line, 17 listed; slowed by its word, the next one at 2026-11-28T10:00:00Z"
    );
}

#[test]
fn one_that_rests_says_why() {
    let mut way = one();
    way["rest"] = json!({ "until": "2026-11-28T10:05:00Z", "why": "no answer" });
    way["gap_ms"] = json!(0);
    let row = row(&way);
    assert_eq!((row[5].as_str(), row[8].as_str()), ("none", "rests until 2026-11-28T10:05:00Z: no answer"));
}

#[test]
fn a_site_is_told_with_whose_word_its_figures_are() {
    let answer =
        json!({ "site": "google", "limits": one()["limits"], "because": "somebody said so", "ways": [] });
    assert_eq!(
        show(&answer),
        "google\n  at first 5 at once, at most 10; 50 messages a connection, 100 recipients a transaction, 100/min\n  somebody said so\n"
    );
}
