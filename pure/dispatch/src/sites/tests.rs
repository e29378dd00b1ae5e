//! Entries and hosts in, sites and figures out.

use super::*;
use crate::shown::Bounds;

fn entry(about: About) -> Entry {
    Entry { about, connections: None, messages: None, recipients: None, rate: None }
}

fn hosts(patterns: &[&str]) -> About {
    About::Hosts(patterns.iter().map(|pattern| pattern.parse().unwrap()).collect())
}

/// Connections at first and at most, messages, recipients, rate of the site of these hosts.
fn figures(sites: &Sites, hosts: &[&str]) -> (String, [u32; 4], Option<String>) {
    let site = sites.site_of(hosts.iter().copied());
    let Bounds { connections_first, connections, messages, recipients, rate } =
        sites.shape(&site, Reach::Exchanger).into();
    let figures = [connections_first, connections, messages, recipients];
    (site.to_string(), figures, rate.map(|rate| rate.to_string()))
}

fn told() -> Sites {
    Sites::new(vec![
        Entry {
            connections: Some(2),
            rate: Some("100/min".parse().unwrap()),
            ..entry(About::Provider("google".to_owned()))
        },
        Entry { messages: Some(7), ..entry(About::Provider("mimecast".to_owned())) },
        Entry { recipients: Some(10), ..entry(hosts(&["*.mail.example", "mx.partner.example"])) },
        Entry { connections: Some(50), ..entry(hosts(&["*.big.mail.example"])) },
        Entry { messages: Some(3), ..entry(hosts(&["*.mail.protection.outlook.com"])) },
        Entry { messages: Some(9), ..entry(About::Others) },
    ])
}

#[test]
fn what_is_written_counts_and_the_rest_stays_as_shipped() {
    let sites = told();
    for (hosts, site, expected, rate) in [
        (&["aspmx.l.google.com"][..], "google", [2, 2, 50, 100], Some("100/min")),
        (&["mta5.am0.yahoodns.net"], "yahoo", [5, 20, 20, 100], None),
        (&["eu-smtp-inbound-1.mimecast.com"], "mimecast", [5, 20, 7, 100], None),
        (&["a.mail.example", "MX.partner.example."], "*.mail.example", [5, 20, 100, 10], None),
        (&["a.big.mail.example"], "*.big.mail.example", [5, 50, 100, 100], None),
        (&["x.mail.protection.outlook.com"], "*.mail.protection.outlook.com", [5, 5, 3, 100], None),
        (&["mx.stranger.example"], "mx.stranger.example", [5, 20, 9, 100], None),
    ] {
        assert_eq!(figures(&sites, hosts), (site.to_owned(), expected, rate.map(str::to_owned)), "{hosts:?}");
    }
}

#[test]
fn an_entry_holds_only_where_it_means_every_host() {
    let sites = told();
    for hosts in [
        &["a.mail.example", "backup.other.example"][..],
        &["backup.other.example", "a.mail.example"],
        &["a.mail.example", "a.big.mail.example"],
        // Below it, and not itself.
        &["mail.example"],
        &["notmail.example"],
        &["sub.mx.partner.example"],
    ] {
        assert!(matches!(sites.site_of(hosts.iter().copied()), Site::Hosts(_)), "{hosts:?}");
    }
    assert_eq!(sites.site_of([]), Site::of([]));
}

#[test]
fn a_name_is_closer_than_a_suffix_and_a_long_suffix_than_a_short_one() {
    let sites = Sites::new(vec![
        entry(hosts(&["*.mail.example"])),
        entry(hosts(&["mx1.mail.example"])),
        entry(hosts(&["*.eu.mail.example"])),
    ]);
    let site = |host: &str| sites.site_of([host]).to_string();
    assert_eq!(site("mx1.mail.example"), "mx1.mail.example");
    assert_eq!(site("mx2.mail.example"), "*.mail.example");
    assert_eq!(site("mx1.eu.mail.example"), "*.eu.mail.example");
}

#[test]
fn a_tenants_own_system_has_its_own_figures() {
    let sites = told();
    let site = sites.site_of(["x.mail.protection.outlook.com"]);
    assert_eq!(sites.shape(&site, Reach::SmartHost), site.shape(Reach::SmartHost));
}

#[test]
fn whose_word_the_figures_are_is_told() {
    let sites = told();
    let because = |host: &str| sites.because(&sites.site_of([host]));
    assert!(because("aspmx.l.google.com").starts_with("[[deliver.sites]]"));
    assert!(because("aspmx.l.google.com").contains("KumoMTA"));
    assert!(because("mta5.am0.yahoodns.net").starts_with("https://senders.yahooinc.com"));
    assert!(because("mx.stranger.example").starts_with("[[deliver.sites]]"));
    assert_eq!(Sites::default().because(&Site::of(["mx.stranger.example"])), "what a stranger is met with");
}

#[test]
fn what_is_no_pattern_is_told_with_an_example() {
    for text in [
        "",
        "*",
        "*.",
        "mail",
        "*.example",
        "mx..example",
        "a b.example",
        "mx.*.example",
        "*mail.example",
        "[192.0.2.1]",
    ] {
        let error = text.parse::<Pattern>().unwrap_err().to_string();
        assert!(error.contains("such as \"mx.partner.example\"") && error.contains(text), "{text}: {error}");
    }
    let shown = |text: &str| text.parse::<Pattern>().unwrap().to_string();
    assert_eq!(
        (shown("MX.Partner.example."), shown("*.Mail.Example")),
        ("mx.partner.example".to_owned(), "*.mail.example".to_owned())
    );
}
