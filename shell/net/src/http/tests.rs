//! Fetching from a listener that gives each answer as the test wrote it.

use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const LIMITS: Limits = Limits {
    head_wait: Duration::from_secs(20),
    body_wait: Duration::from_secs(20),
    body_bytes_max: 1_000,
    redirects_max: 2,
};

struct Server {
    listener: TcpListener,
}

impl Server {
    async fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.listener.local_addr().unwrap())
    }

    /// Gives these answers, one connection each, and what was asked.
    async fn serve(&self, answers: &[&str]) -> Vec<String> {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).await.unwrap();
            asked.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
            // Who has heard enough goes away.
            let _heard = stream.write_all(answer.as_bytes()).await;
            let _closed = stream.shutdown().await;
        }
        asked
    }

    async fn get(
        &self,
        path: &str,
        answers: &[&str],
        known: &Known,
    ) -> (Vec<String>, Result<Answer, HttpError>) {
        let resolver = Resolver::new(&["127.0.0.1:9".parse().unwrap()], Duration::from_secs(1)).unwrap();
        let client = Client::new(&[], resolver, LIMITS).unwrap();
        let url = self.url(path);
        let (asked, answer) = tokio::join!(self.serve(answers), client.get(&url, known));
        (asked, answer)
    }
}

#[tokio::test]
async fn a_document_comes_with_what_is_needed_to_ask_again() {
    let server = Server::new().await;
    let said = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nETag: \"a\"\r\nLast-Modified: x\r\nContent-Length: 2\r\n\r\n{}";
    let (asked, answer) = server.get("/p?q=1#part", &[said], &Known::default()).await;
    let answer = answer.unwrap();
    assert!(
        asked[0].starts_with("GET /p?q=1 HTTP/1.1\r\n") && asked[0].contains("accept-encoding: identity"),
        "{asked:?}"
    );
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_slice(), answer.etag.as_deref()),
        (200, &b"{}"[..], Some("\"a\""))
    );
    let known = Known { etag: answer.etag, last_modified: answer.last_modified, bearer: None };
    let (asked, answer) = server.get("/p", &["HTTP/1.1 304 Not Modified\r\n\r\n"], &known).await;
    assert_eq!(answer.unwrap().status, StatusCode::NOT_MODIFIED);
    assert!(
        asked[0].contains("if-none-match: \"a\"") && asked[0].contains("if-modified-since: x"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn redirects_are_followed_so_often_and_no_more() {
    let server = Server::new().await;
    let on = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n";
    let end = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    let (asked, answer) = server.get("/first", &[on, on, end], &Known::default()).await;
    assert_eq!(answer.unwrap().url, server.url("/next"));
    assert!(asked[2].starts_with("GET /next "), "{asked:?}");
    let (_, answer) = server.get("/first", &[on, on, on], &Known::default()).await;
    assert!(matches!(answer, Err(HttpError::Redirects { max: 2, .. })), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_and_a_refusal_is_an_answer() {
    let server = Server::new().await;
    let long = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(2_000));
    let (_, answer) = server.get("/", &[&long], &Known::default()).await;
    assert!(matches!(answer, Err(HttpError::TooLong { max: 1_000, .. })), "{answer:?}");
    let slow_down = "HTTP/1.1 429 Too Many\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n";
    let (_, answer) = server.get("/", &[slow_down], &Known::default()).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status.as_u16(), answer.retry_after.as_deref()), (429, Some("60")));
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error() {
    let server = Server::new().await;
    let (_, answer) = server.get("/", &[""], &Known::default()).await;
    assert!(matches!(answer, Err(HttpError::Exchange { .. })), "{answer:?}");
    let (_, answer) =
        server.get("/", &["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx"], &Known::default()).await;
    assert!(matches!(answer, Err(HttpError::Body { .. })), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_left() {
    let server = Server::new().await;
    let resolver = Resolver::new(&["127.0.0.1:9".parse().unwrap()], Duration::from_secs(1)).unwrap();
    let client = Client::new(&[], resolver, LIMITS).unwrap();
    let answer = client.get(&server.url("/"), &Known::default()).await;
    assert!(matches!(answer, Err(HttpError::SlowHead { .. })), "{answer:?}");
}

#[tokio::test]
async fn who_may_only_reach_the_public_internet_reaches_nothing_here() {
    let resolver = Resolver::new(&["127.0.0.1:9".parse().unwrap()], Duration::from_secs(1)).unwrap();
    let client = Client::new(&[], resolver, LIMITS).unwrap().only_public();
    let server = Server::new().await;
    for url in [server.url("/"), "http://169.254.169.254/latest".to_owned(), "http://[::1]:1/".to_owned()] {
        let answer = client.get(&url, &Known::default()).await;
        assert!(matches!(answer, Err(HttpError::Private(_))), "{url}: {answer:?}");
    }
}

#[tokio::test]
async fn a_token_goes_to_its_host_only_and_is_never_written() {
    let server = Server::new().await;
    let known = Known { bearer: Bearer::read(" se.cret \n"), ..Known::default() };
    let end = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let same = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n";
    let (asked, answer) = server.get("/", &[same, end], &known).await;
    assert_eq!(answer.unwrap().status, StatusCode::OK);
    assert!(asked.iter().all(|asked| asked.contains("authorization: Bearer se.cret\r\n")), "{asked:?}");
    // The same port under another name is another place.
    let other = server.url("/next").replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let away = format!("HTTP/1.1 302 Found\r\nLocation: {other}\r\nContent-Length: 0\r\n\r\n");
    let (asked, _) = server.get("/", &[&away], &known).await;
    assert!(asked[0].contains("Bearer"), "{asked:?}");
    let uri: Uri = other.parse().unwrap();
    assert!(!may_see_token(&uri, &server.url("/")));
    for (uri, asked, wanted) in [
        ("https://graph.vendor.example/b", "https://graph.vendor.example/a", true),
        ("http://graph.vendor.example/b", "http://graph.vendor.example/b", false),
        ("https://evil.example/b", "https://graph.vendor.example/a", false),
        ("https://graph.vendor.example:8443/b", "https://graph.vendor.example/a", false),
    ] {
        assert_eq!(may_see_token(&uri.parse().unwrap(), asked), wanted, "{uri}");
    }
    assert!(!format!("{known:?}").contains("se.cret"));
    assert_eq!(["", "two words", "\u{e9}"].map(Bearer::read), [None, None, None]);
}

#[tokio::test]
async fn a_document_is_posted_over_https_only_and_no_redirection_is_followed() {
    let from = crate::Clock::start(1).now();
    let made = tls::self_signed("localhost", from, from + Duration::from_secs(86_400)).unwrap();
    let identity = made.identity("localhost").unwrap();
    let root = identity.chain[0].clone();
    let presenter = Arc::new(tls::Presenter::new(&identity).unwrap());
    let config = tls::server_config(presenter, tls::ClientCertificates::None).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/in?a=b", listener.local_addr().unwrap().port());
    let resolver = Resolver::new(&[], Duration::from_secs(5)).unwrap();
    let client = Client::new(&[root], resolver, LIMITS).unwrap();
    let said = "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n";
    let serve = async {
        let mut stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"body") {
            assert!(stream.read_buf(&mut asked).await.unwrap() > 0, "{asked:?}");
        }
        stream.write_all(said.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        String::from_utf8(asked).unwrap()
    };
    let (asked, answer) = tokio::join!(serve, client.post(&url, "application/x", b"body".to_vec()));
    assert_eq!(answer.unwrap().status, StatusCode::FOUND);
    assert!(asked.starts_with("POST /in?a=b HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("content-type: application/x\r\ncontent-length: 4\r\n"), "{asked}");
    let refused = client.post(&url.replace("https:", "http:"), "application/x", Vec::new()).await;
    assert!(matches!(refused, Err(HttpError::Url(_))), "{refused:?}");
}
