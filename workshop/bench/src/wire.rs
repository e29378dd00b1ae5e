//! A blocking SMTP connection, plain or in TLS: lines in, bytes out. Both ends of the bench use it.

use anyhow::{Context as _, Result, bail};
use rustls::{ClientConnection, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

const BUFFER: usize = 64 << 10;

enum Stream {
    Plain(TcpStream),
    Client(Box<StreamOwned<ClientConnection, TcpStream>>),
    Server(Box<StreamOwned<ServerConnection, TcpStream>>),
}

pub(crate) struct Wire {
    stream: Option<Stream>,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream: Some(Stream::Plain(stream)), buffer: vec![0; BUFFER], at: 0, filled: 0 })
    }

    pub(crate) fn start_tls_as_client(&mut self, config: &Arc<rustls::ClientConfig>) -> Result<()> {
        let name = rustls_pki_types::ServerName::try_from("relay.example")?;
        let connection = ClientConnection::new(Arc::clone(config), name)?;
        let stream = Stream::Client(Box::new(StreamOwned::new(connection, self.plain()?)));
        self.stream = Some(stream);
        Ok(())
    }

    pub(crate) fn start_tls_as_server(&mut self, config: &Arc<rustls::ServerConfig>) -> Result<()> {
        let connection = ServerConnection::new(Arc::clone(config))?;
        let stream = Stream::Server(Box::new(StreamOwned::new(connection, self.plain()?)));
        self.stream = Some(stream);
        Ok(())
    }

    fn plain(&mut self) -> Result<TcpStream> {
        match self.stream.take() {
            Some(Stream::Plain(stream)) => Ok(stream),
            _ => bail!("TLS was started twice"),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self.stream.as_mut().context("the connection is gone")? {
            Stream::Plain(stream) => stream.write_all(bytes)?,
            Stream::Client(stream) => stream.write_all(bytes)?,
            Stream::Server(stream) => stream.write_all(bytes)?,
        }
        Ok(())
    }

    /// What has come and was not taken; waits for some. Empty at the end.
    pub(crate) fn waiting(&mut self) -> Result<&[u8]> {
        if self.at == self.filled {
            self.at = 0;
            self.filled = match self.stream.as_mut().context("the connection is gone")? {
                Stream::Plain(stream) => stream.read(&mut self.buffer)?,
                Stream::Client(stream) => stream.read(&mut self.buffer)?,
                Stream::Server(stream) => stream.read(&mut self.buffer)?,
            };
        }
        Ok(&self.buffer[self.at..self.filled])
    }

    pub(crate) fn take(&mut self, length: usize) {
        self.at += length;
    }

    /// One line without its end; `None` at the end of the connection.
    pub(crate) fn line(&mut self) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        loop {
            let waiting = self.waiting()?;
            if waiting.is_empty() {
                return Ok(None);
            }
            let end = memchr::memchr(b'\n', waiting);
            let length = end.map_or(waiting.len(), |end| end + 1);
            line.extend_from_slice(&waiting[..length]);
            self.take(length);
            if end.is_some() {
                while line.last().is_some_and(|last| matches!(last, b'\r' | b'\n')) {
                    line.pop();
                }
                return Ok(Some(line));
            }
        }
    }

    /// A whole reply, which has to begin with `code`.
    pub(crate) fn expect(&mut self, code: &str) -> Result<()> {
        loop {
            let line = self.line()?.context("the relay closed the connection")?;
            let text = String::from_utf8_lossy(&line);
            if !text.starts_with(code) {
                bail!("the relay said {text:?} where {code} was expected");
            }
            if text.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}
