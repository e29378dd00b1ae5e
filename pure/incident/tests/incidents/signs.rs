//! What stays wrong until something says otherwise, and who may say so: listings, domains, sources that are out.

use crate::support::*;
use incident::{Act, Clock, SourceState, Standing, Strength, Watched, What};

fn well() -> World {
    let mut world = World::new("2026-03-02T08:00:00Z", unattended());
    world.flow(600);
    world
}

#[test]
fn a_listing_that_harms_nobody_yet_is_known_inside_only() {
    let mut world = well();
    let (list, source) = ("Spamhaus ZEN".to_owned(), "eu-1".parse().unwrap());
    world.fact(What::ListingOpened { list, source, strength: Strength::Strong });
    world.flow(900);
    let incident = world.only();
    assert_eq!((incident.standing, incident.is_posted()), (Standing::Confirmed, false));
    assert!(incident.is_open(), "the list names us still");
    let (list, source) = ("Spamhaus ZEN".to_owned(), "eu-1".parse().unwrap());
    world.fact(What::ListingClosed { list, source });
    world.flow(3600);
    assert_eq!(world.only().standing, Standing::Absorbed);
    assert_eq!(world.only().clocks.at(Clock::HarmBegan), None, "no harm is claimed where none was");
}

#[test]
fn a_sign_of_what_nobody_asks_any_more_holds_nothing_open_and_proves_nothing_good() {
    let mut world = well();
    let (list, source) = ("Spamhaus ZEN".to_owned(), "eu-1".parse().unwrap());
    world.fact(What::ListingOpened { list, source, strength: Strength::Strong });
    world.flow(900);
    let watched: Vec<Watched> = world.only().watched().collect();
    assert_eq!(watched.len(), 1);
    let other = Watched::Listing { list: "Another".to_owned(), source: "eu-1".parse().unwrap() };
    world.fact(What::Unwatched { what: other });
    let evidence = world.only().evidence.len();
    world.flow(3600);
    assert!(world.only().is_open(), "that was another list");
    world.fact(What::Unwatched { what: watched[0].clone() });
    assert!(world.only().watched().next().is_none() && world.only().evidence.len() > evidence);
    assert_eq!(world.only().harm.good_after, None);
    world.flow(3600);
    assert!(!world.only().is_open());
    assert_eq!(world.restarted().only().standing, world.only().standing);
}

#[test]
fn a_listed_domain_of_ours_is_an_incident_of_its_own_until_it_is_cleared() {
    let mut world = well();
    let (list, domain) = (|| "Spamhaus DBL".to_owned(), || "out.relay.example".to_owned());
    world.fact(What::DomainListed { list: list(), domain: domain(), strength: Strength::Strong });
    world.flow(900);
    let incident = world.only();
    assert_eq!((incident.cause.word(), incident.standing), ("domain", Standing::Confirmed));
    assert!(incident.is_open() && !incident.is_posted());
    let watched = Watched::DomainListing { list: list(), domain: domain() };
    assert_eq!(incident.watched().collect::<Vec<_>>(), [watched]);
    world.fact(What::DomainCleared { list: list(), domain: domain() });
    world.flow(3600);
    assert!(!world.only().is_open());
}

#[test]
fn a_source_that_the_guard_does_not_keep_out_any_more_holds_nothing_open() {
    let mut world = well();
    let at_microsoft = || at_provider(MICROSOFT);
    world.fact(source("eu-1", SourceState::Clean, SourceState::Quarantined, at_microsoft()));
    world.flow(900);
    let watched: Vec<Watched> = world.only().watched().collect();
    let scope = MICROSOFT.to_owned();
    assert_eq!(watched, [Watched::Source { source: "eu-1".parse().unwrap(), scope }]);
    world.flow(3600);
    assert!(world.only().is_open(), "it is out");
    world.fact(What::Unwatched { what: watched[0].clone() });
    world.flow(3600);
    assert!(!world.only().is_open());
}

#[test]
fn what_a_person_called_over_hears_the_end_of_what_held_then() {
    let mut world = well();
    let (list, source) = ("Spamhaus ZEN".to_owned(), "eu-1".parse().unwrap());
    world.fact(What::ListingOpened { list, source, strength: Strength::Strong });
    world.flow(900);
    let id = world.only().id.clone();
    world.act(Act::Resolve { incident: id, text: None }).unwrap();
    assert_eq!(world.only().watched().count(), 1, "the list names us still");
    world.flow(600);
    let (list, source) = ("Spamhaus ZEN".to_owned(), "eu-1".parse().unwrap());
    world.fact(What::ListingClosed { list, source });
    assert!(!world.only().is_open() && world.only().watched().next().is_none());
    // Opened again for another reason, it ends by itself.
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 1));
    assert!(world.only().is_open());
    world.flow(7200);
    assert!(!world.only().is_open());
    assert_eq!(world.restarted().only().standing, world.only().standing);
}
