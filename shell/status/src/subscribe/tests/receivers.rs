//! The receiving ends: a submission host and a web server that note what they get.

use rustls_pki_types::CertificateDer;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// One mail as it came.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) to: String,
    pub(super) bytes: String,
}

impl Letter {
    pub(super) fn header(&self, name: &str) -> String {
        let head = self.bytes.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let wanted = format!("{}:", name.to_lowercase());
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&wanted));
        line.unwrap_or_else(|| panic!("no {name} in\n{head}"))[wanted.len()..].trim().to_owned()
    }

    /// The decoded body.
    pub(super) fn text(&self) -> String {
        let body = self.bytes.split_once("\r\n\r\n").unwrap().1;
        let encoding = match self.bytes.to_lowercase().contains("content-transfer-encoding: quoted-printable")
        {
            true => quoted(body),
            false if self.bytes.contains("base64") => {
                crate::encode::unbase64(&body.replace("\r\n", "")).unwrap()
            }
            false => body.as_bytes().to_vec(),
        };
        String::from_utf8(encoding).unwrap()
    }

    /// The path of the link that contains `part`.
    pub(super) fn link(&self, part: &str) -> String {
        let text = self.text();
        let line =
            text.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("no {part} in\n{text}"));
        line.trim_start_matches("http://status.relay.example").trim().to_owned()
    }
}

fn quoted(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        if *first == b'=' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
            rest = &more[2..];
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    bytes
}

/// A submission host.
pub(super) struct Mailbox {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    _task: JoinSet<()>,
}

struct Shared {
    letters: watch::Sender<Vec<Letter>>,
    refusals: Mutex<VecDeque<String>>,
    /// `user:password`, if one must be said.
    login: Option<String>,
}

impl Mailbox {
    pub(super) async fn start() -> Self {
        Self::open(None, None).await
    }

    /// With TLS from the first byte, and the certificate to trust.
    pub(super) async fn start_secured(login: &str) -> (Self, CertificateDer<'static>) {
        let (from, until) =
            ("2026-01-01T00:00:00Z".parse().unwrap(), "2100-01-01T00:00:00Z".parse().unwrap());
        let identity = net::tls::self_signed("localhost", from, until).unwrap().identity("test").unwrap();
        let root = identity.chain[0].clone();
        let presenter = Arc::new(net::tls::Presenter::new(&identity).unwrap());
        let config = net::tls::server_config(presenter, net::tls::ClientCertificates::None).unwrap();
        (Self::open(Some(config.into()), Some(login.to_owned())).await, root)
    }

    async fn open(tls: Option<TlsAcceptor>, login: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared { letters: watch::Sender::default(), refusals: Mutex::default(), login };
        let shared = Arc::new(shared);
        let mut task = JoinSet::new();
        let taken = Arc::clone(&shared);
        task.spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, tls) = (Arc::clone(&taken), tls.clone());
                sessions.spawn(async move {
                    match tls {
                        None => session(stream, &shared).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => session(stream, &shared).await,
                            Err(error) => eprintln!("a client did not like the certificate: {error}"),
                        },
                    }
                });
            }
        });
        Self { address, shared, _task: task }
    }

    /// What the next recipients are answered.
    pub(super) fn refuse_next<const N: usize>(&self, replies: [&str; N]) {
        self.shared.refusals.lock().unwrap().extend(replies.map(str::to_owned));
    }

    pub(super) fn letters(&self) -> Vec<Letter> {
        self.shared.letters.borrow().clone()
    }

    pub(super) async fn wait(&self, count: usize) -> Vec<Letter> {
        let mut letters = self.shared.letters.subscribe();
        let came =
            tokio::time::timeout(super::PATIENCE, letters.wait_for(|letters| letters.len() >= count)).await;
        came.unwrap_or_else(|_| panic!("not {count} letters: {:?}", self.letters())).unwrap().clone()
    }
}

