//! Stories of every kind, and whether an incident met them.

use super::*;
use model::{Envelope, Final, MessageId, ReversePath};
use spool::{HeaderFacts, Phases, TraceInfo, Tried};

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const LISTED: &str = "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.";

fn at(second: u64) -> Timestamp {
    START + Duration::from_secs(second)
}

pub(crate) fn scope(blame: Blame) -> Scope {
    Scope { blame, began: at(100), ended: Some(at(1000)), late_seconds: 60, grace: Duration::from_secs(60) }
}

pub(crate) fn accepted(tenant: &str, second: u64, message_id: &str) -> Accepted {
    let recipients = ["kim@customer.example", "lee@other.example"].map(|one| one.parse().unwrap());
    let sender = format!("anna@{tenant}.example").parse().unwrap();
    Accepted {
        tenant: tenant.parse().unwrap(),
        snapshot: model::SnapshotNumber(1),
        envelope: Envelope::new(ReversePath::Mailbox(sender), recipients),
        received: at(second),
        due: at(second),
        expires: at(500_000),
        trace: TraceInfo {
            peer: [127, 0, 0, 1].into(),
            helo: "out.acme.example".to_owned(),
            tls: None,
            listener: "in".parse().unwrap(),
            by: "in.relay.example".to_owned(),
            esmtp: true,
        },
        header: HeaderFacts { message_id: Some(message_id.to_owned()), ..HeaderFacts::default() },
        about: None,
        avoid: None,
    }
}

fn begun(second: u64) -> (u64, Event) {
    let message = Box::new(accepted("acme", second, "m1@acme.example"));
    (second, Event::Accepted { message, chunks: 1, length: 9 })
}

pub(crate) fn tried(second: u64, source: &str, recipients: &[usize], reply: &str) -> (u64, Event) {
    let result = TriedResult {
        recipients: recipients.to_vec(),
        stage: Stage::Rcpt,
        taken: reply.starts_with('2'),
        reply: reply.to_owned(),
        unanswered: None,
    };
    let tried = Tried {
        source: source.parse().unwrap(),
        host: "mx.customer.example [192.0.2.9]".to_owned(),
        tls: None,
        reused: false,
        phases: Phases::default(),
        results: vec![result],
        said: Vec::new(),
    };
    (second, Event::Tried { tried: Box::new(tried) })
}

fn delivered(second: u64, source: &str) -> (u64, Event) {
    let end = Final::Delivered {
        host: "mx.customer.example [192.0.2.9]".to_owned(),
        source: source.parse().unwrap(),
        reply: "250 2.0.0 ok".to_owned(),
    };
    (second, Event::Outcomes { outcomes: vec![(0, end.clone()), (1, end)] })
}

fn parked(second: u64, owner: Owner) -> (u64, Event) {
    let reason = ParkReason::Refused {
        stage: Stage::Rcpt,
        host: "mx.customer.example [192.0.2.9]".to_owned(),
        reply: LISTED.to_owned(),
        category: None,
        owner: Some(owner),
        source: None,
    };
    (second, Event::Parked { reason, unknown: Vec::new(), kept: Vec::new(), last_try: None })
}

pub(crate) fn story(id: u8, events: &[(u64, Event)]) -> Story {
    let told = |(second, event): &(u64, Event)| {
        let mut detail = serde_json::to_value(event).unwrap();
        let kind = detail.as_object_mut().unwrap().remove("event").unwrap();
        StoryEvent { at: at(*second), kind: kind.as_str().unwrap().to_owned(), detail }
    };
    Story { id: MessageId::new(START, [id; 10]), events: events.iter().map(told).collect() }
}

/// The first recipient's line.
fn line(blame: Blame, events: &[(u64, Event)]) -> Line {
    of(&story(1, events), &"acme".parse().unwrap(), &scope(blame)).unwrap().swap_remove(0)
}

#[test]
fn what_was_delivered_at_once_or_refused_for_its_recipient_was_not_met() {
    let at_once =
        line(Blame::Ours, &[begun(200), tried(201, "eu-1", &[0, 1], "250 2.0.0 ok"), delivered(201, "eu-1")]);
    assert!(!at_once.affected && at_once.refused == 0, "{at_once:?}");
    assert!(matches!(at_once.fate, Fate::Delivered { seconds: 1, .. }), "{at_once:?}");
    let nobody = "550 5.1.1 user unknown";
    let report = MessageId::new(START, [9; 10]);
    let end = Final::Bounced { report, reply: nobody.to_owned() };
    let bounced =
        [begun(200), tried(201, "eu-1", &[0], nobody), (202, Event::Outcomes { outcomes: vec![(0, end)] })];
    let bounced = line(Blame::Ours, &bounced);
    assert!(!bounced.affected && bounced.refused == 1 && bounced.fate.word() == "reported", "{bounced:?}");
}

