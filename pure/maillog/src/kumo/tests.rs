use super::read;
use crate::event::Happening;
use model::Stage;

/// Shape of KumoMTA's reference, "log_record".
const BOUNCE: &str = include_str!("../../tests/fixtures/kumo-bounce.json");

fn told(line: &str) -> Vec<String> {
    let mut told = Vec::new();
    let read = read(line, &mut |event| {
        let Happening::Attempted(one) = event.what else {
            told.push(format!("{:?}", event.what));
            return;
        };
        told.push(format!(
            "{} {:?} {} {:?} {} {:?} {} {}",
            event.at,
            one.outcome,
            one.recipient.as_deref().unwrap_or("-"),
            one.stage,
            one.host.as_deref().unwrap_or("-"),
            one.our_address,
            one.reply.as_deref().unwrap_or("-"),
            one.words.as_deref().unwrap_or("-")
        ));
    });
    read.expect("a record");
    told
}

#[test]
fn a_bounce_is_read_with_reply_and_addresses() {
    let told = told(BOUNCE);
    let expected = "2024-10-19T11:50:00.250000Z Refused kim@c.example Some(Rcpt) mx.c.example. Some(192.0.2.9) \
        554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org -";
    assert_eq!(told, [expected.to_owned(), "Completed".to_owned()]);
}

#[test]
fn other_kinds_are_read() {
    let kind = |word: &str| told(&BOUNCE.replace("\"Bounce\"", &format!("\"{word}\"")));
    assert!(kind("TransientFailure")[0].contains("Deferred"));
    assert_eq!(kind("TransientFailure").len(), 1, "it is not over");
    assert!(kind("Delivery")[0].contains("Delivered") && kind("Delivery")[0].ends_with("- -"));
    assert!(kind("Expiration")[0].contains("Refused"));
    assert!(kind("Reception")[0].contains("Arrived"));
    assert!(kind("Feedback").is_empty() && kind("OOB").is_empty());
    let many = BOUNCE
        .replace("\"recipient\":\"kim@c.example\"", "\"recipient\":[\"kim@c.example\",\"lee@c.example\"]");
    assert_eq!(told(&many).len(), 3);
    let nobody = BOUNCE.replace(
        "\"peer_address\":{\"name\":\"mx.c.example.\",\"addr\":\"192.0.2.7\"}",
        "\"peer_address\":null",
    );
    assert!(
        told(&nobody)[0].contains("- 554 5.7.1"),
        "what it says by itself is no reply: {:?}",
        told(&nobody)
    );
}

#[test]
fn commands_are_stages() {
    let stage = |command: &str| super::stage(command);
    assert_eq!(stage("MAIL FROM:<a@b>\r\n"), Some(Stage::Mail));
    assert_eq!(stage(".\r\n"), Some(Stage::EndOfData));
    assert_eq!(stage("EHLO x\r\n"), Some(Stage::Ehlo));
    assert_eq!(stage("STARTTLS\r\n"), Some(Stage::Tls));
}

#[test]
fn a_record_that_makes_no_sense_is_told() {
    for wrong in ["{", "{\"type\":3}", "{\"type\":\"Bounce\",\"id\":\"x\"}"] {
        assert!(read(wrong, &mut |_| {}).is_err(), "{wrong}");
    }
}

#[test]
fn times_out_of_range_stay_within() {
    let _times = [super::at(f64::NAN), super::at(f64::INFINITY), super::at(-1e300)];
}
