use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// How many of `count` wishes, `every` seconds apart, are admitted.
fn admitted(count: i64, every: i64, peer: impl Fn(i64) -> IpAddr) -> usize {
    let mut limits = Limits::default();
    (0..count).filter(|turn| limits.admits(peer(*turn), at(turn * every))).count()
}

#[test]
fn one_network_and_everybody_are_bounded_in_short_and_long_times() {
    let one = |_| IpAddr::from([198, 51, 100, 7]);
    let line = |turn: i64| Ipv6Addr::new(0x2001, 0xdb8, 7, turn as u16, 0, 0, 0, 1).into();
    let rows: [(&str, usize, usize); 9] = [
        ("at once", admitted(100, 0, one), PEER_SHORT_MAX),
        ("every five minutes for a day", admitted(288, 300, one), PEER_DAY_MAX),
        ("two days, every four hours", admitted(12, 4 * 3600, one), 12),
        (
            "addresses of one /64",
            admitted(100, 0, |turn| Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, turn as u16).into()),
            PEER_SHORT_MAX,
        ),
        ("every /64 of one /48", admitted(1_000, 0, line), CUSTOMER_SHORT_MAX),
        ("every /64 of one /48 for a day", admitted(288, 300, line), CUSTOMER_DAY_MAX),
        (
            "many /48",
            admitted(100, 0, |turn| Ipv6Addr::new(0x2001, 0xdb8, turn as u16, 0, 0, 0, 0, 1).into()),
            100,
        ),
        (
            "the same in IPv4 and mapped",
            admitted(100, 0, |turn| match turn % 2 {
                0 => IpAddr::from([198, 51, 100, 7]),
                _ => std::net::Ipv4Addr::new(198, 51, 100, 7).to_ipv6_mapped().into(),
            }),
            PEER_SHORT_MAX,
        ),
        (
            "many networks",
            admitted(1_000, 0, |turn| IpAddr::from([10, 0, (turn >> 8) as u8, turn as u8])),
            ALL_HOUR_MAX,
        ),
    ];
    for (what, found, wanted) in rows {
        assert_eq!(found, wanted, "{what}");
    }
}

#[test]
fn networks_that_are_remembered_are_bounded() {
    let mut limits = Limits::default();
    let long = 3_600 / ALL_HOUR_MAX as i64 + 1;
    for turn in 0..20_000_i64 {
        limits.admits(IpAddr::from([10, (turn >> 16) as u8, (turn >> 8) as u8, turn as u8]), at(turn * long));
    }
    assert!(limits.peers.len() <= PEERS_MAX);
}

#[test]
fn who_is_refused_is_not_counted() {
    let mut limits = Limits::default();
    let line = |line: u16| IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 7, line, 0, 0, 0, 1));
    assert_eq!((0..100).filter(|_| limits.admits(line(1), at(0))).count(), PEER_SHORT_MAX);
    assert!(limits.admits(line(2), at(0)), "one line does not take what is its neighbour's");
}

#[test]
fn a_mailbox_is_written_to_thrice_a_day_and_not_twice_in_ten_minutes() {
    let mut asked: Vec<Timestamp> = Vec::new();
    let mut written = Vec::new();
    for minute in 0..=1_500 {
        let now = at(minute * 60);
        if may_write(&asked, now) {
            asked = still_counted(&asked, now);
            asked.push(now);
            written.push(minute);
        }
    }
    assert_eq!(written, [0, 11, 22, 1_441, 1_452, 1_463]);
}

#[test]
fn addresses_with_a_tag_are_one_mailbox() {
    let rows = [
        ("kim@x.example", "kim@x.example"),
        ("Kim+status@X.example", "kim@x.example"),
        ("kim+a+b@x.example", "kim@x.example"),
        ("kim-a@x.example", "kim-a@x.example"),
        ("+kim@x.example", "+kim@x.example"),
        ("+@x.example", "+@x.example"),
    ];
    for (address, expected) in rows {
        assert_eq!(mailbox(address), expected, "{address}");
    }
}
