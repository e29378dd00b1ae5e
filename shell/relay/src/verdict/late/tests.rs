//! Who is told what at which time, over a spool on a disk in memory and with times of our own.

use super::super::{Schedules, TenantsTold};
use super::*;
use crate::processed::ProcessedKey;
use crate::verdict::Judging;
use dispatch::{Probes, Schedule};
use model::{Address, ByteCount, Envelope, Final, Metrics, Notify, ReversePath, SnapshotNumber, Stage};
use spool::disk::shim::MemDisk;
use spool::{Spool, SpoolConfig, TraceInfo};
use std::path::Path;
use std::sync::Arc;
use tenant::Folder;

const START: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

fn minutes(minutes: u64) -> Timestamp {
    START + Duration::from_secs(60 * minutes)
}

struct World {
    disk: MemDisk,
    tenants: Tenants,
    verdict: Verdict,
}

impl World {
    fn new() -> Self {
        let tenants = Tenants::new();
        let secret = |_: &str| Some("a-secret-of-the-test".to_owned());
        let snapshot = tenant::compile(&example(), SnapshotNumber(1), &secret).unwrap();
        tenants.publish(Arc::new(snapshot)).unwrap();
        let disk = MemDisk::new();
        let verdict = verdict(&disk);
        Self { disk, tenants, verdict }
    }

    /// The same disk in another process.
    async fn restart(mut self) -> Self {
        self.verdict.spool.stop().await;
        let disk = self.disk.clone();
        drop(self.verdict);
        self.verdict = verdict(&disk);
        self
    }

    async fn accept(&self, number: u8, from: &str, notify: Option<Notify>) -> MessageId {
        let id = MessageId::new(START, [number; 10]);
        let to: [Address; 2] = ["kim@customer.example", "jo@customer.example"].map(|to| to.parse().unwrap());
        let from = from.parse().map_or(ReversePath::Null, ReversePath::Mailbox);
        let mut envelope = Envelope::new(from, to);
        envelope.recipients[1].notify = notify;
        let mut incoming = self.verdict.spool.begin(id).unwrap();
        incoming.append(b"Subject: offer\r\n\r\nbody\r\n").await.unwrap();
        let trace = TraceInfo {
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            helo: "mail.acme.example".to_owned(),
            tls: None,
            listener: "eu-in".parse().unwrap(),
            by: "in.eu.relay.example".to_owned(),
            esmtp: true,
        };
        let accepted = Accepted {
            tenant: "acme".parse().unwrap(),
            snapshot: SnapshotNumber(1),
            envelope,
            received: START,
            due: START,
            expires: START + Duration::from_secs(5 * 86_400),
            trace,
            header: spool::HeaderFacts::default(),
            about: None,
            avoid: None,
        };
        incoming.commit(accepted).await.unwrap();
        id
    }

    async fn park(&self, reply: &str) {
        let lease = self.verdict.spool.take_due(START, |_| true).unwrap();
        let host = "mx.acme.example [127.0.2.1]".to_owned();
        let reason = ParkReason::Refused {
            stage: Stage::Rcpt,
            host,
            reply: reply.to_owned(),
            category: None,
            owner: None,
            source: None,
        };
        lease.park(reason, Vec::new(), START).await.unwrap();
    }

    async fn deliver(&self, id: MessageId, now: Timestamp) {
        self.verdict.spool.release(id, "operator", now).await.unwrap();
        let lease = self.verdict.spool.take(id, |_| true).ok().unwrap();
        let source = "eu-1".parse().unwrap();
        let delivered = Final::Delivered { host: "mx".to_owned(), source, reply: "250 ok".to_owned() };
        let outcomes = lease.pending().into_iter().map(|(number, _)| (number, delivered.clone())).collect();
        lease.record_outcomes(outcomes, now).await.unwrap();
    }

    /// Looks at this time; gives the texts of what was written since the last look, and takes them out of the queue.
    async fn look(&self, now: Timestamp) -> Vec<String> {
        self.verdict.tell_of_late(&self.tenants, now).await;
        let ours = self.verdict.spool.list(usize::MAX, |one| one.about.is_some());
        let mut texts = Vec::new();
        for one in ours {
            assert_eq!(one.envelope.mail_from, ReversePath::Null);
            let bytes = self.verdict.spool.original(one.id).await.unwrap();
            texts.push(format!(
                "{:?}\n{}",
                one.envelope.recipients[0].address,
                String::from_utf8_lossy(&bytes)
            ));
            self.deliver(one.id, now).await;
        }
        texts
    }
}

