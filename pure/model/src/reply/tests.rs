//! Codes and classes of replies.

use super::*;

#[test]
fn enhanced_codes_are_three_numbers() {
    let check = |text: &str, good: bool| assert_eq!(text.parse::<EnhancedCode>().is_ok(), good, "{text}");
    check("5.7.1", true);
    check("4.3.999", true);
    check("3.0.0", false);
    check("5.7", false);
    check("5.7.1.2", false);
    check("5.7.1234", false);
    check("5.+7.1", false);
}

#[test]
fn a_reply_reads_as_one_line() {
    let mut reply = Reply::new(550, Some(EnhancedCode::new(5, 7, 1)), "blocked");
    reply.lines.push(b"see https://example.test".to_vec());
    assert_eq!(reply.to_string(), "550 5.7.1 blocked see https://example.test");
    assert_eq!(reply.class(), ReplyClass::Permanent);
}
