//! Generated sessions: however bytes are cut the session is the same, and what the client sends the server gets.
//!
//! A failing case is printed in its smallest form; put it into a dialog before mending what it found.

use model::{Duration, Envelope, Reply, ReversePath, Timestamp};
use proptest::prelude::*;
use smtp::{
    ClientConfig, ClientEvent, ClientSession, ClientTls, RecipientOutcome, ServerAction, ServerConfig,
    ServerSession,
};
use std::sync::Arc;

/// A server whose shell gives the answers that it was told, and what happened in it.
struct Server {
    session: ServerSession,
    output: Vec<u8>,
    /// Actions, with the pieces of one body put together.
    actions: Vec<ServerAction>,
    now: Timestamp,
    /// Codes of the answers, used over and over.
    answers: Vec<u16>,
    asked: usize,
}

impl Server {
    fn new(size_max: u64, answers: &[u16]) -> Self {
        let mut config = ServerConfig::new("mx.example");
        config.size_max.0 = size_max;
        let now = Timestamp::from_micros(0);
        let session = ServerSession::new(Arc::new(config), now);
        let answers = answers.to_vec();
        let mut server = Self { session, output: Vec::new(), actions: Vec::new(), now, answers, asked: 0 };
        server.take();
        server
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.now = self.now + Duration::from_millis(1);
        self.session.handle_bytes(bytes, self.now);
        while let Some(action) = self.session.poll_action() {
            let needs_answer = matches!(
                action,
                ServerAction::CheckLogin { .. }
                    | ServerAction::CheckMail { .. }
                    | ServerAction::CheckRecipient { .. }
                    | ServerAction::BeginBody { .. }
                    | ServerAction::EndBody { .. }
            );
            assert!(!needs_answer || !self.session.wants_bytes(), "nothing is read before the answer");
            self.note(action);
            if needs_answer {
                let code = self.answers[self.asked % self.answers.len()];
                self.asked += 1;
                self.session.answer(Reply::new(code, None, "answered"), self.now);
            }
        }
    }

    fn note(&mut self, action: ServerAction) {
        match (self.actions.last_mut(), action) {
            (Some(ServerAction::Body(whole)), ServerAction::Body(more)) => whole.extend(more),
            // What came before an abort is void, and how much of it was given out says nothing.
            (Some(ServerAction::Body(_)), abort @ ServerAction::AbortBody { .. }) => {
                self.actions.pop();
                self.actions.push(abort);
            }
            (_, action) => self.actions.push(action),
        }
    }

    fn take(&mut self) -> Vec<u8> {
        let output = self.session.take_output();
        self.output.extend(&output);
        output
    }

    fn bodies(&self) -> Vec<Vec<u8>> {
        let ended = |pair: &[ServerAction]| match pair {
            [ServerAction::Body(bytes), ServerAction::EndBody { .. }] => Some(bytes.clone()),
            [_, ServerAction::EndBody { .. }] => Some(Vec::new()),
            _ => None,
        };
        self.actions.windows(2).filter_map(ended).collect()
    }
}

/// Pieces of conversations, good and bad.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let text = |text: &'static str| Just(text.as_bytes().to_vec());
    prop_oneof![
        text("EHLO client.example\r\n"),
        text("MAIL FROM:<a@b.example>\r\n"),
        text("MAIL FROM:<> SIZE=90\r\n"),
        text("RCPT TO:<c@d.example>\r\n"),
        text("RCPT TO:<postmaster> NOTIFY=NEVER\r\n"),
        text("DATA\r\n"),
        text("Subject: x\r\n\r\nhello\r\n.\r\n"),
        text("a\n.\nb\r\n..\r\n.\r\n"),
        text("a\r.\rb\r\n.\r\n"),
        text("x\0y\r\n.\r\n"),
        text("BDAT 7\r\nabc\n\r\n."),
        text("BDAT 7 LAST\r\n.\r\nabcd"),
        text("BDAT 200 LAST\r\n"),
        text("BDAT 0 LAST\r\n"),
        text("BDAT x\r\n"),
        text("RSET\r\n"),
        text("NOOP\r\n"),
        text("NOOP\nNOOP\r\n"),
        text("STARTTLS\r\n"),
        text("QUIT\r\n"),
        text("GET / HTTP/1.1\r\n"),
        text("\r\n"),
        proptest::collection::vec(any::<u8>(), 0..80),
        proptest::collection::vec(Just(b'x'), 60..3_000),
    ]
}

/// An opening that gets somewhere, then anything. Each inner vector is a flight.
fn conversation() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let open = "EHLO c.example\r\n|MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n|DATA\r\n";
    let opening: Vec<Vec<u8>> = open.split('|').map(|flight| flight.as_bytes().to_vec()).collect();
    let flight = proptest::collection::vec(fragment(), 1..4).prop_map(|fragments| fragments.concat());
    (0..=opening.len(), proptest::collection::vec(flight, 0..8))
        .prop_map(move |(depth, flights)| opening[..depth].iter().cloned().chain(flights).collect())
}

/// Mostly a grant.
fn answer_code() -> impl Strategy<Value = u16> {
    prop_oneof![12 => Just(250), 1 => Just(451), 1 => Just(550), 1 => Just(421)]
}

