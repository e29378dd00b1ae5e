use super::*;
use crate::event::{HeaderFacts, TraceInfo};
use crate::{Phases, TriedResult};
use model::{Envelope, ReversePath, SnapshotNumber, Stage};

fn accepted() -> Accepted {
    let now = Timestamp::from_micros(1_790_000_000_123_456);
    Accepted {
        tenant: "acme".parse().unwrap(),
        snapshot: SnapshotNumber(7),
        envelope: Envelope::new(
            ReversePath::Mailbox("ann@acme.example".parse().unwrap()),
            [r#""b \" c"@näh.example"#.parse().unwrap()],
        ),
        received: now,
        due: now,
        expires: now,
        trace: TraceInfo {
            peer: "192.0.2.1".parse().unwrap(),
            helo: "a \"quoted\" \u{1} name".to_owned(),
            tls: Some("TLSv1.3".to_owned()),
            listener: "in".parse().unwrap(),
            by: "eu-1.relay.example".to_owned(),
            esmtp: true,
        },
        header: HeaderFacts { message_id: Some("1@acme.example".to_owned()), ..HeaderFacts::default() },
        about: None,
        avoid: None,
    }
}

fn all() -> Vec<Event> {
    let tried = Tried {
        source: "eu-1".parse().unwrap(),
        host: "mx.partner.example [192.0.2.9]".to_owned(),
        tls: None,
        reused: true,
        phases: Phases { envelope: Some(2), ..Phases::default() },
        results: vec![TriedResult {
            recipients: vec![0],
            stage: Stage::EndOfData,
            taken: true,
            reply: "250 2.0.0 ok".to_owned(),
            unanswered: None,
        }],
        said: Vec::new(),
    };
    let stamped = StampedGroup {
        recipients: vec![0],
        outcome: "stamped".to_owned(),
        reason: None,
        arrived: Some("spf=pass smtp.mailfrom=acme.example; dkim=none".to_owned()),
        signature: Some("standard".to_owned()),
        smaller: Some("text_only".to_owned()),
    };
    let proved = Proved {
        results: vec!["spf=pass smtp.mailfrom=acme.example".to_owned(), "dkim=none".to_owned()],
        chain: "fail".to_owned(),
        why: Some("the seal of set 1 does not hold".to_owned()),
    };
    let delivered = Final::Delivered {
        host: "mx.partner.example".to_owned(),
        source: "eu-1".parse().unwrap(),
        reply: "250 ok".to_owned(),
    };
    vec![
        Event::Accepted { message: Box::new(accepted()), chunks: 1, length: 4_000 },
        Event::Stamped { groups: vec![stamped.clone()], proved: None },
        Event::Stamped { groups: vec![stamped], proved: Some(Box::new(proved)) },
        Event::Attempt { recipients: vec![0], source: "eu-1".parse().unwrap(), host: "mx".to_owned() },
        Event::Tried { tried: Box::new(tried) },
        Event::Outcomes { outcomes: vec![(0, delivered)] },
        Event::Released { by: "kim".to_owned(), due: Timestamp::from_micros(1) },
        Event::Dropped,
    ]
}

#[test]
fn both_ways_read_what_was_written() {
    let id = MessageId::from_bytes([5; 16]);
    for event in all() {
        let stored = Stored { id, at: Timestamp::from_micros(3), event };
        let json = serde_json::to_vec(&stored).unwrap();
        let slow: Stored = serde_json::from_slice(&json).unwrap();
        let read = Stored::read(&json).unwrap();
        assert_eq!((read.id, read.at, &read.event), (stored.id, stored.at, &stored.event));
        assert_eq!((slow.id, slow.at, &slow.event), (stored.id, stored.at, &stored.event));
    }
}

#[test]
fn unknown_fields_and_another_order_are_read_and_an_unknown_event_is_not() {
    let json = br#"{"event":"stamped","new":{"a":[1]},"groups":[],"at":"1970-01-01T00:00:00Z","id":"00000000000000000000000000"}"#;
    assert_eq!(Stored::read(json).unwrap().event, Event::Stamped { groups: Vec::new(), proved: None });
    let json = br#"{"id":"00000000000000000000000000","at":"1970-01-01T00:00:00Z","event":"sung"}"#;
    assert!(Stored::read(json).is_none());
    let json =
        br#"{"id":"00000000000000000000000000","at":"1970-01-01T00:00:00Z","event":"attempt","host":"a"}"#;
    assert!(Stored::read(json).is_none());
}
