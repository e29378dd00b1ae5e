//! What others say of their settings: any SPF record is judged within its look-ups, any read-back is compared or refused with a reason.

use model::{ByteCount, Source};
use setup::spf::{Answer, LOOKUPS_MAX, Question, Step, evaluate};
use setup::{Entry, Plan, Readback, State};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;
use tenant::Folder;

/// Look-ups after which a record that still asks would ask for ever.
const QUESTIONS_MAX: usize = 200;

pub(crate) fn settings(data: &[u8]) {
    record(&String::from_utf8_lossy(data));
    match Readback::read(data) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(readback) => {
            let findings = setup::compare(plan(), &readback);
            assert!(findings.len() >= 6, "a comparison is silent");
            for finding in findings {
                assert!((finding.state == State::Ok) == finding.mend.is_empty(), "{finding:?}");
            }
        }
    }
}

/// Every name has the same record, so records include themselves as often as they like.
fn record(text: &str) {
    let mut known = BTreeMap::new();
    for _ in 0..QUESTIONS_MAX {
        match evaluate("acme.example", IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), &known) {
            Step::Done { lookups, .. } => return assert!(lookups <= LOOKUPS_MAX + 1, "{lookups} look-ups"),
            Step::Ask(question) => {
                let answer = match &question {
                    Question::Texts(_) => Answer::Texts(vec![text.to_owned()]),
                    Question::Addresses(_) => Answer::Addresses(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]),
                    Question::Exchangers(name) => Answer::Exchangers(vec![name.clone()]),
                };
                assert!(known.insert(question, answer).is_none(), "asked twice");
            }
        }
    }
    panic!("it asks for ever");
}

fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let mut folder = Folder::default();
        let settings = include_bytes!("../../../docs/example/acme/tenant.toml").to_vec();
        folder.0.insert("tenant.toml".to_owned(), settings);
        let secret = |_: &str| Some("0123456789abcdef0123456789abcdef".to_owned());
        let snapshot =
            tenant::compile(&folder, model::SnapshotNumber(1), &secret).expect("the example compiles");
        let source = Source {
            name: "eu-1".parse().expect("a name"),
            address: IpAddr::V4(Ipv4Addr::new(127, 0, 1, 1)),
            ehlo: "eu-1.relay.example".to_owned(),
            weight: 1,
            network: String::new(),
            notice: false,
        };
        let host = "in.eu.relay.example".to_owned();
        let entry = Entry { host, port: 25, verified: true, size_max: ByteCount(150 << 20) };
        Plan::new(&snapshot.settings, &[source], entry).expect("there is a source")
    })
}
