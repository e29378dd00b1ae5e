//! "Was my mail affected?" behind its door: who gets in, what stands there, and that nobody else may keep it.

use crate::http::{Served, body, header, serve_all};
use crate::world;
use incident::Text;
use model::{Duration, MessageId, Timestamp};
use net::Clock;
use status::Site;
use status::affected::{
    About, Answer, Ask, Claim, Door, Doubts, Fate, Line, LinkKey, Refusal, Sums, Times, Untold, Wish,
};
use std::pin::Pin;
use std::sync::Arc;

const INCIDENT: &str = "k3v9q0z1b7xa";

fn key() -> LinkKey {
    LinkKey::new(&[7; 32])
}

fn claim(now: Timestamp) -> Claim {
    let expires = Timestamp::from_micros((now.as_micros() / 1_000_000 + 3600) * 1_000_000);
    Claim { incident: INCIDENT.parse().unwrap(), tenant: "acme".parse().unwrap(), expires }
}

pub(crate) fn link(clock: &Clock) -> String {
    format!("/affected/{}/", key().token(&claim(clock.now())))
}

/// Records that know three messages, and of each question what it was.
pub(crate) fn router(site: &Site, clock: &Clock) -> axum::Router {
    let now = clock.now();
    let ask: Ask = Arc::new(move |claim: Claim, wish: Wish| {
        let answer = async move {
            match &wish {
                Wish::MessageId(id) if id == "gone" => Err(Untold::Gone),
                Wish::MessageId(id) if id == "broken" => Err(Untold::Unreadable("disk".to_owned())),
                Wish::Affected | Wish::MessageId(_) | Wish::Sender { .. } | Wish::Domain(_) => {
                    Ok(answer(&claim, &wish, now))
                }
            }
        };
        Box::pin(answer) as Pin<Box<dyn Future<Output = _> + Send>>
    });
    site.router().merge(Door::new(site.clone(), Arc::new(key()), ask, clock.clone()).router())
}

fn answer(claim: &Claim, wish: &Wish, now: Timestamp) -> Answer {
    let sums = Sums { received: 1204, affected: 3, rerouted: 1, late: 1, waiting: 1, reported: 1 };
    let lines = [
        Fate::Delivered {
            at: now,
            seconds: 74,
            host: "acme-example.mail.protection.outlook.com [192.0.2.7]".to_owned(),
            source: "eu-2".to_owned(),
            reply: "250 2.6.0 queued".to_owned(),
        },
        Fate::Reported { at: now, reply: "550 5.7.1 <b>no</b>".to_owned() },
        Fate::Parked { reply: "550 5.7.1 blocked".to_owned() },
    ];
    let about = About {
        incident: claim.incident.to_string(),
        tenant: "Acme & Co".to_owned(),
        title: Text::new("Microsoft 365 refuses mail", "Microsoft 365 lehnt E-Mail ab"),
        began: now - 20 * world::MINUTE,
        ended: Some(now - 5 * world::MINUTE),
        times: Times { from: now - world::DAY, until: now },
        is_their_setup: false,
    };
    Answer {
        about,
        sums: (*wish == Wish::Affected).then_some(sums),
        lines: match wish {
            Wish::Domain(_) => Vec::new(),
            Wish::Affected | Wish::MessageId(_) | Wish::Sender { .. } => {
                lines.into_iter().map(|fate| line(now, fate)).collect()
            }
        },
        doubts: Doubts { has_gaps: true, ..Doubts::default() },
    }
}

fn line(now: Timestamp, fate: Fate) -> Line {
    let received = now - Duration::from_secs(90);
    let refusal = Refusal {
        at: received + Duration::from_secs(2),
        host: "acme-example.mail.protection.outlook.com [192.0.2.7]".to_owned(),
        source: "eu-1".to_owned(),
        reply: "550 5.7.1 Service unavailable, Client host [192.0.2.243] blocked using Spamhaus <kim@customer.example>"
            .to_owned(),
    };
    Line {
        id: MessageId::new(received, [5; 10]),
        message_id: Some(
            "a-very-long-message-id.0123456789abcdef0123456789abcdef@mail.acme.example".to_owned(),
        ),
        received,
        sender: "anna.berg@acme.example".to_owned(),
        recipient: "kim@customer.example".to_owned(),
        rerouted: matches!(fate, Fate::Delivered { .. }),
        parked_at: matches!(fate, Fate::Parked { .. }).then_some(received),
        fate,
        refusals: vec![refusal],
        refused: 3,
        put_off: 0,
        released_at: None,
        unsigned: false,
        maybe_twice: false,
        affected: true,
    }
}

