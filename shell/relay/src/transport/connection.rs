//! One outbound connection: the client machine over a socket.
//!
//! The machine says what to write, when to start TLS, when the body may go and what became of each recipient; here bytes move and
//! deadlines are kept. After a lost connection or a broken protocol it is not ready again and is dropped.

use super::course::{Course, Part};
use super::portion::{Portion, Room, learnt};
use super::security::PathSecurity;
use super::{Attempt, Shipment};
use crate::custody::Custody;
use crate::form::Fit;
use crate::steer::{Hop, Path};
use crate::wire::Wire;
use bounce::Failure;
use dispatch::Shape;
use message::encode;
use model::{ByteCount, Duration, Reply, Stage};
use net::{Clock, ConnectError};
use smtp::{
    ClientConfig, ClientEvent, ClientFailure, ClientSession, ClientTls, EncodedCredentials, Extension,
    RecipientOutcome, RecipientResult,
};
use std::io;
use tenant::settings::Fallback;
use tlspolicy::HostPolicy;
use tlspolicy::report::{Fault, ResultType};
use tokio::net::TcpStream;

const CONNECT_WAIT: Duration = Duration::from_secs(30);
/// How long the peer may leave unread what we wrote, and how long a handshake may take.
const WRITE_WAIT: Duration = Duration::from_secs(180);
const HANDSHAKE_WAIT: Duration = Duration::from_secs(60);
/// Bytes that may wait in the machine before the next part of a body is handed in.
const OUTPUT_MAX: usize = 256 << 10;

/// By number in the envelope of the message.
pub(super) type Results = Vec<(usize, Stage, Result<Reply, Failure>)>;

/// A connection that can carry a transaction.
pub(super) struct Connection {
    wire: Wire,
    machine: ClientSession,
    messages: u32,
    /// Recipients of one transaction, as many as it took before it said that there are too many.
    recipients_max: Option<usize>,
    /// Protocol and cipher.
    tls: Option<String>,
    /// Under TLS only, and it is known who answered.
    is_proven: bool,
}

/// What is needed to open one.
pub(super) struct Opening<'a> {
    pub(super) path: &'a Path,
    pub(super) hop: &'a Hop,
    pub(super) security: &'a PathSecurity,
    pub(super) clock: &'a Clock,
    /// Without TLS, after it failed where it is opportunistic.
    pub(super) in_clear: bool,
    /// Whether BDAT may be said.
    pub(super) chunking: bool,
}

pub(super) enum NotOpened {
    Connect(ConnectError),
    Failed(Stage, Failure),
}

impl Opening<'_> {
    /// Connects and goes through banner, EHLO and TLS.
    pub(super) async fn open(&self, course: &mut Course) -> Result<Connection, NotOpened> {
        course.enter(Part::Connect, self.clock.now());
        let deadline = self.clock.now() + CONNECT_WAIT;
        let stream = net::connect(self.path.source.address, self.hop.address, self.clock, deadline).await;
        let stream = stream.map_err(|error| {
            course.end(&[], true, self.clock.now());
            NotOpened::Connect(error)
        })?;
        course.enter(Part::Greeting, self.clock.now());
        let wish = if self.in_clear { ClientTls::Never } else { self.security.wish };
        let mut config = ClientConfig::new(self.path.source.ehlo.clone(), wish);
        config.chunking = self.chunking;
        config.credentials = self.path.login.as_ref().map(credentials);
        let wire = match wish {
            ClientTls::Implicit => self.wrapped(stream).await?,
            ClientTls::Never | ClientTls::Opportunistic | ClientTls::Required => Wire::of_replies(stream),
        };
        let is_proven = self.hop.policy.is_authenticated() && !self.in_clear;
        let machine = ClientSession::new(config, self.clock.now());
        let mut connection =
            Connection { wire, machine, messages: 0, recipients_max: None, tls: None, is_proven };
        loop {
            match connection.next_event(self.clock).await {
                ClientEvent::StartTls => {
                    course.enter(Part::Tls, self.clock.now());
                    course.tls_met = Some(connection.start_tls(self.security, self.clock).await);
                    connection.note_proof(&self.hop.policy);
                    course.enter(Part::Greeting, self.clock.now());
                }
                ClientEvent::Ready => {
                    if matches!(wish, ClientTls::Opportunistic | ClientTls::Required) {
                        course.tls_met.get_or_insert_with(|| Err(not_offered("")));
                    }
                    return Ok(connection);
                }
                ClientEvent::ConnectionFailed { stage, failure } => {
                    course.tls_met = course.tls_met.take().or_else(|| without_tls(stage, &failure).map(Err));
                    course.end(connection.machine.transcript(), true, self.clock.now());
                    return Err(NotOpened::Failed(stage, described(failure)));
                }
                ClientEvent::Closed
                | ClientEvent::SendBody
                | ClientEvent::FinalDotSent
                | ClientEvent::TransactionDone { .. } => {
                    let failure = Failure::Lost("the connection closed before it was ready".to_owned());
                    return Err(NotOpened::Failed(Stage::Ehlo, failure));
                }
            }
        }
    }
}

