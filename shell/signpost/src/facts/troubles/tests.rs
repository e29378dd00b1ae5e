use super::*;
use model::{MessageId, Stage};
use spool::{Phases, TriedResult};
use vendor::{Given, Records};

const HOST: &str = "acme-example.mail.protection.outlook.com [192.0.2.9]";
const BUSY: &str = "451 4.3.2 System not accepting network messages, try again later";

fn at(seconds: u64) -> Timestamp {
    "2026-05-01T12:00:00Z".parse::<Timestamp>().unwrap() + Duration::from_secs(seconds)
}

fn source(name: &str, notice: bool) -> Source {
    Source {
        name: name.parse().unwrap(),
        address: "192.0.2.1".parse().unwrap(),
        ehlo: "eu-1.relay.example".to_owned(),
        weight: 1,
        network: String::new(),
        notice,
    }
}

/// One try of the message `number`, with its answer.
fn tried(number: u64, source: &str, host: &str, (taken, reply): (bool, &str)) -> LogRecord {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    let unanswered = match reply.split_once(": ") {
        Some(("no connection" | "connection lost after the final dot", _)) => Some(Unanswered::Peer),
        Some(("our own fault", _)) => Some(Unanswered::Ours),
        _ => None,
    };
    let reply = reply.to_owned();
    let result = TriedResult { recipients: vec![0], stage: Stage::Rcpt, taken, reply, unanswered };
    let tried = Tried {
        source: source.parse().unwrap(),
        host: host.to_owned(),
        tls: None,
        reused: false,
        phases: Phases::default(),
        results: vec![result],
        said: Vec::new(),
    };
    LogRecord {
        segment: 0,
        offset: number,
        mark: 0,
        id: MessageId::from_bytes(id),
        at: at(number),
        event: Event::Tried { tried: Box::new(tried) },
        text: "{}".into(),
    }
}

fn at_microsoft(troubles: &Troubles, records: &Records) -> Vec<(Trouble, Admitted)> {
    troubles.at(&["microsoft".to_owned()], records, at(60))
}

#[test]
fn only_a_fault_of_the_receiver_at_a_known_provider_is_a_trouble_of_its_own() {
    let listed = "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus";
    for (what, source_name, host, answer, count) in [
        ("busy", "eu-1", HOST, (false, BUSY), 1),
        ("listed, which is ours", "eu-1", HOST, (false, listed), 0),
        ("no such mailbox", "eu-1", HOST, (false, "550 5.1.1 no such user"), 0),
        ("greylisted", "eu-1", HOST, (false, "451 4.7.1 Greylisted, please try again"), 0),
        ("taken", "eu-1", HOST, (true, "250 2.6.0 queued"), 0),
        ("a host of nobody in particular", "eu-1", "mx.customer.example [192.0.2.9]", (false, BUSY), 0),
        ("a notice of ours", "notices", HOST, (false, BUSY), 0),
    ] {
        let troubles = Troubles::of(&[source("eu-1", false), source("notices", true)], Vec::new(), at(0));
        (0..10).for_each(|number| troubles.note(&tried(number, source_name, host, answer)));
        assert_eq!(at_microsoft(&troubles, &Records::default()).len(), count, "{what}");
    }
}

#[tokio::test]
async fn a_lead_is_measured_and_outlasts_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let sources = [source("eu-1", false)];
    let open = |now| Troubles::open(dir.path(), &sources, (Arc::default(), now)).unwrap();
    let (troubles, mut keeping) = open(at(0));
    (0..10).for_each(|number| troubles.note(&tried(number, "eu-1", HOST, (false, BUSY))));
    keeping.keep(at(20)).await;
    drop(keeping);
    let (troubles, mut keeping) = open(at(30));
    let found = at_microsoft(&troubles, &Records::default());
    assert_eq!((found[0].0.since, found[0].0.is_over), (at(0), false));
    assert_eq!(found[0].1, Admitted::Silent { seconds: 60 });
    keeping.keep(at(3_600)).await;
    let (troubles, _keeping) = open(at(3_600));
    let page = r#"{"page":{"id":"p"},"incidents":[{"id":"ex1","name":"Mail is late","status":"investigating","impact":"major",
        "created_at":"2026-05-01T12:43:00Z","incident_updates":[]}]}"#;
    let mut records = Records::default();
    records.import(&vendor::read(page.as_bytes(), &Given::at(at(3_600))).unwrap(), at(3_600));
    let found = at_microsoft(&troubles, &records);
    assert!(found[0].0.is_over && found.len() == 1, "{found:?}");
    assert_eq!(found[0].1, Admitted::AfterUs { key: "ex1".to_owned(), lead_seconds: 2_580 });
}

#[test]
fn silence_counts_over_a_clean_source_that_others_answer_and_our_own_faults_never_do() {
    const NO_WAY: (bool, &str) =
        (false, "no connection: 192.0.2.9:25 did not answer before our connect deadline");
    const NO_END: (bool, &str) = (false, "connection lost after the final dot: the peer kept silent");
    const OURS: (bool, &str) = (false, "our own fault: cannot send from 192.0.2.1");
    const TAKEN: (bool, &str) = (true, "250 ok");
    const SITE: &str = "mx.customer.example [192.0.2.20]";
    let sources = [source("eu-1", false), source("eu-2", false)];
    for (what, answer, elsewhere, tainted, count) in [
        ("no connection", NO_WAY, Some(TAKEN), "", 1),
        ("no answer after the dot", NO_END, Some(TAKEN), "", 1),
        ("and none from anybody else", NO_WAY, None, "", 0),
        ("nor from the others", NO_WAY, Some(NO_WAY), "", 0),
        ("a fault of ours", OURS, Some(TAKEN), "", 0),
        ("over a source that is listed", NO_WAY, Some(TAKEN), "eu-1", 0),
        ("over one while another is listed", NO_WAY, Some(TAKEN), "eu-2", 1),
    ] {
        let troubles = Troubles::of(&sources, Vec::new(), at(0));
        troubles.tainted().extend(tainted.parse().ok());
        for number in 0..10 {
            troubles.note(&tried(number, "eu-1", HOST, answer));
            if let Some(elsewhere) = elsewhere {
                troubles.note(&tried(number, "eu-1", SITE, elsewhere));
            }
        }
        let found = at_microsoft(&troubles, &Records::default());
        assert_eq!(found.len(), count, "{what}");
        assert!(found.iter().all(|(trouble, _)| trouble.silent == trouble.missed), "{found:?}");
    }
}
