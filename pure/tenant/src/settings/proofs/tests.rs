//! Whose certificate it is, and which forms of the new keys are taken.

use super::*;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_star_stands_for_one_label_on_either_side() {
    let check = |wanted: &str, shown: &str, is_it: bool| {
        let own = Certificates { names: names(&[wanted]), fingerprints: Vec::new() };
        assert_eq!(own.include(&names(&[shown]), &[0; 32]), is_it, "{wanted} {shown}");
    };
    check("mail.acme.example", "mail.acme.example", true);
    check("mail.acme.example", "*.acme.example", true);
    check("*.acme.example", "mail.acme.example", true);
    check("*.acme.example", "*.acme.example", true);
    check("*.acme.example", "acme.example", false);
    check("*.acme.example", "a.mail.acme.example", false);
    check("mail.acme.example", "mail.acme.example.evil.example", false);
    check("mail.acme.example", "*.example", false);
    check("acme.example", "evilacme.example", false);
}

#[test]
fn a_fingerprint_needs_no_verified_name() {
    let own = Certificates { names: Vec::new(), fingerprints: vec![[7; 32]] };
    assert!(own.include(&[], &[7; 32]));
    assert!(!own.include(&names(&["mail.acme.example"]), &[8; 32]));
}

#[test]
fn only_names_of_exchange_online_are_microsofts() {
    for name in ["mail.protection.outlook.com", "*.mail.protection.outlook.com", "protection.outlook.com"] {
        assert!(is_microsoft(&names(&[name])), "{name}");
    }
    for name in
        ["outlook.com", "evilprotection.outlook.com", "protection.outlook.com.evil.example", "*.outlook.com"]
    {
        assert!(!is_microsoft(&names(&[name])), "{name}");
    }
}
