//! The name and the fields of an event are those that the spool writes.

use super::told;
use model::{Duration, Timestamp};
use spool::{Change, Event};

#[test]
fn an_event_is_its_name_and_the_rest_of_its_fields() {
    let now = Timestamp::from_micros(1_790_000_000_000_000);
    let host = "a \"b\", c".to_owned();
    let events = [
        (Event::Dropped, "dropped"),
        (Event::Stamped { groups: Vec::new(), proved: None }, "stamped"),
        (Event::Attempt { recipients: vec![3], source: "one".parse().unwrap(), host }, "attempt"),
        (
            Event::Acted {
                act: model::ActId::new(now, [7; 10]),
                change: Change::Retried { due: now + Duration::from_secs(1) },
            },
            "acted",
        ),
    ];
    for (event, name) in events {
        let mut fields = serde_json::to_value(&event).unwrap();
        fields.as_object_mut().unwrap().remove("event");
        let written = serde_json::to_string(&event).unwrap();
        let record =
            written.replacen('{', r#"{"id":"00000000000000000000000000","at":"1970-01-01T00:00:00Z","#, 1);
        let (kind, detail) = told(&record);
        assert_eq!((kind.as_str(), serde_json::from_str(&detail).ok()), (name, Some(fields)));
    }
}