#[test]
fn a_refusal_for_our_address_met_it_and_the_other_source_is_the_other_way() {
    let events = [
        begun(200),
        tried(201, "eu-1", &[0], LISTED),
        tried(202, "eu-2", &[0], "250 ok"),
        delivered(202, "eu-2"),
    ];
    let moved = line(Blame::Ours, &events);
    assert!(moved.affected && moved.rerouted && !moved.maybe_twice, "{moved:?}");
    assert_eq!((moved.refusals[0].source.as_str(), moved.refusals[0].reply.as_str()), ("eu-1", LISTED));
    let lines = of(&story(1, &events), &"acme".parse().unwrap(), &scope(Blame::Ours)).unwrap();
    assert!(!lines[1].affected && !lines[1].rerouted, "the other recipient was not refused: {lines:?}");
    assert!(!line(Blame::Connector, &events).affected);
    let before = [begun(10), tried(11, "eu-1", &[0], LISTED), delivered(12, "eu-2")];
    assert!(!line(Blame::Ours, &before).affected);
}

#[test]
fn what_was_kept_says_since_when_and_until_when() {
    let released = (900, Event::Released { by: "guard".to_owned(), due: at(900) });
    let events = [begun(200), parked(201, Owner::OurAddress), released, delivered(901, "eu-2")];
    let kept = line(Blame::Ours, &events[..2]);
    assert!(kept.affected && matches!(kept.fate, Fate::Parked { .. }), "{kept:?}");
    let free = line(Blame::Ours, &events);
    assert_eq!((free.parked_at, free.released_at), (Some(at(201)), Some(at(900))));
    assert!(matches!(free.fate, Fate::Delivered { seconds: 701, .. }) && free.affected, "{free:?}");
    let theirs = [begun(200), parked(201, Owner::Receiver), delivered(901, "eu-2")];
    assert!(!line(Blame::Ours, &theirs).affected);
    let reason =
        ParkReason::TenantSetup { stage: Stage::Rcpt, host: String::new(), reply: "550 5.7.64".to_owned() };
    let setup = Event::Parked { reason, unknown: Vec::new(), kept: Vec::new(), last_try: None };
    let setup = [begun(200), (201, setup)];
    assert!(line(Blame::Connector, &setup).affected && !line(Blame::Ours, &setup).affected);
}

#[test]
fn what_came_late_was_met_unless_somebody_else_put_it_off() {
    assert!(line(Blame::Ours, &[begun(200), delivered(300, "eu-1")]).affected);
    assert!(!line(Blame::Ours, &[begun(5000), delivered(5300, "eu-1")]).affected, "after it");
    let put_off = Event::Rescheduled {
        due: at(280),
        unknown: Vec::new(),
        why: "greylisted".to_owned(),
        limit: false,
        lost: false,
        kept: Vec::new(),
        last_try: None,
    };
    let grey = [
        begun(200),
        tried(201, "eu-1", &[0], "450 4.2.0 greylisted"),
        (201, put_off),
        delivered(300, "eu-1"),
    ];
    let grey = line(Blame::Ours, &grey);
    assert!(!grey.affected && grey.put_off == 1, "{grey:?}");
}

#[test]
fn a_try_without_an_end_may_have_come_twice() {
    let attempt = |second| {
        let host = "mx.customer.example".to_owned();
        (second, Event::Attempt { recipients: vec![0], source: "eu-1".parse().unwrap(), host })
    };
    assert!(line(Blame::Ours, &[begun(200), attempt(201), attempt(301), delivered(302, "eu-1")]).maybe_twice);
    let ended =
        [begun(200), attempt(201), tried(202, "eu-1", &[0], "450 no"), attempt(301), delivered(302, "eu-1")];
    assert!(!line(Blame::Ours, &ended).maybe_twice);
}

#[test]
fn the_mail_of_others_and_our_own_is_none_of_it() {
    let acme: TenantName = "acme".parse().unwrap();
    let theirs = Event::Accepted {
        message: Box::new(accepted("globex", 200, "m1@acme.example")),
        chunks: 1,
        length: 9,
    };
    assert_eq!(of(&story(1, &[(200, theirs)]), &acme, &scope(Blame::Ours)), None);
    let mut report = accepted("acme", 200, "r1@acme.example");
    report.about = Some(MessageId::new(START, [4; 10]));
    let report = Event::Accepted { message: Box::new(report), chunks: 1, length: 9 };
    assert_eq!(of(&story(1, &[(200, report)]), &acme, &scope(Blame::Ours)), None);
    assert_eq!(of(&story(1, &[]), &acme, &scope(Blame::Ours)), None, "a refused session");
}
