//! Every sentence that a server session says by itself, and which of them a fault gets.
//!
//! Banner, EHLO and 354 carry no enhanced code (RFC 2034 §3).

use super::{BodyError, CloseReason, ServerConfig};
use model::{EnhancedCode, Reply};

fn reply(code: u16, subject: u16, detail: u16, text: impl Into<String>) -> Reply {
    let class = u8::try_from(code / 100).unwrap_or(5);
    Reply::new(code, Some(EnhancedCode::new(class, subject, detail)), text)
}

pub(super) fn banner(hostname: &str) -> Reply {
    Reply::new(220, None, format!("{hostname} ESMTP Signpost"))
}

pub(super) fn helo(hostname: &str) -> Reply {
    Reply::new(250, None, hostname)
}

pub(super) fn ehlo(config: &ServerConfig, offers_tls: bool, is_secured: bool) -> Reply {
    let mut reply = helo(&config.hostname);
    let size = format!("SIZE {}", config.size_max.0);
    let words = ["PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES", "DSN"];
    let tls = offers_tls.then_some("STARTTLS");
    let require_tls = is_secured.then_some("REQUIRETLS");
    let auth = (config.auth && is_secured).then_some("AUTH PLAIN LOGIN");
    let lines = [size.as_str()].into_iter().chain(words).chain(tls).chain(require_tls).chain(auth);
    reply.lines.extend(lines.map(|line| line.as_bytes().to_vec()));
    reply
}

pub(super) fn start_tls() -> Reply {
    reply(220, 0, 0, "go ahead")
}

pub(super) fn start_data() -> Reply {
    Reply::new(354, None, "go ahead, end with a line that holds only a dot")
}

pub(super) fn done() -> Reply {
    reply(250, 0, 0, "done")
}

pub(super) fn chunk_taken(size: u64) -> Reply {
    reply(250, 0, 0, format!("{size} bytes taken"))
}

/// RFC 8689 §2: the parameter is for sessions under TLS.
pub(super) fn tls_first() -> Reply {
    reply(530, 7, 10, "REQUIRETLS is taken under TLS only")
}

pub(super) fn cannot_verify() -> Reply {
    reply(252, 0, 0, "send some mail and see")
}

pub(super) fn help() -> Reply {
    reply(214, 0, 0, "RFC 5321 says how to talk to this relay, its operator says who may")
}

pub(super) fn bye(hostname: &str) -> Reply {
    reply(221, 0, 0, format!("{hostname} says goodbye"))
}

pub(super) fn out_of_order(expected: &str) -> Reply {
    reply(503, 5, 1, expected)
}

/// RFC 4954 §4: what is wanted next, in base64, without an enhanced code.
pub(super) fn challenge(text: &str) -> Reply {
    Reply::new(334, None, text)
}

pub(super) fn needs_tls() -> Reply {
    reply(538, 7, 11, "say STARTTLS first: a password is not read in clear")
}

pub(super) fn unknown_mechanism() -> Reply {
    reply(504, 5, 4, "the mechanisms are PLAIN and LOGIN")
}

pub(super) fn login_cancelled() -> Reply {
    reply(501, 7, 0, "the login was given up")
}

pub(super) fn login_unreadable() -> Reply {
    reply(501, 5, 2, "the response is not base64 of what the mechanism wants")
}

pub(super) fn login_line_too_long() -> Reply {
    reply(500, 5, 6, "the response is too long")
}

pub(super) fn too_many_logins(hostname: &str) -> Reply {
    reply(421, 7, 0, format!("{hostname} closes after too many failed logins"))
}

pub(super) fn no_recipients() -> Reply {
    reply(554, 5, 1, "no recipient was accepted")
}

pub(super) fn not_offered() -> Reply {
    reply(502, 5, 1, "the command is not offered")
}

pub(super) fn too_many_recipients() -> Reply {
    reply(452, 5, 3, "too many recipients in one transaction, send the rest in another one")
}

pub(super) fn too_large(size_max: u64) -> Reply {
    reply(552, 3, 4, format!("the message is larger than {size_max} bytes"))
}

pub(super) fn synchronisation() -> Reply {
    reply(554, 5, 0, "input came before it was asked for")
}

pub(super) fn too_many_empty(hostname: &str) -> Reply {
    reply(421, 7, 0, format!("{hostname} closes after too many commands without a message"))
}

pub(super) fn too_many_errors(hostname: &str) -> Reply {
    reply(421, 7, 0, format!("{hostname} closes after too many errors"))
}

pub(super) fn timed_out(hostname: &str) -> Reply {
    reply(421, 4, 2, format!("{hostname} waited too long"))
}

pub(super) fn shutting_down(hostname: &str) -> Reply {
    reply(421, 3, 2, format!("{hostname} is stopping, try again"))
}

/// What is said at the end of a body that is void.
pub(super) fn body_refused(reason: BodyError, config: &ServerConfig) -> Reply {
    match reason {
        BodyError::BareCr => reply(550, 5, 2, "the message contains a carriage return without a line feed"),
        BodyError::BareLf => reply(550, 5, 2, "the message contains a line feed without a carriage return"),
        BodyError::TooLarge => too_large(config.size_max.0),
        BodyError::NulInHeader => reply(550, 6, 0, "the message's header contains NUL"),
        BodyError::LineTooLong => {
            let most = config.limits.body_line_len_max;
            reply(550, 6, 0, format!("the message contains a line longer than {most} bytes"))
        }
        BodyError::Reset
        | BodyError::Synchronisation
        | BodyError::Protocol
        | BodyError::TimedOut
        | BodyError::PeerGone
        | BodyError::Closed => reply(554, 5, 0, "the message was not completed"),
    }
}

/// What the end of a session means for a body that is open.
pub(super) fn body_error(reason: CloseReason) -> BodyError {
    match reason {
        CloseReason::Quit => BodyError::Reset,
        CloseReason::PeerGone => BodyError::PeerGone,
        CloseReason::TimedOut => BodyError::TimedOut,
        CloseReason::Synchronisation => BodyError::Synchronisation,
        CloseReason::TooLarge => BodyError::TooLarge,
        CloseReason::TooManyErrors | CloseReason::NotSmtp | CloseReason::BadChunk => BodyError::Protocol,
        CloseReason::Overflow | CloseReason::Answered | CloseReason::ShuttingDown => BodyError::Closed,
    }
}
