//! Commands and refusals, as tables. The dialogs hold most of the grammar; here stands what they cannot show.

use super::*;
use crate::Capabilities;
use model::{BodyType, DsnReturn, Recipient};

#[test]
fn verbs_are_read_without_regard_to_case_and_blanks_at_the_end() {
    assert_eq!(parse_command(b"data  "), Ok(Command::Data));
    assert_eq!(parse_command(b"Quit"), Ok(Command::Quit));
    assert_eq!(parse_command(b"starttls"), Ok(Command::StartTls));
    assert_eq!(parse_command(b"bdat 007 Last"), Ok(Command::Bdat { size: 7, last: true }));
    assert_eq!(parse_command(b"eHLO x"), Ok(Command::Ehlo("x".to_owned())));
    assert_eq!(parse_command(b" DATA"), Err(CommandError::Unknown));
    assert_eq!(parse_command(b"DATAx"), Err(CommandError::Unknown));
}

#[test]
fn a_name_in_ehlo_holds_nothing_that_has_a_meaning_in_a_header() {
    let check = |name: &str, good: bool| {
        assert_eq!(parse_command(format!("EHLO {name}").as_bytes()).is_ok(), good, "{name}");
    };
    check("mail-eu.protection.outlook.com", true);
    check("[IPv6:2001:db8::1]", true);
    check("some_host", true);
    check("a(b)", false);
    check("a;b", false);
    check("<a>", false);
    check("a@b", false);
    check("\"a", false);
    check("ä", false);
    check(&"x".repeat(255), true);
    check(&"x".repeat(256), false);
}

#[test]
fn every_refusal_has_a_permanent_reply_with_an_enhanced_code() {
    let lines: [&[u8]; 14] = [
        b"A\0",
        b"A\r",
        b"FOO",
        b"EXPN a",
        b"GET /",
        b"From: a",
        b"RSET 1",
        b"MAIL FROM:a",
        b"RCPT TO:a",
        b"RCPT TO:<\xff@b>",
        "MAIL FROM:<ä@b>".as_bytes(),
        b"MAIL FROM:<> X=1",
        b"MAIL FROM:<> SIZE=x",
        b"BDAT x",
    ];
    for line in lines {
        let reply = parse_command(line).expect_err("refused").reply();
        assert!((500..600).contains(&reply.code.0), "{line:?}");
        assert_eq!(reply.enhanced.map(|code| code.class), Some(5), "{line:?}");
    }
}

#[test]
fn what_the_client_writes_the_server_reads() {
    let mut envelope = Envelope::new(model::ReversePath::Null, []);
    envelope.body = BodyType::EightBitMime;
    envelope.ret = Some(DsnReturn::Full);
    envelope.envid = Some("a+2Bb".to_owned());
    envelope.smtputf8 = true;
    let offered = Capabilities { size: true, dsn: true, ..Capabilities::default() };
    let line = write_mail(&envelope, 42, &offered);
    envelope.size = Some(model::ByteCount(42));
    assert_eq!(parse_command(line.as_bytes()), Ok(Command::Mail(Box::new(envelope))));

    let recipient = Recipient {
        address: "\"a b\"@c.example".parse().unwrap(),
        notify: Some(Notify::NEVER),
        orcpt: Some("rfc822;x+20y@z.example".to_owned()),
    };
    let line = write_recipient(&recipient, &offered);
    let path = ForwardPath::Mailbox(recipient.address.clone());
    let read = Command::Rcpt { path, notify: recipient.notify, orcpt: recipient.orcpt.clone() };
    assert_eq!(parse_command(line.as_bytes()), Ok(read));
    assert_eq!(write_recipient(&recipient, &Capabilities::default()), "RCPT TO:<\"a b\"@c.example>");
}
