use super::{HostPort, Redirect, TlsPolicy};

#[test]
fn a_host_is_written_with_a_port_and_told_apart_from_words() {
    for (text, shown) in [
        ("relay.example:2525", "relay.example:2525"),
        ("relay.example", "relay.example:25"),
        ("localhost:25", "localhost:25"),
        ("192.0.2.1:587", "192.0.2.1:587"),
        ("192.0.2.1", "192.0.2.1:25"),
        ("[2001:db8::1]:25", "[2001:db8::1]:25"),
        ("2001:db8::1", "[2001:db8::1]:25"),
    ] {
        let host: HostPort = text.parse().unwrap();
        assert_eq!(host.to_string(), shown);
        assert_eq!(shown.parse(), Ok(host));
    }
    for text in [
        "",
        "bounce",
        "relay.example:0",
        "relay.example:99999",
        "192.0.2.1:0",
        "a b.example:25",
        "[192.0.2.1]",
    ] {
        let error = text.parse::<HostPort>().unwrap_err().to_string();
        assert!(error.contains("relay.example:25"), "{error}");
    }
}

#[test]
fn a_policy_is_one_of_three_words() {
    assert_eq!("verify".parse(), Ok(TlsPolicy::Verify));
    assert!(
        "verfiy".parse::<TlsPolicy>().unwrap_err().to_string().contains("opportunistic, require or verify")
    );
}

#[test]
fn a_redirect_says_where_and_how() {
    let redirect = Redirect { to: "relay.example:25".parse().unwrap(), tls: Some(TlsPolicy::Require) };
    assert_eq!(redirect.to_string(), "relay.example:25 (tls require)");
}
