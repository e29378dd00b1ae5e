//! Which sources a route may use, as a table.

use super::*;
use model::Domain;
use tenant::settings::SmartHost;

/// Sources by name; `*` behind a name marks a notice source.
fn named(names: &[&str]) -> Vec<Source> {
    let source = |name: &&str| Source {
        name: name.trim_end_matches('*').parse().unwrap(),
        address: [127, 0, 1, 1].into(),
        ehlo: "relay.example".to_owned(),
        weight: 10,
        network: String::new(),
        notice: name.ends_with('*'),
    };
    names.iter().map(source).collect()
}

fn egress(sources: &[&str]) -> Egress {
    let domain: Domain = "acme.example".parse().unwrap();
    let settings = format!(
        "name = \"acme\"\ndomains = [\"{domain}\"]\nregion = \"eu\"\n[connector]\nkind = \"address\"\n\
         networks = [\"127.0.0.0/8\"]\n[egress]\nmode = \"return\"\nsmart_host = \"mx:{domain}\"\nsources = {sources:?}\n"
    );
    let mut folder = tenant::Folder::default();
    folder.0.insert("tenant.toml".to_owned(), settings.into_bytes());
    tenant::compile(&folder, model::SnapshotNumber(1), &|_| None).unwrap().settings.egress
}

struct Row<'a> {
    all: &'a [&'a str],
    tenants: &'a [&'a str],
    over: Over,
    avoid: Option<&'a str>,
    without: &'a [&'a str],
    expected: &'a [&'a str],
}

fn check(row: &Row<'_>) {
    let name = |name: &&str| -> SourceName { name.parse().unwrap() };
    let route = Route {
        recipients: vec![0],
        target: SmartHost::Mx("acme.example".parse().unwrap()),
        over: row.over,
        avoid: row.avoid.as_ref().map(name),
        redirect: None,
        sender: tlspolicy::OfSender::Silent,
    };
    let without: BTreeSet<SourceName> = row.without.iter().map(name).collect();
    let all = named(row.all);
    let found = sources(&all, &egress(row.tenants), &route, &without);
    let found: Vec<&str> = found.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(found, row.expected, "{:?} {:?} {:?}", row.all, row.over, row.avoid);
}

#[test]
fn mail_of_tenants_never_leaves_by_a_notice_source() {
    let row =
        |all, tenants, expected| Row { all, tenants, over: Over::Pool, avoid: None, without: &[], expected };
    check(&row(&["a", "b", "n*"], &[], &["a", "b"]));
    check(&row(&["a", "b", "n*"], &["b"], &["b"]));
    check(&row(&["a", "n*"], &["n"], &[]));
}

#[test]
fn reports_leave_by_a_notice_source_and_not_by_the_one_that_was_refused() {
    let row =
        |all, avoid, expected| Row { all, tenants: &[], over: Over::Notice, avoid, without: &[], expected };
    check(&row(&["a", "n*"], None, &["n"]));
    check(&row(&["a", "n*", "m*"], Some("n"), &["m"]));
    // The only one that is marked is better than one of the pool.
    check(&row(&["a", "n*"], Some("n"), &["n"]));
    check(&row(&["a", "b", "c"], None, &["a"]));
    check(&row(&["a", "b", "c"], Some("a"), &["b"]));
    check(&row(&["a"], Some("a"), &["a"]));
}

#[test]
fn a_source_that_cannot_be_used_is_passed_over() {
    let row = |all, over, without, expected| Row { all, tenants: &[], over, avoid: None, without, expected };
    check(&row(&["a", "b", "n*"], Over::Notice, &["n"], &["a"]));
    check(&row(&["a", "b"], Over::Notice, &["a"], &["b"]));
    check(&row(&["a", "b"], Over::Pool, &["a", "b"], &[]));
}
