//! The script's variable parts; that it works is shown with a real Postfix in the tests of the binary.

use crate::support::{Nasty, plan, plan_with};
use crate::{Secrets, System, instructions};

#[test]
fn only_exact_domains_are_routed_and_only_our_sources_return() {
    let script = instructions(System::Postfix, &plan(), Secrets::Hidden);
    assert!(script.contains("\n/@acme\\.example$/ FILTER signpost:[in.eu.relay.example]:25\n"), "{script}");
    assert!(script.contains("\n127.0.1.1 permit\n127.0.1.2 permit\n"), "{script}");
    assert!(
        script.contains("/^X-Signpost-Key:/ IGNORE\n/^From:/ PREPEND X-Signpost-Key: PUT-THE-SECRET-HERE\n")
    );
}

#[test]
fn tls_fits_the_certificates_of_both_ends() {
    let script = instructions(System::Postfix, &plan(), Secrets::Hidden);
    assert!(script.contains("'signpost/unix/smtp_tls_security_level=secure'"));
    assert!(script.contains("smtpd_tls_security_level=encrypt"));
    let opportunistic = |text: &str| text.replace("\"verify\"", "\"opportunistic\"");
    let script =
        instructions(System::Postfix, &plan_with(&Nasty::all()[0], opportunistic, false), Secrets::Hidden);
    assert!(script.contains("'signpost/unix/smtp_tls_security_level=encrypt'"));
    assert!(script.contains("smtpd_tls_security_level=may"));
}

#[test]
fn the_port_of_the_way_back_is_the_smart_hosts() {
    for (host, port) in [
        ("192.0.2.9:10026", "10026"),
        ("mail.acme.example", "25"),
        ("mx:acme.example", "25"),
        ("[2001:db8::1]:26", "26"),
    ] {
        let change = |text: &str| text.replace("acme-example.mail.protection.outlook.com:25", host);
        let script =
            instructions(System::Postfix, &plan_with(&Nasty::all()[0], change, true), Secrets::Hidden);
        assert!(script.contains(&format!("\nRETURN_PORT={port}\n")), "{host}");
    }
}
