//! A keeper without listeners: what it begins with, what it takes, what it refuses. Time is handed in.

use super::*;
use crate::life::Nearness;

const DAY: Duration = Duration::from_secs(86_400);

fn means() -> Means {
    let resolver = Resolver::new(&["127.0.0.1:1".parse().unwrap()], Duration::from_secs(1)).unwrap();
    Means { clock: Clock::start(1), metrics: Arc::default(), resolver }
}

fn face(listener: &str, hostname: &str, is_further: bool, wish: Wish) -> FaceConfig {
    FaceConfig { listener: listener.parse().unwrap(), hostname: hostname.to_owned(), is_further, wish }
}

fn open(data_dir: &Path, faces: Vec<FaceConfig>) -> Keeper {
    Keeper::open(KeeperConfig { data_dir: data_dir.to_owned(), faces, acme: None }, means()).unwrap()
}

fn files(directory: &Path) -> Wish {
    Wish::Files { chain: directory.join("chain.pem"), key: directory.join("key.pem") }
}

fn put(directory: &Path, hostname: &str, from: Timestamp, until: Timestamp) {
    let made = tls::self_signed(hostname, from, until).unwrap();
    std::fs::write(directory.join("chain.pem"), made.chain).unwrap();
    std::fs::write(directory.join("key.pem"), made.key).unwrap();
}

#[test]
fn a_self_signed_certificate_is_kept_and_only_its_owner_reads_it() {
    let data = tempfile::tempdir().unwrap();
    let one = || open(data.path(), vec![face("eu-in", "In.example", false, Wish::SelfSigned)]);
    let (first, second) = (one(), one());
    assert_eq!(first.faces[0].facts(), second.faces[0].facts());
    assert_eq!(first.faces[0].facts().names, ["In.example"]);
    let path = data.path().join("certificates/in.example.pem");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    std::fs::write(&path, "damaged").unwrap();
    assert_ne!(one().faces[0].facts().serial, first.faces[0].facts().serial, "ours is made anew");
}

#[test]
fn a_self_signed_certificate_renews_itself_before_its_end_and_never_alarms() {
    let data = tempfile::tempdir().unwrap();
    let keeper = open(data.path(), vec![face("eu-in", "in.example", false, Wish::SelfSigned)]);
    let begin = keeper.means.clock.now();
    let mut serials = std::collections::BTreeSet::new();
    for days in 0..800_u32 {
        let now = begin + days * DAY;
        keeper.tend(now, false);
        let facts = keeper.faces[0].facts();
        assert_eq!(
            crate::life::nearness(&facts, keeper.faces[0].renewal(), now),
            Nearness::Far,
            "day {days}"
        );
        serials.insert(facts.serial);
    }
    assert!((3..=5).contains(&serials.len()), "{} certificates in 800 days", serials.len());
}

#[test]
fn a_broken_pair_never_replaces_one_that_works() {
    let (data, given) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keeper_means_now = Clock::start(1).now();
    put(given.path(), "in.example", keeper_means_now, keeper_means_now + 90 * DAY);
    let keeper = open(data.path(), vec![face("eu-in", "in.example", false, files(given.path()))]);
    let (first, now) = (keeper.faces[0].facts(), keeper.means.clock.now());
    std::fs::write(given.path().join("chain.pem"), "nonsense").unwrap();
    keeper.tend(now, true);
    assert_eq!(keeper.faces[0].facts(), first);
    let trouble = keeper.faces[0].trouble().unwrap();
    assert!(trouble.contains("chain.pem") && trouble.contains("stays in use"), "{trouble}");
    put(given.path(), "in.example", now - 90 * DAY, now - DAY);
    keeper.tend(now, true);
    assert_eq!(keeper.faces[0].facts(), first, "one that has ended is no progress");
    put(given.path(), "in.example", now, now + 180 * DAY);
    keeper.tend(now, false);
    assert_ne!(keeper.faces[0].facts(), first);
    assert_eq!(keeper.faces[0].trouble(), None);
}

#[test]
fn a_start_with_a_broken_pair_presents_a_self_signed_one_until_it_is_mended() {
    let (data, given) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keeper = open(data.path(), vec![face("eu-in", "in.example", false, files(given.path()))]);
    assert_eq!(keeper.faces[0].source(), Source::SelfSigned);
    assert!(keeper.faces[0].trouble().unwrap().contains("cannot read"));
    let now = keeper.means.clock.now();
    keeper.tend(now + 300 * DAY, false);
    assert!(keeper.faces[0].trouble().unwrap().contains("cannot read"), "making it anew mends nothing");
    put(given.path(), "in.example", now, now + 900 * DAY);
    keeper.tend(now, false);
    assert_eq!((keeper.faces[0].source(), keeper.faces[0].trouble()), (Source::File, None));
}

#[tokio::test]
async fn a_round_lists_faces_and_tenants_and_counts_those_that_end() {
    let (data, given) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let now = Clock::start(1).now();
    put(given.path(), "wrong.example", now - DAY, now + 20 * DAY);
    let faces = vec![
        face("eu-in", "in.example", false, Wish::SelfSigned),
        face("eu-in", "second.example", true, files(given.path())),
    ];
    let keeper = open(data.path(), faces);
    let tenant = tls::self_signed("acme.relay.example", now - DAY, now + 2 * DAY).unwrap();
    let around = Surroundings {
        listeners: Vec::new(),
        tenants: Box::new(move || {
            let chain = tls::certificates(tenant.chain.as_bytes(), "acme");
            vec![TenantCertificate { tenant: "acme".parse().unwrap(), chain }]
        }),
    };
    assert!(keeper.around.set(around).is_ok());
    let lines = keeper.round(now).await;
    let named: Vec<_> = lines.iter().map(|line| (line.certificate.as_str(), line.days_left)).collect();
    assert_eq!(
        named,
        [("listener eu-in", 363), ("listener eu-in for second.example", 19), ("tenant acme", 1)]
    );
    assert_eq!(keeper.means.metrics.certificates_ending.get(), 2);
    assert_eq!(keeper.means.metrics.alarms.get(), 3, "two that end, one for another name");
    let warnings = keeper.warnings().join("\n");
    for part in [
        "second.example expires in 19 days",
        "the certificate is for wrong.example",
        "acme has to get a new client",
    ] {
        assert!(warnings.contains(part), "{part} is not in\n{warnings}");
    }
    keeper.round(now).await;
    assert_eq!(keeper.means.metrics.alarms.get(), 3, "nothing is told twice");
    let text = keeper.means.metrics.render();
    assert!(
        text.contains("signpost_certificate_expires_timestamp_seconds{certificate=\"tenant acme\"} "),
        "{text}"
    );
}
