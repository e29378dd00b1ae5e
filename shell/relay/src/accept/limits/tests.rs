use super::{Limits, Standing};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

fn address(number: usize) -> IpAddr {
    IpAddr::from([127, 0, (number >> 8) as u8, number as u8])
}

/// Host `host` of the /64 number `network`.
fn six(network: u16, host: u16) -> IpAddr {
    Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, host).into()
}

#[test]
fn one_address_cannot_take_all_places_and_gets_one_back_when_a_session_ends() {
    for standing in [Standing::Known, Standing::Stranger] {
        let limits = Arc::new(Limits::default());
        let each = standing.bounds().each;
        let mut places: Vec<_> = (0..each).map(|_| limits.enter(address(1), standing).unwrap()).collect();
        assert!(limits.enter(address(1), standing).is_none());
        assert!(limits.enter(address(2), standing).is_some());
        places.pop();
        assert!(limits.enter(address(1), standing).is_some());
    }
}

#[test]
fn all_addresses_together_have_a_limit() {
    for standing in [Standing::Known, Standing::Stranger] {
        let limits = Arc::new(Limits::default());
        let all = standing.bounds().all;
        let places: Vec<_> =
            (0..all).map(|number| limits.enter(address(number), standing).unwrap()).collect();
        assert!(limits.enter(address(all), standing).is_none());
        drop(places);
        assert!(limits.enter(address(all), standing).is_some());
    }
}

#[test]
fn however_many_strangers_there_are_every_place_of_a_known_connector_is_free() {
    let limits = Arc::new(Limits::default());
    let strangers: Vec<_> =
        (0..5_000).filter_map(|number| limits.enter(address(number), Standing::Stranger)).collect();
    assert_eq!(strangers.len(), Standing::Stranger.bounds().all);
    let known = Standing::Known.bounds().all;
    let places: Vec<_> =
        (0..known).filter_map(|number| limits.enter(address(number), Standing::Known)).collect();
    assert_eq!(places.len(), known);
}

#[test]
fn a_stranger_with_a_whole_ipv6_network_counts_once_and_a_providers_hosts_there_do_not() {
    let limits = Arc::new(Limits::default());
    let each = Standing::Stranger.bounds().each;
    let from_one: Vec<_> =
        (0..1_000).filter_map(|host| limits.enter(six(1, host), Standing::Stranger)).collect();
    assert_eq!(from_one.len(), each);
    assert!(limits.enter(six(2, 0), Standing::Stranger).is_some());
    let hosts: Vec<_> = (0..1_000).filter_map(|host| limits.enter(six(1, host), Standing::Known)).collect();
    assert_eq!(hosts.len(), 1_000);
}
