//! One cause is one incident, and two are two.

use crate::support::*;
use incident::{CauseKind, Reach, SourceState, Standing, State, Strength, What};
use model::{Category, Owner};

fn well() -> World {
    let mut world = World::new("2026-03-02T08:00:00Z", unattended());
    world.flow(600);
    world
}

#[test]
fn a_listing_refusals_of_many_and_the_guard_are_one_incident() {
    let mut world = well();
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 5));
    world.fact(source("eu-1", SourceState::Clean, SourceState::Quarantined, Reach::Everywhere));
    let (list, source) = ("Spamhaus ZEN".to_owned(), "eu-1".parse().unwrap());
    world.fact(What::ListingOpened { list, source, strength: Strength::Strong });
    world.fact(refused("eu-1", (GOOGLE, "b.example"), Strength::Strong, 2));
    world.fact(waiting(None, 7, 700));
    world.fact(reported(1));
    world.wait(60);
    let incident = world.only();
    assert_eq!(incident.harm.refused.count, 7);
    assert_eq!((incident.harm.reported.count, incident.harm.parked_max.count), (1, 7));
    let red: Vec<String> = incident.effects.keys().map(ToString::to_string).collect();
    assert!(
        red.contains(&"eu/return-microsoft".to_owned()) && red.contains(&"eu/return-google".to_owned()),
        "{red:?}"
    );
}

#[test]
fn a_fact_that_comes_twice_counts_once() {
    let mut world = well();
    let fact = incident::Fact {
        id: "spool/1/2".parse().unwrap(),
        at: world.now,
        region: "eu".parse().unwrap(),
        what: refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 5),
    };
    for _ in 0..3 {
        let changes = world.board.take(fact.clone(), world.now);
        world.journal.extend(changes);
    }
    assert_eq!(world.only().harm.refused.count, 5);
    let mut world = world.restarted();
    let changes = world.board.take(fact, world.now);
    world.journal.extend(changes);
    assert_eq!(world.only().harm.refused.count, 5, "after a restart, too");
}

#[test]
fn a_tenants_own_connector_is_an_incident_of_its_own_and_never_public() {
    let mut world = well();
    let held = What::ConnectorHeld { tenant: "acme".parse().unwrap(), why: "5.7.64".to_owned() };
    world.fact(held);
    world.flow(3600);
    let incident = world.only();
    assert!(matches!(incident.cause.kind, CauseKind::Connector { .. }));
    assert!(!incident.is_posted() && incident.updates.is_empty());
    assert_eq!(world.state("eu/return-microsoft"), State::Operational);
    world.fact(What::ConnectorReleased { tenant: "acme".parse().unwrap() });
    world.flow(3600);
    assert!(!world.only().is_open());
    assert_eq!(world.only().standing, Standing::Confirmed, "and it is not shown as absorbed either");
}

#[test]
fn two_tenants_connectors_are_two_incidents() {
    let mut world = well();
    for tenant in ["acme", "bolt"] {
        world.fact(What::ConnectorHeld { tenant: tenant.parse().unwrap(), why: "5.7.64".to_owned() });
    }
    assert_eq!(world.board.incidents().len(), 2);
    world.wait(1);
    world.fact(What::ConnectorReleased { tenant: "bolt".parse().unwrap() });
    world.flow(7200);
    let open: Vec<_> = world.board.incidents().into_iter().filter(|one| one.is_open()).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].cause.kind, CauseKind::Connector { tenant: "acme".parse().unwrap() });
}

#[test]
fn a_provider_that_fails_is_told_apart_and_tied_to_its_own_words() {
    let mut world = well();
    let busy = |site: &str| What::Refused {
        source: "eu-1".parse().unwrap(),
        provider: MICROSOFT.to_owned(),
        site: Some(site.to_owned()),
        category: Category::TransientServer,
        owner: Owner::Receiver,
        strength: Strength::Strong,
        tenant: None,
        list: None,
        messages: 20,
        reply: Some("451 4.3.2 Please try again later".to_owned()),
    };
    for minute in 0..20 {
        world.fact(busy("a.example"));
        world.fact(delivered("eu-1", GOOGLE, 20));
        world.fact(waiting(Some(MICROSOFT), 0, minute * 60));
        world.wait(60);
    }
    world.fact(What::VendorPosted {
        vendor: MICROSOFT.to_owned(),
        incident: "EX1079935".to_owned(),
        title: "Delays".to_owned(),
        link: "https://status.example/EX1079935".to_owned(),
        is_resolved: false,
    });
    let incident = world.only();
    assert_eq!(incident.cause.word(), "provider");
    assert_eq!(incident.standing, Standing::Confirmed, "the queue is old");
    assert_eq!(incident.upstream.len(), 1);
    assert_eq!(incident.harm.refused.count, 0, "no fault of ours");
    assert!(world.said()[0].1.contains("for a reason of its own as it seems"), "{:?}", world.said());
}

#[test]
fn faults_of_recipients_and_senders_open_nothing() {
    let mut world = well();
    for (owner, category) in [
        (Owner::Recipient, Category::MailboxUnknown),
        (Owner::Content, Category::ContentSpam),
        (Owner::SenderDomain, Category::AuthFailure),
        (Owner::TenantSetup, Category::RelayingDenied),
    ] {
        world.fact(What::Refused {
            source: "eu-1".parse().unwrap(),
            provider: MICROSOFT.to_owned(),
            site: None,
            category,
            owner,
            strength: Strength::Strong,
            tenant: None,
            list: None,
            messages: 500,
            reply: None,
        });
    }
    world.flow(600);
    assert!(world.board.incidents().is_empty());
}

#[test]
fn a_certificate_that_ends_is_known_before_anybody_is_refused() {
    let mut world = well();
    let look = |world: &World, days: u64| What::CertificateLooked {
        name: "in.example".to_owned(),
        expires: world.now + seconds(days * 86_400),
    };
    let far = look(&world, 30);
    world.fact(far);
    assert!(world.board.incidents().is_empty());
    let near = look(&world, 2);
    world.fact(near);
    assert_eq!((world.only().standing, world.only().cause.word()), (Standing::Suspected, "certificate"));
    let renewed = look(&world, 90);
    world.fact(renewed);
    world.flow(3600);
    assert_eq!(world.only().standing, Standing::Dismissed);
}

#[test]
fn maintenance_hides_its_own_failures_and_no_refusal_of_our_address() {
    let mut world = well();
    let from = world.now + seconds(60);
    world
        .act(incident::Act::Schedule {
            title: incident::Text::new("Console update", "Konsole wird erneuert"),
            text: incident::Text::new("The console is away.", "Die Konsole ist nicht da."),
            components: vec![component("eu/console")],
            from,
            until: from + seconds(600),
        })
        .unwrap();
    world.wait(61);
    assert_eq!(world.state("eu/console"), State::UnderMaintenance);
    for _ in 0..4 {
        world.fact(What::ConsoleLooked { is_well: false });
        world.wait(20);
    }
    assert!(world.board.incidents().is_empty());
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 1));
    assert_eq!(world.only().cause.word(), "address");
    world.wait(600);
    let phase = world.board.maintenances()[0].phase;
    assert_eq!(phase, incident::MaintenancePhase::Completed);
}
