//! Lists that go wrong, in the playground's name server.

use crate::{Seen, start};
use dnsbl::Extent;
use playground::dns::Mood;
use playground::{Playground, PlaygroundConfig};
use watch::{CaseChange, Report, Standing, ZoneTrust};

const ZEN: &str = "zen.spamhaus.org";
const COP: &str = "bl.spamcop.net";
const A: &str = "192.0.2.1";
const B: &str = "192.0.2.2";

async fn playground() -> Playground {
    Playground::start(PlaygroundConfig::example()).await.unwrap()
}

/// Both addresses are clean in `zone`.
async fn clean(seen: &mut Seen, zone: &str) {
    seen.standing(A, zone, "clean").await;
    seen.standing(B, zone, "clean").await;
}

#[tokio::test]
async fn a_listing_makes_a_case_that_outlives_a_restart() {
    let (world, dir) = (playground().await, tempfile::tempdir().unwrap());
    let servers = [world.dns_address()];
    let mut seen = start(dir.path(), &servers, &[ZEN], &[A, B, "2001:db8::25"]).await;
    clean(&mut seen, ZEN).await;
    world.dns().set_listed(ZEN, "2001:db8::25", Some([127, 0, 0, 3].into()));
    let (source, listing) = seen.standing("2001:db8::25", ZEN, "listed").await;
    let listing = listing.unwrap();
    assert_eq!((source, listing.extent), (Some("eu-3".parse().unwrap()), Extent::Single));
    assert!(listing.text.unwrap().contains("2001:db8::25"));
    let case = |wanted: CaseChange| {
        move |report: &Report| {
            let Report::Case { case, change } = report else { return None };
            (*change == wanted).then(|| case.clone())
        }
    };
    seen.find("a case", case(CaseChange::Opened)).await;
    seen.watch.asked("2001:db8::25", ZEN, "kim").await.unwrap();
    let asked = seen.find("a request", case(CaseChange::Asked)).await;
    assert!(asked.removal_link.ends_with("query=2001:db8::25"), "{}", asked.removal_link);
    assert!(seen.metrics.dnsbl_listed.get() > 0 && seen.metrics.dnsbl_polls.get() > 3);
    assert!(seen.metrics.render().contains("signpost_dnsbl_zone_trusted{zone=\"zen.spamhaus.org\"} 1"));
    seen.watcher.stop().await;

    let mut seen = start(dir.path(), &servers, &[ZEN], &[A, B, "2001:db8::25"]).await;
    let cases = seen.watch.cases();
    assert_eq!((cases.len(), &cases[0].case), (1, &asked));
    // One poll is enough: the witness of before the restart is the other one.
    let first = seen.find("a standing", |report| {
        let Report::Standing { subject, standing, .. } = report else { return None };
        (subject.to_string() == "2001:db8::25").then(|| standing.clone())
    });
    assert!(matches!(first.await, Standing::Listed { .. }));
    world.dns().set_listed(ZEN, "2001:db8::25", None);
    seen.find("the end", case(CaseChange::Gone)).await;
    world.dns().set_listed(ZEN, "2001:db8::25", Some([127, 0, 0, 3].into()));
    let again = seen.find("the return", case(CaseChange::Again)).await;
    assert_eq!(again.listed_again, 1);
    seen.watcher.stop().await;
}

