//! Real programs as peers: Postfix, Exim and OpenSMTPD from Debian, Python's smtplib, swaks and smtp-source, Pebble as authority, rbldnsd as block list,
//! Knot and Unbound for zones that are signed, dkimpy, opendkim and rspamd as verifiers of signatures.
//!
//! A thing that we wrote proves nothing about mail until software that we did not write agrees with it. Each function here runs one such
//! program on loopback with its files in a temporary folder and waits for its end: call them from a blocking thread. A program that is not
//! installed is an error that says which command installs it; nothing is ever skipped quietly. Nothing of the machine's own mail
//! system is read or changed.
//!
//! | function | what it is good for |
//! |---|---|
//! | `Postfix::start` | a mail system that receives, and counts and keeps what arrived |
//! | `Postfix::relaying_to` | a mail system that passes everything on to an address |
//! | `Postfix::start_as`, `EximServer::start_as` | a mail system with any settings, which asks a name server of ours |
//! | `EximServer::start` | a mail system in Debian's split configuration, which its administrator may change |
//! | `OpenSmtpd::start` | an exchanger for some addresses, without pipelining |
//! | `exim` | one message by a client that prefers BDAT |
//! | `smtplib` | one message by a client that pipelines nothing and speaks DATA |
//! | `swaks` | one message with any option of swaks, STARTTLS among them |
//! | `Pebble::start` | an ACME authority that rejects nonces and forgets everything |
//! | `Rbldnsd::start` | block lists on the server that real ones run on |
//! | `SignedZones::start` | zones that are signed (DNSSEC), and a resolver that validates them |
//! | `dkimpy`, `opendkim` | whether each signature of a message holds |
//! | `dkimpy_seal`, `dkimpy_chain` | the first set of a chain of seals, and what a chain is worth |
//! | `Rspamd::start` | what a receiver's filter makes of signatures and seals |
//! | `smtp_source` | many messages over many sessions |

mod arc;
mod clients;
mod dkim;
mod exim;
mod exim_server;
mod opensmtpd;
mod pebble;
mod postfix;
mod rbldnsd;
mod resolver;
mod rspamd;
mod signed_zones;
mod tools;
mod waiting;

pub use arc::{dkimpy_chain, dkimpy_seal};
pub use clients::{Heard, smtp_source, smtplib, swaks};
pub use dkim::{Holds, Records, dkimpy, opendkim};
pub use exim::exim;
pub use exim_server::{EximServer, EximSettings};
pub use opensmtpd::OpenSmtpd;
pub use pebble::{Pebble, PebbleConfig};
pub use postfix::{Postfix, PostfixSettings};
pub use rbldnsd::{Dataset, Rbldnsd};
pub use rspamd::Rspamd;
pub use signed_zones::SignedZones;
pub use tools::install;

use std::io;
use std::process::{Command, Output, Stdio};

/// Why a peer could not be used.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    #[error("{0} is missing: run `cargo run -p playground --bin install-peers` as root")]
    Missing(&'static str),
    #[error("{tool} failed with {status}: {output}")]
    Failed { tool: &'static str, status: String, output: String },
    #[error("{tool} was not ready within {seconds} s: {output}")]
    NotReady { tool: &'static str, seconds: u64, output: String },
    #[error("{tool}: {source}")]
    Io { tool: &'static str, source: io::Error },
}

/// Where a message comes from and where it goes.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// Empty for the null sender.
    pub from: &'a str,
    pub to: &'a [&'a str],
}

fn io_error(tool: &'static str) -> impl Fn(io::Error) -> PeerError {
    move |source| {
        if source.kind() == io::ErrorKind::NotFound {
            PeerError::Missing(tool)
        } else {
            PeerError::Io { tool, source }
        }
    }
}

/// Runs a program to its end with `input` on its standard input.
fn run(tool: &'static str, command: &mut Command, input: &[u8]) -> Result<Output, PeerError> {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(io_error(tool))?;
    let mut stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // A second thread writes, so that a program that talks before it has read everything cannot block us both.
        scope.spawn(move || {
            let written = stdin.as_mut().map(|stdin| io::Write::write_all(stdin, input));
            if let Some(Err(error)) = written {
                tracing::debug!(%error, tool, "the program did not read its whole input");
            }
        });
        child.wait_with_output().map_err(io_error(tool))
    })
}

/// Both streams of a program, for a person to read.
fn text_of(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    text
}

fn succeed(tool: &'static str, output: Output) -> Result<Output, PeerError> {
    if output.status.success() {
        Ok(output)
    } else {
        Err(PeerError::Failed { tool, status: output.status.to_string(), output: text_of(&output) })
    }
}

#[cfg(test)]
mod tests;
