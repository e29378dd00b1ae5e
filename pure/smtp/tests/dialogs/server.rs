//! The server session behind a dialog: a shell that grants all it is asked unless the dialog says otherwise.

use crate::Machine;
use model::{BodyType, Duration, Envelope, Recipient, Reply, Timestamp};
use smtp::{BareLf, Framing, ReplyReader, ServerAction, ServerConfig, ServerSession, TlsInfo};
use std::collections::VecDeque;
use std::sync::Arc;

pub(crate) struct ServerUnderTest {
    session: ServerSession,
    now: Timestamp,
    /// Answers of the dialog: what they answer, and the reply.
    answers: VecDeque<(String, Reply)>,
    events: Vec<Vec<u8>>,
    /// The body that is open, as text of its envelope and its bytes.
    body: Option<(String, Vec<u8>)>,
}

impl ServerUnderTest {
    pub(crate) fn new(options: &str) -> Self {
        let mut config = ServerConfig::new("mx.example");
        for option in options.split_whitespace() {
            let (key, value) = option.split_once('=').expect("options are key=value");
            let number = || value.parse::<usize>().expect("a number");
            match key {
                "size_max" => config.size_max.0 = number() as u64,
                "recipients_max" => config.recipients_max = number(),
                "errors_max" => config.limits.errors_max = u32::try_from(number()).expect("a small number"),
                "line_max" => config.limits.body_line_len_max = number(),
                "bare_lf" => {
                    config.bare_lf = if value == "refuse" { BareLf::Refuse } else { BareLf::Normalise }
                }
                "auth" => config.auth = value == "yes",
                "starttls" => config.starttls = value == "yes",
                other => panic!("unknown option {other}"),
            }
        }
        let now = Timestamp::from_micros(0);
        let session = ServerSession::new(Arc::new(config), now);
        Self { session, now, answers: VecDeque::new(), events: Vec::new(), body: None }
    }

    fn pump(&mut self) {
        while let Some(action) = self.session.poll_action() {
            self.handle(action);
        }
    }

    fn handle(&mut self, action: ServerAction) {
        match action {
            ServerAction::StartTls => self.event("starttls"),
            ServerAction::CheckLogin { credentials } => {
                assert!(!format!("{credentials:?}").contains(&credentials.password));
                self.event(&format!("login {} {}", credentials.user, credentials.password));
                drop(self.answer("login", "235 2.7.0 welcome"));
            }
            ServerAction::CheckMail { .. } => drop(self.answer("mail", "250 2.1.0 sender ok")),
            ServerAction::CheckRecipient { .. } => drop(self.answer("rcpt", "250 2.1.5 recipient ok")),
            ServerAction::BeginBody { envelope } => {
                let reply = self.answer("begin", "250 go on");
                if reply.is_positive() {
                    self.body = Some((shown_envelope(&envelope), Vec::new()));
                }
            }
            ServerAction::Body(bytes) => {
                assert!(bytes.len() <= 64 << 10, "a chunk of {} bytes", bytes.len());
                self.body.as_mut().expect("a body has begun").1.extend(bytes);
            }
            ServerAction::EndBody { framing, bare_lf, size } => {
                let (envelope, bytes) = self.body.take().expect("a body has begun");
                assert_eq!(size.0, bytes.len() as u64, "the size is that of the chunks");
                let reply = self.answer("end", "250 2.0.0 queued");
                let word = if reply.is_positive() { "message" } else { "refused" };
                let framing = if framing == Framing::Data { "data" } else { "bdat" };
                let mut event = format!("{word} {framing} {envelope} bare_lf={bare_lf} body=").into_bytes();
                event.extend(bytes);
                self.events.push(event);
            }
            ServerAction::AbortBody { reason } => {
                self.body.take().expect("only an open body is aborted");
                self.event(&format!("abort {reason:?}"));
            }
            ServerAction::Close { reason } => self.event(&format!("close {reason:?}")),
        }
    }

    fn event(&mut self, text: &str) {
        self.events.push(text.as_bytes().to_vec());
    }

    fn answer(&mut self, kind: &str, default: &str) -> Reply {
        assert!(!self.session.wants_bytes(), "back-pressure while {kind} is unanswered");
        let chosen = self.answers.front().is_some_and(|(wanted, _)| wanted == kind);
        let answer = match self.answers.pop_front_if(|_| chosen) {
            Some((_, reply)) => reply,
            None => reply(default),
        };
        self.session.answer(answer.clone(), self.now);
        answer
    }
}

impl Machine for ServerUnderTest {
    fn feed(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(64 << 10) {
            self.session.handle_bytes(piece, self.now);
            self.pump();
        }
    }

    fn act(&mut self, words: &str) {
        let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
        match verb {
            "nothing" => {}
            "answer" => {
                let (kind, text) = rest.split_once(' ').expect("answer KIND REPLY");
                self.answers.push_back((kind.to_owned(), reply(text)));
            }
            "time" => {
                self.now = self.now + Duration::from_secs(rest.parse().expect("seconds"));
                self.session.handle_timeout(self.now);
            }
            "tls" => {
                let tls = TlsInfo {
                    protocol: "TLSv1.3".to_owned(),
                    cipher: "TLS13_AES_256_GCM_SHA384".to_owned(),
                    peer_certificate: None,
                    server_name: None,
                };
                self.session.handle_tls_started(tls, self.now);
                assert_eq!(self.session.helo(), None, "what was said in clear is forgotten");
            }
            "end" => self.session.handle_end(self.now),
            "stop" => self.session.shut_down(self.now),
            other => panic!("unknown act {other}"),
        }
        self.pump();
    }

    fn take_output(&mut self) -> Vec<u8> {
        self.session.take_output()
    }

    fn take_events(&mut self) -> Vec<Vec<u8>> {
        core::mem::take(&mut self.events)
    }
}

fn reply(text: &str) -> Reply {
    let read = ReplyReader::new().push(format!("{text}\r\n").as_bytes());
    read.expect("a reply").expect("a whole reply")
}

fn shown_envelope(envelope: &Envelope) -> String {
    let recipients: Vec<_> = envelope.recipients.iter().map(shown_recipient).collect();
    let mut text = format!("from=<{}>", envelope.mail_from);
    if envelope.body == BodyType::EightBitMime {
        text.push_str(" 8bitmime");
    }
    if envelope.smtputf8 {
        text.push_str(" smtputf8");
    }
    if envelope.require_tls {
        text.push_str(" requiretls");
    }
    if let Some(size) = envelope.size {
        text.push_str(&format!(" size={}", size.0));
    }
    if let Some(ret) = envelope.ret {
        text.push_str(&format!(" ret={ret:?}"));
    }
    if let Some(envid) = &envelope.envid {
        text.push_str(&format!(" envid={envid}"));
    }
    format!("{text} to={}", recipients.join(","))
}

fn shown_recipient(recipient: &Recipient) -> String {
    let mut text = format!("<{}>", recipient.address.as_str());
    if let Some(notify) = recipient.notify {
        text.push_str(&format!(" notify={}", notify.parameter()));
    }
    if let Some(orcpt) = &recipient.orcpt {
        text.push_str(&format!(" orcpt={orcpt}"));
    }
    text
}
