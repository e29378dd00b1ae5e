//! What a client sees: caching, errors, and that nothing outside the table is ever answered.

use crate::world;
use net::Clock;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A served page; it ends with the value.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    _server: JoinSet<std::io::Result<()>>,
}

pub(crate) async fn serve(site: &status::Site) -> Served {
    serve_all(site.router()).await
}

pub(crate) async fn serve_all(router: axum::Router) -> Served {
    let listener = status::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut server = JoinSet::new();
    server.spawn(status::serve(listener, router, std::future::pending()));
    Served { address, _server: server }
}

impl Served {
    /// One request, as it stands on the wire but for the end.
    pub(crate) async fn ask(&self, head: &str) -> String {
        self.say(&format!("{head}\r\nConnection: close\r\n\r\n")).await
    }

    /// One request as it stands on the wire.
    pub(crate) async fn say(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: status.relay.example")).await
    }
}

pub(crate) fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next()?;
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

pub(crate) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn an_unchanged_document_is_answered_with_304_and_no_body() {
    let served = serve(&world::site(&Clock::start(1))).await;
    for path in ["/", "/de/", "/api/v2/summary.json", "/history.atom", "/maintenance.ics", "/badge.svg"] {
        let first = served.get(path).await;
        assert!(first.starts_with("HTTP/1.1 200"), "{path}: {first}");
        let tag = header(&first, "etag").unwrap();
        for known in [tag.to_owned(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let again =
                served.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nIf-None-Match: {known}")).await;
            assert!(again.starts_with("HTTP/1.1 304"), "{path}: {again}");
            assert_eq!((body(&again), header(&again, "etag")), ("", Some(tag)));
        }
        let other = served.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"old\"")).await;
        assert!(other.starts_with("HTTP/1.1 200"), "{path}: {other}");
    }
}

#[tokio::test]
async fn answers_may_be_cached_shortly_and_read_by_every_site() {
    let served = serve(&world::site(&Clock::start(1))).await;
    let answer = served.get("/api/v2/summary.json").await;
    assert!(header(&answer, "cache-control").unwrap().starts_with("public, max-age=15"), "{answer}");
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
    assert!(header(&answer, "last-modified").unwrap().ends_with(" GMT"));
    let asked =
        served.ask("OPTIONS /api/v2/summary.json HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example").await;
    assert!(asked.starts_with("HTTP/1.1 204"), "{asked}");
    let page = served.get("/").await;
    let policy = header(&page, "content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn head_tells_the_length_and_sends_nothing() {
    let served = serve(&world::site(&Clock::start(1))).await;
    let whole = served.get("/").await;
    let head = served.ask("HEAD / HTTP/1.1\r\nHost: x").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body(&head), "");
    assert_eq!(header(&head, "content-length"), header(&whole, "content-length"));
}

#[tokio::test]
async fn what_is_not_in_the_table_is_not_found_whatever_its_name() {
    let served = serve(&world::site(&Clock::start(1))).await;
    let names = [
        "/nothing",
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/api/v2/../../Cargo.toml",
        "/incidents/../index.html",
        "/%00",
        "/de/de/",
        "/api/v2/incidents/zzzzzzzzzzzz.json",
    ];
    for name in names {
        let answer = served.get(name).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{name}: {answer}");
        assert_eq!(header(&answer, "cache-control"), Some("no-store"), "{name}");
        assert!(!answer.contains("root:"), "{name}: {answer}");
    }
    let moved = served.get("/history").await;
    assert!(moved.starts_with("HTTP/1.1 308") && header(&moved, "location") == Some("/history/"), "{moved}");
}

#[tokio::test]
async fn the_host_header_is_needed_once_and_never_repeated() {
    let served = serve(&world::site(&Clock::start(1))).await;
    let evil = served.ask("GET / HTTP/1.1\r\nHost: evil.example").await;
    assert!(evil.starts_with("HTTP/1.1 200") && !evil.contains("evil.example"), "{evil}");
    let moved = served.ask("GET /history HTTP/1.1\r\nHost: evil.example").await;
    assert!(!moved.contains("evil.example"), "{moved}");
    assert!(served.ask("GET / HTTP/1.1").await.starts_with("HTTP/1.1 400"));
    let two = served.ask("GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example").await;
    assert!(two.starts_with("HTTP/1.1 400"), "{two}");
}

#[tokio::test]
async fn only_reading_is_answered() {
    let served = serve(&world::site(&Clock::start(1))).await;
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let answer = served.ask(&format!("{method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 0")).await;
        assert!(answer.starts_with("HTTP/1.1 405"), "{method}: {answer}");
        assert_eq!(header(&answer, "allow"), Some("GET, HEAD, OPTIONS"));
    }
}

#[tokio::test]
async fn every_page_fits_in_sixty_kilobytes_and_every_link_leads_somewhere() {
    let site = world::site(&Clock::start(1));
    let paths = site.paths();
    assert!(paths.len() > 40, "{paths:?}");
    for path in &paths {
        let bytes = site.document(path).unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        if !path.is_empty() && !path.ends_with('/') {
            continue;
        }
        assert!(bytes.len() < 60_000, "{path} has {} bytes", bytes.len());
        for (at, _) in text.match_indices("href=\"") {
            let target = text[at + 6..].split('"').next().unwrap();
            if let Some(place) = target.strip_prefix('#') {
                assert!(text.contains(&format!("id=\"{place}\"")), "{path} links to #{place}");
                continue;
            }
            if target.contains(':') {
                continue;
            }
            let found = resolved(path, target);
            let known = paths.contains(&found);
            assert!(known, "{path} links to {target}, which is {found}");
        }
    }
}

/// Where a relative link of the page at `path` leads.
fn resolved(path: &str, target: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for step in target.split('#').next().unwrap_or_default().split('/') {
        match step {
            ".." => drop(parts.pop()),
            "." => {}
            name => parts.push(name),
        }
    }
    parts.join("/").trim_start_matches('/').to_owned()
}
