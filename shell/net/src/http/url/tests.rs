use super::{checked, redirected};

#[test]
fn a_redirect_is_resolved_against_where_it_was_met() {
    let table = [
        ("https://b.example/x", "https://b.example/x"),
        ("//b.example/x", "https://b.example/x"),
        ("/x?y", "https://a.example:8443/x?y"),
        ("x", "https://a.example:8443/p/x"),
        ("?z", "https://a.example:8443/p/q?z"),
    ];
    for (location, expected) in table {
        assert_eq!(redirected("https://a.example:8443/p/q?r", location).unwrap(), expected, "{location}");
    }
}

#[test]
fn a_redirect_from_https_to_http_or_elsewhere_is_not_followed() {
    for location in ["http://b.example/", "file:///etc/passwd", "javascript://x", "https://"] {
        assert!(redirected("https://a.example/", location).is_err(), "{location}");
    }
    assert!(redirected("http://a.example/", "http://b.example/").is_ok());
}

#[test]
fn only_urls_of_the_web_are_asked() {
    for url in ["ftp://a.example/", "a.example", "https://", "/x", "", "https://a b/"] {
        assert!(checked(url).is_err(), "{url}");
    }
    assert!(checked("https://a.example/x#part").is_ok_and(|uri| uri.path() == "/x"));
}
