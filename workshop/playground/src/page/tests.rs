//! The pages asked over HTTP by a client of a few lines.

use crate::peers::{Envelope, smtplib};
use crate::{Mail, Playground, PlaygroundConfig, first_message};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const WAIT: Duration = Duration::from_secs(30);

struct World {
    playground: Playground,
    http: std::net::SocketAddr,
    _tasks: JoinSet<()>,
}

impl World {
    async fn start() -> Self {
        let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let http = listener.local_addr().unwrap();
        let router = playground.router();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { playground, http, _tasks: tasks }
    }

    async fn request(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.http).await.unwrap();
        let length = body.len();
        let request =
            format!("{head}\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(WAIT, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn get(&self, path: &str) -> String {
        self.request(&format!("GET {path} HTTP/1.1"), "").await
    }

    async fn post(&self, body: &str, header: &str) -> String {
        let head = format!(
            "POST /playground/send HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded{header}"
        );
        self.request(&head, body).await
    }

    /// A relay of one line: the waiting message comes back with its word and one more line of HTML.
    async fn bring_back(&self) -> u64 {
        let sent = self.playground.sent().remove(0);
        let wire = String::from_utf8(sent.wire.to_vec()).unwrap();
        let stamped = wire.replace("</body>", "<p>Anna's signature</p>\r\n</body>");
        let raw = format!("X-Signpost-Processed: v1 acme-4f1c id hmac\r\n{stamped}");
        let to = self.playground.exchange_address();
        let heard = tokio::task::spawn_blocking(move || {
            let envelope = Envelope { from: "anna.berg@acme.example", to: &["kim@customer.example"] };
            smtplib(to, envelope, raw.as_bytes())
        });
        assert!(heard.await.unwrap().unwrap().taken);
        self.playground.mailbox()[0].id
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_mailbox_says_what_to_do() {
    let world = World::start().await;
    let page = world.get("/playground").await;
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("Nothing has arrived yet"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'; style-src 'self'"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_stands_beside_the_one_that_was_sent() {
    let world = World::start().await;
    world.playground.submit(first_message()).await.unwrap();
    let waiting = world.get("/playground").await;
    assert!(waiting.contains("On its way") && waiting.contains("http-equiv=\"refresh\""), "{waiting}");
    let id = world.bring_back().await;
    let list = world.get("/playground").await;
    assert!(
        list.contains("Samples on their way – see you on Friday") && list.contains(">stamped<"),
        "{list}"
    );
    let source = world.get(&format!("/playground/message/{id}?view=source")).await;
    let added = "<ins class=\"line\" data-sign=\"+\">&lt;p&gt;Anna&#39;s signature&lt;/p&gt;\n</ins>";
    assert!(source.contains(added) && source.contains("No line gone or changed."), "{source}");
    let frame = world.get(&format!("/playground/message/{id}/arrived/html")).await;
    assert!(frame.contains("<p>Anna's signature</p>") && frame.contains("; sandbox;"), "{frame}");
    let before = world.get(&format!("/playground/message/{id}/sent/html")).await;
    assert!(before.contains("Dear Ms Kim") && !before.contains("signature"), "{before}");
    let file = world.get(&format!("/playground/message/{id}/arrived/source")).await;
    assert!(file.ends_with(&String::from_utf8_lossy(&world.playground.mailbox()[0].data).into_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_has_what_the_page_shows() {
    let world = World::start().await;
    world.playground.submit(first_message()).await.unwrap();
    world.bring_back().await;
    let answer = world.get("/playground/messages.json").await;
    let json: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(json["figures"]["delivered"], 1);
    assert_eq!(
        (&json["messages"][0]["stamped"], &json["messages"][0]["framing"]),
        (&true.into(), &"data".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_sends_and_says_what_is_wrong() {
    let world = World::start().await;
    let good = "from=li.wei%40acme.example&to=kim%40customer.example&subject=Hi&body=a%0D%0Ab&kind=reply";
    let answer = world.post(good, "").await;
    assert!(answer.contains("303 See Other") && answer.contains("location: /playground?sent="), "{answer}");
    let sent = world.playground.sent().remove(0);
    assert!(String::from_utf8_lossy(&sent.raw).contains("Subject: Re: Hi\r\n"));
    let from_elsewhere = world.post(good, "\r\nSec-Fetch-Site: cross-site").await;
    assert!(from_elsewhere.starts_with("HTTP/1.1 403"), "{from_elsewhere}");
    let injected = good.replace("kim%40customer.example", "kim%40x.example%0D%0ADATA");
    assert!(world.post(&injected, "").await.starts_with("HTTP/1.1 400"));
    assert!(world.post(&good.replace("li.wei", "nobody"), "").await.starts_with("HTTP/1.1 400"));
    assert_eq!(world.playground.figures().submitted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_message_is_text_on_the_page() {
    let world = World::start().await;
    world.playground.set_rule(false);
    let raw = b"Subject: <script>alert(1)</script>\r\n\r\n<b>x</b>\r\n".to_vec();
    let mail = Mail { from: "<i>@acme.example".to_owned(), to: vec!["\"><x@y".to_owned()], raw };
    world.playground.submit(mail).await.unwrap();
    let list = world.get("/playground").await;
    let id = world.playground.mailbox()[0].id;
    let page = world.get(&format!("/playground/message/{id}?view=text")).await;
    for html in [list, page] {
        assert!(!html.contains("<script>") && !html.contains("<i>@") && !html.contains("\"><x"), "{html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_a_404_with_advice() {
    let world = World::start().await;
    let page = world.get("/playground/message/999").await;
    assert!(page.starts_with("HTTP/1.1 404") && page.contains("Back to the mailbox"), "{page}");
}