impl World {
    async fn three_parked() -> (Self, Vec<MessageId>) {
        let world = Self::new();
        let mut ids = Vec::new();
        for number in 1..=3 {
            ids.push(world.accept(number, "anna.berg@acme.example", None).await);
            world.park("550 5.7.64 TenantAttribution; Relay Access Denied").await;
        }
        (world, ids)
    }
}

fn guard() -> sentry::Sentry {
    let policy = (sentry::Policy::default(), sentry::Bounds::default());
    sentry::Sentry::open(Vec::new(), policy, None, net::Clock::start(1), Arc::default()).unwrap().0
}

fn verdict(disk: &MemDisk) -> Verdict {
    let metrics = Arc::new(Metrics::default());
    let config = SpoolConfig { reserve: ByteCount(0), ..SpoolConfig::default() };
    let (spool, unread) = Spool::open(config, Arc::new(disk.clone()), Arc::clone(&metrics), START).unwrap();
    unread.read().unwrap().join();
    let schedule = || Schedule::new(vec![Duration::from_secs(60)]);
    Verdict {
        spool,
        metrics,
        key: Arc::new(ProcessedKey::new(&[7; 32])),
        reporting_host: "in.eu.relay.example".to_owned(),
        own_domain: "in.eu.relay.example".to_owned(),
        reporting_listener: "eu-in".parse().unwrap(),
        schedules: Schedules { to_tenant: schedule(), to_recipients: schedule() },
        holds: Arc::default(),
        judging: Judging::new(Arc::new(Tenants::new()), &[], Arc::default()),
        sentry: guard(),
        hints: Arc::default(),
        probes: Probes::default(),
        patience: Patience::default(),
        tenants_told: TenantsTold::default(),
        links: crate::links::Links::default(),
    }
}

fn example() -> Folder {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/example/acme");
    let mut folder = Folder::default();
    let mut left = vec![root.clone()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            folder.0.insert(name, std::fs::read(&path).unwrap());
        }
    }
    folder
}

#[tokio::test]
async fn a_tenant_hears_once_of_all_its_parked_messages_and_again_after_hours() {
    let (world, _) = World::three_parked().await;
    assert_eq!(world.look(minutes(29)).await.len(), 0);
    let notices = world.look(minutes(31)).await;
    let [notice] = notices.as_slice() else { panic!("{notices:#?}") };
    assert!(notice.contains("postmaster@acme.example"), "{notice}");
    assert!(notice.contains("Nachrichten: 3"), "{notice}");
    assert!(notice.contains("550 5.7.64"), "{notice}");
    assert_eq!(world.look(minutes(32)).await.len(), 0);
    let at_four_hours = world.look(minutes(31 + 240)).await;
    assert_eq!(at_four_hours.iter().filter(|text| text.contains("auto-generated")).count(), 1);
    assert_eq!(world.verdict.metrics.notices.get(), 2);
}

#[tokio::test]
async fn a_sender_hears_once_of_each_message_and_a_restart_repeats_nothing() {
    let (world, _) = World::three_parked().await;
    world.look(minutes(31)).await;
    assert_eq!(world.look(minutes(239)).await.len(), 0);
    let reports = world.look(minutes(241)).await;
    assert_eq!(reports.len(), 3, "{reports:#?}");
    for report in &reports {
        assert!(report.contains("anna.berg@acme.example"), "{report}");
        assert_eq!(report.matches("Action: delayed").count(), 2, "{report}");
        assert!(report.contains("Status: 4.7.64"), "{report}");
        assert!(report.contains("Remote-MTA: dns; mx.acme.example\r\n"), "{report}");
    }
    let world = world.restart().await;
    assert_eq!(world.look(minutes(242)).await, Vec::<String>::new());
    assert_eq!(world.verdict.metrics.reports_delayed.get(), 0);
}

