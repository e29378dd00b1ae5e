//! Links that open and links that do not, forms as browsers send them, tables as spreadsheets read them.

use super::form::wish;
use super::*;
use crate::language::Language;
use model::Duration;

const NOW: Timestamp = Timestamp::from_micros(1_732_000_000_000_000);

fn claim() -> Claim {
    Claim {
        incident: "k3v9q0z1b7xa".parse().unwrap(),
        tenant: "acme".parse().unwrap(),
        expires: NOW + Duration::from_secs(3600),
    }
}

#[test]
fn a_link_opens_what_it_was_made_for_until_its_time_is_over() {
    let key = LinkKey::new(&[7; 32]);
    let token = key.token(&claim());
    assert!(token.starts_with("k3v9q0z1b7xa.1732003600.acme."), "{token}");
    assert_eq!(key.check(&token, NOW), Ok(claim()));
    let last = claim().expires - Duration::from_micros(1);
    assert_eq!(key.check(&token, last), Ok(claim()));
    assert_eq!(key.check(&token, claim().expires), Err(LinkError::Expired(claim().expires)));
}

#[test]
fn no_other_letter_and_no_other_key_opens_anything() {
    let key = LinkKey::new(&[7; 32]);
    let token = key.token(&claim());
    for at in 0..token.len() {
        for other in ["0", "a", "z", ".", "A", ""] {
            let forged = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            if forged != token {
                assert_eq!(key.check(&forged, NOW), Err(LinkError::Bad), "{forged}");
            }
        }
    }
    assert_eq!(LinkKey::new(&[8; 32]).check(&token, NOW), Err(LinkError::Bad));
    let globex = token.replacen("acme", "globex", 1);
    for forged in
        ["", ".", "...", "x", &globex, &format!("{token}00"), &token.repeat(9), &token.to_uppercase()]
    {
        assert_eq!(key.check(forged, NOW), Err(LinkError::Bad), "{forged}");
    }
}

#[test]
fn a_form_asks_one_thing() {
    let sender = |at: Option<&str>| Wish::Sender {
        address: "anna+x@acme.example".parse().unwrap(),
        at: at.map(|at| at.parse().unwrap()),
    };
    let cases = [
        ("message-id=%3Cabc%40acme.example%3E", Some(Wish::MessageId("abc@acme.example".to_owned()))),
        ("message-id=+abc%40acme.example+", Some(Wish::MessageId("abc@acme.example".to_owned()))),
        ("sender=anna%2Bx%40acme.example&at=", Some(sender(None))),
        ("sender=anna%2Bx%40acme.example&at=2024-10-20T11%3A42", Some(sender(Some("2024-10-20T11:42:00Z")))),
        (
            "sender=anna%2Bx%40acme.example&at=2024-10-20T11%3A42%3A20",
            Some(sender(Some("2024-10-20T11:42:20Z"))),
        ),
        ("domain=customer.example", Some(Wish::Domain("customer.example".parse().unwrap()))),
        ("domain=kim%40customer.example", Some(Wish::Domain("customer.example".parse().unwrap()))),
        ("", None),
        ("message-id=", None),
        ("sender=nobody", None),
        ("sender=anna%40acme.example&at=yesterday", None),
        ("domain=a+b", None),
        ("message-id=%00", None),
        ("message-id=%ff%fe", None),
        ("%", None),
        ("message-id=%e", Some(Wish::MessageId("%e".to_owned()))),
    ];
    for (form, wanted) in cases {
        let got = wish(form.as_bytes(), Language::English);
        assert_eq!(got.clone().ok(), wanted, "{form}: {got:?}");
    }
    assert!(wish(format!("message-id={}", "x".repeat(5000)).as_bytes(), Language::English).is_err());
}

pub(crate) fn line(sender: &str, fate: Fate) -> Line {
    Line {
        id: MessageId::new(NOW, [3; 10]),
        message_id: Some("=cmd|' /C calc'!A0".to_owned()),
        received: NOW,
        sender: sender.to_owned(),
        recipient: "kim@customer.example".to_owned(),
        fate,
        refusals: vec![Refusal {
            at: NOW,
            host: "mx.customer.example [192.0.2.9]".to_owned(),
            source: "eu-1".to_owned(),
            reply: "550 5.7.1 \"listed\",\r\nsee elsewhere".to_owned(),
        }],
        refused: 1,
        rerouted: false,
        put_off: 0,
        parked_at: None,
        released_at: None,
        unsigned: false,
        maybe_twice: false,
        affected: true,
    }
}

#[test]
fn a_table_has_a_row_for_each_line_runs_nothing_and_says_what_is_missing() {
    let about = About {
        incident: "k3v9q0z1b7xa".to_owned(),
        tenant: "Acme".to_owned(),
        title: Text::same("x"),
        began: NOW,
        ended: None,
        times: Times { from: NOW, until: NOW },
        is_their_setup: false,
    };
    let lines = vec![line("+anna@acme.example", Fate::Reported { at: NOW, reply: "550 no".to_owned() })];
    let mut answer = Answer { about, sums: None, lines, doubts: Doubts::default() };
    let text = csv(&answer);
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 2, "{text}");
    let columns = rows[0].split(',').count();
    assert_eq!(rows[1].matches("\",\"").count() + 1, columns, "{text}");
    assert!(rows[1].contains("\"'=cmd") && rows[1].contains("\"'+anna@"), "{text}");
    assert!(rows[1].contains("\"550 5.7.1 \"\"listed\"\",  see elsewhere\""), "{text}");
    answer.lines[0].sender = "a; =HYPERLINK(1);b\t=2".to_owned();
    let text = csv(&answer);
    assert!(text.contains("\"a;' =HYPERLINK(1);b =2\""), "{text}");
    answer.lines[0].sender = "a\u{1b}[2J\u{9b}b".to_owned();
    assert!(csv(&answer).contains("\"a [2J b\""), "a terminal is told nothing either");
    answer.doubts.is_cut = true;
    assert!(csv(&answer).lines().last().unwrap().contains("not all"));
}
