//! What persons can do, and what not even a person can.

use crate::support::*;
use incident::{
    Act, ActError, Author, Clock, Impact, IncidentId, Phase, Publication, Standing, State, Strength, Text,
    Watched, What,
};

fn well() -> World {
    let mut world = World::new("2026-03-02T08:00:00Z", unattended());
    world.flow(600);
    world
}

fn text(en: &str) -> Text {
    Text::same(en)
}

fn open(world: &mut World) -> IncidentId {
    world
        .act(Act::Open {
            title: text("Signatures are wrong"),
            components: vec![component("eu/signatures")],
            state: State::PartialOutage,
            text: text("Some signatures show an old picture."),
            harm_began: Some(world.now - seconds(3600)),
        })
        .unwrap();
    world.only().id.clone()
}

#[test]
fn a_person_opens_what_no_rule_sees_and_its_beginning_is_marked_as_told() {
    let mut world = well();
    open(&mut world);
    let incident = world.only();
    assert_eq!((incident.standing, incident.impact()), (Standing::Confirmed, Impact::Major));
    let began = incident.clocks.harm_began.as_ref().unwrap();
    assert!(began.back_dated && began.by == Author::Person { name: "olga".to_owned() });
    world.wait(1);
    assert_eq!(world.state("eu/signatures"), State::PartialOutage);
    let id = world.only().id.clone();
    world.act(Act::Resolve { incident: id, text: Some(text("The right picture is back.")) }).unwrap();
    world.wait(1);
    assert_eq!(world.state("eu/signatures"), State::Unknown, "nothing was measured, so it is not green");
    assert_eq!(world.only().phase, Phase::Resolved);
}

#[test]
fn nobody_resolves_what_is_measured_red() {
    let mut world = well();
    for _ in 0..12 {
        world.wait(10);
        world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 5));
    }
    let id = world.only().id.clone();
    let refused = world.act(Act::Resolve { incident: id.clone(), text: None });
    assert!(matches!(refused, Err(ActError::Red(..))), "{refused:?}");
    let as_update = Act::Update {
        incident: id,
        phase: Some(Phase::Resolved),
        text: text("All is well."),
        display_at: None,
    };
    assert!(matches!(world.act(as_update), Err(ActError::Red(..))));
    assert!(world.only().is_open());
}

#[test]
fn an_end_without_a_success_behind_it_is_marked() {
    let mut world = well();
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 5));
    world.fact(waiting(Some(MICROSOFT), 5, 10));
    world.wait(400);
    let id = world.only().id.clone();
    world.act(Act::Resolve { incident: id, text: None }).unwrap();
    let rules: Vec<_> = incident::lint::incident(world.only()).into_iter().map(|mark| mark.rule).collect();
    assert!(rules.contains(&incident::Rule::ResolvedUnknown), "{rules:?}");
    assert!(rules.contains(&incident::Rule::ResolvedWaiting), "{rules:?}");
}

#[test]
fn an_edit_is_a_version_more_and_a_back_dated_word_stays_marked() {
    let mut world = well();
    let id = open(&mut world);
    let update = world.only().updates[0].id.clone();
    let edit =
        Act::Edit { incident: id.clone(), update, text: text("Some show none."), reason: "typo".to_owned() };
    world.act(edit).unwrap();
    let versions = &world.only().updates[0].versions;
    assert_eq!((versions.len(), versions[1].reason.as_deref()), (2, Some("typo")));
    let earlier = Some(world.now - seconds(300));
    world.act(Act::Update { incident: id, phase: None, text: text("Seen."), display_at: earlier }).unwrap();
    assert!(world.only().updates[1].is_back_dated());
}

#[test]
fn what_a_person_says_takes_the_place_of_a_draft() {
    let mut world = well();
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 5));
    world.wait(20 + 300 + 1500 + 10);
    let drafts = |world: &World| {
        let updates = world.only().updates.iter();
        updates.filter(|one| matches!(one.publication, Publication::Waiting { .. })).count()
    };
    assert_eq!(drafts(&world), 1, "{:?}", world.only().updates.last());
    let id = world.only().id.clone();
    world
        .act(Act::Update {
            incident: id,
            phase: None,
            text: text("We asked to be taken off."),
            display_at: None,
        })
        .unwrap();
    assert_eq!(drafts(&world), 0);
    let count = world.said().len();
    world.wait(600);
    assert_eq!(world.said().len(), count, "nothing else goes out beside it");
}

#[test]
fn clocks_are_set_back_only_as_far_as_the_evidence_lets_them() {
    let mut world = well();
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 1));
    let (id, first) = (world.only().id.clone(), world.now);
    world.wait(60);
    let set = |clock, at| Act::BackDate { incident: id.clone(), clock, at };
    let later = world.act(set(Clock::HarmBegan, first + seconds(1)));
    assert!(matches!(later, Err(ActError::AgainstEvidence { .. })), "{later:?}");
    assert!(matches!(world.act(set(Clock::Posted, first)), Err(ActError::Clock(Clock::Posted))));
    let future = world.now + seconds(60);
    assert!(matches!(world.act(set(Clock::HarmBegan, future)), Err(ActError::Future(_))));
    world.act(set(Clock::HarmBegan, first - seconds(900))).unwrap();
    assert!(world.only().clocks.harm_began.as_ref().unwrap().back_dated);
    assert_eq!(world.only().clocks.time_to_detect(), Some(seconds(900)));
}

