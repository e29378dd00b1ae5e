//! Looks at a listener that is not ours: the fake Exchange.

use super::*;
use crate::{Gravity, examine};
use playground::{Playground, PlaygroundConfig};

const SMART_HOST: &str = "acme-example.mail.protection.outlook.com";

#[tokio::test]
async fn a_listener_is_examined_as_its_clients_see_it() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let address = playground.exchange_address();
    let now = Clock::start(1).now();
    let good = examine(address, SMART_HOST, now).await;
    assert_eq!(good.iter().map(|finding| finding.gravity).collect::<Vec<_>>(), [Gravity::Good], "{good:?}");
    let other = examine(address, "other.example", now).await;
    assert!(
        other[0].gravity == Gravity::Problem && other[0].what.contains("not for other.example"),
        "{other:?}"
    );
}

#[tokio::test]
async fn a_listener_that_is_not_there_is_a_problem_with_what_to_do() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let found = examine(free, SMART_HOST, Clock::start(1).now()).await;
    assert!(
        found[0].what.contains("shows no certificate") && found[0].act.contains("listener runs"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_listener_without_starttls_is_told_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let plain = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"220 old.example\r\n").await.unwrap();
        let mut buffer = [0; 100];
        assert!(stream.read(&mut buffer).await.unwrap() > 0);
        stream.write_all(b"250 old.example\r\n").await.unwrap();
        while stream.read(&mut buffer).await.unwrap() > 0 {}
    };
    let ((), looked) = tokio::join!(plain, look(address, SMART_HOST));
    let error = looked.unwrap_err().to_string();
    assert!(error.contains("does not offer STARTTLS"), "{error}");
}

#[test]
fn a_listener_on_every_address_is_reached_by_our_own() {
    for (given, wanted) in [
        ("0.0.0.0:25", "127.0.0.1:25"),
        ("[::]:25", "[::1]:25"),
        ("127.0.1.1:25", "127.0.1.1:25"),
        ("[fe80::1]:25", "[fe80::1]:25"),
    ] {
        assert_eq!(reachable(given.parse().unwrap()), wanted.parse().unwrap());
    }
}
