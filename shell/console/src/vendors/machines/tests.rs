use super::super::tests::{Read, SEED, SUMMARY, filter};
use super::*;
use std::sync::Arc;

fn source() -> Source {
    Arc::new(Read::of(&[("xink", SEED), ("example", SUMMARY)]))
}

fn state() -> State<Source> {
    State(source())
}

async fn body(answer: Response) -> String {
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn json_of(answer: Response) -> Value {
    assert_eq!(answer.status(), StatusCode::OK);
    serde_json::from_str(&body(answer).await).unwrap()
}

#[tokio::test]
async fn a_reader_that_has_it_hears_that_nothing_is_new() {
    let first = all_atom(state(), Query(Filter::default()), HeaderMap::new()).await;
    let (tag, changed) =
        (first.headers()[header::ETAG].clone(), first.headers()[header::LAST_MODIFIED].clone());
    assert!(first.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("max-age=15"));
    assert!(changed.to_str().unwrap().ends_with("GMT"), "{changed:?}");
    let mut known = HeaderMap::new();
    known.insert(header::IF_NONE_MATCH, format!("\"x\", W/{}", tag.to_str().unwrap()).parse().unwrap());
    let again = all_atom(state(), Query(Filter::default()), known.clone()).await;
    assert_eq!((again.status(), &again.headers()[header::ETAG]), (StatusCode::NOT_MODIFIED, &tag));
    assert_eq!(body(again).await, "");
    let other = all_atom(state(), Query(filter("xink", "", "")), known).await;
    assert_eq!(other.status(), StatusCode::OK, "another question has another answer");
}

#[tokio::test]
async fn our_own_feed_is_read_by_our_own_reader() {
    let text =
        body(one_atom(state(), Path("xink".to_owned()), Query(Filter::default()), HeaderMap::new()).await)
            .await;
    let now = "2024-10-23T00:00:00Z".parse().unwrap();
    let document = vendor::read(text.as_bytes(), &vendor::Given::at(now)).unwrap();
    assert_eq!(document.incidents.len(), 1, "{text}");
    assert!(document.incidents[0].title.contains("Server-side Mail delivery issue - EU Server"));
    // What moves with the request is in no feed.
    assert!(!text.contains("2024-10-23T00:05"), "{text}");
    let nobody =
        one_atom(state(), Path("nobody".to_owned()), Query(Filter::default()), HeaderMap::new()).await;
    assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn machines_read_what_people_see() {
    let all = json_of(vendors(state(), HeaderMap::new()).await).await;
    assert_eq!(all["vendors"][0]["name"], "xink");
    assert_eq!(all["vendors"][0]["figures"]["all"]["posting"]["grade"], "F");
    let one = json_of(one(state(), Path("xink".to_owned()), HeaderMap::new()).await).await;
    assert_eq!(one["components"][0]["group"], "EU");
    let asked =
        json_of(incidents(state(), Query(filter("spamhaus", "major", "")), HeaderMap::new()).await).await;
    assert_eq!((asked["count"].as_u64(), &asked["incidents"][0]["vendor"]), (Some(1), &json!("xink")));
    let key = asked["incidents"][0]["key"].as_str().unwrap().to_owned();
    let single = json_of(incident(state(), Path(("xink".to_owned(), key)), HeaderMap::new()).await).await;
    assert_eq!(single, asked["incidents"][0]);
    assert_eq!(single["incident"]["lengths"]["told_seconds"], 70_126);
    assert!(single["versions"][0]["raw"].is_null() && single["sighting"] == "imported");
    assert_eq!(
        incident(state(), Path(("xink".to_owned(), "x".to_owned())), HeaderMap::new()).await.status(),
        404
    );
}
