//! Whole conversations written at once and judged by their replies' codes: order, framing, STARTTLS, limits.

use crate::{Framing, Playground, PlaygroundConfig};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const START: &str = "EHLO x\r\nMAIL FROM:<a@acme.example>\r\nRCPT TO:<b@acme.example>\r\n";

/// Says everything, closes, and gives the final line's code of each reply.
async fn codes(playground: &Playground, said: &[u8]) -> Vec<u16> {
    let mut stream = TcpStream::connect(playground.exchange_address()).await.unwrap();
    stream.write_all(said).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut heard = String::new();
    let read = stream.read_to_string(&mut heard);
    tokio::time::timeout(Duration::from_secs(30), read).await.unwrap().unwrap();
    let finals = heard.lines().filter(|line| line.as_bytes().get(3) == Some(&b' '));
    finals.map(|line| line[..3].parse().unwrap()).collect()
}

#[tokio::test]
async fn commands_out_of_their_order_change_nothing() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let table: [(&str, &[u16]); 7] = [
        ("MAIL FROM:<a@b.example>\r\nQUIT\r\n", &[220, 503, 221]),
        ("EHLO x\r\nRCPT TO:<a@b.example>\r\nDATA\r\nQUIT\r\n", &[220, 250, 503, 503, 221]),
        (
            "EHLO x\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n",
            &[220, 250, 250, 503, 250, 250],
        ),
        ("HELO x\r\nNOOP\r\nVRFY a\r\nHELP\r\n", &[220, 250, 250, 252, 500]),
        ("EHLO x\r\nMAIL FROM:<a@acme.example> SIZE=999999999\r\n", &[220, 250, 552]),
        ("EHLO x\r\nMAIL FROM:a@acme.example\r\n", &[220, 250, 501]),
        ("EHLO x\r\nSTARTTLS\r\nMAIL FROM:<injected@acme.example>\r\n", &[220, 250, 554]),
    ];
    for (said, expected) in table {
        assert_eq!(codes(&playground, said.as_bytes()).await, expected, "{said}");
    }
    assert_eq!(playground.figures().arrived, 0);
    playground.stop().await;
}

#[tokio::test]
async fn bdat_stays_in_step_with_its_counts() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let early = codes(&playground, b"EHLO x\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n").await;
    assert_eq!(early, [220, 250, 503, 250]);
    let said = format!("{START}BDAT 5\r\nA: b\rBDAT 4\r\n\n\r\nxBDAT 0 LAST\r\nQUIT\r\n");
    assert_eq!(codes(&playground, said.as_bytes()).await, [220, 250, 250, 250, 250, 250, 250, 221]);
    let arrived = playground.mailbox().remove(0);
    assert_eq!((&arrived.data[..], arrived.framing), (&b"A: b\r\n\r\nx"[..], Framing::Bdat));
    let raw = "MAIL FROM:<a@acme.example>\r\nRCPT TO:<b@acme.example>\r\nBDAT 5\r\nA: b\rBDAT 4\r\n\n\r\nxBDAT 0 LAST\r\n";
    assert_eq!(String::from_utf8_lossy(&arrived.raw_socket_bytes), raw);
    let mixed = format!("{START}BDAT 1\r\nxDATA\r\nBDAT -1 LAST\r\nNOOP\r\n");
    assert_eq!(codes(&playground, mixed.as_bytes()).await, [220, 250, 250, 250, 250, 503, 501]);
    playground.stop().await;
}

#[tokio::test]
async fn two_messages_on_one_connection_are_two() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let second =
        "MAIL FROM:<c@acme.example>\r\nRCPT TO:<d@acme.example>\r\nDATA\r\nB: 2\r\n\r\n..\r\n.\r\nQUIT\r\n";
    let said = format!("{START}DATA\r\nA: 1\r\n\r\n1\n.\n2\r\n.\r\n{second}");
    let expected = [220, 250, 250, 250, 354, 250, 250, 250, 354, 250, 221];
    assert_eq!(codes(&playground, said.as_bytes()).await, expected);
    let arrived = playground.mailbox();
    assert_eq!(&arrived[0].data[..], b"A: 1\r\n\r\n1\n.\n2\r\n");
    assert_eq!(&arrived[1].data[..], b"B: 2\r\n\r\n.\r\n");
    assert_eq!(String::from_utf8_lossy(&arrived[1].raw_socket_bytes), second.replace("QUIT\r\n", ""));
    playground.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_the_next_may_come() {
    let mut config = PlaygroundConfig::example();
    config.inbound.size_max = 100;
    let playground = Playground::start(config).await.unwrap();
    let said = format!("{START}DATA\r\n{}\r\n.\r\nNOOP\r\n", "x".repeat(101));
    assert_eq!(codes(&playground, said.as_bytes()).await, [220, 250, 250, 250, 354, 552, 250]);
    playground.stop().await;
}
