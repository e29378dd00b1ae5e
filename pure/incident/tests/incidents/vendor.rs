//! What other pages say, held against evidence: the seed's first.

use crate::support::*;
use incident::lint::{Claims, Ground, Rule, check, text_marks};
use incident::{Failure, Impact, State};
use model::Timestamp;

fn failure(at: &str) -> Failure {
    Failure { at: at.parse().unwrap(), evidence: format!("quoted/{at}").parse().unwrap() }
}

fn ground(failures: &[&str]) -> Ground {
    let failures = failures.iter().map(|at| failure(at)).collect();
    Ground { failures, worst: State::MajorOutage, at_end: Vec::new(), unproven: None, waiting: 0 }
}

fn rules(claims: &Claims, ground: &Ground) -> Vec<Rule> {
    check(claims, ground).into_iter().map(|mark| mark.rule).collect()
}

/// What the seed's page shows.
fn page() -> Claims {
    let updates = ["10:28:00", "13:21:00", "13:25:00", "14:10:00"];
    Claims {
        began: Some(at("2024-10-20T10:28:00Z")),
        ended: Some(at("2024-10-20T14:10:00Z")),
        posted: Some(at("2024-10-20T10:28:00Z")),
        resolved: Some(at("2024-10-20T14:10:00Z")),
        duration: Some(seconds(3 * 3600 + 41 * 60)),
        impact: Impact::Major,
        updates: updates.map(|clock| at(&format!("2024-10-20T{clock}Z"))).to_vec(),
    }
}

#[test]
fn the_seeds_page_is_wrong_in_four_ways() {
    let evidence = ground(&["2024-10-19T15:58:51Z", "2024-10-20T11:27:37Z"]);
    assert_eq!(
        rules(&page(), &evidence),
        [Rule::EvidenceOutsideWindow, Rule::DurationShort, Rule::Silence, Rule::PostedLate]
    );
}

#[test]
fn its_postmortem_quotes_a_bounce_after_the_end_that_it_claims() {
    let text = "A list named us between October 19, 2024 15:58:51 and October 20, 2024 11:27:37. One report:\n\
                2024-10-20 11:42:20 ** x R=dnslookup: SMTP error: 550 5.7.1 Service unavailable";
    let marks = text_marks(text, &ground(&[]));
    assert_eq!(marks.iter().map(|mark| mark.rule).collect::<Vec<_>>(), [Rule::EvidenceOutsideWindow]);
    assert!(marks[0].text.en.contains("2024-10-20 11:42:20 UTC"), "{}", marks[0].text.en);
    let honest = text.replace("11:27:37", "11:45:00");
    assert_eq!(text_marks(&honest, &ground(&[])), []);
}

#[test]
fn no_impact_with_a_component_down_and_an_end_before_the_beginning_are_found() {
    let evidence = ground(&[]);
    let claims = Claims { impact: Impact::None, ..page() };
    assert!(rules(&claims, &evidence).contains(&Rule::ImpactNone));
    let claims = Claims { resolved: Some(at("2024-10-14T00:00:00Z")), ..page() };
    assert!(rules(&claims, &evidence).contains(&Rule::NegativeTime));
}

#[test]
fn an_end_with_a_red_component_is_found_and_one_with_an_unknown_is_marked() {
    let ends =
        vec![("eu/intake".to_owned(), State::PartialOutage), ("eu/console".to_owned(), State::Unknown)];
    let found = rules(&page(), &Ground { at_end: ends, ..ground(&[]) });
    assert!(found.contains(&Rule::ResolvedRed) && found.contains(&Rule::ResolvedUnknown), "{found:?}");
    assert!(Rule::ResolvedRed.forbids() && !Rule::ResolvedUnknown.forbids());
}

#[test]
fn a_page_that_agrees_with_its_evidence_has_no_mark() {
    let (began, ended): (Timestamp, Timestamp) = (at("2024-10-20T10:00:00Z"), at("2024-10-20T10:40:00Z"));
    let claims = Claims {
        began: Some(began),
        ended: Some(ended),
        posted: Some(began + seconds(30)),
        resolved: Some(ended + seconds(600)),
        duration: Some(ended.since(began)),
        impact: Impact::Critical,
        updates: vec![began + seconds(30), began + seconds(1800), ended + seconds(600)],
    };
    assert_eq!(check(&claims, &ground(&["2024-10-20T10:00:00Z", "2024-10-20T10:40:00Z"])), []);
}
