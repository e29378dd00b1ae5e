//! What in a view was not told yet.
//!
//! Every update of an incident or a maintenance is news once, by its public id; an edit of one is not. A component's change of state is news for machines
//! only, and unknown is no state to tell of: it stands for our own lack of sight. What is older than a day is taken as told.

use super::book::Book;
use super::record::{News, Part};
use crate::formats::statuspage;
use crate::language::Language;
use crate::mask;
use crate::overall;
use crate::render::{Mode, Scene};
use crate::settings::Settings;
use crate::view::{Affected, Component, Incident, Maintenance, PublicId, Update, View};
use incident::{Phase, State, Text};
use model::{Duration, Timestamp};
use serde_json::{Value, json};

const AGE_MAX: Duration = Duration::from_secs(86_400);

/// Something that was seen for the first time.
pub(crate) struct Sight {
    pub(crate) id: String,
    /// The component's state from now on.
    pub(crate) state: Option<(PublicId, State)>,
    /// Nothing where it is too old, or the first state of a component.
    pub(crate) news: Option<News>,
    /// It cannot have become public later; an update may have waited for a person since it was written.
    pub(crate) public_at: Timestamp,
}

/// What `book` has not seen, the oldest first.
pub(crate) fn unseen(view: &View, settings: &Settings, book: &Book, now: Timestamp) -> Vec<Sight> {
    let view = &view.aged(now, settings.fresh_for);
    let scene = Scene { view, settings, now, mode: Mode::Live };
    let mut sights = Vec::new();
    for incident in view.incidents.iter().filter(|one| settings.show_absorbed || !one.absorbed) {
        sights.extend(of_incident(scene, incident, book));
    }
    for work in &view.maintenances {
        sights.extend(of_maintenance(scene, work, book));
    }
    sights.extend(view.components.iter().filter_map(|part| of_component(scene, part, book)));
    for sight in &mut sights {
        sight.news = sight.news.take().filter(|_| now.since(sight.public_at) <= AGE_MAX);
    }
    sights.sort_by_key(|sight| sight.news.as_ref().map_or(Timestamp::default(), |news| news.at));
    sights
}

fn of_incident(scene: Scene<'_>, incident: &Incident, book: &Book) -> Vec<Sight> {
    let impact = words(|language| language.impact(incident.impact));
    let document = || with_page(scene, "incident", statuspage::told_incident(scene, incident));
    let first = incident.updates.last().map(|update| update.id.clone());
    let thread = incident.id.as_str().to_owned();
    let make = |id: &str, phase: Phase, body: &Text, at: Timestamp, is_first: bool| News {
        id: id.to_owned(),
        thread: thread.clone(),
        is_first,
        title: public(scene, &incident.title),
        phase: words(|language| language.phase(phase)),
        impact: Some(impact.clone()),
        body: public(scene, body),
        parts: parts(&incident.affected),
        at,
        posted_at: None,
        path: format!("incidents/{}/", incident.id.as_str()),
        link: None,
        for_machines: false,
        document: document(),
    };
    let mut sights = Vec::new();
    for update in incident.updates.iter().rev().filter(|update| !book.has_seen(update.id.as_str())) {
        let is_first = first.as_ref() == Some(&update.id);
        let news = make(update.id.as_str(), update.phase, &update.body, update.created_at, is_first);
        let public_at = update.created_at.max(incident.clocks.updated_at);
        sights.push(Sight { id: news.id.clone(), state: None, news: Some(news), public_at });
    }
    let has_own = incident.updates.iter().any(|update| update.phase == Phase::Postmortem);
    let id = format!("postmortem-{}", incident.id.as_str());
    if let (Some(_), Some(at), false) = (&incident.postmortem, incident.clocks.postmortem_at, has_own)
        && !book.has_seen(&id)
    {
        let body = Text::new(
            "The report on this incident is published; the link leads to it.",
            "Der Bericht zu dieser Störung ist veröffentlicht; der Link führt zu ihm.",
        );
        let news = make(&id, Phase::Postmortem, &body, at, false);
        sights.push(Sight { id, state: None, news: Some(news), public_at: at });
    }
    sights
}

