//! One connection's bytes: read by lines, counts or to the final dot, and written; every byte read can be kept as it was.
//!
//! It knows nothing of commands. Only CRLF ends a line and only CRLF.CRLF ends a body, whatever else is in it. Every wait has
//! the deadline that was given; every length has a bound, and passing it is an error, never a cut.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

const READ_SIZE: usize = 64 << 10;
const DOT_END: &[u8] = b"\r\n.\r\n";

/// A socket, in clear or under TLS.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Duplex for T {}

/// Why a connection is of no more use.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("the peer closed the connection")]
    Closed,
    #[error("the peer was silent for {0:?}")]
    Silent(Duration),
    #[error("longer than {0} bytes")]
    TooLong(usize),
    #[error(transparent)]
    Io(#[from] io::Error),
}

pub(super) struct Link {
    stream: Box<dyn Duplex>,
    buffer: Vec<u8>,
    heard: Vec<u8>,
    wait: Duration,
}

impl Link {
    pub(super) fn new(stream: Box<dyn Duplex>, wait: Duration) -> Self {
        Self { stream, buffer: Vec::new(), heard: Vec::new(), wait }
    }

    /// The stream below, for a handshake; what was read ahead in clear is dropped (RFC 3207 §4.2).
    pub(super) fn into_stream(self) -> Box<dyn Duplex> {
        self.stream
    }

    /// Whether the peer has already sent more than was taken.
    pub(super) fn has_read_ahead(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Forgets what was heard so far.
    pub(super) fn forget_heard(&mut self) {
        self.heard.clear();
    }

    /// What was taken since it was last forgotten.
    pub(super) fn take_heard(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.heard)
    }

    /// The next line with its CRLF.
    pub(super) async fn line(&mut self, length_max: usize) -> Result<Vec<u8>, LinkError> {
        let mut from = 0;
        loop {
            if let Some(at) = find(&self.buffer, b"\r\n", from) {
                return Ok(self.take(at + 2));
            }
            if self.buffer.len() > length_max {
                return Err(LinkError::TooLong(length_max));
            }
            from = self.buffer.len().saturating_sub(1);
            self.fill().await?;
        }
    }

    /// Exactly so many bytes.
    pub(super) async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, LinkError> {
        while self.buffer.len() < count {
            self.fill().await?;
        }
        Ok(self.take(count))
    }

    /// Everything up to and with the final dot line.
    pub(super) async fn until_final_dot(&mut self, length_max: usize) -> Result<Vec<u8>, LinkError> {
        let mut from = 0;
        loop {
            // The CRLF that ends the DATA command counts as the one before a dot on the first line.
            if self.buffer.starts_with(b".\r\n") {
                return Ok(self.take(3));
            }
            if let Some(at) = find(&self.buffer, DOT_END, from) {
                return Ok(self.take(at + DOT_END.len()));
            }
            if self.buffer.len() > length_max {
                return Err(LinkError::TooLong(length_max));
            }
            from = self.buffer.len().saturating_sub(DOT_END.len() - 1);
            self.fill().await?;
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        let silent = |_| LinkError::Silent(self.wait);
        timeout(self.wait, self.stream.write_all(bytes)).await.map_err(silent)??;
        timeout(self.wait, self.stream.flush()).await.map_err(silent)??;
        Ok(())
    }

    /// Says goodbye below SMTP; the peer may be gone already.
    pub(super) async fn close(mut self) {
        if let Ok(Err(error)) = timeout(self.wait, self.stream.shutdown()).await {
            tracing::trace!(%error, "the peer was gone before the connection was closed");
        }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(count);
        let taken = std::mem::replace(&mut self.buffer, rest);
        self.heard.extend_from_slice(&taken);
        taken
    }

    async fn fill(&mut self) -> Result<(), LinkError> {
        let at = self.buffer.len();
        self.buffer.resize(at + READ_SIZE, 0);
        let read = timeout(self.wait, self.stream.read(&mut self.buffer[at..])).await;
        let count = if let Ok(Ok(count)) = &read { *count } else { 0 };
        self.buffer.truncate(at + count);
        match read {
            Err(_elapsed) => Err(LinkError::Silent(self.wait)),
            Ok(Err(error)) => Err(LinkError::Io(error)),
            Ok(Ok(0)) => Err(LinkError::Closed),
            Ok(Ok(_)) => Ok(()),
        }
    }
}

/// Takes the stuffed dots and the final dot line out of what came after DATA (RFC 5321 §4.5.2).
pub(super) fn unstuff(framed: &[u8]) -> Vec<u8> {
    let body = &framed[..framed.len() - 3];
    let mut data = Vec::with_capacity(body.len());
    let mut at_line_start = true;
    for (at, &byte) in body.iter().enumerate() {
        if !(at_line_start && byte == b'.') {
            data.push(byte);
        }
        at_line_start = byte == b'\n' && at > 0 && body[at - 1] == b'\r';
    }
    data
}

/// Adds the stuffed dots and the final dot line.
pub(super) fn stuff(data: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(data.len() + data.len() / 64 + 8);
    let mut at_line_start = true;
    for &byte in data {
        if at_line_start && byte == b'.' {
            framed.push(b'.');
        }
        framed.push(byte);
        at_line_start = byte == b'\n';
    }
    if !framed.is_empty() && !framed.ends_with(b"\r\n") {
        framed.extend_from_slice(b"\r\n");
    }
    framed.extend_from_slice(b".\r\n");
    framed
}

/// Line feeds without a carriage return before, and carriage returns without a line feed after.
pub(super) fn bare_ends(data: &[u8]) -> (usize, usize) {
    let bare_lf =
        (0..data.len()).filter(|&at| data[at] == b'\n' && (at == 0 || data[at - 1] != b'\r')).count();
    let bare_cr = (0..data.len()).filter(|&at| data[at] == b'\r' && data.get(at + 1) != Some(&b'\n')).count();
    (bare_lf, bare_cr)
}

pub(super) fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = haystack.get(from..)?;
    rest.windows(needle.len()).position(|window| window == needle).map(|at| at + from)
}

#[cfg(test)]
mod tests;