fn cut(bytes: &[u8], lengths: &[usize]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    let mut lengths = lengths.iter().cycle();
    while let (false, Some(length)) = (rest.is_empty(), lengths.next()) {
        let (piece, later) = rest.split_at((*length).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = later;
    }
    pieces
}

/// One transaction from the machine of the client into the machine of the server.
struct Pair {
    client: ClientSession,
    server: Server,
    now: Timestamp,
    to_client: Vec<u8>,
    outcomes: Vec<RecipientOutcome>,
}

impl Pair {
    /// Without CHUNKING in what the client reads, if it is to use DATA.
    fn new(with_chunking: bool) -> Self {
        let now = Timestamp::from_micros(0);
        let client = ClientSession::new(ClientConfig::new("relay.example", ClientTls::Never), now);
        let mut server = Server::new(1 << 20, &[250]);
        let to_client = core::mem::take(&mut server.output);
        let mut pair = Self { client, server, now, to_client, outcomes: Vec::new() };
        pair.settle(with_chunking);
        assert!(pair.client.is_ready());
        pair
    }

    /// Carries bytes to and fro until nobody has anything to say.
    fn settle(&mut self, with_chunking: bool) {
        loop {
            let mut words = core::mem::take(&mut self.to_client);
            if !with_chunking {
                words = String::from_utf8(words)
                    .expect("our replies")
                    .replace("250-CHUNKING\r\n", "")
                    .into_bytes();
            }
            self.client.handle_bytes(&words, self.now);
            let bytes = self.client.take_output();
            for piece in bytes.chunks(4_096) {
                self.server.feed(piece);
            }
            self.to_client = self.server.take();
            if bytes.is_empty() && self.to_client.is_empty() {
                return;
            }
        }
    }

    fn send(&mut self, body: &[u8], piece_len: usize, with_chunking: bool) {
        let envelope = Envelope::new(ReversePath::Null, ["c@d.example".parse().expect("an address")]);
        self.client.begin(&envelope, body.len() as u64, self.now);
        self.settle(with_chunking);
        for piece in body.chunks(piece_len) {
            self.client.send_body(piece, self.now);
        }
        self.client.end_body(self.now);
        self.settle(with_chunking);
        while let Some(event) = self.client.poll_event() {
            if let ClientEvent::TransactionDone { recipients } = event {
                self.outcomes.extend(recipients.into_iter().map(|result| result.outcome));
            }
        }
    }
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(b"\r\n".to_vec()),
        2 => Just(b".".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n.\r\n".to_vec()),
        1 => Just(b"\r\nMAIL FROM:<smuggled@evil.example>\r\n".to_vec()),
        4 => proptest::collection::vec(any::<u8>(), 1..40),
        1 => Just(vec![b'x'; 9_000]),
    ];
    proptest::collection::vec(piece, 0..20)
        .prop_map(|pieces| [b"A: b\r\n\r\n".to_vec(), pieces.concat()].concat())
}

fn without(bytes: &[u8], unwanted: u8) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != unwanted).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_session_is_the_same_however_bytes_are_cut(
        flights in conversation(), lengths in proptest::collection::vec(1_usize..60, 1..9),
        answers in proptest::collection::vec(answer_code(), 1..9),
    ) {
        let (mut whole, mut pieces) = (Server::new(100, &answers), Server::new(100, &answers));
        for flight in &flights {
            whole.feed(flight);
            for piece in cut(flight, &lengths) {
                pieces.feed(&piece);
            }
            whole.take();
            pieces.take();
            prop_assert_eq!(String::from_utf8_lossy(&whole.output), String::from_utf8_lossy(&pieces.output));
            prop_assert_eq!(&whole.actions, &pieces.actions);
        }
    }

    #[test]
    fn by_bdat_a_body_arrives_as_one_message_with_every_byte(bytes in body(), piece_len in 1_usize..5_000) {
        let mut pair = Pair::new(true);
        pair.send(&bytes, piece_len, true);
        prop_assert_eq!(pair.server.bodies(), vec![bytes]);
        prop_assert!(matches!(pair.outcomes[..], [RecipientOutcome::Accepted(_)]));
    }

    #[test]
    fn by_data_a_body_arrives_as_one_message_with_crlf_at_every_line(bytes in body(), piece_len in 1_usize..5_000) {
        let mut pair = Pair::new(false);
        // A body with line ends of one kind only has one reading: LF stands for CRLF.
        let lf_only = without(&bytes, b'\r');
        pair.send(&lf_only, piece_len, false);
        let mut expected = Vec::new();
        for byte in &lf_only {
            if *byte == b'\n' {
                expected.push(b'\r');
            }
            expected.push(*byte);
        }
        if !expected.ends_with(b"\r\n") {
            expected.extend(b"\r\n");
        }
        prop_assert_eq!(pair.server.bodies(), vec![expected.clone()]);
        // And what was accepted is sent on and accepted with the very same bytes.
        pair.send(&expected, piece_len, false);
        prop_assert_eq!(pair.server.bodies(), vec![expected.clone(), expected]);
        prop_assert!(pair.outcomes.iter().all(|outcome| matches!(outcome, RecipientOutcome::Accepted(_))));
        prop_assert_eq!(pair.outcomes.len(), 2);
    }
}
