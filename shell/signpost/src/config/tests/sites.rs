//! What the operator says of sites, read, and what is wrong with it told.

use super::{EXAMPLE, Path, problems, read};
use dispatch::{About, Bounds, Entry, Reach, Sites};

/// The example with these lines in place of its `[[deliver.sites]]`, and what they are warned of.
fn with(lines: &str) -> String {
    EXAMPLE.replace("# [[deliver.sites]]  ", &format!("{lines}\n#"))
}

fn sites(lines: &str) -> (Sites, String) {
    let (config, problems, warnings) = read("signpost.toml", with(lines).as_bytes(), Path::new("."));
    assert_eq!(problems, [], "{lines}");
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    (config.unwrap().deliver.sites, warnings.join("\n"))
}

#[test]
fn what_is_set_for_sites_is_read() {
    let (sites, warnings) = sites(
        "[[deliver.sites]]\nprovider = \"google\"\nconnections = 10\nrate = \"100/min\"\n\
         [[deliver.sites]]\nmx = [\"*.Mail.example\", \"mx.partner.example.\"]\nmessages = 50\nrecipients = 20\n\
         [[deliver.sites]]\nmx = [\"*\"]\nconnections = 3",
    );
    assert_eq!(warnings, "");
    let entry = |about| Entry { about, connections: None, messages: None, recipients: None, rate: None };
    let hosts = ["*.mail.example", "mx.partner.example"].map(|pattern| pattern.parse().unwrap());
    let expected = Sites::new(vec![
        Entry {
            connections: Some(10),
            rate: Some("100/min".parse().unwrap()),
            ..entry(About::Provider("google".to_owned()))
        },
        Entry { messages: Some(50), recipients: Some(20), ..entry(About::Hosts(hosts.to_vec())) },
        Entry { connections: Some(3), ..entry(About::Others) },
    ]);
    assert_eq!(sites, expected);
    let stranger = sites.site_of(["mx.stranger.example"]);
    let bounds: Bounds = sites.shape(&stranger, Reach::Exchanger).into();
    assert_eq!((bounds.connections_first, bounds.connections), (3, 3));
}

#[test]
fn the_lines_of_the_example_are_good() {
    let lines: String = EXAMPLE
        .lines()
        .skip_while(|line| !line.starts_with("# [[deliver.sites]]"))
        .take_while(|line| line.starts_with("# "))
        .filter(|line| !line.starts_with("# mx "))
        .map(|line| format!("{}\n", &line[2..]))
        .collect();
    assert!(lines.contains("rate "), "{lines}");
    assert_eq!(sites(&lines).1, "");
}

#[test]
fn more_than_a_provider_documents_is_odd_and_no_error() {
    for (lines, told) in [
        (
            "provider = \"yahoo\"\nmessages = 21",
            "21 messages over one connection are more than the 20 that yahoo documents (https://",
        ),
        (
            "provider = \"orange\"\nconnections = 4",
            "4 connections at once are more than the 3 that orange documents",
        ),
        ("mx = [\"*.yahoodns.net\"]\nmessages = 50", "that yahoo documents"),
        ("mx = [\"mx.partner.example\"]\nrecipients = 101", "more than the 100 that RFC 5321 documents"),
    ] {
        let (_, warnings) = sites(&format!("[[deliver.sites]]\n{lines}"));
        assert!(warnings.contains(told) && warnings.starts_with("signpost.toml:"), "{lines}: {warnings}");
    }
    for lines in [
        "provider = \"yahoo\"\nmessages = 20\nconnections = 100",
        "provider = \"google\"\nmessages = 1000",
        "mx = [\"*\"]\nrecipients = 100",
    ] {
        assert_eq!(sites(&format!("[[deliver.sites]]\n{lines}")).1, "", "{lines}");
    }
}

#[test]
fn what_is_wrong_with_sites_is_told_with_its_place() {
    let line = EXAMPLE.lines().position(|line| line.starts_with("# [[deliver.sites]]")).unwrap() + 1;
    for (lines, at, told) in [
        ("connections = 5", 1, "needs `provider = \"google\"`"),
        (
            "provider = \"google\"\nmx = [\"mx.partner.example\"]\nconnections = 5",
            1,
            "has `provider` and `mx`",
        ),
        ("provider = \"google\"", 1, "sets nothing"),
        ("provider = \"gogle\"\nconnections = 5", 2, "`gogle` is no provider that is known"),
        ("provider = \"aspmx.l.google.com\"\nconnections = 5", 2, "are the provider `google`"),
        ("mx = []\nconnections = 5", 2, "is empty"),
        ("mx = \"mx.partner.example\"\nconnections = 5", 2, "a list in brackets"),
        ("mx = [\"partner\"]\nconnections = 5", 2, "`partner` is not a host of an exchanger"),
        ("mx = [\"*\", \"mx.partner.example\"]\nconnections = 5", 2, "stands alone"),
        ("provider = \"google\"\nconnections = 0", 3, "connections"),
        ("provider = \"google\"\nconnections = 1001", 3, "connections"),
        ("provider = \"google\"\nmessages = 0", 3, "messages"),
        ("provider = \"google\"\nrecipients = 1001", 3, "recipients"),
        ("provider = \"google\"\nrate = \"100\"", 3, "is not a rate such as"),
        ("provider = \"google\"\nrate = 100", 3, "a text in quotes"),
        ("provider = \"google\"\nconections = 5\nrate = \"1/s\"", 3, "did you mean `connections`"),
        (
            "provider = \"google\"\nconnections = 5\n[[deliver.sites]]\nprovider = \"google\"\nmessages = 5",
            5,
            "`google` stands in line",
        ),
        (
            "mx = [\"mx.a.example\"]\nmessages = 5\n[[deliver.sites]]\nmx = [\"mx.b.example\", \"MX.a.example\"]\nmessages = 5",
            5,
            "`mx.a.example` stands in line",
        ),
    ] {
        let found = problems(&with(&format!("[[deliver.sites]]\n{lines}")));
        let place = format!("signpost.toml:{}", line + at - 1);
        let is_told = |one: &String| one.starts_with(&place) && one.contains(told);
        assert!(found.iter().any(is_told), "{told} is not told at {place}\n{}", found.join("\n"));
    }
    let table = problems(&with("sites = { provider = \"google\" }"));
    assert!(table.join("\n").contains("write [[deliver.sites]] with two brackets"), "{table:?}");
}