impl Opening<'_> {
    /// RFC 8314 §3.3: the handshake comes before the banner.
    async fn wrapped(&self, stream: TcpStream) -> Result<Wire, NotOpened> {
        let connecting = self.security.connector.connect(self.security.name.clone(), stream);
        let secured = tokio::time::timeout(HANDSHAKE_WAIT, connecting).await;
        let failed = |why: String| NotOpened::Failed(Stage::Tls, Failure::Tls(why));
        let stream = secured.map_err(|_elapsed| failed("the handshake did not end in time".to_owned()))?;
        stream.map(Wire::of_replies).map_err(|error| failed(error.to_string()))
    }
}

/// As AUTH says them.
fn credentials(login: &Fallback) -> EncodedCredentials {
    let base64 = |bytes: &[u8]| String::from_utf8_lossy(&encode::base64(bytes, "")).into_owned();
    let password = login.password.reveal();
    EncodedCredentials {
        plain: base64(format!("\0{}\0{password}", login.user).as_bytes()),
        user: base64(login.user.as_bytes()),
        password: base64(password.as_bytes()),
    }
}

impl Connection {
    pub(super) fn is_ready(&self) -> bool {
        self.machine.is_ready()
    }

    /// Whether the host turned out not to know BDAT, so that nothing was taken.
    pub(super) fn has_refused_chunking(&self) -> bool {
        self.machine.has_refused_chunking()
    }

    /// Whether a message that requires TLS the whole way may go over it (RFC 8689 §4.2.1).
    pub(super) fn keeps_tls(&self) -> bool {
        self.is_proven && self.machine.capabilities().requiretls
    }

    /// Whether the host offered DSN.
    pub(super) fn takes_dsn(&self) -> bool {
        self.machine.capabilities().dsn
    }

    /// By whose word it is known who answered, for the trace.
    fn note_proof(&mut self, policy: &HostPolicy) {
        if let Some(tls) = self.tls.as_mut().filter(|_| policy.is_authenticated()) {
            tls.push_str(&format!(", {policy}"));
        }
    }

    /// The largest message that the host takes, if it said so (RFC 1870).
    pub(super) fn size_max(&self) -> Option<ByteCount> {
        self.machine.capabilities().size_max.map(ByteCount)
    }

    /// Whether it has carried as many transactions as the site takes over one, or the host said that it takes (RFC 9422: MAILMAX).
    pub(super) fn is_spent(&self, shape: &Shape) -> bool {
        let said = self.machine.capabilities().limits.mail_max;
        self.messages >= said.unwrap_or(u32::MAX).min(shape.messages)
    }

