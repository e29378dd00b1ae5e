use super::*;

#[test]
fn an_id_is_printable_and_bounded_and_names_no_host_and_no_tenant() {
    let at = Timestamp::from_micros(1_732_449_531_000_000);
    assert_eq!(id("flow", &["eu-1", "microsoft"], at).as_str(), "flow/eu-1/microsoft/1732449531000000");
    let hosts =
        ["site:mail.acme.example", "site:mail.globex.example"].map(|host| id("source", &["eu-1", host], at));
    assert!(hosts[0] != hosts[1] && !hosts[0].as_str().contains("acme"), "{hosts:?}");
    let tenant = id("certificate", &["tenant acme"], at);
    assert!(!tenant.as_str().contains("acme"), "{tenant}");
    let long = id("flow", &["eu-1", &"x".repeat(300)], at);
    assert!(long.as_str().len() <= ID_LEN_MAX && long.as_str().ends_with("/1732449531000000"), "{long}");
}
