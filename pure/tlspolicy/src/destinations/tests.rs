//! Which word counts for a domain.

use super::*;

#[test]
fn the_domains_own_word_counts_then_the_nearest_above() {
    let mut words = Destinations::default();
    for (pattern, word) in [
        ("partner.example", "verify"),
        ("*.partner.example", "require"),
        ("*.example", "none"),
        ("*.bücher.example", "dane"),
    ] {
        words.set(pattern, word.parse().unwrap()).unwrap();
    }
    let check = |domain: &str, word: Option<&str>| {
        let word = word.map(|word| word.parse().unwrap());
        assert_eq!(words.of(&domain.parse().unwrap()), word, "{domain}");
    };
    check("partner.example", Some("verify"));
    check("PARTNER.example", Some("verify"));
    check("a.partner.example", Some("require"));
    check("a.b.partner.example", Some("require"));
    check("apartner.example", Some("none"));
    check("x.xn--bcher-kva.example", Some("dane"));
    check("example", None);
    check("partner.test", None);
}

#[test]
fn what_is_no_domain_or_no_word_is_told() {
    let mut words = Destinations::default();
    let error = words.set("*partner.example", Destination::None).unwrap_err();
    assert_eq!(error.to_string(), "`*partner.example` is no domain, nor `*.` in front of one");
    let error = "tls".parse::<Destination>().unwrap_err();
    assert!(error.to_string().contains("write none, opportunistic, require, verify or dane"), "{error}");
}
