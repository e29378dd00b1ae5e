use super::{KeyRecord, Publication};
use crate::SigningKey;

fn records() -> (KeyRecord, KeyRecord) {
    let key = |pem| SigningKey::from_pem(pem).unwrap();
    let rsa = KeyRecord::of(&key(include_str!("../../fixtures/rsa-2048.pem")));
    (rsa, KeyRecord::of(&key(include_str!("../../fixtures/ed25519.pem"))))
}

#[test]
fn the_record_of_rfc_8463_is_written_as_it_prints_it() {
    let key = SigningKey::from_pem(include_str!("../../fixtures/rfc8463-ed25519.pem")).unwrap();
    let wanted = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    assert_eq!(KeyRecord::of(&key).to_string(), wanted);
}

#[test]
fn a_long_record_is_cut_into_strings_that_a_zone_takes() {
    let (rsa, _) = records();
    let text = rsa.zone_text();
    let strings: Vec<&str> = text.split(' ').collect::<Vec<_>>();
    assert!(text.starts_with("\"v=DKIM1; k=rsa; p=MII"), "{text}");
    let joined: String = text.trim_matches('"').replace("\" \"", "");
    assert_eq!(joined, rsa.to_string());
    assert!(strings.len() > 2 && text.split("\" \"").all(|string| string.len() <= 256));
}

#[test]
fn what_was_found_is_told_apart() {
    let (rsa, ed25519) = records();
    let text = rsa.to_string();
    let unusable = |why: &str| Publication::Unusable(why.to_owned());
    let public = text.split("p=").nth(1).unwrap();
    let (begin, end) = public.split_at(100);
    for (found, wanted) in [
        (vec![], Publication::Missing),
        (vec![text.clone()], Publication::Good),
        // As others write it: no version, no key type, white space in the key, everything allowed.
        (vec![format!("p={begin}  {end}")], Publication::Good),
        (vec![format!("v=DKIM1; h=sha1:sha256; s=*; n=note; p={public}")], Publication::Good),
        (vec![ed25519.to_string()], Publication::OtherKey),
        (vec!["v=DKIM1; k=rsa; p=".to_owned()], Publication::Revoked),
        (vec!["v=spf1 -all".to_owned()], Publication::Missing),
        (vec![text.clone(), text.clone()], Publication::Several(2)),
        (vec![format!("v=DKIM2; p={public}")], unusable("v= is not DKIM1")),
        (vec![format!("k=ed25519; p={public}")], unusable("k= is not rsa")),
        (vec![format!("h=sha1; p={public}")], unusable("h= leaves sha256 out")),
        (vec![format!("s=tlsrpt; p={public}")], unusable("s= leaves email out")),
        (vec![format!("t=y; p={public}")], unusable("t=y says that the domain is only testing")),
        (vec![format!("t=s; p={public}")], unusable("t=s allows no author in a domain below")),
    ] {
        assert_eq!(rsa.compare(&found), wanted, "{found:?}");
    }
    // RFC 8463 §4: a record without k= is one of RSA.
    let bare = ed25519.to_string().replace("k=ed25519; ", "");
    assert_eq!(ed25519.compare(&[bare]), unusable("k= is not ed25519"));
}