fn of_maintenance(scene: Scene<'_>, work: &Maintenance, book: &Book) -> Vec<Sight> {
    let first = work.updates.last().map(|update| update.id.clone());
    let unseen = work.updates.iter().rev().filter(|update| !book.has_seen(update.id.as_str()));
    let make = |update: &Update<_>| News {
        id: update.id.as_str().to_owned(),
        thread: work.id.as_str().to_owned(),
        is_first: first.as_ref() == Some(&update.id),
        title: public(scene, &work.title),
        phase: words(|language| language.maintenance(update.phase)),
        impact: None,
        body: public(scene, &update.body),
        parts: parts(&work.affected),
        at: update.created_at,
        posted_at: None,
        path: format!("maintenances/{}/", work.id.as_str()),
        link: None,
        for_machines: false,
        document: with_page(scene, "incident", statuspage::maintenance(scene, work)),
    };
    let sight = |news: News| {
        let public_at = news.at.max(work.updated_at);
        Sight { id: news.id.clone(), state: None, news: Some(news), public_at }
    };
    unseen.map(make).map(sight).collect()
}

fn of_component(scene: Scene<'_>, part: &Component, book: &Book) -> Option<Sight> {
    let before = book.states.get(&part.id).copied();
    if part.state == State::Unknown || before == Some(part.state) {
        return None;
    }
    let micros = part.since.as_micros();
    let id = format!("component-{}-{micros}-{}", part.id.as_str(), part.state.as_str());
    let news = before.map(|before| {
        let name = Text::new(
            format!("{} › {}", part.region, part.name.en),
            format!("{} › {}", part.region, part.name.de),
        );
        News {
            id: id.clone(),
            thread: part.id.as_str().to_owned(),
            is_first: true,
            title: name.clone(),
            phase: words(|language| language.state(part.state)),
            impact: None,
            body: Text::same(""),
            parts: vec![Part { id: part.id.clone(), name }],
            at: part.since,
            posted_at: None,
            path: String::new(),
            link: None,
            for_machines: true,
            document: changed(scene, part, before, &id),
        }
    });
    let public_at = scene.now;
    Some(Sight { id, state: Some((part.id.clone(), part.state)), news, public_at })
}

/// Statuspage's word on a component.
fn changed(scene: Scene<'_>, part: &Component, before: State, id: &str) -> Value {
    let place = scene.view.components.iter().position(|one| one.id == part.id).unwrap_or(0);
    let mut document = with_page(scene, "component", statuspage::component(scene, part, place + 1));
    document["component_update"] = json!({
        "id": PublicId::of(id).as_str(),
        "component_id": part.id.as_str(),
        "component_type": "Component",
        "old_status": statuspage::word(before),
        "new_status": statuspage::word(part.state),
        "created_at": crate::time::millis(part.since),
    });
    document
}

fn with_page(scene: Scene<'_>, key: &str, value: Value) -> Value {
    let (indicator, description) = overall::indicator(&scene.view.components);
    let mut document = json!({
        "page": {
            "id": scene.settings.page_id().as_str(),
            "status_indicator": indicator,
            "status_description": description,
        },
    });
    document[key] = value;
    document
}

fn parts(affected: &[Affected]) -> Vec<Part> {
    let name = |one: &Affected| {
        Text::new(format!("{} › {}", one.region, one.name.en), format!("{} › {}", one.region, one.name.de))
    };
    affected.iter().map(|one| Part { id: one.component.clone(), name: name(one) }).collect()
}

fn public(scene: Scene<'_>, text: &Text) -> Text {
    Text::new(mask::public(&text.en, scene.settings), mask::public(&text.de, scene.settings))
}

fn words(word: impl Fn(Language) -> &'static str) -> Text {
    Text::new(word(Language::English), word(Language::German))
}
