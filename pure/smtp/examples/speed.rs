//! How fast bodies are read and written; run by hand, because a machine's speed is no claim about the code.
//!
//! `cargo run --release -p smtp --example speed`

use model::{Envelope, Reply, ReversePath, Timestamp};
use smtp::{ClientConfig, ClientSession, ClientTls, ServerAction, ServerConfig, ServerSession};
use std::sync::Arc;

const BODY_LEN: usize = 128 << 20;

#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement needs a clock and says what it found"
)]
fn timed(name: &str, work: impl FnOnce()) {
    let start = std::time::Instant::now();
    work();
    let seconds = start.elapsed().as_secs_f64();
    println!("{name}: {:.0} MB/s", BODY_LEN as f64 / 1e6 / seconds);
}

/// Lines as base64 has them, which is most of all mail.
fn body() -> Vec<u8> {
    let line = [&[b'x'; 76][..], b"\r\n"].concat();
    let mut body = b"Subject: x\r\n\r\n".to_vec();
    while body.len() < BODY_LEN {
        body.extend(&line);
    }
    body
}

fn read(wire: &[&[u8]]) {
    let now = Timestamp::from_micros(0);
    let mut session = ServerSession::new(Arc::new(ServerConfig::new("mx.example")), now);
    let mut received = 0;
    for flight in wire {
        session.take_output();
        for piece in flight.chunks(64 << 10) {
            session.handle_bytes(piece, now);
            while let Some(action) = session.poll_action() {
                match action {
                    ServerAction::Body(bytes) => received += bytes.len(),
                    ServerAction::CheckLogin { .. }
                    | ServerAction::CheckMail { .. }
                    | ServerAction::CheckRecipient { .. }
                    | ServerAction::BeginBody { .. }
                    | ServerAction::EndBody { .. } => session.answer(Reply::new(250, None, "ok"), now),
                    ServerAction::StartTls | ServerAction::AbortBody { .. } | ServerAction::Close { .. } => {
                        panic!("the session ended")
                    }
                }
            }
        }
    }
    assert!(received >= BODY_LEN);
}

fn write(offered: &[u8], granted: &[u8], body: &[u8]) {
    let now = Timestamp::from_micros(0);
    let mut client = ClientSession::new(ClientConfig::new("relay.example", ClientTls::Never), now);
    client.handle_bytes(b"220 mx\r\n", now);
    client.handle_bytes(offered, now);
    let envelope = Envelope::new(ReversePath::Null, ["a@b.example".parse().expect("an address")]);
    client.begin(&envelope, 0, now);
    client.handle_bytes(granted, now);
    let mut written = 0;
    for piece in body.chunks(64 << 10) {
        client.send_body(piece, now);
        written += client.take_output().len();
    }
    client.end_body(now);
    assert!(written + client.take_output().len() >= body.len());
}

fn main() {
    let body = body();
    let open: [&[u8]; 3] = [b"", b"EHLO c.example\r\n", b"MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n"];
    let size = format!("BDAT {} LAST\r\n", body.len());
    timed("read DATA", || read(&[open[0], open[1], open[2], b"DATA\r\n", &body, b".\r\n"]));
    timed("read BDAT", || read(&[open[0], open[1], open[2], size.as_bytes(), &body]));
    timed("write DATA", || write(b"250-mx\r\n250 PIPELINING\r\n", b"250 ok\r\n250 ok\r\n354 go\r\n", &body));
    timed("write BDAT", || {
        write(b"250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n", b"250 ok\r\n250 ok\r\n", &body)
    });
}
