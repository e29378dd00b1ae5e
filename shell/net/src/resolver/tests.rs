//! What needs no zone: literals, and a name server that is not there. Zones are asked in the playground's tests.

use super::*;

fn unanswered() -> Resolver {
    // Nothing listens on the discard port of a loopback address of ours.
    Resolver::new(&["127.9.9.9:9".parse().unwrap()], Duration::from_millis(50)).unwrap()
}

#[tokio::test]
async fn an_address_is_its_own_answer() {
    let check = async |host: &str, address: &str| {
        assert_eq!(
            unanswered().addresses(host).await.unwrap(),
            [address.parse::<IpAddr>().unwrap()],
            "{host}"
        );
    };
    check("127.0.2.1", "127.0.2.1").await;
    check("[127.0.2.1]", "127.0.2.1").await;
    check("[IPv6:::1]", "::1").await;
}

#[tokio::test]
async fn a_dead_name_server_is_not_an_absent_name() {
    let failed = unanswered().addresses("mx.example").await.unwrap_err();
    assert!(matches!(failed, ResolveError::Failed { .. }), "{failed}");
    let failed = unanswered().exchangers(&"acme.example".parse().unwrap()).await.unwrap_err();
    assert!(matches!(failed, ResolveError::Failed { .. }), "{failed}");
}
