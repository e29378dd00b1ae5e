use super::*;

#[test]
fn an_id_is_printable_and_bounded_whatever_the_names_are() {
    let at = Timestamp::from_micros(1_732_449_531_000_000);
    assert_eq!(id("flow", &["eu-1", "microsoft"], at).as_str(), "flow/eu-1/microsoft/1732449531000000");
    assert_eq!(
        id("certificate", &["listener smtp"], at).as_str(),
        "certificate/listener-smtp/1732449531000000"
    );
    let long = id("flow", &["eu-1", &"x".repeat(300)], at);
    assert!(long.as_str().len() == ID_LEN_MAX && long.as_str().ends_with("/1732449531000000"), "{long}");
}
