//! The inbound side: an SMTP server that takes mail from the relay, judges whose it is and keeps it byte by byte.
//!
//! One task per connection, all of them owned here. The order of a session is that of RFC 5321 with STARTTLS, PIPELINING, SIZE,
//! 8BITMIME, SMTPUTF8, CHUNKING, DSN and enhanced codes; parameters are kept as heard and not judged. `250` after the body is said when the
//! message stands in the mailbox, unless the script says otherwise. A listed client hears the words of the seed's incident at its
//! first RCPT. Bytes that came in clear before a handshake are thrown away.

mod keep;
mod session;
mod words;

use super::Exchange;
use super::link::Link;
use session::Session;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Most connections at a time; a further one waits in the system's queue.
const SESSIONS_MAX: usize = 500;
/// After a failed accept: the system lacks something, and trying at once would not mend it.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts and owns the sessions for as long as the playground lives.
pub(super) async fn run(exchange: Arc<Exchange>, listener: TcpListener) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if sessions.len() < SESSIONS_MAX => match accepted {
                Ok((stream, peer)) => {
                    sessions.spawn(serve(Arc::clone(&exchange), stream, peer));
                }
                Err(error) => {
                    tracing::warn!(%error, "the fake Exchange could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(done) = sessions.join_next() => {
                if let Err(error) = done {
                    tracing::warn!(%error, "a session of the fake Exchange failed");
                }
            }
        }
    }
}

async fn serve(exchange: Arc<Exchange>, stream: TcpStream, peer: SocketAddr) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::trace!(%error, "the client was gone at once");
    }
    let link = Link::new(Box::new(stream), exchange.config.inbound.idle);
    Session::new(exchange, link, peer.ip()).run().await;
}
