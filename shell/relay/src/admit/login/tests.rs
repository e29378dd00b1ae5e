use super::*;
use model::SnapshotNumber;
use std::sync::Arc;
use tenant::Folder;

/// PBKDF2-HMAC-SHA-256 of `pencil` with the salt `saltsalt` and 10,000 rounds, made with Python's hashlib.
const HASH: &str =
    "pbkdf2-sha256:10000:73616c7473616c74:ea1d543ade19b427715dc77bf50585190c8c212b8492e6729167210ecb4a8fad";

fn publish(tenants: &Tenants, name: &str, accounts: &str) {
    let text = format!(
        "name = \"{name}\"\ndomains = [\"{name}.example\"]\nregion = \"eu\"\n[connector]\nkind = \"postfix\"\n\
         networks = [\"127.0.0.0/8\"]\nauth = [{accounts}]\n"
    );
    let folder = Folder([("tenant.toml".to_owned(), text.into_bytes())].into());
    let secret = |name: &str| (name == "env:PASSWORD").then(|| "a-password-of-the-test".to_owned());
    tenants.publish(Arc::new(tenant::compile(&folder, SnapshotNumber(1), &secret).unwrap())).unwrap();
}

fn caller(peer: &str) -> Caller {
    Caller {
        peer: peer.parse().unwrap(),
        listener: "eu-in".parse().unwrap(),
        hostname: "in.example".to_owned(),
        helo: String::new(),
        is_esmtp: true,
        tls: None,
    }
}

fn logged_in(tenants: &Tenants, peer: &str, user: &str, password: &str) -> Option<String> {
    let credentials = Credentials { user: user.to_owned(), password: password.to_owned() };
    owner(tenants, &caller(peer), &credentials).map(|name| name.to_string())
}

#[test]
fn an_account_is_its_tenants_from_its_networks_by_text_or_by_hash() {
    let tenants = Tenants::new();
    publish(&tenants, "acme", r#"{ user = "relay", password = "env:PASSWORD" }"#);
    publish(&tenants, "other", &format!(r#"{{ user = "mx", hash = "{HASH}" }}"#));
    let check = |peer, user, password, expected: Option<&str>| {
        assert_eq!(logged_in(&tenants, peer, user, password).as_deref(), expected, "{user} {password}");
    };
    check("127.0.0.1", "relay", "a-password-of-the-test", Some("acme"));
    check("127.0.0.1", "mx", "pencil", Some("other"));
    check("127.0.0.1", "mx", "pencils", None);
    check("127.0.0.1", "mx", "", None);
    check("127.0.0.1", "relay", "pencil", None);
    check("127.0.0.1", "Relay", "a-password-of-the-test", None);
    check("192.0.2.1", "relay", "a-password-of-the-test", None);
}

#[test]
fn an_account_of_two_tenants_is_nobodys() {
    let tenants = Tenants::new();
    publish(&tenants, "acme", r#"{ user = "relay", password = "env:PASSWORD" }"#);
    publish(&tenants, "other", r#"{ user = "relay", password = "env:PASSWORD" }"#);
    assert_eq!(logged_in(&tenants, "127.0.0.1", "relay", "a-password-of-the-test"), None);
}

#[test]
fn an_address_that_fails_often_is_not_looked_at_until_the_next_window() {
    let failures = Failures::default();
    let (one, another) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let now = Timestamp::from_micros(WINDOW_MICROS * 7);
    for _ in 0..FAILURES_MAX {
        assert!(!failures.are_too_many(one, now));
        failures.add(one, now);
    }
    assert!(failures.are_too_many(one, now));
    assert!(!failures.are_too_many(another, now));
    assert!(!failures.are_too_many(one, Timestamp::from_micros(WINDOW_MICROS * 8)));
}
