//! The table itself: complete, and closed to zones that have ended.

use super::*;

#[test]
fn every_zone_is_complete_and_named_once() {
    for zone in known() {
        assert!(!zone.operator.is_empty() && !zone.codes.is_empty(), "{}", zone.name);
        assert!(zone.removal.starts_with("https://") && zone.removal.contains("SUBJECT"), "{}", zone.name);
        assert!(!zone.removal_takes.is_empty(), "{}", zone.name);
        assert_eq!(known().iter().filter(|other| other.name == zone.name).count(), 1, "{}", zone.name);
        assert_eq!(find(zone.name).unwrap(), zone);
        let fastest = zone.poll_every(true);
        assert!(zone.poll >= fastest && fastest >= MINUTE, "{}", zone.name);
    }
}

#[test]
fn only_lists_that_name_what_a_sender_did_are_of_tier_a() {
    let ranges = |zone: &Zone| zone.codes.iter().all(|code| code.meaning == Listed(Range));
    assert!(known().iter().all(|zone| zone.tier == Tier::B || !ranges(zone)));
}

#[test]
fn dead_and_unknown_zones_are_refused_with_their_reason() {
    let refused = |name: &str| find(name).unwrap_err().to_string();
    assert!(refused("dnsbl.sorbs.net").contains("2024-06-05"));
    assert!(refused("ix.dnsbl.manitu.net.").contains("2025-01-16"));
    assert!(refused("bl.example").contains("zen.spamhaus.org"));
    assert!(find("Zen.Spamhaus.Org").is_ok());
}

#[test]
fn the_removal_link_is_filled_in() {
    let zone = find("zen.spamhaus.org").unwrap();
    let link = zone.removal_link(&"192.0.2.7");
    assert_eq!(link, "https://check.spamhaus.org/results/?query=192.0.2.7");
}
