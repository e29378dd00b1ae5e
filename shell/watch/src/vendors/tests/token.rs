//! A vendor that tells only who shows a token.

use super::*;

#[tokio::test]
async fn a_vendor_with_a_token_is_asked_with_it_anew_at_each_look_and_without_one_nothing_is_known() {
    const CALM: &str = r#"{"@odata.context":"$metadata#admin/serviceAnnouncement/issues","value":[]}"#;
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1.0/admin/serviceAnnouncement/issues", listener.local_addr().unwrap());
    let (told, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = vec![0; 4_096];
            let length = stream.read(&mut bytes).await.unwrap();
            told.send(String::from_utf8_lossy(&bytes[..length]).into_owned()).unwrap();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", CALM.len());
            stream.write_all(format!("{head}{CALM}").as_bytes()).await.unwrap();
        }
    });
    let servers = Servers::new().await;
    let file = dir.path().join("graph.token");
    let config = VendorConfig { url, token_file: Some(file.clone()), ..servers.config(0) };
    let (watcher, vendors, _) = servers.start(&dir.path().join("kept"), 0..0);
    vendors.add(vec![config]);
    let mut looked = vendors.looked();
    looked.wait_for(|count| *count >= 1).await.unwrap();
    let line = vendors.lines().remove(0);
    assert!(line.problem.as_deref().is_some_and(|why| why.contains("graph.token")), "{line:?}");
    assert!(asked.try_recv().is_err(), "nobody is asked without the token");
    for token in ["first", "second"] {
        std::fs::write(&file, format!("{token}\n")).unwrap();
        let head = loop {
            let _ordered = vendors.order(None);
            let head = asked.recv().await.unwrap();
            if head.contains(token) {
                break head;
            }
        };
        assert!(head.contains(&format!("authorization: Bearer {token}\r\n")), "{head}");
    }
    looked.wait_for(|count| *count >= 3).await.unwrap();
    assert_eq!(vendors.lines()[0].problem, None);
    watcher.stop().await;
}