#[tokio::test]
async fn a_tenant_hears_once_that_it_is_over() {
    let (world, ids) = World::three_parked().await;
    world.look(minutes(31)).await;
    for id in &ids[..2] {
        world.deliver(*id, minutes(40)).await;
    }
    assert_eq!(world.look(minutes(41)).await.len(), 0);
    // Released and not yet delivered is not over.
    world.verdict.spool.release(ids[2], "operator", minutes(50)).await.unwrap();
    assert_eq!(world.look(minutes(42)).await.len(), 0);
    world.deliver(ids[2], minutes(50)).await;
    let over = world.look(minutes(51)).await;
    let [notice] = over.as_slice() else { panic!("{over:#?}") };
    assert!(notice.contains("wartet nicht mehr") || notice.contains("mehr zur=C3=BCckgehalten"), "{notice}");
    assert_eq!(world.look(minutes(52)).await.len(), 0);
}

#[tokio::test]
async fn after_a_restart_the_end_is_told_too() {
    let (world, ids) = World::three_parked().await;
    world.look(minutes(31)).await;
    let world = world.restart().await;
    assert_eq!(world.look(minutes(32)).await.len(), 0);
    for id in ids {
        world.deliver(id, minutes(40)).await;
    }
    assert_eq!(world.look(minutes(41)).await.len(), 1);
}

#[tokio::test]
async fn only_recipients_whose_notify_allows_it_are_told_as_delayed() {
    let world = World::new();
    world
        .accept(1, "anna.berg@acme.example", Some(Notify { success: true, failure: true, delay: false }))
        .await;
    world.park("550 5.7.1 no").await;
    let reports = world.look(minutes(241)).await;
    let report = reports.iter().find(|text| text.contains("multipart/report")).unwrap();
    assert!(report.contains("kim@customer.example") && !report.contains("jo@customer.example"), "{report}");
}

