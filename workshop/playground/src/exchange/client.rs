//! One outbound transaction: what the fake Exchange says to the connector's host, and what it hears per recipient.
//!
//! One connection carries one message: greeting, EHLO, STARTTLS as told, MAIL and RCPT (together where PIPELINING is offered), then BDAT where
//! CHUNKING is offered, with the bytes as they are, else DATA. As Exchange does, it never writes a bare line feed through DATA: such a
//! message is refused for good. A connection that breaks leaves every undecided recipient for a later attempt.

use super::link::{Link, LinkError, bare_ends, stuff};
use crate::OutboundTls;
use rustls::ClientConfig;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

const REPLY_LINE_MAX: usize = 4 << 10;
const REPLY_LINES_MAX: usize = 100;

/// How to get there.
pub(super) struct Route<'a> {
    pub(super) source: IpAddr,
    pub(super) to: SocketAddr,
    pub(super) ehlo: &'a str,
    pub(super) tls: OutboundTls,
    pub(super) tls_config: Arc<ClientConfig>,
    pub(super) bdat_chunk: Option<usize>,
    pub(super) wait: Duration,
}

/// What to bring.
pub(super) struct Load<'a> {
    pub(super) mail_from: &'a str,
    pub(super) recipients: &'a [String],
    pub(super) wire: &'a [u8],
}

/// What was said about one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Taken(String),
    NotNow(String),
    Refused(String),
}

/// Why an attempt ended before every recipient had its own reply.
#[derive(Debug, thiserror::Error)]
pub(super) enum AttemptError {
    #[error("connection: {0}")]
    Link(#[from] LinkError),
    #[error("{0}")]
    Said(Answer),
    #[error("the host's reply `{0}` is no SMTP")]
    NoReply(String),
    #[error("STARTTLS is required and not offered")]
    NoTls,
    #[error("TLS handshake: {0}")]
    Handshake(std::io::Error),
}

/// One complete reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    code: u16,
    lines: Vec<String>,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.lines.join(" "))
    }
}

impl Answer {
    fn verdict(&self) -> Verdict {
        match self.code / 100 {
            2 => Verdict::Taken(self.to_string()),
            5 => Verdict::Refused(self.to_string()),
            _ => Verdict::NotNow(self.to_string()),
        }
    }

    fn offers(&self, word: &str) -> bool {
        let words = self.lines.iter().skip(1).filter_map(|line| line.split_whitespace().next());
        words.into_iter().any(|offered| offered.eq_ignore_ascii_case(word))
    }
}

/// Delivers, or says why not; the verdicts stand in the order of the recipients.
pub(super) async fn attempt(route: &Route<'_>, load: &Load<'_>) -> Vec<Verdict> {
    let everyone = |verdict: Verdict| vec![verdict; load.recipients.len()];
    let outcome = match converse(route, route.tls, load).await {
        Err(AttemptError::Handshake(_)) if route.tls == OutboundTls::Opportunistic => {
            converse(route, OutboundTls::Never, load).await
        }
        outcome => outcome,
    };
    match outcome {
        Ok(verdicts) => verdicts,
        Err(AttemptError::Said(answer)) => everyone(answer.verdict()),
        Err(error) => everyone(Verdict::NotNow(error.to_string())),
    }
}

async fn converse(
    route: &Route<'_>,
    tls: OutboundTls,
    load: &Load<'_>,
) -> Result<Vec<Verdict>, AttemptError> {
    let mut link = connect(route).await?;
    expect(&mut link, 220).await?;
    let mut greeting = greet(&mut link, route.ehlo).await?;
    if tls != OutboundTls::Never && greeting.offers("STARTTLS") {
        link.write(b"STARTTLS\r\n").await?;
        expect(&mut link, 220).await?;
        link = upgrade(link, route).await?;
        greeting = greet(&mut link, route.ehlo).await?;
    } else if tls == OutboundTls::Required {
        return Err(AttemptError::NoTls);
    }
    let verdicts = transact(&mut link, &greeting, route, load).await?;
    if let Err(error) = link.write(b"QUIT\r\n").await {
        tracing::trace!(%error, "the connector's host closed before QUIT");
    }
    link.close().await;
    Ok(verdicts)
}

async fn connect(route: &Route<'_>) -> Result<Link, AttemptError> {
    let socket = if route.to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = socket.map_err(LinkError::Io)?;
    if route.source.is_ipv4() == route.to.is_ipv4() {
        socket.bind(SocketAddr::new(route.source, 0)).map_err(LinkError::Io)?;
    }
    let stream = tokio::time::timeout(route.wait, socket.connect(route.to)).await;
    let stream = stream.map_err(|_elapsed| LinkError::Silent(route.wait))?.map_err(LinkError::Io)?;
    stream.set_nodelay(true).map_err(LinkError::Io)?;
    Ok(Link::new(Box::new(stream), route.wait))
}