async fn session(stream: impl AsyncRead + AsyncWrite + Unpin, shared: &Shared) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.other.example\r\n").await.unwrap();
    let (mut to, mut line) = (String::new(), String::new());
    let mut is_known = shared.login.is_none();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let verb = line.trim_end().to_uppercase();
        let reply = match verb.as_str() {
            verb if verb.starts_with("EHLO") => {
                "250-mail.other.example\r\n250-AUTH PLAIN\r\n250 8BITMIME".to_owned()
            }
            verb if verb.starts_with("AUTH PLAIN ") => {
                let said = crate::encode::unbase64(line["AUTH PLAIN ".len()..].trim()).unwrap();
                let said = String::from_utf8(said).unwrap().trim_start_matches('\0').replace('\0', ":");
                is_known = shared.login.as_ref() == Some(&said);
                if is_known { "235 2.7.0 welcome" } else { "535 5.7.8 who are you" }.to_owned()
            }
            verb if verb.starts_with("MAIL") && !is_known => "530 5.7.0 say who you are".to_owned(),
            verb if verb.starts_with("RCPT TO:<") => {
                to = line["RCPT TO:<".len()..].split('>').next().unwrap().to_owned();
                let refusal = shared.refusals.lock().unwrap().pop_front();
                refusal.unwrap_or_else(|| "250 2.1.5 ok".to_owned())
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                let bytes = data(&mut stream).await;
                shared.letters.send_modify(|letters| letters.push(Letter { to: to.clone(), bytes }));
                "250 2.0.0 taken".to_owned()
            }
            "QUIT" => return,
            _ => "250 2.0.0 ok".to_owned(),
        };
        if stream.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn data(stream: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> String {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        if line == ".\r\n" {
            return text;
        }
        text += line.strip_prefix('.').unwrap_or(&line);
    }
}

/// A request or an answer as it was heard.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    /// Of an answer.
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Heard {
    pub(super) fn header(&self, name: &str) -> String {
        let wanted = format!("{name}: ");
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&wanted));
        line.unwrap_or_else(|| panic!("no {name} in\n{}", self.head))[wanted.len()..].to_owned()
    }
}

/// A receiver of webhooks.
pub(super) struct Web {
    pub(super) url: String,
    calls: watch::Sender<Vec<Heard>>,
    _task: JoinSet<()>,
}

impl Web {
    /// Answers with these first, then that all is well.
    pub(super) async fn start<const N: usize>(answers: [&str; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?key=s", listener.local_addr().unwrap());
        let calls: watch::Sender<Vec<Heard>> = watch::Sender::default();
        let mut answers = VecDeque::from(answers.map(str::to_owned));
        let told = calls.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let heard = read(&mut stream).await;
                let answer = answers.pop_front().unwrap_or_else(|| "204 No Content".to_owned());
                let elsewhere = "Location: http://127.0.0.1:9/\r\n";
                let text =
                    format!("HTTP/1.1 {answer}\r\n{elsewhere}Content-Length: 0\r\nConnection: close\r\n\r\n");
                told.send_modify(|calls| calls.push(heard));
                stream.write_all(text.as_bytes()).await.unwrap();
            }
        });
        Self { url, calls, _task: task }
    }

    pub(super) fn calls(&self) -> Vec<Heard> {
        self.calls.borrow().clone()
    }

    pub(super) async fn wait(&self, count: usize) -> Vec<Heard> {
        let mut calls = self.calls.subscribe();
        let came = tokio::time::timeout(super::PATIENCE, calls.wait_for(|calls| calls.len() >= count)).await;
        came.unwrap_or_else(|_| panic!("not {count} calls")).unwrap().clone()
    }
}

/// One request to a page.
pub(super) async fn request(
    page: SocketAddr,
    verb: &str,
    path: &str,
    form: &str,
    headers: &[(&str, &str)],
) -> Heard {
    let mut stream = TcpStream::connect(page).await.unwrap();
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let text = format!(
        "{verb} {path} HTTP/1.1\r\nHost: status.relay.example\r\nConnection: close\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    read(&mut stream).await
}

async fn read(stream: &mut TcpStream) -> Heard {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.unwrap() == 0 {
            break;
        }
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.unwrap();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Heard { status, head, body: String::from_utf8(body).unwrap() }
}
