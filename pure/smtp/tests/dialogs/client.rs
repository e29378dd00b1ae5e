//! The client session behind a dialog: a shell that does nothing of its own, every call stands in the dialog.

use crate::Machine;
use crate::script::decode;
use model::{Duration, Envelope, Recipient, Timestamp};
use smtp::{
    ClientConfig, ClientEvent, ClientSession, ClientTls, Command, EncodedCredentials, ForwardPath,
    RecipientOutcome, RecipientResult, parse_command,
};

pub(crate) struct ClientUnderTest {
    session: ClientSession,
    now: Timestamp,
}

impl ClientUnderTest {
    pub(crate) fn new(options: &str) -> Self {
        let (options, credentials) = match options.strip_suffix(" auth") {
            Some(options) => (options, Some(credentials())),
            None => (options, None),
        };
        let (options, chunking) = match options.strip_suffix(" chunking=no") {
            Some(options) => (options, false),
            None => (options, true),
        };
        let tls = match options {
            "tls=implicit" => ClientTls::Implicit,
            "tls=never" | "" => ClientTls::Never,
            "tls=opportunistic" => ClientTls::Opportunistic,
            "tls=required" => ClientTls::Required,
            other => panic!("unknown option {other}"),
        };
        let now = Timestamp::from_micros(0);
        let config = ClientConfig { credentials, chunking, ..ClientConfig::new("relay.example", tls) };
        Self { session: ClientSession::new(config, now), now }
    }
}

/// `relay` with the password `secret`.
fn credentials() -> EncodedCredentials {
    EncodedCredentials {
        plain: "AHJlbGF5AHNlY3JldA==".to_owned(),
        user: "cmVsYXk=".to_owned(),
        password: "c2VjcmV0".to_owned(),
    }
}

impl Machine for ClientUnderTest {
    fn feed(&mut self, bytes: &[u8]) {
        self.session.handle_bytes(bytes, self.now);
    }

    fn act(&mut self, words: &str) {
        let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
        match verb {
            "nothing" => {}
            "begin" => {
                let envelope = envelope(rest);
                let size = envelope.size.map_or(0, |size| size.0);
                self.session.begin(&envelope, size, self.now);
            }
            "body" => self.session.send_body(&decode(rest), self.now),
            "end_body" => self.session.end_body(self.now),
            "quit" => self.session.quit(self.now),
            "tls" => self.session.handle_tls_started(self.now),
            "tls_failed" => self.session.handle_tls_failed(rest.to_owned(), self.now),
            "end" => self.session.handle_end(self.now),
            "time" => {
                self.now = self.now + Duration::from_secs(rest.parse().expect("seconds"));
                self.session.handle_timeout(self.now);
            }
            other => panic!("unknown act {other}"),
        }
    }

    fn take_output(&mut self) -> Vec<u8> {
        self.session.take_output()
    }

    fn take_events(&mut self) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        while let Some(event) = self.session.poll_event() {
            events.extend(shown(event).into_iter().map(String::into_bytes));
        }
        events
    }
}

/// `MAIL FROM:<...> ... | RCPT TO:<...> ... | ...`: read by the server's own parser.
fn envelope(text: &str) -> Envelope {
    let mut lines = text.split(" | ").map(|line| parse_command(line.as_bytes()).expect("a command"));
    let Some(Command::Mail(mut envelope)) = lines.next() else { panic!("begin MAIL ... | RCPT ...") };
    for line in lines {
        let Command::Rcpt { path: ForwardPath::Mailbox(address), notify, orcpt } = line else {
            panic!("begin MAIL ... | RCPT ...")
        };
        envelope.recipients.push(Recipient { address, notify, orcpt });
    }
    *envelope
}

fn shown(event: ClientEvent) -> Vec<String> {
    match event {
        ClientEvent::StartTls => vec!["starttls".to_owned()],
        ClientEvent::Ready => vec!["ready".to_owned()],
        ClientEvent::SendBody => vec!["send_body".to_owned()],
        ClientEvent::FinalDotSent => vec!["final_dot_sent".to_owned()],
        ClientEvent::Closed => vec!["closed".to_owned()],
        ClientEvent::ConnectionFailed { stage, failure } => vec![format!("failed {stage:?}: {failure}")],
        ClientEvent::TransactionDone { recipients } => {
            let results = recipients.iter().map(shown_result);
            ["done".to_owned()].into_iter().chain(results).collect()
        }
    }
}

fn shown_result(result: &RecipientResult) -> String {
    let stage = result.stage;
    match &result.outcome {
        RecipientOutcome::Accepted(reply) => format!("accepted {stage:?}: {reply}"),
        RecipientOutcome::Refused(reply) => format!("refused {stage:?}: {reply}"),
        RecipientOutcome::Failed(failure) => format!("failed {stage:?}: {failure}"),
        RecipientOutcome::Unknown(failure) => format!("unknown {stage:?}: {failure}"),
    }
}
