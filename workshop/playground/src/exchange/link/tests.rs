//! Framing: what ends a body, what is stuffed, what is bare.

use super::{Link, LinkError, bare_ends, stuff, unstuff};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

async fn link_with(bytes: &[u8]) -> Link {
    let (mut near, far) = tokio::io::duplex(1 << 20);
    near.write_all(bytes).await.unwrap();
    near.shutdown().await.unwrap();
    Link::new(Box::new(far), Duration::from_secs(5))
}

#[tokio::test]
async fn only_crlf_dot_crlf_ends_a_body() {
    for not_an_end in
        ["a\n.\nb", "a\n.\r\nb", "a\r\n.\nb", "a\r.\rb", "a\r\n.\rb", "a\r\n..\r\nb", "a\r\n. \r\nb"]
    {
        let mut link = link_with(format!("{not_an_end}\r\n.\r\nQUIT\r\n").as_bytes()).await;
        let framed = link.until_final_dot(1_000).await.unwrap();
        assert_eq!(framed, format!("{not_an_end}\r\n.\r\n").as_bytes(), "{not_an_end:?}");
        assert_eq!(link.line(100).await.unwrap(), b"QUIT\r\n");
    }
}

#[tokio::test]
async fn an_empty_body_ends_with_the_first_line() {
    let mut link = link_with(b".\r\nQUIT\r\n").await;
    assert_eq!(unstuff(&link.until_final_dot(1_000).await.unwrap()), b"");
}

#[tokio::test]
async fn a_bare_line_feed_ends_no_command() {
    let mut link = link_with(b"NOOP\nQUIT\r\n").await;
    assert_eq!(link.line(100).await.unwrap(), b"NOOP\nQUIT\r\n");
}

#[tokio::test]
async fn what_is_longer_than_its_bound_is_an_error() {
    let mut link = link_with(&[b'x'; 300]).await;
    assert!(matches!(link.line(100).await, Err(LinkError::TooLong(100))));
}

#[tokio::test]
async fn heard_bytes_are_those_that_were_taken() {
    let mut link = link_with(b"NOOP\r\nMAIL\r\n123REST").await;
    link.line(100).await.unwrap();
    link.forget_heard();
    link.line(100).await.unwrap();
    link.exactly(3).await.unwrap();
    assert_eq!(link.take_heard(), b"MAIL\r\n123");
}

#[test]
fn stuffing_is_undone_by_unstuffing() {
    for body in ["", ".\r\n", "..\r\n", "a\r\n.b\r\n..\r\n.\r\n", "\r\n", "no dots\r\n"] {
        assert_eq!(unstuff(&stuff(body.as_bytes())), body.as_bytes(), "{body:?}");
    }
}

#[test]
fn a_dot_behind_a_bare_line_feed_is_no_stuffed_dot() {
    assert_eq!(unstuff(b"a\n.b\r\n.\r\n"), b"a\n.b\r\n");
}

#[test]
fn bare_line_ends_are_counted() {
    assert_eq!(bare_ends(b"\na\r\nb\nc\rd\r"), (2, 2));
}
