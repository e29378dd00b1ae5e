//! SMTP as values and machines: commands and replies read and written, one server session, one client session.
//!
//! Nothing here opens a socket or reads a clock. A shell hands in bytes and the time, and carries out what the machines give
//! back: bytes to write, actions to take, a moment to be woken at. Every limit of a conversation stands here, so that a
//! dialog in a text file is the whole test of it. The codec is our own because replies, addresses and bodies must keep their exact
//! bytes: a judgement years later wants `5.7.511` as it was said, and a body may leave only as it came.

mod base64;
mod body;
mod client;
mod command;
mod path;
mod reply;
mod server;
pub mod xtext;

pub use client::{
    Capabilities, ClientConfig, ClientEvent, ClientFailure, ClientSession, ClientTimeouts, ClientTls,
    EncodedCredentials, Extension, HostLimits, RecipientOutcome, RecipientResult, TranscriptLine,
    TranscriptSide,
};
pub use command::{Command, CommandError, needs_smtputf8, parse_command, write_mail, write_recipient};
pub use path::{ForwardPath, PathSide};
pub use reply::{ReplyError, ReplyReader, write_reply};
pub use server::{
    BareLf, BodyError, CloseReason, Credentials, Framing, PeerCertificate, ServerAction, ServerConfig,
    ServerLimits, ServerSession, TlsInfo,
};
