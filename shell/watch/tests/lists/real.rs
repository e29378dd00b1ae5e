//! rbldnsd answers: what we take for a list is one.

use crate::start;
use dnsbl::Extent;
use playground::peers::{Dataset, Rbldnsd};

const ZEN: &str = "zen.spamhaus.org";
const DBL: &str = "dbl.spamhaus.org";

#[tokio::test]
async fn a_real_list_is_read_for_addresses_of_both_kinds_networks_and_domains() {
    let zones = [(ZEN, Dataset::Ip4), (ZEN, Dataset::Ip6), (DBL, Dataset::Domains)];
    let list = tokio::task::spawn_blocking(move || Rbldnsd::start(&zones)).await.unwrap().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let addresses = ["192.0.2.1", "192.0.2.77", "2001:db8::25"];
    let mut seen = start(dir.path(), &[list.address()], &[ZEN, DBL], &addresses).await;
    for address in addresses {
        seen.standing(address, ZEN, "clean").await;
    }
    seen.standing("eu-1.relay.example", DBL, "clean").await;

    list.list(ZEN, Dataset::Ip4, &[("192.0.2.0/26", "127.0.0.9")]).unwrap();
    let (source, listing) = seen.standing("192.0.2.1", ZEN, "listed").await;
    let listing = listing.unwrap();
    assert_eq!((source, listing.extent), (Some("eu-1".parse().unwrap()), Extent::Range));
    assert_eq!(listing.text.as_deref(), Some("https://list.example/why?192.0.2.1"));
    assert_eq!(seen.stands("192.0.2.77").word(), "clean", "another network");

    list.list(ZEN, Dataset::Ip6, &[("2001:db8::25/128", "127.0.0.3")]).unwrap();
    let (_, listing) = seen.standing("2001:db8::25", ZEN, "listed").await;
    assert_eq!(listing.unwrap().extent, Extent::Single);

    list.list(DBL, Dataset::Domains, &[("relay.example", "127.0.1.2")]).unwrap();
    let (source, _) = seen.standing("relay.example", DBL, "listed").await;
    assert_eq!(source, None, "it stands above all names");

    list.list(ZEN, Dataset::Ip4, &[]).unwrap();
    seen.standing("192.0.2.1", ZEN, "clean").await;
    // The list is emptied, its test point too: that makes nobody clean.
    list.set(ZEN, Dataset::Ip4, "").unwrap();
    seen.trust(ZEN, "lost").await;
    assert_eq!(seen.stands("2001:db8::25").word(), "listed");
    seen.watcher.stop().await;
}