    /// One transaction from MAIL to the last answer, with as many of its recipients as it takes, and its course noted.
    pub(super) async fn transact(
        &mut self,
        (shipment, shape): (&Shipment<'_>, &Shape),
        attempt: &Attempt,
        clock: &Clock,
        course: &mut Course,
    ) -> Results {
        let room = Room::of(shape.recipients, self.machine.capabilities().limits, self.recipients_max);
        let portion = Portion::of(shipment, room);
        let shipment = &portion.shipment(shipment);
        course.enter(Part::Envelope, clock.now());
        course.tls.clone_from(&self.tls);
        let results = self.converse(shipment, attempt, clock, course).await;
        self.recipients_max = learnt(&results).or(self.recipients_max);
        let failed = results.iter().any(|(.., result)| result.is_err());
        course.end(self.machine.transcript(), failed, clock.now());
        results
    }

    async fn converse(
        &mut self,
        shipment: &Shipment<'_>,
        attempt: &Attempt,
        clock: &Clock,
        course: &mut Course,
    ) -> Results {
        let form = shipment.form;
        let mut fit = form.fit(shipment.envelope, shipment.recipients, self.machine.capabilities()).await;
        let refused = std::mem::take(&mut fit.refused).into_iter();
        let mut results: Results =
            refused.map(|(number, failure)| (number, Stage::Mail, Err(failure))).collect();
        if !fit.recipients.is_empty() {
            results.extend(self.carry((shipment.custody, &fit), attempt, clock, course).await);
        }
        results
    }

    /// What fits the host, to those for whom it does.
    async fn carry(
        &mut self,
        (custody, fit): (Custody<'_>, &Fit<'_>),
        attempt: &Attempt,
        clock: &Clock,
        course: &mut Course,
    ) -> Results {
        self.messages += 1;
        self.machine.begin(&fit.envelope, fit.content.length(), clock.now());
        loop {
            match self.next_event(clock).await {
                ClientEvent::SendBody => {
                    if let Err(failure) = self.send_body((custody, fit), attempt, clock, course).await {
                        return same_for_all(fit, Stage::Data, &failure);
                    }
                }
                ClientEvent::TransactionDone { recipients } => {
                    self.settle(clock).await;
                    let numbered = fit.recipients.iter().zip(recipients);
                    return numbered.map(|(number, result)| told(*number, result)).collect();
                }
                ClientEvent::ConnectionFailed { stage, failure } => {
                    return same_for_all(fit, stage, &described(failure));
                }
                ClientEvent::Closed => {
                    let failure = Failure::Lost("the connection closed".to_owned());
                    return same_for_all(fit, Stage::Mail, &failure);
                }
                ClientEvent::Ready | ClientEvent::FinalDotSent | ClientEvent::StartTls => {}
            }
        }
    }

    /// The body, the record of the attempt, then the end. An error means that the end has not left.
    async fn send_body(
        &mut self,
        (custody, fit): (Custody<'_>, &Fit<'_>),
        attempt: &Attempt,
        clock: &Clock,
        course: &mut Course,
    ) -> Result<(), Failure> {
        course.enter(Part::Data, clock.now());
        for number in 0..fit.content.parts() {
            let part = fit.content.part(number, custody).await;
            let part = part.map_err(|error| Failure::Local(format!("the spool: {error}")))?;
            for piece in part.chunks(OUTPUT_MAX) {
                self.machine.send_body(piece, clock.now());
                while self.machine.output_len() > OUTPUT_MAX {
                    self.move_bytes(clock).await;
                }
            }
        }
        let Attempt { source, host } = attempt;
        let recorded = custody.record_attempt(&fit.recipients, source, host, clock.now()).await;
        recorded.map_err(|error| Failure::Local(format!("the attempt could not be recorded: {error}")))?;
        course.enter(Part::End, clock.now());
        self.machine.end_body(clock.now());
        Ok(())
    }

    /// After a transaction the machine may have more to say before it is ready: RSET, or its last words.
    async fn settle(&mut self, clock: &Clock) {
        while !self.machine.is_ready() {
            match self.next_event(clock).await {
                ClientEvent::Ready => {}
                ClientEvent::Closed | ClientEvent::ConnectionFailed { .. } => return,
                ClientEvent::StartTls
                | ClientEvent::SendBody
                | ClientEvent::FinalDotSent
                | ClientEvent::TransactionDone { .. } => {}
            }
        }
    }

    /// Says goodbye and waits for the answer as long as the machine does.
    pub(super) async fn quit(mut self, clock: &Clock) {
        self.machine.quit(clock.now());
        while self.next_event(clock).await != ClientEvent::Closed {}
        let closed = tokio::time::timeout(Duration::from_secs(1), self.wire.close()).await;
        if let Ok(Err(error)) = closed {
            tracing::trace!(%error, "the peer closed first");
        }
    }

    async fn next_event(&mut self, clock: &Clock) -> ClientEvent {
        loop {
            if let Some(event) = self.machine.poll_event() {
                if event == ClientEvent::Closed {
                    self.flush_last().await;
                }
                return event;
            }
            self.move_bytes(clock).await;
        }
    }

    /// Writes what waits, or reads what comes, or lets a deadline pass.
    async fn move_bytes(&mut self, clock: &Clock) {
        let output = self.machine.take_output();
        if !output.is_empty() {
            match tokio::time::timeout(WRITE_WAIT, self.wire.write(&output)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::debug!(%error, "cannot write to the next hop");
                    self.read_last_words(clock).await;
                }
                Err(_elapsed) => self.machine.handle_end(clock.now()),
            }
            return;
        }
        let deadline = clock.instant(self.machine.poll_timeout());
        tokio::select! {
            read = self.wire.read() => {
                let now = clock.now();
                match read {
                    Ok([]) => self.machine.handle_end(now),
                    Ok(bytes) => self.machine.handle_bytes(bytes, now),
                    Err(error) => {
                        tracing::debug!(%error, "cannot read from the next hop");
                        self.machine.handle_end(now);
                    }
                }
            }
            () = tokio::time::sleep_until(deadline) => self.machine.handle_timeout(clock.now()),
        }
    }

