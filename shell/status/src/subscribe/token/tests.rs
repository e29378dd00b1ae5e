use super::*;
use model::Duration;

#[test]
fn a_link_holds_for_its_maker_its_purpose_and_its_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("links.key");
    let (tokens, id, now) =
        (Tokens::open(&path).unwrap(), SubscriberId::new(), Timestamp::from_micros(1_000_000));
    let (confirm, manage) = (tokens.make(Purpose::Confirm, &id, now), tokens.make(Purpose::Manage, &id, now));
    let late = now + book::PENDING_FOR + Duration::from_secs(1);
    let same = Tokens::open(&path).unwrap();
    assert_eq!(same.read(&confirm, now), Some((Purpose::Confirm, id.clone())));
    assert_eq!(same.read(&confirm, late), None);
    assert_eq!(same.read(&manage, late), Some((Purpose::Manage, id)));
    for place in 0..confirm.len() {
        let mut forged = confirm.clone().into_bytes();
        forged[place] = if forged[place] == b'0' { b'1' } else { b'0' };
        assert_eq!(tokens.read(std::str::from_utf8(&forged).unwrap(), now), None, "at {place}");
    }
    let other = Tokens::open(&directory.path().join("other.key")).unwrap();
    assert_eq!(other.read(&confirm, now), None);
    for odd in ["", "-", "c", "c-x-1", "c---"] {
        assert_eq!(tokens.read(odd, now), None);
    }
}

#[test]
fn a_key_is_its_owners_alone_and_a_damaged_one_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("links.key");
    Tokens::open(&path).map(drop).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(&path, "short").unwrap();
    let error = Tokens::open(&path).map(drop).unwrap_err().to_string();
    assert!(error.contains("backup"), "{error}");
}
