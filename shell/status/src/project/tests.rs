use super::{component, incident};
use crate::view::Author;
use incident::component::history::Span;
use incident::lint::Hidden;
use incident::{Component, Incident, State, Text};
use model::{Duration, Timestamp};

const EVERY: Duration = Duration::from_secs(1800);

fn hidden() -> Hidden {
    Hidden::new(["acme".to_owned(), "acme-example".to_owned()], &[known()])
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn known() -> Component {
    Component {
        id: "eu/return-microsoft".parse().unwrap(),
        name: Text::new("Return to Microsoft 365", "Rückgabe an Microsoft 365"),
        group: "EU".to_owned(),
        state: State::Operational,
        since: at("2026-11-24T12:00:00Z"),
        evidence: None,
        measured: Some(at("2026-11-25T06:00:00Z")),
        history: vec![Span {
            from: at("2026-11-24T00:00:00Z"),
            until: at("2026-11-24T12:00:00Z"),
            state: State::MajorOutage,
        }],
    }
}

/// An incident as the journal would hold it: posted once by rule, edited by a person, with a fact that names a tenant.
fn posted(publication: &str, cause: &str) -> Incident {
    let refs = r#"{"ids":["spool/1/2"]}"#;
    let text = r#"{"en":"x","de":"y"}"#;
    let version = |author: &str| {
        format!(
            r#"{{"at":"2026-11-25T06:01:00Z","author":{author},"sentences":[{{"text":{text},"evidence":{refs}}}],"reason":null}}"#
        )
    };
    let json = format!(
        r#"{{"id":"abcdefghijk1","cause":{cause},"title":{text},"standing":"confirmed","phase":"investigating","opened_by":{{"by":"machine"}},
        "opened_at":"2026-11-25T06:00:10Z","changed_at":"2026-11-25T06:01:00Z","rule":"address_refused","impact_max":"major","signs":{{}},
        "clocks":{{"harm_began":{{"at":"2026-11-25T06:00:00Z","by":{{"by":"machine"}},"evidence":{refs}}}}},
        "effects":{{"eu/return-microsoft":{{"state":"partial_outage","worst":"partial_outage","since":"2026-11-25T06:00:00Z","evidence":{refs}}}}},
        "impact_override":null,"harm":{{"refused":{{"count":3,"evidence":{refs}}},"tenants":["acme"]}},
        "updates":[{{"id":"bbbbbbbbbbb1","phase":"investigating","created_at":"2026-11-25T06:00:30Z","display_at":"2026-11-25T06:00:30Z",
          {publication},"versions":[{},{}],"affected":[]}}],
        "upstream":[],"merged_into":null,"reopened":0,"postmortem":null,
        "evidence":[{{"id":"spool/1/2","at":"2026-11-25T06:00:00Z","region":"eu","kind":"refused","source":"eu-1","provider":"microsoft","site":null,
          "category":"ip_listed","owner":"our_address","strength":"strong","tenant":"acme","list":null,"messages":3,"reply":"550 5.7.1 no"}}],
        "evidence_left_out":0}}"#,
        version(r#"{"by":"machine"}"#),
        version(r#"{"by":"person","name":"ops"}"#),
    );
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

const POSTED: &str = r#""publication":"posted","at":"2026-11-25T06:00:30Z""#;
const WAITING: &str = r#""publication":"waiting","goes_out":null"#;
const ADDRESS: &str = r#"{"region":"eu","cause":"address"}"#;

#[test]
fn a_component_keeps_its_region_its_days_and_the_time_of_its_measurement() {
    let shown = component(&known(), at("2026-11-25T06:00:09Z"));
    assert_eq!((shown.region.as_str(), shown.carries_mail), ("EU", true));
    assert_eq!(shown.days.len(), 90);
    assert_eq!(shown.days[88].seconds.major_outage, 43_200);
    assert_eq!(shown.days[0].worst, State::Unknown);
    assert_eq!(shown.measured_at, Some(at("2026-11-25T06:00:00Z")));
}

#[test]
fn a_posted_incident_is_shown_with_its_clocks_versions_and_evidence_and_no_tenant() {
    let shown = incident(&posted(POSTED, ADDRESS), &[known()], EVERY, &hidden()).unwrap();
    assert_eq!(shown.clocks.harm_began, Some(at("2026-11-25T06:00:00Z")));
    assert_eq!(shown.affected[0].name.en, "Return to Microsoft 365");
    let update = &shown.updates[0];
    assert_eq!(
        (update.author, update.earlier.len(), update.evidence.as_slice()),
        (Author::Person, 1, &["spool/1/2".to_owned()][..])
    );
    assert_eq!(shown.evidence[0].title.en, "Refused by Microsoft 365");
    assert_eq!(shown.next_update_at, Some(at("2026-11-25T06:30:30Z")));
    assert_eq!(shown.figures[0].value, "3");
    let all = serde_json::to_string(&shown).unwrap();
    assert!(!all.contains("acme") && !all.contains("ops"), "{all}");
}

#[test]
fn what_waits_for_a_person_and_what_is_a_tenants_own_stays_inside() {
    assert_eq!(incident(&posted(WAITING, ADDRESS), &[known()], EVERY, &hidden()), None);
    let own = r#"{"region":"eu","cause":"connector","tenant":"acme"}"#;
    assert_eq!(incident(&posted(POSTED, own), &[known()], EVERY, &hidden()), None);
}

#[test]
fn a_reply_that_names_a_tenant_and_a_host_that_is_one_tenants_are_not_shown() {
    let mut refused = posted(POSTED, ADDRESS);
    let reply = |incident: &Incident| incident_of(incident).evidence[0].reply.clone();
    assert_eq!(reply(&refused).as_deref(), Some("550 5.7.1 no"));
    let incident::What::Refused { provider, reply: said, list, .. } = &mut refused.evidence[0].what else {
        unreachable!()
    };
    *list = Some("lists.acme-example.net".to_owned());
    *provider = "mail.acme.example".to_owned();
    *said = Some("550 5.7.1 refused by acme-example.mail.protection.outlook.com".to_owned());
    assert_eq!(reply(&refused), None);
    let shown = incident_of(&refused);
    assert!(
        shown.evidence[0].facts.iter().all(|(name, _)| name.en != "List"),
        "{:?}",
        shown.evidence[0].facts
    );
    assert_eq!(incident_of(&refused).evidence[0].title.en, "Refused by another mail system");
}

fn incident_of(known_inside: &Incident) -> crate::view::Incident {
    incident(known_inside, &[known()], EVERY, &hidden()).unwrap()
}
