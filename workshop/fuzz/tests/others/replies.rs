//! Generated replies, read by smtp-proto as well.
//!
//! It is right about replies whose lines carry one code and whose enhanced code has small numbers: beyond 255 it cuts them off, and it
//! takes a code that changes from line to line.

use proptest::prelude::*;
use smtp::ReplyReader;
use smtp_proto::response::parser::ResponseReceiver;

fn reply() -> impl Strategy<Value = (u16, Option<(u8, u8, u8)>, Vec<String>)> {
    let code = (2_u16..6, 0_u16..6, 0_u16..10).prop_map(|(a, b, c)| a * 100 + b * 10 + c);
    let text = prop_oneof![Just(String::new()), "[a-zA-Z ]{1,40}", "[!-~]{1,60}"];
    let enhanced = proptest::option::of((0_u8..8, 0_u8..200));
    (code, enhanced, proptest::collection::vec(text, 1..5)).prop_map(|(code, enhanced, lines)| {
        let class = u8::try_from(code / 100).unwrap();
        // There is no enhanced code of class 3 (RFC 3463 §2).
        let enhanced = enhanced.filter(|_| class != 3).map(|(subject, detail)| (class, subject, detail));
        (code, enhanced, lines)
    })
}

fn written(code: u16, enhanced: Option<(u8, u8, u8)>, lines: &[String]) -> Vec<u8> {
    let mut out = String::new();
    for (number, line) in lines.iter().enumerate() {
        let mark = if number + 1 == lines.len() { ' ' } else { '-' };
        let enhanced = enhanced.map_or(String::new(), |(a, b, c)| format!("{a}.{b}.{c} "));
        out.push_str(&format!("{code}{mark}{enhanced}{line}\r\n"));
    }
    out.into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn smtp_proto_reads_a_reply_as_we_do((code, enhanced, lines) in reply()) {
        let bytes = written(code, enhanced, &lines);
        let ours = ReplyReader::new().push(&bytes).unwrap().expect("a whole reply");
        let theirs = ResponseReceiver::default().parse(&mut bytes.iter()).unwrap();
        prop_assert_eq!(ours.code.0, theirs.code);
        if let Some((class, subject, detail)) = enhanced {
            prop_assert_eq!([class, subject, detail], theirs.esc);
            let ours = ours.enhanced.expect("an enhanced code").to_string();
            prop_assert_eq!(ours, format!("{class}.{subject}.{detail}"));
        }
    }
}