    /// A host that refuses and closes at once breaks our write; what it said before that counts.
    async fn read_last_words(&mut self, clock: &Clock) {
        if let Ok(Ok(bytes)) = tokio::time::timeout(Duration::from_secs(5), self.wire.read()).await
            && !bytes.is_empty()
        {
            self.machine.handle_bytes(bytes, clock.now());
        }
        self.machine.handle_end(clock.now());
    }

    async fn flush_last(&mut self) {
        let output = self.machine.take_output();
        if !output.is_empty()
            && let Ok(Err(error)) =
                tokio::time::timeout(Duration::from_secs(5), self.wire.write(&output)).await
        {
            tracing::trace!(%error, "the peer did not wait for our last words");
        }
    }

    /// Shakes hands; gives how that went, for reports.
    async fn start_tls(&mut self, security: &PathSecurity, clock: &Clock) -> Result<(), Fault> {
        let gone = Wire::of_replies(tokio::io::empty());
        let stream = std::mem::replace(&mut self.wire, gone).into_stream();
        let connecting = security.connector.connect(security.name.clone(), stream);
        let secured = tokio::time::timeout(HANDSHAKE_WAIT, connecting).await;
        let secured = secured.unwrap_or_else(|_| Err(io::Error::other("the handshake did not end in time")));
        match secured {
            Ok(stream) => {
                let connection = stream.get_ref().1;
                let met = security.tested(connection.peer_certificates().unwrap_or_default());
                self.tls = Some(described_tls(connection));
                self.wire = Wire::of_replies(stream);
                self.machine.handle_tls_started(clock.now());
                met
            }
            Err(error) => {
                self.machine.handle_tls_failed(error.to_string(), clock.now());
                Err(net::tls::fault(&error))
            }
        }
    }
}

