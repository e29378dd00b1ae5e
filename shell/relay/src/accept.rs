//! Listeners and inbound sessions: bytes from sockets to the session machine, and its questions to a door.
//!
//! It promises that a session beyond a limit is told so and closed, that no wait is without deadline, and that a listener goes on whatever
//! one session does. It judges nobody and stores nothing: the door behind it does, and says every answer.

mod limits;
mod session;

use crate::refused::{Refusals, RefusedAt, RefusedSession};
use crate::stop::Stop;
use crate::wire::Wire;
pub(crate) use limits::neighbourhood;
use limits::{Limits, Standing};
use model::{Envelope, ListenerName, Metrics, Recipient, Reply};
use net::Clock;
use net::tls::ClientJudge;
use smtp::{Credentials, Framing, ServerConfig, ServerSession, TlsInfo};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// One listener, ready to take connections.
pub(crate) struct Listener {
    pub(crate) name: ListenerName,
    pub(crate) socket: TcpListener,
    pub(crate) smtp: Arc<ServerConfig>,
    /// The same with AUTH.
    pub(crate) smtp_with_auth: Arc<ServerConfig>,
    pub(crate) tls: TlsAcceptor,
    pub(crate) judge: Arc<ClientJudge>,
}

/// Who is on the line, as far as the conversation has shown.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) peer: IpAddr,
    pub(crate) listener: ListenerName,
    /// Our name on this listener.
    pub(crate) hostname: String,
    pub(crate) helo: String,
    pub(crate) is_esmtp: bool,
    pub(crate) tls: Option<TlsInfo>,
}

/// What the session machine asks, one message at a time. Each answer is said to the client in these words.
pub(crate) trait Door: Send {
    /// Whether this caller's address is in some tenant's networks.
    fn knows(&self, caller: &Caller) -> bool;
    /// Whether this caller is to be offered AUTH.
    fn takes_logins(&self, caller: &Caller) -> bool;
    /// Is it this client?
    fn login(&mut self, caller: &Caller, credentials: Credentials) -> impl Future<Output = Reply> + Send;
    /// May this sender send?
    fn mail(&mut self, caller: &Caller, envelope: &Envelope) -> impl Future<Output = Reply> + Send;
    /// May this recipient be added to those that there are?
    fn recipient(&mut self, recipient: &Recipient) -> impl Future<Output = Reply> + Send;
    /// May the body come?
    fn begin(&mut self, envelope: Envelope) -> impl Future<Output = Reply> + Send;
    /// The next bytes of the body.
    fn body(&mut self, bytes: &[u8]) -> impl Future<Output = ()> + Send;
    /// The body is complete.
    fn end(&mut self, framing: Framing, bare_lf: u64) -> impl Future<Output = Reply> + Send;
    /// The body will not be completed.
    fn abort(&mut self);
}

/// Accepts until it has to stop, then waits for its sessions; each gets a door of its own.
pub(crate) async fn serve<D: Door + 'static>(
    listener: Listener,
    clock: Clock,
    metrics: Arc<Metrics>,
    refusals: Refusals,
    stop: Stop,
    door: impl Fn() -> D,
) {
    let limits = Arc::new(Limits::default());
    let mut sessions = JoinSet::new();
    let mut stopped = stop.clone();
    loop {
        tokio::select! {
            accepted = listener.socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    let (door, caller) = (door(), caller(&listener, peer.ip()));
                    let standing = if door.knows(&caller) { Standing::Known } else { Standing::Stranger };
                    let Some(place) = limits.enter(caller.peer, standing) else {
                        metrics.sessions_refused.add_one();
                        refusals.tell(|| {
                            RefusedSession::new(&caller, RefusedAt::Connect, too_many(&caller.hostname), clock.now())
                        });
                        sessions.spawn(refuse(stream, listener.smtp.hostname.clone()));
                        continue;
                    };
                    metrics.sessions_total.add_one();
                    let with_auth = door.takes_logins(&caller);
                    let smtp = if with_auth { &listener.smtp_with_auth } else { &listener.smtp };
                    let session = session::Session {
                        wire: Wire::new(stream),
                        machine: ServerSession::new(Arc::clone(smtp), clock.now()),
                        tls: listener.tls.clone(),
                        judge: Arc::clone(&listener.judge),
                        caller,
                        clock: clock.clone(),
                        door,
                    };
                    let (metrics, stop) = (Arc::clone(&metrics), stop.clone());
                    sessions.spawn(async move {
                        metrics.sessions_open.add_one();
                        session.run(stop).await;
                        metrics.sessions_open.remove_one();
                        drop(place);
                    });
                }
                // No file descriptor, for example: wait for one instead of turning in a circle.
                Err(error) => {
                    tracing::warn!(listener = %listener.name, %error, "cannot accept a connection");
                    clock.sleep(model::Duration::from_millis(100)).await;
                }
            },
            Some(_ended) = sessions.join_next() => {}
            () = stopped.requested() => break,
        }
    }
    drop(listener);
    while sessions.join_next().await.is_some() {}
}

fn caller(listener: &Listener, peer: IpAddr) -> Caller {
    Caller {
        peer: peer.to_canonical(),
        listener: listener.name.clone(),
        hostname: listener.smtp.hostname.clone(),
        helo: String::new(),
        is_esmtp: false,
        tls: None,
    }
}

fn too_many(hostname: &str) -> String {
    format!("421 4.7.0 {hostname} too many connections, try again later")
}

/// RFC 5321 §3.8: a server that is over its limits says 421 in place of the banner.
async fn refuse(stream: TcpStream, hostname: String) {
    let mut wire = Wire::new(stream);
    let line = format!("{}\r\n", too_many(&hostname));
    let told = async {
        wire.write(line.as_bytes()).await?;
        wire.close().await
    };
    if let Ok(Err(error)) = tokio::time::timeout(std::time::Duration::from_secs(5), told).await {
        tracing::debug!(%error, "a refused connection was gone before it was told");
    }
}
