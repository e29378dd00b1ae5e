//! Commands (RFC 5321 §4.1 and the extensions that we offer): one line without its CRLF in, one value or one refusal out.
//!
//! Reading is strict where two servers could read one line differently (brackets, control bytes, doubled parameters) and
//! tolerant where they could not (case, blanks at the end, a blank behind `FROM:`). Whether a command fits into the conversation is the
//! session's question. `write` is the other direction, for the client.

mod error;
mod parameters;
mod write;

pub use error::CommandError;
pub use write::{needs_smtputf8, write_mail, write_recipient};

use crate::path::{ForwardPath, PathSide, forward_path, reverse_path, split_path};
use core::str;
use memchr::{memchr, memchr2};
use model::{Envelope, Notify};

/// A command that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Helo(String),
    Ehlo(String),
    /// The envelope so far, without recipients.
    Mail(Box<Envelope>),
    Rcpt {
        path: ForwardPath,
        notify: Option<Notify>,
        orcpt: Option<String>,
    },
    Data,
    Bdat {
        size: u64,
        last: bool,
    },
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
    StartTls,
    /// RFC 4954: the mechanism in upper case, and the first response if it came along.
    Auth {
        mechanism: String,
        initial: Option<Vec<u8>>,
    },
}

/// Longest name that a client may give itself, as a domain (RFC 5321 §4.5.3.1.2).
const HELO_LEN_MAX: usize = 255;

/// Reads one line, without its CRLF.
///
/// # Errors
/// Why it is refused; `CommandError::reply` says it to the client.
pub fn parse_command(line: &[u8]) -> Result<Command, CommandError> {
    if memchr(0, line).is_some() {
        return Err(CommandError::Nul);
    }
    if memchr2(b'\r', b'\n', line).is_some() {
        return Err(CommandError::BareLineEnd);
    }
    let line = line.trim_ascii_end();
    let (word, rest) = line.split_at(memchr(b' ', line).unwrap_or(line.len()));
    let argument = rest.trim_ascii_start();
    let verb = word.to_ascii_uppercase();
    match verb.as_slice() {
        b"EHLO" => helo(argument).map(Command::Ehlo),
        b"HELO" => helo(argument).map(Command::Helo),
        b"MAIL" => mail(argument),
        b"RCPT" => rcpt(argument),
        b"DATA" => alone(argument, Command::Data),
        b"BDAT" => bdat(argument),
        b"RSET" => alone(argument, Command::Rset),
        b"STARTTLS" => alone(argument, Command::StartTls),
        b"AUTH" => auth(argument),
        b"QUIT" => alone(argument, Command::Quit),
        b"NOOP" => Ok(Command::Noop),
        b"HELP" => Ok(Command::Help),
        b"VRFY" if argument.is_empty() => Err(CommandError::Syntax("VRFY user")),
        b"VRFY" => Ok(Command::Vrfy),
        other => Err(unknown(other)),
    }
}

/// Why a word is no command of ours.
fn unknown(verb: &[u8]) -> CommandError {
    match verb {
        b"EXPN" | b"ETRN" | b"TURN" | b"SEND" | b"SOML" | b"SAML" => CommandError::NotImplemented,
        // What a browser, a proxy or a form full of header lines says first. Going on would let a web page send mail.
        b"GET" | b"HEAD" | b"POST" | b"PUT" | b"DELETE" | b"OPTIONS" | b"CONNECT" | b"TRACE" | b"PATCH"
        | b"PRI" => CommandError::NotSmtp,
        word if word.len() > 1 && word.ends_with(b":") => CommandError::NotSmtp,
        _ => CommandError::Unknown,
    }
}

fn alone(argument: &[u8], command: Command) -> Result<Command, CommandError> {
    if argument.is_empty() {
        Ok(command)
    } else {
        Err(CommandError::Syntax("no argument after this command"))
    }
}

/// The client's name is written into trace headers, so it may hold nothing that has a meaning there.
fn helo(argument: &[u8]) -> Result<String, CommandError> {
    let name = argument.split(|byte| *byte == b' ').next().unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_graphic() && !b"()<>@,;\\\"".contains(byte);
    match str::from_utf8(name) {
        Ok(name) if !name.is_empty() && name.len() <= HELO_LEN_MAX && name.as_bytes().iter().all(plain) => {
            Ok(name.to_owned())
        }
        _ => Err(CommandError::Syntax("EHLO hostname")),
    }
}

fn mail(argument: &[u8]) -> Result<Command, CommandError> {
    let text = after_keyword(argument, b"FROM:").ok_or(CommandError::Syntax("MAIL FROM:<address>"))?;
    let (path, rest) = split_path(text, PathSide::Reverse)?;
    let envelope = Envelope::new(reverse_path(path)?, []);
    let envelope = parameters::mail(envelope, rest)?;
    if needs_smtputf8(&envelope) && !envelope.smtputf8 {
        return Err(CommandError::NeedsSmtpUtf8);
    }
    Ok(Command::Mail(Box::new(envelope)))
}

fn rcpt(argument: &[u8]) -> Result<Command, CommandError> {
    let text = after_keyword(argument, b"TO:").ok_or(CommandError::Syntax("RCPT TO:<address>"))?;
    let (path, rest) = split_path(text, PathSide::Forward)?;
    let path = forward_path(path)?;
    let (notify, orcpt) = parameters::rcpt(rest)?;
    Ok(Command::Rcpt { path, notify, orcpt })
}

/// RFC 4954 §4. What the words mean is the session's question, which knows whether they are offered at all.
fn auth(argument: &[u8]) -> Result<Command, CommandError> {
    let wrong = CommandError::Syntax("AUTH mechanism [initial response]");
    let mut words = argument.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let (mechanism, initial, more) = (words.next(), words.next(), words.next());
    match (mechanism.map(str::from_utf8), more) {
        (Some(Ok(mechanism)), None) => Ok(Command::Auth {
            mechanism: mechanism.to_ascii_uppercase(),
            initial: initial.map(<[u8]>::to_vec),
        }),
        (Some(_) | None, _) => Err(wrong),
    }
}

/// What follows `FROM:` or `TO:`; a blank behind the colon is against the standard and harmless.
fn after_keyword<'a>(argument: &'a [u8], keyword: &[u8]) -> Option<&'a [u8]> {
    let head = argument.get(..keyword.len())?;
    head.eq_ignore_ascii_case(keyword).then(|| argument[keyword.len()..].trim_ascii_start())
}

/// RFC 3030 §2. A size that cannot be read leaves no way to tell the chunk from the next command.
fn bdat(argument: &[u8]) -> Result<Command, CommandError> {
    let mut words = argument.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let size = words.next().and_then(parameters::number).ok_or(CommandError::BdatSize)?;
    let last = match words.next() {
        None => false,
        Some(word) if word.eq_ignore_ascii_case(b"LAST") => true,
        Some(_) => return Err(CommandError::BdatSize),
    };
    if words.next().is_some() {
        return Err(CommandError::BdatSize);
    }
    Ok(Command::Bdat { size, last })
}

#[cfg(test)]
mod tests;
