//! Composed mails read by mail-parser.

use super::{Draft, base64, compose, encode_words, first_message, quote};
use crate::Person;
use mail_parser::MessageParser;
use model::Timestamp;

fn li_wei() -> Person {
    Person { name: "李伟 (Li Wei)".to_owned(), address: "li.wei@acme.example".to_owned() }
}

#[test]
fn the_first_message_is_a_new_mail_with_both_forms() {
    let mail = first_message();
    let parsed = MessageParser::default().parse(&mail.raw).unwrap();
    assert_eq!(parsed.subject(), Some("Samples on their way – see you on Friday"));
    assert!(parsed.body_text(0).unwrap().contains("Dear Ms Kim"));
    assert!(parsed.body_html(0).unwrap().contains("<div style="));
    assert!(mail.raw.split(|byte| *byte == b'\n').all(|line| line.len() <= 100));
}

#[test]
fn a_visitors_words_come_out_as_they_went_in() {
    let body = "1 < 2 && \"quotes\" = 100 %\nÄrger mit 漢字 \n.dot\nlast ";
    let from = li_wei();
    let draft =
        Draft { from: &from, to: "kim@customer.example", subject: "Grüße & <b>", body, reply: true };
    let mail = compose(&draft, Timestamp::from_micros(1));
    let parsed = MessageParser::default().parse(&mail.raw).unwrap();
    assert_eq!(parsed.subject(), Some("Re: Grüße & <b>"));
    assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("李伟 (Li Wei)"));
    assert!(parsed.body_text(0).unwrap().replace("\r\n", "\n").starts_with(body));
    let html = parsed.body_html(0).unwrap();
    assert!(html.contains("1 &lt; 2 &amp;&amp; &quot;quotes&quot;") && html.contains("divRplyFwdMsg"));
}

#[test]
fn no_encoded_line_is_too_long() {
    let encoded = quote(&format!("{}\r\n", "ä=".repeat(300)));
    assert!(encoded.lines().all(|line| line.len() <= 76));
    assert!(encode_words(&"漢字".repeat(60)).split("\r\n ").all(|word| word.len() <= 75));
}

#[test]
fn base64_has_its_padding() {
    let table = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")];
    for (plain, encoded) in table {
        assert_eq!(base64(plain.as_bytes()), encoded);
    }
}
