//! RFC 6533, by the original's SMTPUTF8.

use super::*;

#[test]
fn an_original_with_smtputf8_gets_utf_8_and_one_without_the_escapes() {
    let mut case = Case::new().and("用户@acme.example", Cause::MailboxFull);
    case.envelope.recipients[0].orcpt = Some("utf-8;\\x{7528}+2Ba\\x{2B}@acme.example".to_owned());
    let escaped = case.text();
    for line in [
        "Content-Type: message/delivery-status",
        "Original-Recipient: utf-8; \\x{7528}\\x{2B}a\\x{2B}@acme.example",
        "Final-Recipient: utf-8; \\x{7528}\\x{6237}@acme.example",
    ] {
        assert!(escaped.contains(&format!("\r\n{line}\r\n")), "{line} in\n{escaped}");
    }
    case.envelope.smtputf8 = true;
    let text = case.text();
    for line in [
        "Content-Type: multipart/report; report-type=global-delivery-status;",
        "Content-Type: message/global-delivery-status",
        "Original-Recipient: utf-8; 用+a+@acme.example",
        "Final-Recipient: rfc822; gone@acme.example",
        "Final-Recipient: utf-8; 用户@acme.example",
        "Content-Type: text/rfc822-headers",
    ] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in\n{text}");
    }
    // Its own header is in ASCII: it needs 8BITMIME and no SMTPUTF8.
    let travels = case.travels();
    assert_eq!((travels.smtputf8, travels.body), (false, BodyType::EightBitMime));
}

#[test]
fn a_report_in_which_nothing_is_foreign_stays_as_every_program_reads_it() {
    let mut case = Case::new();
    case.envelope.smtputf8 = true;
    assert!(case.bytes().is_ascii() && case.text().contains("Content-Type: message/delivery-status\r\n"));
    case.diagnostic = "550 5.1.10 该用户不存在";
    assert!(case.text().contains("Diagnostic-Code: smtp; 550 5.1.10 该用户不存在\r\n"), "{}", case.text());
}

#[test]
fn an_escape_that_is_none_stays_and_none_makes_a_header() {
    let mut case = Case::new();
    for (orcpt, wanted) in [
        ("utf-8;\\x{110000}@a.example", "\\x{5C}x{110000}@a.example"),
        ("utf-8;\\x{zz}\\x{", "\\x{5C}x{zz}\\x{5C}x{"),
        ("utf-8;a\\x{D}\\x{A}Bcc: b", "a  Bcc: b"),
        ("UTF-8;a\\x{e9}@a.example", "a\\x{E9}@a.example"),
        ("rfc822;\\x{e9}@a.example", "\\x{e9}@a.example"),
    ] {
        case.envelope.recipients[0].orcpt = Some(orcpt.to_owned());
        let text = case.text();
        let field = text.lines().find_map(|line| line.strip_prefix("Original-Recipient: ")).unwrap();
        assert_eq!(field.split_once("; ").unwrap().1, wanted, "{orcpt}");
    }
}

#[test]
fn another_parser_finds_all_parts_of_a_global_report() {
    let mut case = Case::new().and("用户@acme.example", Cause::MailboxFull);
    case.envelope.mail_from = ReversePath::Mailbox("李伟@acme.example".parse().unwrap());
    case.envelope.smtputf8 = true;
    case.envelope.ret = Some(DsnReturn::Full);
    case.original = "From: 李伟@acme.example\r\nSubject: 报价\r\n\r\n你好\r\n".into();
    case.size = case.original.len() as u64;
    let bytes = case.bytes();
    let message = parse(&bytes);
    assert_eq!(
        types(&message),
        ["multipart/report", "text/plain", "message/global-delivery-status", "message/global"]
    );
    assert_eq!(message.subject(), Some("Not delivered: 报价"));
    assert!(read(&bytes).contains("用户@acme.example"));
}
