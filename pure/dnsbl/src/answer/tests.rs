//! Answers as the lists document them, and those by which whole pools were taken for listed.

use super::*;
use crate::{find, known};

fn answer(addresses: &[[u8; 4]]) -> Answer {
    let addresses = addresses.iter().map(|octets| Ipv4Addr::from(*octets)).collect();
    Answer::Found { addresses, text: Some("https://check.example/1".to_owned()) }
}

fn finding(zone: &str, addresses: &[[u8; 4]]) -> Finding {
    read(find(zone).unwrap(), &answer(addresses))
}

#[test]
fn a_listing_says_what_it_is_and_how_far_it_goes() {
    let check = |zone, addresses: &[[u8; 4]], names: &[&str], extent, is_set_up| {
        let Finding::Listed(listing) = finding(zone, addresses) else { panic!("{zone} {addresses:?}") };
        assert_eq!(
            (listing.names.as_slice(), listing.extent, listing.is_set_up),
            (names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().as_slice(), extent, is_set_up)
        );
        assert_eq!(listing.text.as_deref(), Some("https://check.example/1"));
    };
    check("zen.spamhaus.org", &[[127, 0, 0, 2]], &["SBL"], Extent::Unknown, false);
    check("zen.spamhaus.org", &[[127, 0, 0, 3]], &["CSS"], Extent::Single, false);
    check("zen.spamhaus.org", &[[127, 0, 0, 2], [127, 0, 0, 9]], &["SBL", "DROP"], Extent::Range, false);
    check("zen.spamhaus.org", &[[127, 0, 0, 4], [127, 0, 0, 10]], &["XBL", "PBL"], Extent::Single, false);
    check("zen.spamhaus.org", &[[127, 0, 0, 11]], &["PBL"], Extent::Range, true);
    check("dnsbl-3.uceprotect.net", &[[127, 0, 0, 2]], &["level 3"], Extent::Range, false);
    check("multi.uribl.com", &[[127, 0, 0, 10]], &["black", "red"], Extent::Single, false);
    check("dbl.spamhaus.org", &[[127, 0, 1, 104]], &["abused phish"], Extent::Single, false);
}

#[test]
fn a_refusal_in_the_form_of_an_address_is_no_listing() {
    for (zone, octets) in [
        ("zen.spamhaus.org", [127, 255, 255, 252]),
        ("zen.spamhaus.org", [127, 255, 255, 254]),
        ("zen.spamhaus.org", [127, 255, 255, 255]),
        ("dbl.spamhaus.org", [127, 0, 1, 255]),
        ("multi.uribl.com", [127, 0, 0, 1]),
        ("multi.surbl.org", [127, 0, 0, 1]),
        ("bl.score.senderscore.com", [127, 255, 255, 255]),
    ] {
        let found = finding(zone, &[octets]);
        assert!(matches!(found, Finding::Unknown(Refusal::Told(_))), "{zone} {octets:?}: {found:?}");
    }
    // Even beside a code that would be one.
    let found = finding("zen.spamhaus.org", &[[127, 0, 0, 2], [127, 255, 255, 254]]);
    assert!(matches!(found, Finding::Unknown(Refusal::Told(_))), "{found:?}");
}

#[test]
fn an_answer_outside_of_the_table_is_unknown() {
    for (zone, octets) in [
        ("bl.spamcop.net", [91, 195, 240, 87]),
        ("bl.spamcop.net", [127, 0, 0, 99]),
        ("zen.spamhaus.org", [127, 0, 1, 2]),
        ("multi.uribl.com", [10, 0, 0, 2]),
    ] {
        let found = finding(zone, &[octets]);
        assert!(matches!(found, Finding::Unknown(Refusal::Unknown(_))), "{zone} {octets:?}: {found:?}");
    }
}

#[test]
fn good_marks_are_clean_and_silence_is_unknown() {
    assert_eq!(finding("hostkarma.junkemailfilter.com", &[[127, 0, 0, 1]]), Finding::Clean);
    let zone = find("zen.spamhaus.org").unwrap();
    assert_eq!(read(zone, &Answer::NoName), Finding::Clean);
    assert_eq!(read(zone, &Answer::NoData), Finding::Clean);
    assert!(matches!(read(zone, &Answer::Refused), Finding::Unknown(Refusal::Told(_))));
    let failed = read(zone, &Answer::Failed("SERVFAIL".to_owned()));
    assert_eq!(failed, Finding::Unknown(Refusal::Unknown("SERVFAIL".to_owned())));
}

#[test]
fn every_code_of_every_zone_is_read_as_its_table_says() {
    for zone in known() {
        for code in zone.codes {
            let found = read(zone, &Answer::Found { addresses: vec![code.first], text: None });
            let expected = match code.meaning {
                Meaning::Listed(_) | Meaning::SetUp(_) => matches!(found, Finding::Listed(_)),
                Meaning::NotBad => found == Finding::Clean,
                Meaning::Refused(_) => matches!(found, Finding::Unknown(Refusal::Told(_))),
            };
            assert!(expected, "{} {code:?}: {found:?}", zone.name);
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_address_outside_of_the_loopback_network_is_ever_a_listing(octets: [u8; 4]) {
        for zone in known() {
            let listed = matches!(read(zone, &answer(&[octets])), Finding::Listed(_));
            proptest::prop_assert!(!listed || octets[0] == 127, "{}", zone.name);
        }
    }
}
