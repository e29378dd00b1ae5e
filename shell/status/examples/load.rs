//! How many answers a second one core gives, and how long they take.
//!
//! Without arguments a page of its own is asked over kept connections as fast as it answers, counted for five seconds; server and clients share the one
//! thread, so the figure is below what the server alone can do: `cargo run --release -p status --example load`.
//!
//! With `PAGE RATE SECONDS [SMTP MESSAGES]` a running node's page (`127.0.0.1:8026`) is asked RATE times a second, and meanwhile so many messages a second
//! are handed to its listener (`127.0.0.1:2525`), as of the example's tenant; answers are told with their delays, late ones count from when they were due.

use model::Timestamp;
use net::Clock;
use status::view::View;
use status::{Settings, Site};
use std::error::Error;
use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

type Failure = Box<dyn Error + Send + Sync>;

const CLIENTS: u32 = 16;
const LASTS: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let line = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [page, rate, seconds] => node(page.parse()?, rate.parse()?, seconds.parse()?, None).await?,
        [page, rate, seconds, smtp, messages] => {
            let mail = Some((smtp.parse()?, messages.parse()?));
            node(page.parse()?, rate.parse()?, seconds.parse()?, mail).await?
        }
        [] => own(None).await?,
        [file] => own(Some(file)).await?,
        _ => return Err("PAGE RATE SECONDS [SMTP MESSAGES], a kept view, or nothing".into()),
    };
    Ok(std::io::stdout().write_all(line.as_bytes())?)
}

/// A page of its own, as fast as it answers.
async fn own(view: Option<&str>) -> Result<String, Failure> {
    let site = Site::new(Settings::new("http://status.example"), Clock::start(1));
    let view = view.and_then(|file| status::kept::load(file.as_ref()));
    site.show(view.unwrap_or_else(|| View { made_at: Timestamp::default(), ..View::default() }));
    let listener = status::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr()?;
    let mut server = JoinSet::new();
    server.spawn(status::serve(listener, site.router(), std::future::pending()));
    let mut clients: JoinSet<Result<Vec<Duration>, Failure>> = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(ask(address, LASTS, Pace { every: Duration::ZERO, number }));
    }
    let took = all(clients).await?;
    let page = site.document("").map_or(0, |bytes| bytes.len());
    let rate = took.len() as u64 / LASTS.as_secs();
    Ok(format!("{rate} answers/s of {page} bytes, one thread for both sides\n"))
}

/// A running node at this rate, while mail flows through it.
async fn node(
    page: SocketAddr,
    rate: u32,
    seconds: u64,
    mail: Option<(SocketAddr, u32)>,
) -> Result<String, Failure> {
    let lasts = Duration::from_secs(seconds);
    let mut mails: JoinSet<Result<u64, Failure>> = JoinSet::new();
    if let Some((smtp, messages)) = mail {
        mails.spawn(send(smtp, lasts, Duration::from_secs(1) / messages.max(1)));
    }
    let every = Duration::from_secs(1) * CLIENTS / rate.max(1);
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(ask(page, lasts, Pace { every, number }));
    }
    let mut took = all(clients).await?;
    took.sort_unstable();
    let at =
        |percent: usize| took.get((took.len() * percent / 100).min(took.len().saturating_sub(1))).copied();
    let milliseconds = |took: Option<Duration>| took.unwrap_or_default().as_secs_f64() * 1000.0;
    let mut accepted = 0;
    while let Some(done) = mails.join_next().await {
        accepted += done??;
    }
    Ok(format!(
        "{} answers/s of {rate} wanted; half within {:.1} ms, 99 % within {:.1} ms, all within {:.1} ms; {} messages/s accepted\n",
        took.len() as u64 / seconds.max(1),
        milliseconds(at(50)),
        milliseconds(at(99)),
        milliseconds(took.last().copied()),
        accepted / seconds.max(1),
    ))
}

async fn all(mut clients: JoinSet<Result<Vec<Duration>, Failure>>) -> Result<Vec<Duration>, Failure> {
    let mut took = Vec::new();
    while let Some(done) = clients.join_next().await {
        took.extend(done??);
    }
    Ok(took)
}

/// When the requests of one client are due.
#[derive(Clone, Copy)]
struct Pace {
    every: Duration,
    number: u32,
}

/// Asks until the time is over; how long each whole answer took since it was due.
async fn ask(address: SocketAddr, lasts: Duration, pace: Pace) -> Result<Vec<Duration>, Failure> {
    let mut stream = BufReader::with_capacity(1 << 16, TcpStream::connect(address).await?);
    let began = Instant::now();
    let mut due = began + pace.every * pace.number / CLIENTS;
    let (mut took, mut body, mut line) = (Vec::new(), Vec::new(), String::new());
    while began.elapsed() < lasts {
        if pace.every.is_zero() {
            due = Instant::now();
        } else {
            sleep_until(due.into()).await;
        }
        stream.get_mut().write_all(b"GET / HTTP/1.1\r\nHost: status.example\r\n\r\n").await?;
        let mut length = 0;
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Err("the server closed".into());
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse()?;
            }
        }
        body.resize(length, 0);
        stream.read_exact(&mut body).await?;
        took.push(due.elapsed());
        due += pace.every;
    }
    Ok(took)
}

/// Hands messages in over one session; how many were accepted.
async fn send(address: SocketAddr, lasts: Duration, every: Duration) -> Result<u64, Failure> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    reply(&mut stream, "2").await?;
    say(&mut stream, "EHLO load.acme.example", "2").await?;
    let began = Instant::now();
    let (mut due, mut accepted) = (began, 0);
    while began.elapsed() < lasts {
        sleep_until(due.into()).await;
        say(&mut stream, "MAIL FROM:<anna.berg@acme.example>", "2").await?;
        say(&mut stream, "RCPT TO:<kim@customer.example>", "2").await?;
        say(&mut stream, "DATA", "3").await?;
        let text = format!(
            "From: anna.berg@acme.example\r\nTo: kim@customer.example\r\nSubject: load {accepted}\r\n\r\nHello\r\n."
        );
        say(&mut stream, &text, "2").await?;
        accepted += 1;
        due += every;
    }
    Ok(accepted)
}

async fn say(stream: &mut BufReader<TcpStream>, text: &str, wanted: &str) -> Result<(), Failure> {
    stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
    reply(stream, wanted).await
}

/// Reads a reply, all of its lines (RFC 5321 §4.2.1).
async fn reply(stream: &mut BufReader<TcpStream>, wanted: &str) -> Result<(), Failure> {
    let mut line = String::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        if line.len() < 4 || !line.starts_with(wanted) {
            return Err(format!("the node said {line:?}").into());
        }
        if line.as_bytes()[3] == b' ' {
            return Ok(());
        }
    }
}
