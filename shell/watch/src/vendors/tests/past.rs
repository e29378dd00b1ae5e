//! Vendors whose documents go on: a second one that tells of the past, and lists of several pages.

use super::*;

/// Answers every path with what the test says at that moment.
async fn told(documents: Arc<Mutex<BTreeMap<String, String>>>) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.1.9:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                asked.push(stream.read_u8().await.unwrap());
            }
            let asked = String::from_utf8_lossy(&asked).into_owned();
            let path = asked.split(' ').nth(1).unwrap_or_default();
            let found = documents.lock().unwrap().get(path).cloned();
            let (status, body) = found.map_or(("404 Not Found", String::new()), |body| ("200 OK", body));
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (url, tasks)
}

fn page_of(entries: &[(&str, &str)]) -> String {
    let entry = |(id, status): &(&str, &str)| {
        format!(
            r#"{{"id":"{id}","name":"{id}","status":"{status}","impact":"minor","created_at":"2026-05-01T10:00:00Z","incident_updates":[]}}"#
        )
    };
    let entries: Vec<String> = entries.iter().map(entry).collect();
    format!(r#"{{"page":{{"id":"p"}},"incidents":[{}]}}"#, entries.join(","))
}

#[tokio::test]
async fn how_something_ended_is_read_in_the_past_and_never_made_up() {
    let (servers, dir) = (Servers::new().await, tempfile::tempdir().unwrap());
    let documents: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
    let say = |path: &str, entries: &[(&str, &str)]| {
        documents.lock().unwrap().insert(path.to_owned(), page_of(entries));
    };
    say("/now", &[("a", "investigating"), ("b", "investigating")]);
    say("/past", &[("a", "investigating"), ("old", "resolved")]);
    let (url, _tasks) = told(Arc::clone(&documents)).await;
    let config =
        VendorConfig { url: format!("{url}/now"), history: Some(format!("{url}/past")), ..servers.config(0) };
    let (watcher, vendors, _) = servers.start(dir.path(), std::iter::empty());
    vendors.add(vec![config]);
    until(&vendors, "it is read", |lines| lines[0].good.is_some()).await;
    let story = || vendors.story("feed-0").unwrap().records;
    assert_eq!(story().len(), 3, "the past is imported with the first look");
    // Both are gone from what goes on; the past tells of one of them.
    say("/past", &[("a", "resolved"), ("old", "resolved")]);
    say("/now", &[]);
    let has_ended = |seen: &crate::vendors::Seen| seen.record.incident.phase.ours.is_over() && seen.is_listed;
    until(&vendors, "it has ended", |_| {
        story().iter().any(|seen| seen.record.incident.native_id == "a" && has_ended(seen))
    })
    .await;
    let of = |id: &str| story().into_iter().find(|seen| seen.record.incident.native_id == id).unwrap();
    assert!(of("b").record.incident.is_underway() && !of("b").is_listed, "nobody said that it is over");
    watcher.stop().await;
}

#[tokio::test]
async fn a_list_of_several_pages_is_read_to_a_bound_and_only_at_its_host() {
    let (servers, dir) = (Servers::new().await, tempfile::tempdir().unwrap());
    let documents: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
    let (url, _tasks) = told(Arc::clone(&documents)).await;
    let page = |number: usize, next: &str| {
        let entry = format!(
            r#"{{"id":{number},"name":"n{number}","message":"x","status":4,"created_at":"2026-05-01 10:00:00"}}"#
        );
        format!(r#"{{"data":[{entry}],"meta":{{"pagination":{{"links":{{"next_page":"{next}"}}}}}}}}"#)
    };
    for number in 1..20 {
        let text = page(number, &format!("{url}/list?page={}", number + 1));
        documents.lock().unwrap().insert(format!("/list?page={number}"), text);
    }
    documents.lock().unwrap().insert("/away".to_owned(), page(1, "http://127.0.1.8:1/list"));
    documents.lock().unwrap().insert("/torn".to_owned(), page(1, &format!("{url}/nothing")));
    let named = |name: &str, path: &str| VendorConfig {
        name: name.parse().unwrap(),
        url: format!("{url}{path}"),
        ..servers.config(0)
    };
    let (watcher, vendors, _) = servers.start(dir.path(), std::iter::empty());
    vendors.add(vec![named("many", "/list?page=1"), named("away", "/away"), named("torn", "/torn")]);
    until(&vendors, "all are read", |lines| lines.iter().all(|line| line.good.is_some())).await;
    let count = |name: &str| vendors.story(name).unwrap().records.len();
    assert_eq!((count("many"), count("away"), count("torn")), (6, 1, 1));
    let alarms = |name: &str| vendors.story(name).unwrap().line.alarms;
    let lines = vendors.lines();
    assert!(alarms("torn") > alarms("away"), "what is missing is told: {lines:#?}");
    watcher.stop().await;
}