/// What a connection that ended before the handshake says of TLS, if it says anything.
fn without_tls(stage: Stage, failure: &ClientFailure) -> Option<Fault> {
    let is_at_tls = stage == Stage::Tls;
    match failure {
        ClientFailure::NotOffered(Extension::StartTls) => Some(not_offered("")),
        ClientFailure::Refused(reply) | ClientFailure::ServiceClosed(reply) if is_at_tls => {
            Some(not_offered(&format!("STARTTLS is answered by {reply}")))
        }
        ClientFailure::PlaintextInjected | ClientFailure::TlsFailed(_) => {
            Some(Fault::new(ResultType::ValidationFailure, &failure.to_string()))
        }
        ClientFailure::UnexpectedReply(_)
        | ClientFailure::Lost
        | ClientFailure::TimedOut
        | ClientFailure::BadReply(_)
            if is_at_tls =>
        {
            Some(Fault::new(ResultType::ValidationFailure, &failure.to_string()))
        }
        ClientFailure::NotOffered(_)
        | ClientFailure::Refused(_)
        | ClientFailure::ServiceClosed(_)
        | ClientFailure::UnexpectedReply(_)
        | ClientFailure::Lost
        | ClientFailure::TimedOut
        | ClientFailure::BadReply(_) => None,
    }
}

fn not_offered(reason: &str) -> Fault {
    Fault::new(ResultType::StartTlsNotSupported, reason)
}

fn described_tls(connection: &tokio_rustls::rustls::ClientConnection) -> String {
    let protocol = connection.protocol_version().and_then(|version| version.as_str());
    let cipher = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    format!("{} {}", protocol.unwrap_or("TLS"), cipher.unwrap_or("unknown"))
}

fn same_for_all(fit: &Fit<'_>, stage: Stage, failure: &Failure) -> Results {
    fit.recipients.iter().map(|number| (*number, stage, Err(failure.clone()))).collect()
}

fn told(number: usize, result: RecipientResult) -> (usize, Stage, Result<Reply, Failure>) {
    let outcome = match result.outcome {
        RecipientOutcome::Accepted(reply) => Ok(reply),
        RecipientOutcome::Refused(reply) => Err(Failure::Reply(reply)),
        RecipientOutcome::Failed(failure) => Err(described(failure)),
        RecipientOutcome::Unknown(failure) => Err(Failure::Unknown(failure.to_string())),
    };
    (number, result.stage, outcome)
}

/// In the words of the judge.
fn described(failure: ClientFailure) -> Failure {
    match failure {
        ClientFailure::Refused(reply) | ClientFailure::ServiceClosed(reply) => Failure::Reply(reply),
        ClientFailure::NotOffered(Extension::StartTls) => {
            Failure::Tls("the next hop does not offer STARTTLS".to_owned())
        }
        ClientFailure::NotOffered(Extension::RequireTls) => super::unsecured(),
        ClientFailure::NotOffered(Extension::SmtpUtf8) => Failure::Lacks("SMTPUTF8"),
        ClientFailure::NotOffered(Extension::EightBitMime) => Failure::Lacks("8BITMIME"),
        ClientFailure::NotOffered(Extension::BinaryMime) => Failure::Lacks("BINARYMIME"),
        ClientFailure::NotOffered(Extension::Auth) => Failure::Lacks("AUTH PLAIN or LOGIN"),
        ClientFailure::PlaintextInjected | ClientFailure::TlsFailed(_) => Failure::Tls(failure.to_string()),
        ClientFailure::UnexpectedReply(_)
        | ClientFailure::Lost
        | ClientFailure::TimedOut
        | ClientFailure::BadReply(_) => Failure::Lost(failure.to_string()),
    }
}
