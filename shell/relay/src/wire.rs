//! One connection's bytes, plain or encrypted, for both sides: what accept reads and transport writes.
//!
//! A wire knows no protocol. It can be wrapped by TLS and is then a wire again.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Bytes read at once of messages that come in.
const READ_LEN: usize = 32 << 10;
/// The same of replies: they are short, and thousands of connections wait for their next message.
const REPLIES_LEN: usize = 2 << 10;

/// Both directions of a stream.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection with its read buffer.
pub(crate) struct Wire {
    stream: Box<dyn Duplex>,
    buffer: Vec<u8>,
}

impl Wire {
    pub(crate) fn new(stream: impl Duplex + 'static) -> Self {
        Self { stream: Box::new(stream), buffer: vec![0; READ_LEN] }
    }

    /// One over which replies come.
    pub(crate) fn of_replies(stream: impl Duplex + 'static) -> Self {
        Self { stream: Box::new(stream), buffer: vec![0; REPLIES_LEN] }
    }

    /// The stream, to be wrapped. What was read is the caller's already.
    pub(crate) fn into_stream(self) -> Box<dyn Duplex> {
        self.stream
    }

    /// The next bytes; none at the end.
    pub(crate) async fn read(&mut self) -> io::Result<&[u8]> {
        let length = self.stream.read(&mut self.buffer).await?;
        Ok(&self.buffer[..length])
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    pub(crate) async fn close(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }
}
