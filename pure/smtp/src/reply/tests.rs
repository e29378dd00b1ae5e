//! Replies read and written back.

use super::*;
use model::{EnhancedCode, Reply};

fn read(bytes: &[u8]) -> Result<Vec<Reply>, ReplyError> {
    let mut reader = ReplyReader::new();
    let mut replies = Vec::new();
    let mut input = bytes;
    while let Some(reply) = reader.push(input)? {
        replies.push(reply);
        input = &[];
    }
    Ok(replies)
}

#[test]
fn a_reply_that_is_read_is_written_back_byte_for_byte() {
    for text in [
        "250 2.0.0 ok\r\n",
        "250\r\n",
        "250 \r\n",
        "550 5.7.511 Access denied, banned sender[192.0.2.1]\r\n",
        "550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n",
        "550-5.7.1\r\n550 5.7.1 text\r\n",
        "550 5.07.1 odd\r\n",
        "550 5.7.1234 odd\r\n",
        "550 5.7.1: colon\r\n",
        "250-mx\r\n250-SIZE 1\r\n250 DSN\r\n",
        "450 4.2.0 caf\u{e9} \t tab\r\n",
        "550 5.1.1  two blanks\r\n",
    ] {
        let replies = read(text.as_bytes()).unwrap();
        assert_eq!(replies.len(), 1, "{text:?}");
        let mut written = Vec::new();
        write_reply(&replies[0], &mut written);
        let expected = if text == "250\r\n" { "250 \r\n" } else { text };
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}

#[test]
fn codes_above_255_are_kept() {
    let reply = read(b"550 5.7.606 Access denied\r\n").unwrap().remove(0);
    assert_eq!(reply.enhanced, Some(EnhancedCode::new(5, 7, 606)));
    assert_eq!(reply.lines, [b"Access denied".to_vec()]);
}

#[test]
fn several_replies_in_one_read_are_given_one_by_one_with_their_lines() {
    let mut reader = ReplyReader::new();
    let first = reader.push(b"250-a\n250 b\r\n354 go\r\n55").unwrap().unwrap();
    assert_eq!((first.code.0, first.lines.len()), (250, 2));
    assert_eq!(reader.take_raw(), [b"250-a".to_vec(), b"250 b".to_vec()]);
    assert_eq!(reader.push(b"").unwrap().unwrap().code.0, 354);
    assert_eq!(reader.take_raw(), [b"354 go".to_vec()]);
    assert!(reader.has_rest());
    assert_eq!(reader.push(b"").unwrap(), None);
    assert_eq!(reader.push(b"0 no\r\n").unwrap().unwrap().code.0, 550);
    assert!(!reader.has_rest());
}

#[test]
fn what_is_no_reply_is_an_error() {
    assert_eq!(read(b"hello\r\n"), Err(ReplyError::Code("hello".to_owned())));
    for line in ["99 x\r\n", "199 x\r\n", "600 x\r\n", "250x\r\n", "250_x\r\n", "\r\n", "2 50\r\n"] {
        assert!(matches!(read(line.as_bytes()), Err(ReplyError::Code(_))), "{line:?}");
    }
    assert_eq!(read(b"250-a\r\n251 b\r\n"), Err(ReplyError::CodeChanges(250, 251)));
    assert_eq!(read(&[b'2'; 5_000]), Err(ReplyError::LineTooLong));
    assert_eq!(read(&b"250-x\r\n".repeat(101)), Err(ReplyError::TooManyLines));
}

#[test]
fn no_text_can_split_a_reply_of_ours() {
    let mut written = Vec::new();
    write_reply(&Reply::new(550, None, "a\r\n250 ok\nb\0"), &mut written);
    assert_eq!(written, b"550 a  250 ok b \r\n");
}
