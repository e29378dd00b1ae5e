use super::{Limits, SESSIONS_MAX, SESSIONS_PER_ADDRESS_MAX};
use std::net::IpAddr;
use std::sync::Arc;

fn address(number: usize) -> IpAddr {
    IpAddr::from([127, 0, (number >> 8) as u8, number as u8])
}

#[test]
fn one_address_cannot_take_all_places_and_gets_one_back_when_a_session_ends() {
    let limits = Arc::new(Limits::default());
    let mut places: Vec<_> =
        (0..SESSIONS_PER_ADDRESS_MAX).map(|_| limits.enter(address(1)).unwrap()).collect();
    assert!(limits.enter(address(1)).is_none());
    assert!(limits.enter(address(2)).is_some());
    places.pop();
    assert!(limits.enter(address(1)).is_some());
}

#[test]
fn all_addresses_together_have_a_limit() {
    let limits = Arc::new(Limits::default());
    let places: Vec<_> = (0..SESSIONS_MAX).map(|number| limits.enter(address(number)).unwrap()).collect();
    assert!(limits.enter(address(SESSIONS_MAX)).is_none());
    drop(places);
    assert!(limits.enter(address(SESSIONS_MAX)).is_some());
}