#[tokio::test]
async fn a_list_that_goes_wrong_is_told_and_changes_nothing() {
    let world = playground().await;
    for mood in [
        Mood::ListsTheWorld([127, 0, 0, 2].into()),
        Mood::ListsTheWorld([91, 195, 240, 87].into()),
        Mood::ListsTheWorld([127, 255, 255, 254].into()),
        Mood::Empty,
        Mood::Refuses,
        Mood::Fails,
        Mood::Silent,
        Mood::NoData,
    ] {
        let dir = tempfile::tempdir().unwrap();
        world.dns().set_mood(ZEN, Mood::Right);
        world.dns().set_listed(ZEN, A, Some([127, 0, 0, 4].into()));
        let mut seen = start(dir.path(), &[world.dns_address()], &[ZEN], &[A, B]).await;
        seen.standing(A, ZEN, "listed").await;
        world.dns().set_mood(ZEN, mood);
        if mood == Mood::NoData {
            // Clean, with a warning: the test points are right.
            world.dns().set_listed(ZEN, A, None);
            seen.standing(A, ZEN, "clean").await;
            assert_eq!(seen.watch.zones()[0].trust, ZoneTrust::Trusted);
            continue;
        }
        let ZoneTrust::Lost { why, .. } = seen.trust(ZEN, "lost").await else { panic!() };
        assert!(why.contains(ZEN), "{why}");
        assert_eq!((seen.stands(A).word(), seen.stands(B).word()), ("listed", "clean"), "{mood:?}");
        world.dns().set_mood(ZEN, Mood::Right);
        seen.trust(ZEN, "trusted").await;
        world.dns().set_listed(ZEN, A, None);
        seen.standing(A, ZEN, "clean").await;
        seen.watcher.stop().await;
    }
}

#[tokio::test]
async fn the_whole_pool_at_once_is_believed_when_a_second_list_says_so() {
    let (world, dir) = (playground().await, tempfile::tempdir().unwrap());
    let mut seen = start(dir.path(), &[world.dns_address()], &[ZEN, COP], &[A, B]).await;
    clean(&mut seen, ZEN).await;
    clean(&mut seen, COP).await;
    // A range: Spamhaus names the network.
    for address in [A, B] {
        world.dns().set_listed(ZEN, address, Some([127, 0, 0, 9].into()));
    }
    seen.trust(ZEN, "doubted").await;
    world.dns().set_listed(COP, B, Some([127, 0, 0, 2].into()));
    let (_, listing) = seen.standing(A, ZEN, "listed").await;
    assert_eq!(listing.unwrap().extent, Extent::Range);
    seen.watcher.stop().await;
}

#[tokio::test]
async fn two_name_servers_agree_at_once_and_one_that_is_gone_is_no_harm() {
    let (one, other, dir) = (playground().await, playground().await, tempfile::tempdir().unwrap());
    let servers = [one.dns_address(), other.dns_address()];
    let mut seen = start(dir.path(), &servers, &[COP], &[A, B]).await;
    clean(&mut seen, COP).await;
    for world in [&one, &other] {
        world.dns().set_listed(COP, B, Some([127, 0, 0, 2].into()));
    }
    seen.standing(B, COP, "listed").await;
    let subject = dnsbl::Subject::Address(B.parse().unwrap());
    let history = seen.watch.history(&subject, COP);
    let listed: Vec<_> =
        history.iter().filter(|poll| matches!(poll.finding, dnsbl::Finding::Listed(_))).collect();
    assert_ne!(listed[0].witness, listed[1].witness, "{history:?}");
    one.dns().set_failing(true);
    for world in [&one, &other] {
        world.dns().set_listed(COP, B, None);
    }
    seen.standing(B, COP, "clean").await;
    seen.watcher.stop().await;
}

#[tokio::test]
async fn files_that_cannot_be_read_are_put_aside_and_learnt_anew() {
    let (world, dir) = (playground().await, tempfile::tempdir().unwrap());
    std::fs::create_dir(dir.path().join("watch")).unwrap();
    std::fs::write(dir.path().join("watch/cases.json"), "{\"version\":9,\"cases\":[]}").unwrap();
    std::fs::write(dir.path().join("watch/zone-zen.spamhaus.org.json"), "no JSON").unwrap();
    let mut seen = start(dir.path(), &[world.dns_address()], &[ZEN], &[A, B]).await;
    clean(&mut seen, ZEN).await;
    seen.watcher.stop().await;
    let mut names: Vec<_> = std::fs::read_dir(dir.path().join("watch"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = ["cases.unreadable", "zone-zen.spamhaus.org.json", "zone-zen.spamhaus.org.unreadable"];
    assert_eq!(names, expected);
}
