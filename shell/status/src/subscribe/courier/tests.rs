use super::*;

#[test]
fn only_the_public_internet_is_public() {
    let rows = [
        ("93.184.215.14", true),
        ("8.8.8.8", true),
        ("100.63.0.1", true),
        ("100.64.0.1", false),
        ("10.1.2.3", false),
        ("172.16.0.1", false),
        ("192.168.1.1", false),
        ("127.0.0.1", false),
        ("0.0.0.0", false),
        ("169.254.169.254", false),
        ("192.0.0.8", false),
        ("192.0.2.1", false),
        ("198.18.0.1", false),
        ("198.20.0.1", true),
        ("224.0.0.1", false),
        ("255.255.255.255", false),
        ("::", false),
        ("::1", false),
        ("::ffff:10.0.0.1", false),
        ("::ffff:8.8.8.8", true),
        ("::127.0.0.1", false),
        ("fe80::1", false),
        ("fd00::1", false),
        ("ff02::1", false),
        ("2001:db8::1", false),
        ("2001:0:1::1", false),
        ("2606:4700::1", true),
        ("64:ff9b::a00:1", false),
        ("64:ff9b::808:808", true),
        ("2002:7f00:1::1", false),
        ("2002:808:808::1", true),
    ];
    for (address, wanted) in rows {
        assert_eq!(is_public(address.parse().unwrap()), wanted, "{address}");
    }
}

fn courier(allows_private: bool) -> Courier {
    let resolver =
        Resolver::new(&["127.0.0.1:9".parse().unwrap()], model::Duration::from_millis(100)).unwrap();
    Courier::new(resolver, &[], allows_private).unwrap()
}

#[tokio::test]
async fn urls_that_lead_inside_are_refused_unless_the_operator_allows_them() {
    let strict = courier(false);
    for good in [
        "https://hooks.customer.example/a?b=c",
        "https://93.184.215.14/",
        "https://hooks.customer.example:8443/",
    ] {
        assert!(strict.check(good).is_ok(), "{good}");
    }
    for bad in [
        "http://hooks.customer.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://hooks.customer.example:25/",
        "https://user:password@hooks.customer.example/",
        "ftp://hooks.customer.example/",
        "/relative",
        "",
    ] {
        assert!(strict.check(bad).is_err(), "{bad}");
    }
    assert!(courier(true).check("http://127.0.0.1:8080/hook").is_ok());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    let refused = courier(false).connect("127.0.0.1", 9, false).await.err().unwrap();
    assert!(refused.contains("public internet"), "{refused}");
}
