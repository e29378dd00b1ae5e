//! Requests to a server of a few lines that says what it is told to say.

use super::*;
use net::tls::{ClientCertificates, Presenter};
use playground::{Playground, PlaygroundConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const HOST: &str = "127.0.0.1";

struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    http: Http,
}

impl Server {
    async fn new(is_trusted: bool) -> Self {
        let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
        let pem = playground.authority().issue(&[HOST]).unwrap().pem_file();
        let identity = tls::identity(pem.as_bytes(), pem.as_bytes(), HOST).unwrap();
        let presenter = Arc::new(Presenter::new(&identity).unwrap());
        let acceptor = TlsAcceptor::from(tls::server_config(presenter, ClientCertificates::None).unwrap());
        let roots: Vec<_> = is_trusted.then(|| playground.ca_certificate_der()).into_iter().collect();
        let resolver = Resolver::new(&[playground.dns_address()], Duration::from_secs(1)).unwrap();
        let listener = TcpListener::bind((HOST, 0)).await.unwrap();
        Self { listener, acceptor, http: Http::new(&roots, resolver).unwrap() }
    }

    fn url(&self) -> String {
        format!("https://{}/dir?a=b", self.listener.local_addr().unwrap())
    }

    /// Asks once, and answers; gives what was asked and what came of it.
    async fn answer(&self, answer: &[u8]) -> (String, Result<BytesResponse, Error>) {
        let served = async {
            let (stream, _) = self.listener.accept().await.unwrap();
            let Ok(mut stream) = self.acceptor.accept(stream).await else { return String::new() };
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).await.unwrap();
            // Who has heard enough goes away.
            let _heard = stream.write_all(answer).await;
            let _closed = stream.shutdown().await;
            String::from_utf8_lossy(&buffer[..length]).into_owned()
        };
        let request = Request::builder().uri(self.url()).body(BodyWrapper::default()).unwrap();
        tokio::join!(served, self.http.request(request))
    }
}

#[tokio::test]
async fn a_refusal_that_names_a_time_is_remembered_once() {
    let server = Server::new(true).await;
    let refusal = b"HTTP/1.1 429 Slow Down\r\nRetry-After: 7200\r\nContent-Length: 2\r\n\r\n{}";
    let (asked, answer) = server.answer(refusal).await;
    assert!(asked.starts_with("GET /dir?a=b HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains(&format!("host: {}\r\n", server.listener.local_addr().unwrap())), "{asked}");
    let mut answer = answer.unwrap();
    assert_eq!(
        (answer.parts.status.as_u16(), &answer.body.into_bytes().await.unwrap()[..]),
        (429, &b"{}"[..])
    );
    assert_eq!(server.http.take_wish(), Some(Duration::from_secs(7_200)));
    assert_eq!(server.http.take_wish(), None);
    let (_, good) = server.answer(b"HTTP/1.1 200 Good\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n").await;
    assert!(good.is_ok());
    assert_eq!(server.http.take_wish(), None, "only a refusal counts");
}

#[tokio::test]
async fn an_answer_without_end_and_one_that_breaks_off_are_errors() {
    let server = Server::new(true).await;
    let mut endless = b"HTTP/1.1 200 Good\r\n\r\n".to_vec();
    endless.resize(ANSWER_LEN_MAX + (1 << 16), b'x');
    let (_, answer) = server.answer(&endless).await;
    let error = answer.err().unwrap().to_string();
    assert!(error.contains("no answer that can be read"), "{error}");
    let (_, answer) = server.answer(b"HTTP/1.1 200 Good\r\nContent-Length: 10\r\n\r\nshort").await;
    assert!(answer.is_err());
}

#[tokio::test]
async fn an_authority_that_is_not_trusted_and_a_url_in_clear_are_refused() {
    let server = Server::new(false).await;
    let (_, answer) = server.answer(b"").await;
    let error = answer.err().unwrap().to_string();
    assert!(error.contains("no TLS with 127.0.0.1"), "{error}");
    let request = Request::builder().uri("http://127.0.0.1/dir").body(BodyWrapper::default()).unwrap();
    let error = server.http.request(request).await.err().unwrap().to_string();
    assert!(error.contains("is not an https URL"), "{error}");
}
