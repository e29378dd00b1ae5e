use super::*;
use tokio::net::TcpListener;

/// Answers one connection.
async fn look_at(reply: &'static str) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(reply.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        // The client may be content already.
        let _either_way = stream.read(&mut [0; 64]).await;
    };
    tokio::join!(serve, greeting(address)).1
}

#[tokio::test]
async fn a_listener_is_well_if_it_greets() {
    look_at("220 relay.example ESMTP\r\n").await.unwrap();
    let error = look_at("421 4.3.2 too many connections\r\n").await.unwrap_err().to_string();
    assert_eq!(error, "greeted with 421");
    assert!(look_at("").await.is_err());
}

#[tokio::test]
async fn nobody_there_is_not_well() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    assert!(greeting(address).await.is_err() && answer(address).await.is_err());
}

#[test]
fn a_domain_is_asked_about_if_a_source_speaks_under_it() {
    let lists = Lists {
        lists: BTreeSet::from(["dbl.spamhaus.org".to_owned()]),
        sources: BTreeSet::new(),
        names: BTreeSet::from(["eu-1.out.relay.example".to_owned()]),
    };
    let asked = ["eu-1.out.relay.example", "out.relay.example", "relay.example"];
    assert!(asked.iter().all(|domain| lists.is_asked("dbl.spamhaus.org", domain)));
    assert!(!lists.is_asked("another.example", "relay.example"));
    for domain in ["lay.example", "old.example", "x.eu-1.out.relay.example"] {
        assert!(!lists.is_asked("dbl.spamhaus.org", domain), "{domain}");
    }
}
