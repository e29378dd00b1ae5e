//! Clients that send over SMTP and tell what they heard: smtplib, swaks and smtp-source.
//!
//! Refusals are an answer and not an error: `Heard` says whether the program ended well and what it wrote. Only a program that is missing
//! or cannot be started is an error.

use super::{Envelope, PeerError, run, text_of};
use std::net::SocketAddr;
use std::process::Command;

/// What a client told about its conversation.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Whether the client counts its mail as taken for every recipient.
    pub taken: bool,
    /// Its transcript or error message.
    pub text: String,
}

/// Sends one message as `smtplib.SMTP.sendmail` does; the bytes go through DATA, with line ends as CRLF.
///
/// # Errors
/// A Python that is missing.
pub fn smtplib(to: SocketAddr, envelope: Envelope<'_>, message: &[u8]) -> Result<Heard, PeerError> {
    let script = "import smtplib,sys\n\
                  host,port,sender=sys.argv[1:4]\n\
                  with smtplib.SMTP(host,int(port),timeout=30) as smtp:\n\
                  \x20smtp.ehlo('smtplib.example')\n\
                  \x20options=['BODY=8BITMIME'] if smtp.has_extn('8bitmime') else []\n\
                  \x20refused=smtp.sendmail(sender,sys.argv[4:],sys.stdin.buffer.read(),mail_options=options)\n\
                  print(refused)\n\
                  sys.exit(1 if refused else 0)\n";
    let mut command = Command::new("python3");
    command
        .args(["-c", script, &to.ip().to_string(), &to.port().to_string(), envelope.from])
        .args(envelope.to);
    let output = run("python3", &mut command, message)?;
    Ok(Heard { taken: output.status.success(), text: text_of(&output) })
}

/// Sends one message with swaks and any further options, such as `["--tls"]`.
///
/// # Errors
/// A swaks that is missing.
pub fn swaks(
    to: SocketAddr,
    envelope: Envelope<'_>,
    message: &[u8],
    options: &[&str],
) -> Result<Heard, PeerError> {
    let sender = if envelope.from.is_empty() { "<>" } else { envelope.from };
    let mut command = Command::new("swaks");
    command
        .args(["--server", &to.ip().to_string(), "--port", &to.port().to_string()])
        .args(["--ehlo", "swaks.example", "--from", sender, "--to", &envelope.to.join(",")])
        .args(["--timeout", "30", "--suppress-data", "--data", "-"])
        .args(options);
    let output = run("swaks", &mut command, message)?;
    Ok(Heard { taken: output.status.success(), text: text_of(&output) })
}

/// Sends `count` copies of one message with Postfix's load generator over `sessions` parallel sessions.
///
/// # Errors
/// An smtp-source that is missing, or a message file that cannot be written.
pub fn smtp_source(
    to: SocketAddr,
    envelope: Envelope<'_>,
    message: &[u8],
    count: u32,
    sessions: u32,
) -> Result<Heard, PeerError> {
    // It reads its message as text with bare line feeds and writes CRLF by itself.
    let text: Vec<u8> = message.iter().copied().filter(|byte| *byte != b'\r').collect();
    let file = tempfile::NamedTempFile::new().map_err(super::io_error("a temporary file"))?;
    std::fs::write(file.path(), text).map_err(super::io_error("a temporary file"))?;
    let mut command = Command::new("smtp-source");
    command
        .args(["-4", "-d", "-s", &sessions.to_string(), "-m", &count.to_string()])
        .args(["-M", "smtp-source.example", "-f", envelope.from])
        .arg("-F")
        .arg(file.path());
    for recipient in envelope.to.iter().take(1) {
        command.args(["-t", recipient]);
    }
    command.arg(to.to_string());
    let output = run("smtp-source", &mut command, b"")?;
    Ok(Heard { taken: output.status.success(), text: text_of(&output) })
}
