//! How many answers a second one core gives: the front page over kept connections, counted for five seconds.
//!
//! Server and clients share the one thread, so the figure is below what the server alone can do. `cargo run --release -p status --example load`.

use model::Timestamp;
use net::Clock;
use status::view::View;
use status::{Settings, Site};
use std::error::Error;
use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const CLIENTS: usize = 16;
const LASTS: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let clock = Clock::start(1);
    let site = Site::new(Settings::new("http://status.example"), clock);
    let view = std::env::args().nth(1).and_then(|file| status::kept::load(file.as_ref()));
    site.show(view.unwrap_or_else(|| View { made_at: Timestamp::default(), ..View::default() }));
    let listener = status::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr()?;
    let mut server = JoinSet::new();
    server.spawn(status::serve(listener, site.router(), std::future::pending()));
    let mut clients: JoinSet<Result<usize, Box<dyn Error + Send + Sync>>> = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(ask(address));
    }
    let mut answers = 0;
    while let Some(done) = clients.join_next().await {
        answers += done??;
    }
    let page = site.document("").map_or(0, |bytes| bytes.len());
    let line = format!(
        "{} answers/s of {page} bytes, one thread for both sides\n",
        answers as u64 / LASTS.as_secs()
    );
    std::io::stdout().write_all(line.as_bytes())?;
    Ok(())
}

/// Asks until the time is over; how many whole answers came.
async fn ask(address: SocketAddr) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let mut stream = TcpStream::connect(address).await?;
    let (began, mut count, mut held) = (Instant::now(), 0, Vec::new());
    let mut chunk = vec![0; 1 << 16];
    while began.elapsed() < LASTS {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: status.example\r\n\r\n").await?;
        held.clear();
        while !is_whole(&held) {
            match stream.read(&mut chunk).await? {
                0 => return Err("the server closed".into()),
                len => held.extend_from_slice(&chunk[..len]),
            }
        }
        count += 1;
    }
    Ok(count)
}

/// Whether head and as many bytes as it announces are there.
fn is_whole(held: &[u8]) -> bool {
    let Some(end) = held.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&held[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    length.is_some_and(|length: usize| held.len() >= end + 4 + length)
}
