//! Which rule acts, and how often.

use super::{Act, Asked, Script, ScriptRule, Turns};
use model::Stage;
use std::net::IpAddr;

const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 1, 1));

fn at(stage: Stage, source: IpAddr, recipient: Option<&str>) -> Asked<'_> {
    Asked { stage, source, recipient, content: None }
}

fn reply(words: &str) -> Act {
    Act::Reply(words.to_owned())
}

#[test]
fn a_rule_has_its_turns_and_then_leaves_the_word_to_the_next() {
    let mut script = Script::new(1);
    script.add(ScriptRule::new(Stage::Mail, Turns::Count(2), reply("451 first")));
    script.add(ScriptRule::new(Stage::Mail, Turns::Always, reply("452 second")));
    let heard: Vec<_> = (0..3).map(|_| script.ask(at(Stage::Mail, CLIENT, None))).collect();
    let expected = ["451 first", "451 first", "452 second"].map(|words| Some(reply(words)));
    assert_eq!(heard, expected);
    assert_eq!(script.ask(at(Stage::Rcpt, CLIENT, None)), None);
}

#[test]
fn a_rule_can_be_for_one_client_and_one_kind_of_recipient() {
    let mut script = Script::new(1);
    let mut rule = ScriptRule::new(Stage::Rcpt, Turns::Always, Act::Close);
    rule.source = Some(CLIENT);
    rule.recipient = Some("@customer.example".to_owned());
    script.add(rule);
    assert_eq!(script.ask(at(Stage::Rcpt, CLIENT, Some("Kim@Customer.Example"))), Some(Act::Close));
    assert_eq!(script.ask(at(Stage::Rcpt, CLIENT, Some("kim@other.example"))), None);
    assert_eq!(script.ask(at(Stage::Rcpt, CLIENT, None)), None);
    assert_eq!(script.ask(at(Stage::Rcpt, IpAddr::from([127, 0, 1, 2]), Some("kim@customer.example"))), None);
}

#[test]
fn a_rule_can_be_for_what_stands_in_a_body() {
    let mut script = Script::new(1);
    let rule = ScriptRule::new(Stage::EndOfData, Turns::Always, Act::Close);
    script.add(ScriptRule { content: Some("https://link.example".to_owned()), ..rule });
    let asked = |content| Asked { content: Some(content), ..at(Stage::EndOfData, CLIENT, None) };
    assert_eq!(script.ask(asked(b"see https://link.ex=\r\nample/1")), Some(Act::Close));
    assert_eq!(script.ask(asked(b"see https://other.example")), None);
    assert_eq!(script.ask(at(Stage::EndOfData, CLIENT, None)), None);
}

#[test]
fn chance_is_the_same_for_the_same_seed_and_near_its_probability() {
    let count = |seed| {
        let mut script = Script::new(seed);
        script.add(ScriptRule::new(Stage::EndOfData, Turns::Chance(0.25), Act::Close));
        (0..4_000).filter(|_| script.ask(at(Stage::EndOfData, CLIENT, None)).is_some()).count()
    };
    assert_eq!(count(7), count(7));
    assert!((900..1_100).contains(&count(7)), "{}", count(7));
}
