//! Connections leave from the address that was asked for, and failures name their owner.

use super::*;
use model::Duration;
use tokio::net::TcpListener;

fn soon(clock: &Clock) -> Timestamp {
    clock.now() + Duration::from_secs(5)
}

#[tokio::test]
async fn the_peer_sees_the_chosen_source() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let clock = Clock::start(1);
    let to = listener.local_addr().unwrap();
    let source = "127.0.1.2".parse().unwrap();
    let (ours, theirs) = tokio::join!(connect(source, to, &clock, soon(&clock)), listener.accept());
    ours.unwrap();
    assert_eq!(theirs.unwrap().1.ip(), source);
}

#[tokio::test]
async fn a_closed_port_is_the_peers_and_a_foreign_address_is_ours() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    drop(listener);
    let clock = Clock::start(1);
    let refused = connect("127.0.0.1".parse().unwrap(), to, &clock, soon(&clock)).await.unwrap_err();
    assert!(!refused.is_ours(), "{refused}");
    let foreign = connect("192.0.2.1".parse().unwrap(), to, &clock, soon(&clock)).await.unwrap_err();
    assert!(foreign.is_ours(), "{foreign}");
    let family = connect("::1".parse().unwrap(), to, &clock, soon(&clock)).await.unwrap_err();
    assert!(family.is_ours(), "{family}");
}
