//! The SMTP machines: the same session however bytes are cut, bounded memory, and a body that arrives as it was sent.

use model::{Duration, Envelope, Reply, ReversePath, Timestamp};
use smtp::{ClientConfig, ClientSession, ClientTls, ServerAction, ServerConfig, ServerSession};
use std::sync::Arc;

/// Most bytes of output that a server may have waiting for each byte that came: a reply of one line for a command of two bytes.
const OUTPUT_PER_BYTE: usize = 600;
const SIZE_MAX: u64 = 2_000;
const CODES: [u16; 8] = [250, 250, 250, 250, 250, 451, 550, 421];

struct Server {
    session: ServerSession,
    now: Timestamp,
    actions: Vec<ServerAction>,
    output: Vec<u8>,
    /// What the next answer follows from; `None`: yes to everything.
    answers: Option<u8>,
}

impl Server {
    fn new(answers: Option<u8>, size_max: u64) -> Self {
        let mut config = ServerConfig::new("mx.example");
        config.size_max.0 = size_max;
        let now = Timestamp::from_micros(0);
        let session = ServerSession::new(Arc::new(config), now);
        Self { session, now, actions: Vec::new(), output: Vec::new(), answers }
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.session.handle_bytes(bytes, self.now);
        while let Some(action) = self.session.poll_action() {
            let asks = matches!(
                action,
                ServerAction::CheckLogin { .. }
                    | ServerAction::CheckMail { .. }
                    | ServerAction::CheckRecipient { .. }
                    | ServerAction::BeginBody { .. }
                    | ServerAction::EndBody { .. }
            );
            self.note(action);
            if asks {
                self.answers = self.answers.map(|last| last.wrapping_mul(5).wrapping_add(3));
                let code = self.answers.map_or(250, |next| CODES[usize::from(next >> 5)]);
                self.session.answer(Reply::new(code, None, "answered"), self.now);
            }
        }
    }

    /// What it has to say by now.
    fn take(&mut self) -> Vec<u8> {
        let output = self.session.take_output();
        self.output.extend(&output);
        output
    }

    /// Pieces of one body are put together: how it was cut is nobody's business.
    fn note(&mut self, action: ServerAction) {
        match (self.actions.last_mut(), action) {
            (Some(ServerAction::Body(whole)), ServerAction::Body(more)) => whole.extend(more),
            (Some(ServerAction::Body(_)), abort @ ServerAction::AbortBody { .. }) => {
                self.actions.pop();
                self.actions.push(abort);
            }
            (_, action) => self.actions.push(action),
        }
    }
}

/// The first byte chooses the answers, the second one where bytes are cut. Behind each 0xFF a flight ends: what a client sends before
/// it has read the reply is part of the session's meaning.
pub(crate) fn server(data: &[u8]) {
    let [answers, cut, flights @ ..] = data else { return };
    let (mut whole, mut pieces) =
        (Server::new(Some(*answers), SIZE_MAX), Server::new(Some(*answers), SIZE_MAX));
    // Who speaks before he has read the banner is refused, and that would be the whole session.
    whole.take();
    pieces.take();
    for flight in flights.split(|byte| *byte == 0xff).filter(|flight| !flight.is_empty()) {
        whole.feed(flight);
        flight.chunks(usize::from(*cut % 61) + 1).for_each(|piece| pieces.feed(piece));
        whole.take();
        pieces.take();
        assert_eq!(
            String::from_utf8_lossy(&whole.output),
            String::from_utf8_lossy(&pieces.output),
            "replies depend on how bytes are cut"
        );
        assert_eq!(whole.actions, pieces.actions, "what is asked depends on how bytes are cut");
    }
    assert!(whole.output.len() <= OUTPUT_PER_BYTE * (flights.len() + 2), "replies without end");
    for action in &whole.actions {
        if let ServerAction::Body(bytes) = action {
            assert!(bytes.len() as u64 <= SIZE_MAX, "a body is longer than what is allowed");
        }
    }
}

