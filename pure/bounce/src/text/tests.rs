use super::{addresses, prepare};

fn check(reply: &str, code: Option<u16>, enhanced: Option<&str>, words: &str) {
    let prepared = prepare(reply);
    assert_eq!(prepared.words, words, "of `{reply}`");
    assert_eq!(prepared.code, code, "of `{reply}`");
    assert_eq!(prepared.enhanced.map(|code| code.to_string()).as_deref(), enhanced, "of `{reply}`");
}

#[test]
fn codes_are_taken_out_of_the_words() {
    check("550 5.1.1 No such user", Some(550), Some("5.1.1"), "no such user");
    check("550-5.7.1 Mail is\r\n550 5.7.1 blocked", Some(550), Some("5.7.1"), "mail is blocked");
    check("550 sorry (#5.1.1)", Some(550), Some("5.1.1"), "sorry");
    check("550 5.1.1 said: 5.2.2 full", Some(550), Some("5.1.1"), "said: 5.2.2 full");
    check("no code", None, None, "no code");
    check("5501 is no code", None, None, "5501 is no code");
}

#[test]
fn mailboxes_and_addresses_lose_their_names() {
    check("550 <spam@virus.example>: Bad", Some(550), None, "<@>: bad");
    check("550 RCPT TO:<a@b.example> bad a=c@d.example", Some(550), None, "rcpt to:<@> bad a=@");
    check("554 client [192.0.2.1] blocked", Some(554), None, "client [<ip>] blocked");
    check("554 IP=192.0.2.1 - x.xx.xx.xx", Some(554), None, "ip=<ip> - <ip>");
    check("554 client [2001:db8::1] blocked", Some(554), None, "client [<ip>] blocked");
    check(
        "554 see https://list.example/?ip=192.0.2.1",
        Some(554),
        None,
        "see https://list.example/?ip=192.0.2.1",
    );
}

#[test]
fn capitals_of_every_alphabet_and_typographic_quotes_have_one_spelling() {
    check("550 ПОЧТОВЫЙ Ящик", Some(550), None, "почтовый ящик");
    check("550 EMPFÄNGER", Some(550), None, "empfänger");
    check("550 Doesn\u{2019}t exist", Some(550), None, "doesn't exist");
}

#[test]
fn every_address_is_found_with_its_brackets() {
    let found = |text: &str| {
        addresses(text)
            .iter()
            .map(|named| (named.address.to_string(), named.is_bracketed))
            .collect::<Vec<_>>()
    };
    let expected = |list: &[(&str, bool)]| {
        list.iter().map(|(address, is)| ((*address).to_owned(), *is)).collect::<Vec<_>>()
    };
    assert_eq!(found("550 5.7.1 Client host [192.0.2.1] blocked"), expected(&[("192.0.2.1", true)]));
    assert_eq!(found("see https://x.example/?ip=192.0.2.1."), expected(&[("192.0.2.1", false)]));
    assert_eq!(found("from [IPv6:2001:db8::1]:25"), expected(&[("2001:db8::1", true)]));
    assert_eq!(found("from 192.0.2.1:25, 4.7.1 12:30:45"), expected(&[("192.0.2.1", false)]));
}

#[test]
fn a_long_reply_is_cut_between_characters() {
    let prepared = prepare(&format!("550 {}", "é".repeat(10_000)));
    assert!(prepared.words.len() <= 4096, "{}", prepared.words.len());
}
