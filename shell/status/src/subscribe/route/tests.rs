use super::*;

#[test]
fn routes_are_read_with_their_port_user_and_password() {
    let rows = [
        (
            "smtps://user:env:PASS@mail.other.example:4650",
            ("mail.other.example", 4650, true, Some(("user", "env:PASS"))),
        ),
        ("smtps://mail.other.example", ("mail.other.example", 465, true, None)),
        ("smtp://mail.other.example/", ("mail.other.example", 587, false, None)),
        (
            "smtp://status@relay.example:a@b:c@mail.other.example",
            ("mail.other.example", 587, false, Some(("status@relay.example", "a@b:c"))),
        ),
        ("smtp://[::1]:2525", ("::1", 2525, false, None)),
        ("smtp://[::1]", ("::1", 587, false, None)),
    ];
    for (url, wanted) in rows {
        let route = Route::parse(url).unwrap();
        let login = route.login.as_ref().map(|login| (login.user.as_str(), login.password.as_str()));
        assert_eq!((route.host.as_str(), route.port, route.implicit_tls, login), wanted, "{url}");
    }
    for wrong in [
        "",
        "mail.other.example",
        "http://mail.other.example",
        "smtp://",
        "smtp://user@host",
        "smtp://:p@host",
        "smtp://host:port",
        "smtp://a b",
    ] {
        assert!(Route::parse(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_password_that_is_not_set_is_told_by_its_name() {
    let route = Route::parse("smtps://user:env:PASS@mail.other.example").unwrap();
    let error = route.open(|_| None, "status.relay.example", &[]).map(drop).unwrap_err().to_string();
    assert!(error.contains("env:PASS"), "{error}");
    assert!(route.open(|_| Some("geheim\n".to_owned()), "status.relay.example", &[]).is_ok());
}
