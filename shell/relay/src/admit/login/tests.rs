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

fn minute(number: i64) -> Timestamp {
    Timestamp::from_micros(FORGOTTEN_AFTER_MICROS * (1_000 + number))
}

#[test]
fn attempts_count_before_they_are_judged_and_one_is_forgotten_each_minute() {
    let failures = Failures::default();
    let (one, another) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    // As parallel sessions do: none of them has an answer yet.
    let begun = (0..50).filter(|_| failures.charge(one, "relay", minute(0))).count();
    assert_eq!(begun, OF_PEER_MAX as usize);
    assert!(failures.charge(another, "relay", minute(0)));
    assert!(failures.charge(one, "relay", minute(1)));
    assert!(!failures.charge(one, "relay", minute(1)));
}

#[test]
fn a_success_wipes_out_what_failed_before() {
    let failures = Failures::default();
    let peer = "192.0.2.1".parse().unwrap();
    for _ in 0..OF_PEER_MAX * 20 {
        assert!(failures.charge(peer, "relay", minute(0)));
        failures.forgive(peer, "relay");
    }
}

#[test]
fn one_login_guessed_from_everywhere_is_closed_and_its_owner_is_not_shut_out() {
    let failures = Failures::default();
    let home = "192.0.2.1".parse().unwrap();
    assert!(failures.charge(home, "relay", minute(0)));
    failures.forgive(home, "relay");
    let guessed = (0..250u8)
        .filter(|host| failures.charge(IpAddr::from([198, 51, 100, *host]), "relay", minute(0)))
        .count();
    assert_eq!(guessed, OF_LOGIN_MAX as usize);
    assert!(failures.charge(home, "relay", minute(0)));
    assert!(failures.charge("203.0.113.9".parse().unwrap(), "another", minute(0)));
}

#[test]
fn hosts_of_one_ipv6_network_fail_together() {
    let failures = Failures::default();
    let host = |number: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, number]);
    let begun = (0..50).filter(|number| failures.charge(host(*number), "relay", minute(0))).count();
    assert_eq!(begun, OF_PEER_MAX as usize);
}

#[tokio::test]
async fn no_more_passwords_are_hashed_at_a_time_than_there_are_turns() {
    let hashing = Hashing::default();
    let mut turns = Vec::new();
    for _ in 0..HASHES_MAX {
        turns.push(hashing.turn().await.unwrap());
    }
    assert!(Arc::clone(&hashing.0).try_acquire_owned().is_err());
    turns.pop();
    assert!(hashing.turn().await.is_some());
}