#[test]
fn merging_adds_the_figures_and_leaves_a_way_to_find_it() {
    let mut world = well();
    let mine = open(&mut world);
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 4));
    let other = world.board.incidents().iter().find(|one| one.id != mine).unwrap().id.clone();
    world.act(Act::Merge { incident: other.clone(), into: mine.clone() }).unwrap();
    assert_eq!(world.board.incident(&other).unwrap().merged_into, Some(mine.clone()));
    assert_eq!(world.board.incident(&other).unwrap().shown_phase(), Phase::Resolved);
    assert_eq!(world.board.incident(&mine).unwrap().harm.refused.count, 4);
    let again = world.act(Act::Merge { incident: mine, into: other });
    assert_eq!(again, Err(ActError::MergeTarget));
}

#[test]
fn what_goes_on_is_not_merged_into_what_is_over() {
    let mut world = well();
    let mine = open(&mut world);
    world.act(Act::Resolve { incident: mine.clone(), text: Some(text("It is over.")) }).unwrap();
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 4));
    let other = world.board.incidents().iter().find(|one| one.id != mine).unwrap().id.clone();
    let merged = world.act(Act::Merge { incident: other.clone(), into: mine });
    assert_eq!(merged, Err(ActError::MergeTarget));
    assert!(world.board.incident(&other).unwrap().is_open());
}

#[test]
fn an_act_that_does_not_fit_changes_nothing() {
    let mut world = well();
    let id = open(&mut world);
    let (before, length) = (world.only().clone(), world.journal.len());
    let unknown: IncidentId = "aaaaaaaaaaaa".parse().unwrap();
    let wrong = [
        Act::Resolve { incident: unknown, text: None },
        Act::Retitle { incident: id.clone(), title: text(" ") },
        Act::Update {
            incident: id.clone(),
            phase: Some(Phase::Postmortem),
            text: text("x"),
            display_at: None,
        },
        Act::PublishPostmortem { incident: id.clone(), despite_marks: true },
        Act::Dismiss { incident: id.clone() },
        Act::Merge { incident: id.clone(), into: id.clone() },
        Act::Edit {
            incident: id.clone(),
            update: before.updates[0].id.clone(),
            text: text(""),
            reason: "x".to_owned(),
        },
        Act::Schedule {
            title: text("x"),
            text: text("x"),
            components: vec![component("us/console")],
            from: world.now,
            until: world.now + seconds(60),
        },
    ];
    for act in wrong {
        let shown = format!("{act:?}");
        assert!(world.act(act).is_err(), "{shown}");
    }
    assert_eq!((world.only(), world.journal.len()), (&before, length));
}

#[test]
fn impact_and_title_are_a_persons_to_change_and_to_give_back() {
    let mut world = well();
    let id = open(&mut world);
    let set = |impact| Act::SetImpact { incident: id.clone(), impact };
    world.act(set(Some(Impact::Critical))).unwrap();
    assert_eq!(world.only().impact(), Impact::Critical);
    world.act(set(None)).unwrap();
    assert_eq!(world.only().impact(), Impact::Major);
    world.act(Act::Retitle { incident: id.clone(), title: text("Old pictures") }).unwrap();
    assert_eq!(world.only().title.en, "Old pictures");
}

#[test]
fn planned_work_is_moved_and_called_off_in_sight_of_all() {
    let mut world = well();
    let from = world.now + seconds(3600);
    let schedule = Act::Schedule {
        title: text("New disks"),
        text: text("Mail waits for a minute."),
        components: vec![component("eu/intake")],
        from,
        until: from + seconds(600),
    };
    world.act(schedule).unwrap();
    let id = world.board.maintenances()[0].id.clone();
    let later = from + seconds(3600);
    let moved = Act::MoveMaintenance {
        maintenance: id.clone(),
        from: later,
        until: later + seconds(60),
        text: text("An hour later."),
    };
    world.act(moved).unwrap();
    world.act(Act::CancelMaintenance { maintenance: id.clone(), text: text("Not today.") }).unwrap();
    let shown = world.board.maintenances()[0];
    assert_eq!((shown.phase, shown.notes.len()), (incident::MaintenancePhase::Cancelled, 3));
    let again = world.act(Act::CancelMaintenance { maintenance: id.clone(), text: text("Not today.") });
    assert_eq!(again, Err(ActError::MaintenanceOver(id)));
}

#[test]
fn merging_brings_no_sign_back_whose_end_was_heard() {
    let mut world = well();
    let mine = open(&mut world);
    let opened = |world: &mut World, list: &str| {
        let source = "eu-1".parse().unwrap();
        world.fact(What::ListingOpened { list: list.to_owned(), source, strength: Strength::Strong })
    };
    opened(&mut world, "Spamhaus ZEN");
    opened(&mut world, "SpamCop");
    let other = world.board.incidents().iter().find(|one| one.id != mine).unwrap().id.clone();
    world.flow(60);
    let (list, source) = ("Spamhaus ZEN".to_owned(), "eu-1".parse().unwrap());
    world.fact(What::ListingClosed { list, source });
    world.act(Act::Merge { incident: mine.clone(), into: other.clone() }).unwrap();
    world.act(Act::Resolve { incident: other.clone(), text: None }).unwrap();
    let watched: Vec<Watched> = world.board.incident(&other).unwrap().watched().collect();
    let spamcop = Watched::Listing { list: "SpamCop".to_owned(), source: "eu-1".parse().unwrap() };
    assert_eq!(watched, [spamcop]);
}
