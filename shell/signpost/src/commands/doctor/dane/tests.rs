//! A name server that validates, one that does not, and one that is elsewhere.

use super::*;
use model::Duration;
use playground::peers::SignedZones;
use std::net::SocketAddr;

async fn looked(server: SocketAddr, always: bool) -> State {
    look(&Voucher::new(&[server], Duration::from_secs(5)), always).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_name_server_here_that_validates_is_good() {
    let zones = SignedZones::start().unwrap();
    assert_eq!(looked(zones.resolver(), false).await, State::Ok);
    assert_eq!(looked(zones.name_server(), false).await, State::Warn);
    // Of TEST-NET-1: nobody is asked.
    let elsewhere = "192.0.2.1:53".parse().unwrap();
    assert_eq!(looked(elsewhere, false).await, State::Warn);
}
