//! A sink: takes canaries and nothing else, says when and from where they came, keeps none.
//!
//! Mail for others is refused at RCPT and what is no canary after its end, so that a sink on an address that others reach is no mailbox and no relay.

use super::Aviary;
use model::{Address, ByteCount, Duration, EnhancedCode, Recipient, Reply};
use smtp::{ServerAction, ServerConfig, ServerSession};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A signature makes a canary larger, not so large.
const SIZE_MAX: ByteCount = ByteCount(4 << 20);
const CONNECTIONS_MAX: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// A sink whose address is taken.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} for canaries: {error}; free it or change `sink` of [[canary]]")]
pub struct SinkError {
    address: SocketAddr,
    error: io::Error,
}

/// A bound sink.
pub(super) struct Sink {
    pub(super) wished: SocketAddr,
    pub(super) takes: Vec<Address>,
    listener: TcpListener,
}

impl Sink {
    pub(super) async fn open(address: SocketAddr, to: Address) -> Result<Self, SinkError> {
        let bound = TcpListener::bind(address).await;
        let listener = bound.map_err(|error| SinkError { address, error })?;
        Ok(Self { wished: address, takes: vec![to], listener })
    }

    #[cfg(test)]
    pub(super) fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// Takes connections for ever; all of them end with it.
    pub(super) async fn listen(self, aviary: Arc<Aviary>) {
        let takes: Arc<[Address]> = self.takes.into();
        let mut open = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if open.len() < CONNECTIONS_MAX => match accepted {
                    Ok((stream, peer)) => {
                        open.spawn(session(stream, peer.ip(), Arc::clone(&takes), Arc::clone(&aviary)));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the sink of canaries accepts nobody");
                        tokio::time::sleep(PAUSE).await;
                    }
                },
                Some(_ended) = open.join_next() => {}
            }
        }
    }
}

async fn session(stream: TcpStream, peer: IpAddr, takes: Arc<[Address]>, aviary: Arc<Aviary>) {
    let mut config = ServerConfig::new("canary.localhost");
    (config.size_max, config.starttls) = (SIZE_MAX, false);
    let machine = ServerSession::new(Arc::new(config), aviary.clock.now());
    let mut session = Session { stream, machine, peer, takes, aviary, message: Vec::new() };
    if let Err(error) = session.run().await {
        tracing::debug!(%error, "a session of a sink broke off");
    }
}

struct Session {
    stream: TcpStream,
    machine: ServerSession,
    peer: IpAddr,
    takes: Arc<[Address]>,
    aviary: Arc<Aviary>,
    message: Vec<u8>,
}

impl Session {
    async fn run(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 16 << 10];
        loop {
            self.act().await;
            let output = self.machine.take_output();
            self.stream.write_all(&output).await?;
            if !self.machine.wants_bytes() {
                return self.stream.shutdown().await;
            }
            let deadline = self.aviary.clock.instant(self.machine.poll_timeout());
            tokio::select! {
                read = self.stream.read(&mut buffer) => match read? {
                    0 => self.machine.handle_end(self.aviary.clock.now()),
                    read => self.machine.handle_bytes(&buffer[..read], self.aviary.clock.now()),
                },
                () = tokio::time::sleep_until(deadline) => self.machine.handle_timeout(self.aviary.clock.now()),
            }
        }
    }

    async fn act(&mut self) {
        while let Some(action) = self.machine.poll_action() {
            let answer = match action {
                ServerAction::CheckMail { .. } => positive((2, 1, 0), "sender ok"),
                ServerAction::CheckRecipient { recipient } => self.recipient(&recipient),
                ServerAction::BeginBody { .. } => {
                    self.message.clear();
                    positive((2, 0, 0), "go on")
                }
                ServerAction::Body(bytes) => {
                    self.message.extend(bytes);
                    continue;
                }
                ServerAction::EndBody { .. } => self.end().await,
                ServerAction::CheckLogin { .. } => refusal((5, 7, 8), "there are no logins here"),
                ServerAction::AbortBody { .. } => {
                    self.message.clear();
                    continue;
                }
                // STARTTLS is not offered.
                ServerAction::StartTls | ServerAction::Close { .. } => continue,
            };
            self.machine.answer(answer, self.aviary.clock.now());
        }
    }

    fn recipient(&self, recipient: &Recipient) -> Reply {
        if self.takes.iter().any(|known| known.folded() == recipient.address.folded()) {
            positive((2, 1, 5), "recipient ok")
        } else {
            refusal((5, 1, 1), "this is a sink of canaries, and this recipient is none of them")
        }
    }

    async fn end(&mut self) -> Reply {
        let message = std::mem::take(&mut self.message);
        if self.aviary.came(&message, self.peer).await {
            positive((2, 0, 0), "seen")
        } else {
            refusal((5, 7, 1), "this is a sink of canaries, and this message is none")
        }
    }
}

fn positive((class, subject, detail): (u8, u16, u16), text: &str) -> Reply {
    Reply::new(250, Some(EnhancedCode::new(class, subject, detail)), text)
}

fn refusal((class, subject, detail): (u8, u16, u16), text: &str) -> Reply {
    Reply::new(550, Some(EnhancedCode::new(class, subject, detail)), text)
}
