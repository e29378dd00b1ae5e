//! A TCP connection from one of our own addresses, within a deadline.
//!
//! The source address is bound before connecting, because the receiver judges us by it. Small writes leave at once
//! (`TCP_NODELAY`): a session writes whole batches.

use model::Timestamp;
use std::net::{IpAddr, SocketAddr};
use tokio::net::{TcpSocket, TcpStream};

use crate::Clock;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("cannot send from {source_address}: {error}; is the address configured on this machine?")]
    Source { source_address: IpAddr, error: std::io::Error },
    #[error("cannot reach {to}: {error}")]
    Peer { to: SocketAddr, error: std::io::Error },
    #[error("{to} did not answer before our connect deadline")]
    Deadline { to: SocketAddr },
    #[error("the source {source_address} and the host {to} are of different address families")]
    Family { source_address: IpAddr, to: SocketAddr },
}

impl ConnectError {
    /// Whether no packet left: this machine knows no way to the peer.
    #[must_use]
    pub fn has_no_way(&self) -> bool {
        use std::io::ErrorKind::{NetworkDown, NetworkUnreachable};
        match self {
            Self::Peer { error, .. } => matches!(error.kind(), NetworkUnreachable | NetworkDown),
            Self::Source { .. } | Self::Deadline { .. } | Self::Family { .. } => false,
        }
    }

    /// Whether the fault lies with our own address, not with the peer.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        match self {
            Self::Source { .. } | Self::Family { .. } => true,
            Self::Peer { .. } | Self::Deadline { .. } => false,
        }
    }
}

/// Connects from `source_address` to `to` before `deadline`.
///
/// # Errors
/// [`ConnectError`] says whose fault it is.
pub async fn connect(
    source_address: IpAddr,
    to: SocketAddr,
    clock: &Clock,
    deadline: Timestamp,
) -> Result<TcpStream, ConnectError> {
    let at_source = |error| ConnectError::Source { source_address, error };
    let socket = match (source_address, to) {
        (IpAddr::V4(_), SocketAddr::V4(_)) => TcpSocket::new_v4(),
        (IpAddr::V6(_), SocketAddr::V6(_)) => TcpSocket::new_v6(),
        (IpAddr::V4(_), SocketAddr::V6(_)) | (IpAddr::V6(_), SocketAddr::V4(_)) => {
            return Err(ConnectError::Family { source_address, to });
        }
    }
    .map_err(at_source)?;
    socket.bind(SocketAddr::new(source_address, 0)).map_err(at_source)?;
    socket.set_nodelay(true).map_err(at_source)?;
    match tokio::time::timeout_at(clock.instant(deadline), socket.connect(to)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(ConnectError::Peer { to, error }),
        Err(_elapsed) => Err(ConnectError::Deadline { to }),
    }
}

#[cfg(test)]
mod tests;
