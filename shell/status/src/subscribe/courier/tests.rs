use super::*;

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
