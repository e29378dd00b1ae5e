//! Records as RFC 8460 writes them, and as they are not to be written.

use super::*;

fn check(texts: &[&str], places: &[&str]) {
    let found = wanted(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert_eq!(found.iter().map(Rua::to_string).collect::<Vec<_>>(), places, "{texts:?}");
}

#[test]
fn a_domain_says_where_reports_go() {
    check(&["v=TLSRPTv1;rua=mailto:reports@example.com"], &["mailto:reports@example.com"]);
    check(
        &["v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt"],
        &["https://reporting.example.com/v1/tlsrpt"],
    );
    check(
        &["v=TLSRPTv1 ; rua=mailto:a@example.com , HTTPS://b.example/c?d=e,mailto:a@example.com;"],
        &["mailto:a@example.com", "https://b.example/c?d=e"],
    );
    check(
        &["v=spf1 -all", "v=TLSRPTv1; x=y; rua=mailto:a@example.com; rua=mailto:b@example.com"],
        &["mailto:a@example.com"],
    );
    check(&["v=TLSRPTv1; rua=mailto:a%21b%3D@example.com?subject=x"], &["mailto:a!b=@example.com"]);
}

#[test]
fn what_cannot_be_used_is_left_out() {
    for text in [
        "",
        "v=TLSRPTv1",
        "v=TLSRPTv1;",
        "v=TLSRPTv2; rua=mailto:a@example.com",
        "v=tlsrptv1; rua=mailto:a@example.com",
        "rua=mailto:a@example.com; v=TLSRPTv1",
        "v=TLSRPTv1; rua=",
        "v=TLSRPTv1; rua=http://example.com/",
        "v=TLSRPTv1; rua=https:",
        "v=TLSRPTv1; rua=https://",
        "v=TLSRPTv1; rua=mailto:nobody",
        "v=TLSRPTv1; rua=mailto:a%4@example.com",
        "v=TLSRPTv1; rua=mailto:a%0d%0ab@example.com",
        "v=TLSRPTv1; rua=a@example.com",
    ] {
        check(&[text], &[]);
    }
    check(&["v=TLSRPTv1; rua=http://a.example/,mailto:b@example.com"], &["mailto:b@example.com"]);
    check(&["v=TLSRPTv1; rua=mailto:a@example.com", "v=TLSRPTv1; rua=mailto:b@example.com"], &[]);
    let many: Vec<String> = (0..30).map(|number| format!("mailto:a{number}@example.com")).collect();
    assert_eq!(wanted(&[format!("v=TLSRPTv1; rua={}", many.join(","))]).len(), PLACES_MAX);
}
