//! One inbound session: what the machine says is written, what it asks is handed to the door, what the peer sends is read.
//!
//! Output is always written before anything more is read, as the machine demands. A peer that stops reading, or a handshake that
//! does not end, meets a deadline.

use super::{Caller, Door};
use crate::stop::Stop;
use crate::wire::Wire;
use model::{Duration, Reply};
use net::Clock;
use net::tls::ClientJudge;
use smtp::{PeerCertificate, ServerAction, ServerSession, TlsInfo};
use std::io;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// How long a peer may leave what we wrote unread (RFC 5321 §4.5.3.2.7), and how long a handshake may take.
const WRITE_WAIT: Duration = Duration::from_secs(300);
const HANDSHAKE_WAIT: Duration = Duration::from_secs(30);

pub(super) struct Session<D> {
    pub(super) wire: Wire,
    pub(super) machine: ServerSession,
    pub(super) tls: TlsAcceptor,
    pub(super) judge: Arc<ClientJudge>,
    pub(super) caller: Caller,
    pub(super) clock: Clock,
    pub(super) door: D,
}

/// Whether the session goes on.
enum Next {
    GoOn,
    Closed,
}

impl<D: Door> Session<D> {
    pub(super) async fn run(mut self, mut stop: Stop) {
        let peer = self.caller.peer;
        tracing::debug!(%peer, listener = %self.caller.listener, "session opened");
        if let Err(error) = self.converse(&mut stop).await {
            self.machine.handle_end(self.clock.now());
            while let Some(action) = self.machine.poll_action() {
                if matches!(action, ServerAction::AbortBody { .. }) {
                    self.door.abort();
                }
            }
            tracing::debug!(%peer, %error, "session lost");
        }
    }

    async fn converse(&mut self, stop: &mut Stop) -> io::Result<()> {
        let mut told = false;
        loop {
            if let Next::Closed = self.act().await? {
                return Ok(());
            }
            let deadline = self.clock.instant(self.machine.poll_timeout());
            tokio::select! {
                read = self.wire.read() => {
                    let now = self.clock.now();
                    match read? {
                        [] => self.machine.handle_end(now),
                        bytes => self.machine.handle_bytes(bytes, now),
                    }
                }
                () = tokio::time::sleep_until(deadline) => self.machine.handle_timeout(self.clock.now()),
                () = stop.requested(), if !told => {
                    told = true;
                    self.machine.shut_down(self.clock.now());
                }
            }
        }
    }

    /// Carries out what the machine wants until it wants bytes.
    async fn act(&mut self) -> io::Result<Next> {
        loop {
            let Some(action) = self.machine.poll_action() else {
                self.flush().await?;
                return Ok(if self.machine.wants_bytes() { Next::GoOn } else { Next::Closed });
            };
            match action {
                ServerAction::StartTls => self.start_tls().await?,
                ServerAction::CheckLogin { credentials } => {
                    self.note_caller();
                    let reply = self.door.login(&self.caller, credentials).await;
                    self.answer(reply);
                }
                ServerAction::CheckMail { envelope } => {
                    self.note_caller();
                    let reply = self.door.mail(&self.caller, &envelope).await;
                    self.answer(reply);
                }
                ServerAction::CheckRecipient { recipient } => {
                    let reply = self.door.recipient(&recipient).await;
                    self.answer(reply);
                }
                ServerAction::BeginBody { envelope } => {
                    let reply = self.door.begin(envelope).await;
                    self.answer(reply);
                }
                ServerAction::Body(bytes) => self.door.body(&bytes).await,
                ServerAction::EndBody { framing, bare_lf, .. } => {
                    let reply = self.door.end(framing, bare_lf).await;
                    self.answer(reply);
                }
                ServerAction::AbortBody { reason } => {
                    tracing::debug!(peer = %self.caller.peer, %reason, "a body was broken off");
                    self.door.abort();
                }
                ServerAction::Close { reason } => {
                    self.flush().await?;
                    tracing::debug!(peer = %self.caller.peer, %reason, "session closed");
                    let closed = tokio::time::timeout(HANDSHAKE_WAIT, self.wire.close()).await;
                    return closed.unwrap_or(Ok(())).map(|()| Next::Closed);
                }
            }
        }
    }

    fn answer(&mut self, reply: Reply) {
        self.machine.answer(reply, self.clock.now());
    }

    fn note_caller(&mut self) {
        self.caller.helo = self.machine.helo().unwrap_or_default().to_owned();
        self.caller.is_esmtp = self.machine.is_esmtp();
        self.caller.tls = self.machine.tls().cloned();
    }

    async fn flush(&mut self) -> io::Result<()> {
        let output = self.machine.take_output();
        if output.is_empty() {
            return Ok(());
        }
        match tokio::time::timeout(WRITE_WAIT, self.wire.write(&output)).await {
            Ok(written) => written,
            Err(_elapsed) => {
                Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read what we wrote"))
            }
        }
    }

    async fn start_tls(&mut self) -> io::Result<()> {
        self.flush().await?;
        let gone = Wire::new(tokio::io::empty());
        let stream = std::mem::replace(&mut self.wire, gone).into_stream();
        let accepting = self.tls.accept(stream);
        let stream = match tokio::time::timeout(HANDSHAKE_WAIT, accepting).await {
            Ok(accepted) => accepted?,
            Err(_elapsed) => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the handshake did not end in time"));
            }
        };
        let (_, connection) = stream.get_ref();
        let info = TlsInfo {
            protocol: connection
                .protocol_version()
                .and_then(|version| version.as_str())
                .unwrap_or("TLS")
                .to_owned(),
            cipher: connection
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .unwrap_or("unknown")
                .to_owned(),
            peer_certificate: connection
                .peer_certificates()
                .and_then(|chain| self.judge.judge(chain, self.clock.now()))
                .map(|shown| PeerCertificate {
                    names: shown.names,
                    fingerprint: shown.fingerprint,
                    unverified: shown.unverified,
                }),
            server_name: connection.server_name().map(str::to_owned),
        };
        self.wire = Wire::new(stream);
        self.machine.handle_tls_started(info, self.clock.now());
        Ok(())
    }
}
