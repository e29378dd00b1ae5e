//! What domains publish of TLS: announcements and policies of MTA-STS, records of DANE.

use tlspolicy::{Mode, Policy, Said, Tlsa, sts};

/// The same bytes as a policy, as an announcement, as a name and as a record.
pub(crate) fn policies(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(policy) = Policy::read(data) {
        let with_cr: Vec<u8> = text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
        if let Ok(again) = Policy::read(&with_cr) {
            assert_eq!(policy, again, "line ends change a policy");
        }
        assert!(!policy.names("") && !policy.names("."), "nothing is no host");
        let doubled = [data, b"\nmode: none\nmax_age: 0\n"].concat();
        let is_same = |other: Policy| (other.mode, other.max_age) == (policy.mode, policy.max_age);
        assert!(
            Policy::read(&doubled).is_ok_and(is_same) || doubled.len() > sts::POLICY_BYTES_MAX,
            "the first field counts"
        );
        assert!(policy.mode != Mode::Enforce || text.contains("enforce"));
    }
    if let Some(id) = sts::announced(&[text.clone().into_owned()]) {
        assert!((1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
    if let Some(name) = sts::ascii(&text) {
        assert_eq!(sts::ascii(&name).as_deref(), Some(name.as_str()), "a name in A-labels is its own");
    }
    let [usage, selector, matching, data @ ..] = data else { return };
    let record = Tlsa { usage: *usage, selector: *selector, matching: *matching, data: data.to_vec() };
    match Said::of_secure(std::slice::from_ref(&record)) {
        Said::Records(records) => {
            assert_eq!(records, std::slice::from_ref(&record));
            assert!(*matching != 0 || record.means(data, data), "a whole certificate means itself");
        }
        Said::Unusable => {}
        other @ (Said::Nothing | Said::Failed(_)) => panic!("{other:?} of one record"),
    }
}