async fn served() -> (Served, String) {
    let clock = Clock::start(1);
    let served = serve_all(router(&world::site(&clock), &clock)).await;
    (served, link(&clock))
}

async fn post(served: &Served, path: &str, form: &str) -> String {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{form}",
        form.len()
    );
    served.say(&head).await
}

#[tokio::test]
async fn a_link_shows_what_to_do_and_every_message_and_nobody_may_keep_it() {
    let (served, link) = served().await;
    let page = served.get(&link).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for words in [
        "Acme &amp; Co",
        "sent again",
        "Delivered another way",
        "over eu-2",
        "550 5.7.1 &lt;b&gt;no",
        "kim@customer.example",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(page.contains("Part of the records is missing") && !page.contains("<script"), "{page}");
    assert_eq!(header(&page, "cache-control"), Some("private, no-store"));
    assert_eq!(header(&page, "referrer-policy"), Some("no-referrer"));
    assert_eq!(header(&page, "x-robots-tag"), Some("noindex, nofollow"));
    assert_eq!(header(&page, "access-control-allow-origin"), None);
    assert!(header(&page, "content-security-policy").unwrap().contains("form-action 'self'"));
    let german = served.get(&format!("/de{link}")).await;
    assert!(german.contains("War meine E-Mail betroffen?") && german.contains("lang=\"de\""), "{german}");
    let size = body(&page).len();
    assert!(size < 60_000, "{size}");
    let csv = served.get(&format!("{link}messages.csv")).await;
    assert!(header(&csv, "content-type").unwrap().starts_with("text/csv"), "{csv}");
    assert!(header(&csv, "content-disposition").unwrap().contains(INCIDENT), "{csv}");
    assert_eq!(body(&csv).lines().filter(|row| row.contains("anna.berg@acme.example")).count(), 3);
    let json = served.get(&format!("{link}messages.json")).await;
    let json: serde_json::Value = serde_json::from_str(body(&json)).unwrap();
    assert_eq!((&json["sums"]["affected"], &json["lines"][0]["fate"]), (&3.into(), &"delivered".into()));
}

#[tokio::test]
async fn what_is_looked_for_is_posted_and_stands_in_no_address() {
    let (served, link) = served().await;
    let found = post(&served, &link, "message-id=%3Cabc%40acme.example%3E").await;
    assert!(found.starts_with("HTTP/1.1 200") && found.contains("<code>abc@acme.example</code>"), "{found}");
    let by_sender = post(&served, &link, "sender=anna%40acme.example&at=2024-10-20T11%3A42").await;
    assert!(by_sender.contains("anna@acme.example, <time datetime=\"2024-10-20T11:42:00Z\">"), "{by_sender}");
    let nothing = post(&served, &format!("/de{link}"), "domain=nowhere.example").await;
    assert!(nothing.contains("nicht bekannt"), "{nothing}");
    let wrong = post(&served, &link, "sender=nobody").await;
    assert!(wrong.contains("role=\"alert\"") && wrong.contains("no mail address"), "{wrong}");
    let gone = post(&served, &link, "message-id=gone").await;
    assert!(gone.starts_with("HTTP/1.1 410"), "{gone}");
    let broken = post(&served, &link, "message-id=broken").await;
    assert!(broken.starts_with("HTTP/1.1 503") && header(&broken, "retry-after").is_some(), "{broken}");
    let long = post(&served, &link, &format!("message-id={}", "x".repeat(20_000))).await;
    assert!(long.starts_with("HTTP/1.1 413"), "{long}");
}

#[tokio::test]
async fn a_bad_or_expired_link_says_so_and_shows_nothing() {
    let (served, link) = served().await;
    let clock = Clock::start(1);
    let old = key().token(&Claim { expires: clock.now() - world::DAY, ..claim(clock.now()) });
    let other = link.replace(".acme.", ".globex.");
    let cases = [
        (format!("/affected/{old}/"), "410", "has expired"),
        (format!("/de/affected/{old}/"), "410", "abgelaufen"),
        (other.clone(), "403", "not valid"),
        (format!("{other}messages.csv"), "403", "not valid"),
        (format!("{other}messages.json"), "403", "not valid"),
        ("/affected/x/".to_owned(), "403", "not valid"),
        ("/affected/%2e%2e%2f/".to_owned(), "403", "not valid"),
    ];
    for (path, status, words) in cases {
        let answer = served.get(&path).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
        assert!(answer.contains(words) && !answer.contains("anna.berg"), "{path}: {answer}");
        assert_eq!(header(&answer, "cache-control"), Some("private, no-store"), "{path}");
    }
    let slash = served.get(link.trim_end_matches('/')).await;
    assert!(slash.starts_with("HTTP/1.1 308") && header(&slash, "location") == Some(&link), "{slash}");
    let put = served.ask(&format!("PUT {link} HTTP/1.1\r\nHost: x")).await;
    assert!(put.starts_with("HTTP/1.1 405"), "{put}");
    assert!(served.get("/").await.starts_with("HTTP/1.1 200"), "the page itself is there as before");
}

const LINES: usize = 1_500;

/// A door whose tables are larger than what the sockets of a slow reader hold.
async fn with_large_tables(clock: &Clock) -> (Served, String) {
    let now = clock.now();
    let ask: Ask = Arc::new(move |claim: Claim, wish: Wish| {
        let mut answer = answer(&claim, &wish, now);
        let one = Line { message_id: Some("x".repeat(4_000)), ..answer.lines.remove(0) };
        answer.lines = vec![one; LINES];
        answer.doubts = Doubts::default();
        Box::pin(std::future::ready(Ok(answer))) as Pin<Box<dyn Future<Output = _> + Send>>
    });
    let door = Door::new(world::site(clock), Arc::new(key()), ask, clock.clone());
    let claim = Claim { expires: now + 300 * world::DAY, ..claim(now) };
    (serve_all(door.router()).await, format!("/affected/{}/messages.csv", key().token(&claim)))
}

/// Asks for a table and reads no more than its head.
async fn slow_reader(served: &Served, path: &str) -> (String, tokio::net::TcpStream) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(served.address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
    let mut head = vec![0; 12];
    stream.read_exact(&mut head).await.unwrap();
    (String::from_utf8(head).unwrap(), stream)
}

#[tokio::test]
async fn slow_readers_of_tables_are_few_and_who_comes_then_is_asked_to_come_again() {
    let (served, path) = with_large_tables(&Clock::start(1)).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        let (head, stream) = slow_reader(&served, &path).await;
        assert_eq!(head, "HTTP/1.1 200");
        slow.push(stream);
    }
    let refused = served.get(&path).await;
    assert!(
        refused.starts_with("HTTP/1.1 503") && header(&refused, "retry-after") == Some("30"),
        "{refused}"
    );
    drop(slow.pop());
    while served.get(&path).await.starts_with("HTTP/1.1 503") {}
    let whole = served.get(&path).await;
    assert_eq!(body(&whole).lines().count(), LINES + 1, "a whole table again");
}

#[tokio::test]
async fn a_reader_who_is_too_slow_loses_its_turn_and_its_table() {
    let (served, path) = with_large_tables(&Clock::start(2_000)).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        slow.push(slow_reader(&served, &path).await.1);
    }
    // Nobody reads on, and yet there is a turn again.
    while slow_reader(&served, &path).await.0 != "HTTP/1.1 200" {}
    let mut got = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut slow[0], &mut got).await;
    assert!(got.len() < LINES * 4_000, "{ended:?}: the table was cut, {} bytes came", got.len());
}
