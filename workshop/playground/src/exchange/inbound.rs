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
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Most connections at a time; a further one waits in the system's queue.
const SESSIONS_MAX: usize = 500;
/// After a failed accept: the system lacks something, and trying at once would not mend it.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// As Exchange Online says it.
const CROWDED: &[u8] = b"421 4.3.2 The maximum number of concurrent connections per resource forest has \
    exceeded a limit, closing transmission channel. PRX8\r\n";

/// How many connections each client has.
#[derive(Clone, Default)]
struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection's place, given back when dropped.
struct Place {
    crowd: Crowd,
    peer: IpAddr,
}

impl Crowd {
    fn enter(&self, peer: IpAddr, most: usize) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(peer).or_default();
        let has_room = *count < most;
        *count += usize::from(has_room);
        has_room.then(|| Place { crowd: self.clone(), peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.peer) {
            *count -= 1;
        }
    }
}

/// Accepts and owns the sessions for as long as the playground lives.
pub(super) async fn run(exchange: Arc<Exchange>, listener: TcpListener) {
    let mut sessions = JoinSet::new();
    let crowd = Crowd::default();
    loop {
        tokio::select! {
            accepted = listener.accept(), if sessions.len() < SESSIONS_MAX => match accepted {
                Ok((stream, peer)) => {
                    let place = crowd.enter(peer.ip(), exchange.config.inbound.connections_max);
                    sessions.spawn(serve(Arc::clone(&exchange), stream, peer, place));
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

async fn serve(exchange: Arc<Exchange>, stream: TcpStream, peer: SocketAddr, place: Option<Place>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::trace!(%error, "the client was gone at once");
    }
    let mut link = Link::new(Box::new(stream), exchange.config.inbound.idle);
    if place.is_none() {
        exchange.count(|figures| figures.put_off += 1);
        if let Err(error) = link.write(CROWDED).await {
            tracing::trace!(%error, "a client over the limit was gone at once");
        }
        return link.close().await;
    }
    Session::new(exchange, link, peer.ip()).run().await;
    drop(place);
}
