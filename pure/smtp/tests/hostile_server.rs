//! Whatever a server says, each transaction ends with one result for each recipient, and a connection ends once.

use model::{Duration, Envelope, ReversePath, Timestamp};
use proptest::prelude::*;
use smtp::{ClientConfig, ClientEvent, ClientSession, ClientTls, RecipientOutcome};

/// What one run brought to light.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    begun: usize,
    done: usize,
    closed: usize,
    dots: usize,
    accepted: usize,
}

/// A shell that begins a transaction whenever it may, and counts.
struct Shell {
    client: ClientSession,
    now: Timestamp,
    seen: Seen,
}

impl Shell {
    fn new() -> Self {
        let now = Timestamp::from_micros(0);
        let client = ClientSession::new(ClientConfig::new("relay.example", ClientTls::Opportunistic), now);
        Self { client, now, seen: Seen::default() }
    }

    fn work(&mut self) {
        while let Some(event) = self.client.poll_event() {
            assert_eq!(self.seen.closed, 0, "nothing comes after Closed");
            self.handle(event);
        }
        assert!(self.client.transcript().len() <= 256);
        self.client.take_output();
    }

    fn handle(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::StartTls => self.client.handle_tls_started(self.now),
            ClientEvent::Ready if self.seen.begun < 5 => {
                let to =
                    ["a@d.example", "b@d.example", "c@d.example"].map(|to| to.parse().expect("an address"));
                self.seen.begun += 1;
                self.client.begin(&Envelope::new(ReversePath::Null, to), 4, self.now);
            }
            ClientEvent::Ready => self.client.quit(self.now),
            ClientEvent::SendBody => {
                self.client.send_body(b".\r\n", self.now);
                self.client.send_body(b"x", self.now);
                self.client.end_body(self.now);
            }
            ClientEvent::FinalDotSent => self.seen.dots += 1,
            ClientEvent::TransactionDone { recipients } => {
                assert_eq!(recipients.len(), 3, "one result for each recipient");
                let taken = |outcome: &RecipientOutcome| {
                    matches!(outcome, RecipientOutcome::Accepted(_) | RecipientOutcome::Unknown(_))
                };
                if recipients.iter().any(|result| taken(&result.outcome)) {
                    self.seen.accepted += 1;
                }
                self.seen.done += 1;
            }
            ClientEvent::ConnectionFailed { .. } => {
                assert_eq!(self.seen.begun, 0, "only before a transaction")
            }
            ClientEvent::Closed => self.seen.closed += 1,
        }
    }
}

fn said() -> impl Strategy<Value = Vec<u8>> {
    let text = |text: &'static str| Just(text.as_bytes().to_vec());
    prop_oneof![
        8 => text("250 2.0.0 ok\r\n"),
        3 => text("354 go\r\n"),
        2 => text("250-mx\r\n250-PIPELINING\r\n250 SIZE 5\r\n"),
        2 => text("250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n"),
        1 => text("250-mx\r\n250 CHUNKING\r\n"),
        1 => text("250-mx\r\n250 STARTTLS\r\n"),
        3 => text("550 5.1.1 no\r\n"),
        2 => text("451 4.3.0 later\r\n"),
        1 => text("502 what\r\n"),
        1 => text("421 4.3.2 bye\r\n"),
        1 => text("220 hello\r\n"),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn every_transaction_has_one_end_whatever_the_server_says(
        replies in proptest::collection::vec(said(), 0..60), ends_by_time in any::<bool>(),
    ) {
        let mut shell = Shell::new();
        shell.client.handle_bytes(b"220 mx\r\n", shell.now);
        shell.work();
        for reply in replies {
            shell.client.handle_bytes(&reply, shell.now);
            shell.work();
        }
        for _ in 0..3 {
            shell.now = shell.now + Duration::from_secs(3_600);
            if ends_by_time {
                shell.client.handle_timeout(shell.now);
            } else {
                shell.client.handle_end(shell.now);
            }
            shell.work();
        }
        prop_assert_eq!(shell.seen.done, shell.seen.begun);
        prop_assert_eq!(shell.seen.closed, 1);
        prop_assert!(shell.seen.accepted <= shell.seen.dots, "nothing is taken before its end has left");
    }
}
