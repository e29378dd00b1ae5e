use super::*;
use crate::answers::Answers;
use serde_json::Value;
use std::collections::BTreeMap;

/// The records of one part of the suite, by name.
type Zone = BTreeMap<String, Vec<(String, String)>>;

/// As the suite's own driver reads it: SPF records stand for TXT where there is none, and `TIMEOUT` is an answer that does not come.
fn zone(written: &Value) -> Zone {
    let mut zone = Zone::new();
    for (name, records) in written.as_object().unwrap() {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let records = records.as_array().unwrap().iter().map(|record| (text(&record[0]), text(&record[1])));
        let mut records: Vec<(String, String)> = records.collect();
        if !records.iter().any(|(kind, _)| kind == "TXT") {
            let texts: Vec<_> = records.iter().filter(|(kind, _)| kind == "SPF").cloned().collect();
            records.extend(texts.into_iter().map(|(_, text)| ("TXT".to_owned(), text)));
        }
        zone.insert(name.to_ascii_lowercase(), records);
    }
    zone
}

fn answer(zone: &Zone, question: &Question) -> Answer {
    let (name, kind) = match question {
        Question::Texts(name) => (name.clone(), "TXT"),
        Question::V4(name) => (name.clone(), "A"),
        Question::V6(name) => (name.clone(), "AAAA"),
        Question::Exchangers(name) => (name.clone(), "MX"),
        Question::Names(IpAddr::V4(address)) => {
            let [a, b, c, d] = address.octets();
            (format!("{d}.{c}.{b}.{a}.in-addr.arpa"), "PTR")
        }
        Question::Names(IpAddr::V6(address)) => {
            let reversed: String = nibbles(*address).chars().rev().collect();
            (format!("{reversed}.ip6.arpa"), "PTR")
        }
    };
    let Some(records) = zone.get(&name) else { return Answer::Found(Vec::new()) };
    if let Some((_, target)) = records.iter().find(|(kind, _)| kind == "CNAME") {
        let found = zone.get(&target.to_ascii_lowercase()).cloned().unwrap_or_default();
        return of_kind(&found, kind);
    }
    of_kind(records, kind)
}

fn of_kind(records: &[(String, String)], kind: &str) -> Answer {
    let found: Vec<String> = records
        .iter()
        .filter(|(one, text)| one == kind && text != "NONE")
        .map(|(_, text)| text.clone())
        .collect();
    if found.is_empty() && records.iter().any(|(kind, _)| kind == "TIMEOUT") {
        return Answer::Failed;
    }
    Answer::Found(found)
}

/// Asks until it is known, and says how often that was.
fn run(client: &Client<'_>, zone: &Zone) -> (SpfResult, usize) {
    let mut answers = Answers::default();
    loop {
        match check(client, &answers) {
            Ok(result) => return (result, answers.count()),
            Err(Unasked(question)) => {
                let answer = answer(zone, &question);
                answers.note(question, answer);
            }
        }
    }
}

#[test]
fn all_203_cases_of_the_suite_of_rfc_7208_have_their_result() {
    let suite: Value = serde_json::from_str(include_str!("../../fixtures/rfc7208.json")).unwrap();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for part in suite.as_array().unwrap() {
        let zone = zone(&part["zone"]);
        for (name, case) in part["tests"].as_object().unwrap() {
            count += 1;
            let field = |name: &str| case[name].as_str().unwrap();
            let client = Client {
                address: field("host").parse().unwrap(),
                helo: field("helo"),
                mail_from: field("mailfrom"),
            };
            let (result, asked) = run(&client, &zone);
            let is_right = case["result"].as_array().unwrap().iter().any(|one| one == result.word());
            if !is_right || asked > 60 {
                wrong.push(format!(
                    "{name}: {} instead of {}, {asked} questions",
                    result.word(),
                    case["result"]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(count, 203);
}

#[test]
fn when_time_is_over_what_is_not_known_is_a_temporary_error() {
    let client =
        Client { address: "192.0.2.1".parse().unwrap(), helo: "a.example", mail_from: "a@a.example" };
    let mut answers = Answers::default();
    assert_eq!(check(&client, &answers), Err(Unasked(Question::Texts("a.example".to_owned()))));
    answers.end();
    assert_eq!(check(&client, &answers), Ok(SpfResult::TempError));
}