async fn upgrade(link: Link, route: &Route<'_>) -> Result<Link, AttemptError> {
    let name = rustls::pki_types::ServerName::from(route.to.ip());
    let handshake = TlsConnector::from(Arc::clone(&route.tls_config)).connect(name, link.into_stream());
    let stream = tokio::time::timeout(route.wait, handshake).await;
    let stream = stream.map_err(|_elapsed| LinkError::Silent(route.wait))?;
    Ok(Link::new(Box::new(stream.map_err(AttemptError::Handshake)?), route.wait))
}

async fn greet(link: &mut Link, ehlo: &str) -> Result<Answer, AttemptError> {
    link.write(format!("EHLO {ehlo}\r\n").as_bytes()).await?;
    expect(link, 250).await
}

async fn transact(
    link: &mut Link,
    greeting: &Answer,
    route: &Route<'_>,
    load: &Load<'_>,
) -> Result<Vec<Verdict>, AttemptError> {
    let (bare_lf, bare_cr) = bare_ends(load.wire);
    if !greeting.offers("CHUNKING") && bare_lf + bare_cr > 0 {
        let words = "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which cannot be sent via DATA";
        return Ok(vec![Verdict::Refused(words.to_owned()); load.recipients.len()]);
    }
    let mut verdicts = send_envelope(link, greeting, load).await?;
    if !verdicts.iter().any(|verdict| matches!(verdict, Verdict::Taken(_))) {
        return Ok(verdicts);
    }
    let end = if greeting.offers("CHUNKING") {
        send_chunks(link, load.wire, route.bdat_chunk).await?
    } else {
        link.write(b"DATA\r\n").await?;
        expect(link, 354).await?;
        link.write(&stuff(load.wire)).await?;
        read_answer(link).await?
    };
    for verdict in &mut verdicts {
        if matches!(verdict, Verdict::Taken(_)) {
            *verdict = end.verdict();
        }
    }
    Ok(verdicts)
}

/// MAIL and every RCPT; the verdict of a recipient is its RCPT's until the body has one.
async fn send_envelope(
    link: &mut Link,
    greeting: &Answer,
    load: &Load<'_>,
) -> Result<Vec<Verdict>, AttemptError> {
    let mut commands = vec![mail_command(greeting, load)];
    commands.extend(load.recipients.iter().map(|to| format!("RCPT TO:<{to}>\r\n")));
    let mut answers = Vec::new();
    if greeting.offers("PIPELINING") {
        link.write(commands.concat().as_bytes()).await?;
        for _ in &commands {
            answers.push(read_answer(link).await?);
        }
    } else {
        for command in &commands {
            link.write(command.as_bytes()).await?;
            answers.push(read_answer(link).await?);
        }
    }
    let mail = answers.remove(0);
    if mail.code / 100 != 2 {
        return Err(AttemptError::Said(mail));
    }
    Ok(answers.iter().map(Answer::verdict).collect())
}

fn mail_command(greeting: &Answer, load: &Load<'_>) -> String {
    let mut command = format!("MAIL FROM:<{}>", load.mail_from);
    if greeting.offers("SIZE") {
        command.push_str(&format!(" SIZE={}", load.wire.len()));
    }
    if greeting.offers("8BITMIME") && !load.wire.is_ascii() {
        command.push_str(" BODY=8BITMIME");
    }
    let addresses_ascii = load.mail_from.is_ascii() && load.recipients.iter().all(|to| to.is_ascii());
    if greeting.offers("SMTPUTF8") && !addresses_ascii {
        command.push_str(" SMTPUTF8");
    }
    command + "\r\n"
}

async fn send_chunks(link: &mut Link, wire: &[u8], chunk: Option<usize>) -> Result<Answer, AttemptError> {
    let size = chunk.unwrap_or(wire.len()).max(1);
    let mut rest = wire;
    loop {
        let (now, later) = rest.split_at(size.min(rest.len()));
        let last = if later.is_empty() { " LAST" } else { "" };
        link.write(format!("BDAT {}{last}\r\n", now.len()).as_bytes()).await?;
        link.write(now).await?;
        let answer = read_answer(link).await?;
        if later.is_empty() || answer.code / 100 != 2 {
            return Ok(answer);
        }
        rest = later;
    }
}

async fn expect(link: &mut Link, code: u16) -> Result<Answer, AttemptError> {
    let answer = read_answer(link).await?;
    if answer.code == code { Ok(answer) } else { Err(AttemptError::Said(answer)) }
}

async fn read_answer(link: &mut Link) -> Result<Answer, AttemptError> {
    let mut lines = Vec::new();
    while lines.len() < REPLY_LINES_MAX {
        let line = link.line(REPLY_LINE_MAX).await?;
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        let code: u16 = text
            .get(..3)
            .and_then(|digits| digits.parse().ok())
            .filter(|code| (200..600).contains(code))
            .ok_or_else(|| AttemptError::NoReply(text.clone()))?;
        lines.push(text.get(4..).unwrap_or_default().to_owned());
        if text.as_bytes().get(3) != Some(&b'-') {
            return Ok(Answer { code, lines });
        }
    }
    Err(AttemptError::NoReply(format!("more than {REPLY_LINES_MAX} lines")))
}
