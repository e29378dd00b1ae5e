use super::super::super::tests::{Read, SEED, SUMMARY};
use super::*;
use crate::vendors::VendorMet;
use axum::http::StatusCode;
use std::sync::atomic::{AtomicU64, Ordering};
use vendor::{Admitted, Trouble};

/// Vendors at which our mail met something, on a clock of the test, with every look counted.
struct Ours {
    read: Read,
    looks: Arc<AtomicU64>,
    seconds: Arc<AtomicU64>,
}

impl VendorSource for Ours {
    fn now(&self) -> Timestamp {
        self.read.now() + Duration::from_secs(self.seconds.load(Ordering::Relaxed))
    }

    fn each(&self, look: &mut dyn FnMut(VendorShown<'_>)) {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.read.each(&mut |shown| {
            let trouble = Trouble {
                provider: "microsoft".to_owned(),
                since: self.read.now(),
                last: self.read.now(),
                missed: 7,
                silent: 0,
                throttled: 0,
                taken: 0,
                reply: "451 4.3.2 our-own-mail".to_owned(),
                is_over: false,
                is_ours: false,
            };
            let met = [VendorMet { trouble, admitted: Admitted::Silent { seconds: 60 } }];
            let glance = VendorGlance {
                url: "http://inside.relay.example/secret".to_owned(),
                failures: 2,
                problem: Some("no route to 10.0.0.1".to_owned()),
                ..shown.glance.clone()
            };
            look(VendorShown { glance: &glance, met: &met, ..shown });
        });
    }
}

fn ours() -> (Arc<Public>, Arc<AtomicU64>, Arc<AtomicU64>) {
    let (looks, seconds) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let read = Read::of(&[("xink", SEED), ("example", SUMMARY)]);
    let source = Ours { read, looks: Arc::clone(&looks), seconds: Arc::clone(&seconds) };
    let public = Public { source: Box::new(Stripped(source)), made: Mutex::default() };
    (Arc::new(public), looks, seconds)
}

async fn get(
    public: &Arc<Public>,
    path: &str,
    known: Option<&HeaderValue>,
) -> (StatusCode, HeaderMap, String) {
    let mut asked = HeaderMap::new();
    asked.extend(known.map(|known| (header::IF_NONE_MATCH, known.clone())));
    let uri = path.parse::<Uri>().unwrap();
    let (parts, body) = answer(State(Arc::clone(public)), uri, asked).await.into_parts();
    let bytes = axum::body::to_bytes(body, 4 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn everybody_reads_what_vendors_said_and_nothing_of_ours() {
    let (public, ..) = ours();
    for path in [
        "/vendors.atom",
        "/vendors/xink/history.atom",
        "/api/v1/vendors",
        "/api/v1/vendors/xink",
        "/api/v1/vendor-incidents",
    ] {
        let (status, headers, body) = get(&public, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(
            body.contains("xink")
                && headers[header::CACHE_CONTROL].to_str().unwrap().starts_with("public, max-age=15")
        );
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*", "{path}");
        assert!(headers.contains_key(header::LAST_MODIFIED), "{path}");
        for private in ["our-own-mail", "inside.relay.example", "10.0.0.1", "href=\"/vendors/xink/"] {
            let is_self = format!("href=\"{path}\"");
            assert!(!body.replace(&is_self, "").contains(private), "{private} is in {path}:\n{body}");
        }
        let (status, _, body) = get(&public, path, Some(&headers[header::ETAG])).await;
        assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
    }
    let (status, headers, _) = get(&public, "/api/v1/vendors/nobody", None).await;
    assert_eq!(
        (status, headers[header::CACHE_CONTROL].to_str().unwrap()),
        (StatusCode::NOT_FOUND, "no-store")
    );
}

#[tokio::test]
async fn a_crowd_costs_what_one_reader_does() {
    let (public, looks, seconds) = ours();
    get(&public, "/vendors.atom", None).await;
    let once = looks.load(Ordering::Relaxed);
    for path in
        ["/vendors.atom", "/api/v1/vendors?q=x", "/api/v1/vendor-incidents?page=7", "/api/v1/vendors/xink"]
    {
        get(&public, path, None).await;
    }
    assert_eq!(looks.load(Ordering::Relaxed), once);
    seconds.store(15, Ordering::Relaxed);
    get(&public, "/vendors.atom", None).await;
    assert_eq!(looks.load(Ordering::Relaxed), 2 * once);
}
