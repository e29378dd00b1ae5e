use super::{NodeView, Parts, Readiness, TenantLine, bind, router, serve};
use model::{Metrics, SnapshotNumber};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

async fn get(path: &str, readiness: Readiness) -> String {
    let metrics = Arc::new(Metrics::default());
    metrics.accepted.add(7);
    let tenant = TenantLine {
        name: "acme".to_owned(),
        display_name: "<Acme>".to_owned(),
        domains: vec!["acme.example".to_owned()],
        snapshot: SnapshotNumber(3),
    };
    let node =
        NodeView { region: "eu".to_owned(), tenants: vec![tenant], playground: true, ..NodeView::default() };
    let parts =
        Parts { metrics, node: Box::new(move || node.clone()), ready: Box::new(move || readiness.clone()) };
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut server = JoinSet::new();
    server.spawn(serve(listener, router(parts), std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_front_page_answers_the_question_and_escapes_names() {
    let page = get("/", Readiness::default()).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("Mail is flowing, nothing waits") && page.contains("&lt;Acme&gt;"), "{page}");
    assert!(
        page.contains("href=\"/playground\"") && page.to_lowercase().contains("content-security-policy"),
        "{page}"
    );
}

#[tokio::test]
async fn a_node_that_takes_no_mail_says_so_to_people_and_machines() {
    let readiness = || Readiness { problems: vec!["the disk is full".to_owned()], warnings: vec![] };
    assert!(get("/", readiness()).await.contains("Mail is not taken at the moment"));
    let answer = get("/readyz", readiness()).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("\"the disk is full\""), "{answer}");
    assert!(get("/healthz", readiness()).await.ends_with("ok\n"));
}

#[tokio::test]
async fn figures_are_in_the_prometheus_form() {
    let answer = get("/metrics", Readiness::default()).await;
    assert!(answer.contains("text/plain; version=0.0.4"), "{answer}");
    assert!(
        answer.contains(
            "# TYPE signpost_messages_accepted_total counter\nsignpost_messages_accepted_total 7\n"
        )
    );
}

#[tokio::test]
async fn an_address_that_others_reach_is_refused() {
    let error = bind(SocketAddr::from(([0, 0, 0, 0], 0))).await.unwrap_err().to_string();
    assert!(error.contains("http.console"), "{error}");
}