/// A next hop says anything. The first byte chooses how the message is sent.
pub(crate) fn client(data: &[u8]) {
    let [choice, words @ ..] = data else { return };
    let now = Timestamp::from_micros(0);
    let tls = match choice % 3 {
        0 => ClientTls::Never,
        1 => ClientTls::Opportunistic,
        _ => ClientTls::Required,
    };
    let recipients = 1 + usize::from(choice >> 4);
    let mut client = ClientSession::new(ClientConfig::new("relay.example", tls), now);
    let mut began = false;
    let mut done = 0;
    for (number, line) in words.split_inclusive(|byte| *byte == b'\n').enumerate() {
        client.handle_bytes(line, now + Duration::from_millis(number as u64));
        client.take_output();
        if client.is_ready() && !began {
            began = true;
            let to = (0..recipients).map(|at| format!("r{at}@d.example").parse().expect("an address"));
            client.begin(&Envelope::new(ReversePath::Null, to), 20, now);
            client.send_body(b"Subject: x\r\n\r\nbody\r\n", now);
            client.end_body(now);
        }
        while let Some(event) = client.poll_event() {
            if let smtp::ClientEvent::TransactionDone { recipients: told } = event {
                assert_eq!(told.len(), recipients, "every recipient has one outcome");
                done += 1;
            }
        }
    }
    assert!(done <= usize::from(began), "one transaction ended more than once");
}

/// What is sent by BDAT arrives byte for byte, and what is sent by DATA arrives with CRLF for LF; a second message behind it too.
pub(crate) fn bodies(data: &[u8]) {
    let [choice, body @ ..] = data else { return };
    let with_chunking = choice & 1 == 1;
    let piece_len = 1 + usize::from(choice >> 1) * 7;
    // By DATA a lone CR has no one meaning: the server refuses it or ends a line there.
    let sent: Vec<u8> = if with_chunking {
        body.to_vec()
    } else {
        body.iter().copied().filter(|byte| *byte != b'\r').collect()
    };
    // A NUL is refused, however it comes.
    if sent.contains(&0) {
        return;
    }
    let arrived = carry(&sent, piece_len, with_chunking);
    if with_chunking {
        assert_eq!(arrived, [sent], "by BDAT every byte arrives");
    } else {
        let mut expected = Vec::new();
        for byte in &sent {
            if *byte == b'\n' {
                expected.push(b'\r');
            }
            expected.push(*byte);
        }
        if !expected.is_empty() && !expected.ends_with(b"\r\n") {
            expected.extend(b"\r\n");
        }
        assert_eq!(arrived, [expected], "by DATA a line stays a line: {:?}", body.escape_ascii().to_string());
    }
}

/// One transaction from our client to our server; gives the bodies that arrived.
fn carry(body: &[u8], piece_len: usize, with_chunking: bool) -> Vec<Vec<u8>> {
    let now = Timestamp::from_micros(0);
    let mut client = ClientSession::new(ClientConfig::new("relay.example", ClientTls::Never), now);
    let mut server = Server::new(None, 1 << 20);
    let settle = |client: &mut ClientSession, server: &mut Server| loop {
        let words = server.take();
        let words = match with_chunking {
            true => words,
            false => String::from_utf8_lossy(&words).replace("250-CHUNKING\r\n", "").into_bytes(),
        };
        client.handle_bytes(&words, now);
        let bytes = client.take_output();
        for piece in bytes.chunks(4_096) {
            server.feed(piece);
        }
        if bytes.is_empty() && words.is_empty() {
            return;
        }
    };
    settle(&mut client, &mut server);
    let envelope = Envelope::new(ReversePath::Null, ["c@d.example".parse().expect("an address")]);
    client.begin(&envelope, body.len() as u64, now);
    settle(&mut client, &mut server);
    body.chunks(piece_len).for_each(|piece| client.send_body(piece, now));
    client.end_body(now);
    settle(&mut client, &mut server);
    let ended = |pair: &[ServerAction]| match pair {
        [ServerAction::Body(bytes), ServerAction::EndBody { .. }] => Some(bytes.clone()),
        [_, ServerAction::EndBody { .. }] => Some(Vec::new()),
        _ => None,
    };
    server.actions.windows(2).filter_map(ended).collect()
}
