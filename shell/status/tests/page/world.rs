//! A view with everything in it: the seed's incident with its true clocks, one that is open, one that was absorbed, planned work, weather.
//!
//! The seed's figures are those of its postmortem; those that it does not tell are invented and used here only.

use incident::component::history::{Day, Spent};
use incident::{Impact, MaintenancePhase, Phase, State, Text};
use model::{Duration, Timestamp};
use net::Clock;
use status::view::{
    Affected, Author, Change, Clocks, Component, Evidence, Figure, Incident, Maintenance, Metric, Path,
    PublicId, Sky, Update, View, Weather, WeatherRow,
};
use status::{Settings, Site};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);
/// Words that must never reach a stranger.
pub(crate) const PRIVATE: [&str; 3] = ["kim@customer.example", "acme", "Acme GmbH"];

pub(crate) fn settings() -> Settings {
    let mut settings = Settings::new("https://status.relay.example");
    settings.name = "Relay Example".to_owned();
    settings.offers_mail = true;
    settings.help = Some("https://relay.example/help".to_owned());
    settings
}

pub(crate) fn site(clock: &Clock) -> Site {
    let site = Site::new(settings(), clock.clone());
    site.show(view(clock.now()));
    site
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn text(en: &str, de: &str) -> Text {
    Text::new(en, de)
}

/// Everything.
pub(crate) fn view(now: Timestamp) -> View {
    let components = components(now);
    View {
        made_at: now,
        changed_at: now - 12 * MINUTE,
        incidents: vec![open(&components, now), absorbed(&components, now), seed(&components)],
        maintenances: vec![planned(&components, now)],
        weather: weather(now),
        metrics: vec![Metric {
            id: PublicId::of("metric delivery"),
            name: text("Median time to delivery", "Mittlere Zeit bis zur Zustellung"),
            unit: "s".to_owned(),
            points: (0_u32..300).rev().map(|step| (now - 5 * MINUTE * step, 1.4)).collect(),
        }],
        components,
    }
}

/// The same with nothing to complain of.
pub(crate) fn calm(now: Timestamp) -> View {
    let mut view = view(now);
    view.incidents.retain(|incident| incident.phase.is_over());
    view.maintenances.clear();
    for component in &mut view.components {
        component.state = State::Operational;
    }
    view
}

fn components(now: Timestamp) -> Vec<Component> {
    let parts = [
        ("Server-side re-routing", "Serverseitige Umleitung", true),
        ("Signatures", "Signaturen", false),
        ("Return to Microsoft 365", "Rückgabe an Microsoft 365", true),
        ("Delivery to others", "Zustellung an andere", true),
        ("Directory", "Verzeichnis", false),
        ("Console", "Konsole", false),
    ];
    let mut all = Vec::new();
    for region in ["EU", "US"] {
        for (index, (en, de, carries_mail)) in parts.iter().enumerate() {
            let is_hit = region == "EU" && index == 2;
            all.push(Component {
                id: PublicId::of(&format!("{region} {en}")),
                region: region.to_owned(),
                name: text(en, de),
                description: (index == 0)
                    .then(|| text("Takes mail from connectors", "Nimmt E-Mail von Konnektoren an")),
                carries_mail: *carries_mail,
                state: if is_hit { State::PartialOutage } else { State::Operational },
                since: now - 14 * MINUTE,
                last_known: None,
                measured_at: Some(now - Duration::from_secs(9)),
                days: days(now, is_hit),
                created_at: now - 120 * DAY,
            });
        }
    }
    all
}

fn days(now: Timestamp, is_hit: bool) -> Vec<Day> {
    let today = now.as_micros().div_euclid(86_400_000_000) * 86_400_000_000;
    let day = |back: u32| {
        let begins = Timestamp::from_micros(today) - DAY * back;
        let mut seconds = Spent { operational: 86_400, ..Spent::default() };
        let worst = match (is_hit, back) {
            (true, 0) => {
                seconds.partial_outage = 840;
                State::PartialOutage
            }
            (true, 36) => {
                seconds.major_outage = 28_869;
                State::MajorOutage
            }
            (true, 37) => {
                seconds.major_outage = 41_257;
                State::MajorOutage
            }
            (true, 51) => {
                seconds.degraded_performance = 1_310;
                State::DegradedPerformance
            }
            (_, 20) => {
                seconds.under_maintenance = 1_800;
                State::UnderMaintenance
            }
            (_, 70..) => {
                seconds = Spent { unknown: 86_400, ..Spent::default() };
                State::Unknown
            }
            (..) => State::Operational,
        };
        Day { begins, worst, seconds }
    };
    (0..90).rev().map(day).collect()
}

fn affected(component: &Component, worst: State, lasted: Option<Duration>) -> Affected {
    Affected {
        component: component.id.clone(),
        region: component.region.clone(),
        name: component.name.clone(),
        worst,
        lasted,
    }
}

fn update(seed: &str, phase: Phase, shown_at: Timestamp, body: Text, evidence: &[&str]) -> Update {
    Update {
        id: PublicId::of(seed),
        phase,
        body,
        author: if evidence.is_empty() { Author::Person } else { Author::Rule },
        shown_at,
        created_at: shown_at,
        edited_at: None,
        earlier: Vec::new(),
        evidence: evidence.iter().map(|id| (*id).to_owned()).collect(),
        changes: Vec::new(),
    }
}

fn open(components: &[Component], now: Timestamp) -> Incident {
    let hit = &components[2];
    let began = now - 14 * MINUTE;
    Incident {
        id: PublicId::of("open incident"),
        title: text(
            "Microsoft 365 refuses mail from an EU address",
            "Microsoft 365 lehnt E-Mail von einer EU-Adresse ab",
        ),
        phase: Phase::Identified,
        impact: Impact::Major,
        absorbed: false,
        clocks: Clocks {
            harm_began: Some(began),
            detected_at: Some(began + Duration::from_secs(3)),
            posted_at: now - 13 * MINUTE,
            identified_at: Some(now - 10 * MINUTE),
            mitigated_at: Some(now - 11 * MINUTE),
            updated_at: now - 8 * MINUTE,
            ..Clocks::default()
        },
        detected_by: Some(text(
            "two refusals that name the address",
            "zwei Ablehnungen, die die Adresse nennen",
        )),
        affected: vec![affected(hit, State::MajorOutage, Some(14 * MINUTE))],
        noticed: text(
            "Some messages to Microsoft 365 arrive up to two minutes late.",
            "Manche Nachrichten an Microsoft 365 kommen bis zu zwei Minuten später an.",
        ),
        done: text("Mail leaves by another address.", "E-Mail geht über eine andere Adresse."),
        needed: text("Nothing.", "Nichts."),
        next_update_at: Some(now + 16 * MINUTE),
        figures: vec![
            Figure { label: text("messages moved", "umgeleitete Nachrichten"), value: "1204".to_owned() },
            Figure {
                label: text("reports for a fault of ours", "Fehlerberichte durch uns"),
                value: "0".to_owned(),
            },
        ],
        updates: open_updates(hit, now),
        evidence: vec![refusal("spool/17/8812", began)],
        postmortem: None,
        contradictions: Vec::new(),
    }
}

/// The newest first.
fn open_updates(hit: &Component, now: Timestamp) -> Vec<Update> {
    let mut identified = update(
        "open 2",
        Phase::Identified,
        now - 10 * MINUTE,
        text(
            "The list zen.dnsbl.example names eu-1, one of our addresses. Mail leaves by eu-2 since 06:02 UTC. 1,204 messages \
             were moved, none was reported as failed.",
            "Die Liste zen.dnsbl.example führt eu-1, eine unserer Adressen. E-Mail geht seit 06:02 UTC über eu-2. 1.204 \
             Nachrichten wurden umgeleitet, keine als gescheitert gemeldet.",
        ),
        &["dnsbl/zen.dnsbl.example/1732449531", "spool/17/8812"],
    );
    identified.changes.push(Change {
        component: hit.id.clone(),
        name: "EU - Return to Microsoft 365".to_owned(),
        from: State::MajorOutage,
        to: State::PartialOutage,
    });
    identified.edited_at = Some(now - 8 * MINUTE);
    identified
        .earlier
        .push(text("A list names one of our addresses.", "Eine Liste führt eine unserer Adressen."));
    let first = update(
        "open 1",
        Phase::Investigating,
        now - 13 * MINUTE,
        text(
            "Microsoft 365 refuses part of the mail that we hand back. We are looking into it and write again by 06:30 UTC.",
            "Microsoft 365 lehnt einen Teil der E-Mail ab, die wir zurückgeben. Wir gehen dem nach und melden uns bis 06:30 UTC wieder.",
        ),
        &["spool/17/8812"],
    );
    vec![identified, first]
}

fn refusal(id: &str, when: Timestamp) -> Evidence {
    Evidence {
        id: id.to_owned(),
        at: when,
        title: text("Refused by Microsoft", "Von Microsoft abgelehnt"),
        facts: vec![
            (text("Source", "Quelle"), "eu-1".to_owned()),
            (text("Stage", "Abschnitt"), "after RCPT TO".to_owned()),
            (text("List", "Liste"), "zen.dnsbl.example".to_owned()),
            (text("Code", "Code"), "550 5.7.1".to_owned()),
        ],
        reply: Some(
            "550 5.7.1 Service unavailable, Client host [192.0.2.243] blocked using Spamhaus; recipient <kim@customer.example>. \
             AS(1440) [DB5PEPF00014B97 2024-10-20T11:42:20.814Z 08DCF05E631C54C6]"
                .to_owned(),
        ),
    }
}

fn absorbed(components: &[Component], now: Timestamp) -> Incident {
    let mut incident = open(components, now - 9 * DAY);
    incident.id = PublicId::of("absorbed incident");
    incident.title = text("Listing of us-2, absorbed", "Listung von us-2, aufgefangen");
    incident.phase = Phase::Resolved;
    incident.impact = Impact::None;
    incident.absorbed = true;
    incident.clocks.harm_ended = Some(incident.clocks.posted_at);
    incident.clocks.resolved_at = Some(now - 9 * DAY);
    incident
}

/// The incident of the seed page with the clocks of its postmortem.
pub(crate) fn seed(components: &[Component]) -> Incident {
    let hit = &components[0];
    let posted = at("2024-10-20T10:28:00Z");
    let say = |seed: &str, phase: Phase, when: &str, body: &str| {
        update(seed, phase, at(when), Text::same(body), &[])
    };
    Incident {
        id: PublicId::of("seed incident"),
        title: text("Server-side mail delivery issue", "Störung der serverseitigen Zustellung"),
        phase: Phase::Postmortem,
        impact: Impact::Major,
        absorbed: false,
        clocks: Clocks {
            harm_began: Some(at("2024-10-19T15:58:51Z")),
            detected_at: Some(posted),
            posted_at: posted,
            identified_at: Some(at("2024-10-20T13:21:00Z")),
            mitigated_at: None,
            monitoring_at: Some(at("2024-10-20T13:25:00Z")),
            harm_ended: Some(at("2024-10-20T11:27:37Z")),
            resolved_at: Some(at("2024-10-20T14:10:00Z")),
            postmortem_at: Some(at("2024-10-22T00:38:00Z")),
            updated_at: at("2024-10-22T00:38:00Z"),
        },
        detected_by: None,
        affected: vec![affected(hit, State::MajorOutage, Some(Duration::from_secs(70_126)))],
        noticed: text("Senders got reports of failure.", "Absender erhielten Fehlerberichte."),
        done: text("The address was taken off the list.", "Die Adresse wurde von der Liste genommen."),
        needed: text("Send again what came back.", "Senden Sie erneut, was zurückkam."),
        next_update_at: None,
        figures: Vec::new(),
        updates: vec![
            say("seed 4", Phase::Resolved, "2024-10-20T14:10:00Z", "This incident has been resolved."),
            say(
                "seed 3",
                Phase::Monitoring,
                "2024-10-20T13:25:00Z",
                "The address has been delisted and service is restored.",
            ),
            say(
                "seed 2",
                Phase::Identified,
                "2024-10-20T13:21:00Z",
                "A block list names our EU address & some messages are not received.",
            ),
            say(
                "seed 1",
                Phase::Investigating,
                "2024-10-20T10:28:00Z",
                "Some clients may experience issues in <email> delivery.",
            ),
        ],
        evidence: vec![refusal("spool/3/99", at("2024-10-20T11:42:20.814Z"))],
        postmortem: Some(text(
            "## Summary\n\nA block list named one of our addresses. kim@customer.example got a report.\n\n## What we change\n\n- \
             The list is asked every minute.\n- Mail moves by itself.\n\n| provider | refused |\n|---|---|\n| Microsoft | 812 |\n",
            "## Zusammenfassung\n\nEine Liste führte eine unserer Adressen.\n\n## Was wir ändern\n\n- Die Liste wird jede Minute \
             gefragt.\n- E-Mail weicht von selbst aus.\n",
        )),
        contradictions: vec![text(
            "A refusal at 11:42:20 UTC lies 14 min 43 s after the end that is claimed.",
            "Eine Ablehnung um 11:42:20 UTC liegt 14 min 43 s nach dem behaupteten Ende.",
        )],
    }
}

fn planned(components: &[Component], now: Timestamp) -> Maintenance {
    let created = now - 2 * DAY;
    let note = Update {
        id: PublicId::of("planned 1"),
        phase: MaintenancePhase::Scheduled,
        body: text(
            "New disks, one node after the other; mail waits at most a minute.",
            "Neue Platten, ein Knoten nach dem anderen; E-Mail wartet höchstens eine Minute.",
        ),
        author: Author::Person,
        shown_at: created,
        created_at: created,
        edited_at: None,
        earlier: Vec::new(),
        evidence: Vec::new(),
        changes: Vec::new(),
    };
    Maintenance {
        id: PublicId::of("planned"),
        title: text("Storage maintenance, US", "Wartung des Speichers, US"),
        phase: MaintenancePhase::Scheduled,
        begins: now + 3 * DAY,
        ends: now + 3 * DAY + 90 * MINUTE,
        affected: vec![affected(&components[6], State::UnderMaintenance, None)],
        updates: vec![note],
        created_at: created,
        updated_at: created,
    }
}

fn weather(now: Timestamp) -> Weather {
    let path = |sky, accepted, deferred, refused, median: u64| Path {
        sky,
        accepted,
        deferred,
        refused,
        median: (accepted > 0).then(|| Duration::from_millis(median)),
        measured_at: Some(now - Duration::from_secs(20)),
    };
    let row = |region: &str, source: &str, address: &str, cells| WeatherRow {
        region: region.to_owned(),
        source: source.to_owned(),
        address: Some(address.to_owned()),
        cells,
    };
    Weather {
        providers: ["Microsoft", "Google", "Yahoo", "Others"].map(str::to_owned).to_vec(),
        over: 60 * MINUTE,
        rows: vec![
            row(
                "EU",
                "eu-1",
                "192.0.2.243",
                vec![
                    path(Sky::Shut, 318, 12, 41, 2_100),
                    path(Sky::Clear, 902, 3, 0, 900),
                    path(Sky::Clear, 77, 1, 0, 1_200),
                    path(Sky::Quiet, 0, 0, 0, 0),
                ],
            ),
            row(
                "EU",
                "eu-2",
                "198.51.100.12",
                vec![
                    path(Sky::Clear, 2_804, 9, 0, 1_100),
                    path(Sky::Clear, 1_120, 2, 0, 800),
                    path(Sky::Slow, 64, 22, 0, 14_300),
                    path(Sky::Clear, 410, 5, 0, 1_700),
                ],
            ),
            row(
                "US",
                "us-1",
                "203.0.113.8",
                vec![
                    path(Sky::Clear, 3_310, 6, 0, 1_000),
                    path(Sky::Probing, 12, 1, 0, 1_900),
                    path(Sky::Clear, 93, 0, 0, 1_300),
                    path(Sky::Clear, 506, 2, 0, 2_000),
                ],
            ),
        ],
    }
}