#[tokio::test]
async fn a_null_sender_is_told_nothing_and_an_operators_hold_is_the_operators() {
    let world = World::new();
    world.accept(1, "", None).await;
    let lease = world.verdict.spool.take_due(START, |_| true).unwrap();
    lease.reschedule(minutes(600), vec![0, 1], "mx [127.0.2.1]: 451 busy".to_owned(), START).await.unwrap();
    let held = world.accept(2, "anna.berg@acme.example", None).await;
    world.verdict.spool.hold(held, "operator", "looks odd", START).await.unwrap();
    assert_eq!(world.look(minutes(300)).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_message_that_is_retried_is_told_with_the_words_of_its_last_attempt() {
    let world = World::new();
    world.accept(1, "anna.berg@acme.example", None).await;
    // Not tried yet: there is nothing to say.
    assert_eq!(world.look(minutes(241)).await.len(), 0);
    let lease = world.verdict.spool.take_due(START, |_| true).unwrap();
    let why = "mx.acme.example [127.0.2.1]: 451 4.7.500 Server busy".to_owned();
    lease.reschedule(minutes(600), vec![0, 1], why, minutes(230)).await.unwrap();
    let reports = world.look(minutes(241)).await;
    let [report] = reports.as_slice() else { panic!("{reports:#?}") };
    for line in ["Status: 4.7.500", "Diagnostic-Code: smtp; 451 4.7.500 Server busy", "Last-Attempt-Date: "] {
        assert!(report.contains(line), "{line} in\n{report}");
    }
    assert_eq!(world.look(minutes(500)).await.len(), 0);
}

#[test]
fn what_is_known_of_a_wait_becomes_a_status() {
    let progress = |parked: Option<ParkReason>, why: Option<&str>| Progress {
        outcomes: vec![Outcome::Pending],
        in_flight: BTreeSet::new(),
        maybe_duplicate: BTreeSet::new(),
        tries: 1,
        losses: 0,
        due: START,
        parked,
        kept: Vec::new(),
        why: why.map(str::to_owned),
        tried: None,
        parked_since: None,
        sender_told: None,
        tenant_told: None,
        last_try: None,
        redirect: None,
        acts: Vec::new(),
        proved: None,
    };
    let detail = || "x".to_owned();
    let table = [
        (progress(None, Some("mx [127.0.2.1]: 451 4.3.2 busy")), "4.3.2", Some("mx [127.0.2.1]")),
        (progress(None, Some("mx [127.0.2.1]: 451 busy")), "4.0.0", Some("mx [127.0.2.1]")),
        (progress(None, Some("name not resolved: x")), "4.4.1", None),
        (progress(Some(ParkReason::Loop { detail: detail() }), None), "4.4.6", None),
        (progress(Some(ParkReason::Policy { detail: detail() }), None), "4.0.0", None),
    ];
    for (progress, status, host) in table {
        let line = line(&progress, None, 0);
        assert_eq!((line.status.to_string().as_str(), line.host.as_deref()), (status, host), "{progress:?}");
    }
}

#[tokio::test]
async fn a_refused_domain_is_told_to_its_tenant_at_most_every_four_hours() {
    let world = World::new();
    let id = world.accept(1, "anna.berg@acme.example", None).await;
    let (accepted, _, size) = world.verdict.spool.standing(id).unwrap();
    let snapshot = world.tenants.current(&accepted.tenant).unwrap();
    let about = About { id, accepted: &accepted, size, body: None, snapshot: &snapshot };
    let line = |cause| Line {
        recipient: 0,
        status: EnhancedCode::new(5, 7, 26),
        cause,
        host: Some("mx.customer.example [127.0.3.1]".to_owned()),
        diagnostic: "550 5.7.26 unauthenticated mail".to_owned(),
        tried: Some(START),
    };
    let told = || world.verdict.metrics.notices.get();
    world.verdict.tell_domain(&about, &[line(Cause::Content)], minutes(0)).await;
    assert_eq!(told(), 0);
    for (at, expected) in [(1, 1), (2, 1), (240, 1), (242, 2)] {
        world.verdict.tell_domain(&about, &[line(Cause::SenderDomain)], minutes(at)).await;
        assert_eq!(told(), expected, "at minute {at}");
    }
}

const DENIED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";

/// `Content` of what was written, without the folds of quoted-printable.
fn unfolded(text: &str) -> String {
    text.replace("=\r\n", "")
}

#[tokio::test]
async fn mail_that_was_never_tried_because_its_tenant_is_held_is_told_too() {
    let world = World::new();
    let id = world.accept(1, "anna.berg@acme.example", None).await;
    world.verdict.holds.refused(&"acme".parse().unwrap(), DENIED, minutes(10));
    assert_eq!(world.look(minutes(39)).await.len(), 0);
    let notices = world.look(minutes(41)).await;
    let [notice] = notices.as_slice() else { panic!("{notices:#?}") };
    assert!(unfolded(notice).contains("550 5.7.64"), "{notice}");
    assert_eq!(world.look(minutes(239)).await.len(), 0);
    let reports = world.look(minutes(241)).await;
    let [report] = reports.as_slice() else { panic!("{reports:#?}") };
    assert!(report.contains("Status: 4.7.64") && report.contains("Action: delayed"), "{report}");
    assert_eq!(world.verdict.spool.show(id).unwrap().tries, 0);
}

#[tokio::test]
async fn what_was_parked_once_is_told_while_it_is_probed_and_across_restarts() {
    let (world, ids) = World::three_parked().await;
    let world = world.restart().await;
    // Awake after the restart, and held again by the first of them: the others wait behind it.
    for id in &ids {
        world.verdict.spool.release(*id, "the tenant's connector", minutes(20)).await.unwrap();
    }
    world.verdict.holds.refused(&"acme".parse().unwrap(), DENIED, minutes(20));
    let notices = world.look(minutes(31)).await;
    let [notice] = notices.as_slice() else { panic!("{notices:#?}") };
    assert!(notice.contains("Nachrichten: 3"), "{notice}");
    let world = world.restart().await;
    assert_eq!(world.look(minutes(239)).await.len(), 0);
    let reports = world.look(minutes(241)).await;
    assert_eq!(reports.len(), 3, "{reports:#?}");
}

#[tokio::test]
async fn what_came_before_a_long_stop_is_told_only_if_it_does_not_go_then_either() {
    let world = World::new();
    world.accept(1, "anna.berg@acme.example", None).await;
    assert_eq!(world.look(minutes(600)).await, Vec::<String>::new());
    assert_eq!(world.look(minutes(839)).await, Vec::<String>::new());
    assert_eq!(world.look(minutes(841)).await.len(), 1);
}
