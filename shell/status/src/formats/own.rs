//! Our own forms, which say what Statuspage's cannot: unknown, the time of each measurement, every clock, evidence, the weather.
//!
//! `api/v1/status.json` and `api/v1/incidents/ID.json` carry a `schema` number; members are only ever added to it.

use super::statuspage;
use crate::language::Language;
use crate::mask;
use crate::overall::Flow;
use crate::render::Scene;
use crate::time::millis;
use crate::view::{Component, Evidence, Incident, Update, WeatherRow, uptime};
use incident::Text;
use model::{Duration, Timestamp};
use serde_json::{Value, json};
use std::fmt::Write as _;

const SCHEMA: u32 = 1;

pub(super) fn all(scene: Scene<'_>) -> Vec<(String, Value)> {
    let mut all = vec![("api/v1/status.json".to_owned(), status(scene))];
    for one in &scene.view.incidents {
        let mut document = json!({ "schema": SCHEMA, "page": statuspage::page(scene) });
        document["incident"] = incident(scene, one);
        all.push((format!("api/v1/incidents/{}.json", one.id.as_str()), document));
    }
    all
}

/// One line for each part.
pub(super) fn text(scene: Scene<'_>) -> String {
    let mut text = format!("{} {}\n", scene.settings.name, Language::English.flow(Flow::of(scene.view)));
    let _infallible = writeln!(text, "as of {}", millis(scene.view.made_at));
    for part in &scene.view.components {
        let measured = part.measured_at.map_or_else(|| "never".to_owned(), millis);
        let _infallible = writeln!(
            text,
            "{:<22} {} > {} (measured {measured})",
            part.state.as_str(),
            part.region,
            part.name.en
        );
    }
    for one in scene.view.incidents.iter().filter(|incident| !incident.phase.is_over()) {
        let _infallible = writeln!(
            text,
            "{:<22} {} {}/incidents/{}/",
            one.phase.as_str(),
            one.title.en,
            scene.settings.url,
            one.id.as_str()
        );
    }
    text
}

fn status(scene: Scene<'_>) -> Value {
    let view = scene.view;
    let flow = Flow::of(view);
    json!({
        "schema": SCHEMA,
        "page": statuspage::page(scene),
        "made_at": millis(view.made_at),
        "changed_at": millis(view.changed_at),
        "fresh_for_seconds": scene.settings.fresh_for.as_secs(),
        "state": flow.state().as_str(),
        "sentence": Language::English.flow(flow),
        "components": view.components.iter().map(component).collect::<Value>(),
        "incidents": view.incidents.iter().map(|one| incident_line(scene, one)).collect::<Value>(),
        "weather": {
            "over_seconds": view.weather.over.as_secs(),
            "providers": view.weather.providers,
            "sources": view.weather.rows.iter().map(|row| weather(scene, row)).collect::<Value>(),
        },
    })
}

fn component(part: &Component) -> Value {
    json!({
        "id": part.id.as_str(),
        "region": part.region,
        "name": part.name,
        "carries_mail": part.carries_mail,
        "state": part.state.as_str(),
        "last_known": part.last_known.map(incident::State::as_str),
        "since": millis(part.since),
        "measured_at": part.measured_at.map(millis),
        "uptime_percent": uptime(&part.days),
        "days": part.days.iter().map(|day| json!({
            "day": millis(day.begins)[..10],
            "worst": day.worst.as_str(),
            "major_seconds": day.seconds.major_outage,
            "partial_seconds": day.seconds.partial_outage,
            "degraded_seconds": day.seconds.degraded_performance,
            "maintenance_seconds": day.seconds.under_maintenance,
            "unmeasured_seconds": day.seconds.unknown,
        })).collect::<Value>(),
    })
}

fn incident_line(scene: Scene<'_>, one: &Incident) -> Value {
    json!({
        "id": one.id.as_str(),
        "title": one.title,
        "phase": one.phase.as_str(),
        "impact": one.impact.as_str(),
        "absorbed": one.absorbed,
        "posted_at": millis(one.clocks.posted_at),
        "url": format!("{}/api/v1/incidents/{}.json", scene.settings.url, one.id.as_str()),
    })
}

fn weather(scene: Scene<'_>, row: &WeatherRow) -> Value {
    let paths = scene.view.weather.providers.iter().zip(&row.cells).map(|(provider, path)| {
        json!({
            "provider": provider,
            "state": path.sky.word(),
            "accepted": path.accepted,
            "deferred": path.deferred,
            "refused": path.refused,
            "median_seconds": path.median.map(|median| median.as_secs_f64()),
            "measured_at": path.measured_at.map(millis),
        })
    });
    json!({
        "region": row.region,
        "source": row.source,
        "address": row.address.as_ref().filter(|_| scene.settings.show_addresses),
        "paths": paths.collect::<Value>(),
    })
}

fn incident(scene: Scene<'_>, one: &Incident) -> Value {
    let clocks = &one.clocks;
    let at = |at: Option<Timestamp>| at.map(millis);
    let seconds = |lasted: Option<Duration>| lasted.map(|lasted| lasted.as_secs());
    json!({
        "id": one.id.as_str(),
        "title": one.title,
        "phase": one.phase.as_str(),
        "impact": one.impact.as_str(),
        "absorbed": one.absorbed,
        "clocks": {
            "harm_began": at(clocks.harm_began),
            "detected_at": at(clocks.detected_at),
            "posted_at": millis(clocks.posted_at),
            "identified_at": at(clocks.identified_at),
            "mitigated_at": at(clocks.mitigated_at),
            "harm_ended": at(clocks.harm_ended),
            "resolved_at": at(clocks.resolved_at),
            "postmortem_at": at(clocks.postmortem_at),
            "updated_at": millis(clocks.updated_at),
        },
        "harm_seconds": seconds(clocks.harm_lasted()),
        "posted_seconds": seconds(clocks.posted_lasted()),
        "detected_by": one.detected_by.as_ref().map(|text| public(scene, text)),
        "affected": one.affected.iter().map(|part| json!({
            "component": part.component.as_str(),
            "region": part.region,
            "name": part.name,
            "worst": part.worst.as_str(),
            "seconds": seconds(part.lasted),
        })).collect::<Value>(),
        "noticed": public(scene, &one.noticed),
        "done": public(scene, &one.done),
        "needed": public(scene, &one.needed),
        "next_update_at": at(one.next_update_at),
        "figures": one.figures,
        "updates": one.updates.iter().map(|update| self::update(scene, update)).collect::<Value>(),
        "postmortem": one.postmortem.as_ref().map(|text| public(scene, text)),
        "contradictions": one.contradictions.iter().map(|text| public(scene, text)).collect::<Vec<_>>(),
        "evidence": one.evidence.iter().map(|evidence| self::evidence(scene, evidence)).collect::<Value>(),
    })
}

fn public(scene: Scene<'_>, text: &Text) -> Text {
    let masked = |words: &String| mask::public(words, scene.settings);
    Text { en: masked(&text.en), de: masked(&text.de) }
}

fn update(scene: Scene<'_>, update: &Update) -> Value {
    json!({
        "id": update.id.as_str(),
        "phase": update.phase.as_str(),
        "body": public(scene, &update.body),
        "author": update.author,
        "shown_at": millis(update.shown_at),
        "created_at": millis(update.created_at),
        "edited_at": update.edited_at.map(millis),
        "earlier": update.earlier.iter().map(|text| public(scene, text)).collect::<Vec<_>>(),
        "evidence": update.evidence,
    })
}

fn evidence(scene: Scene<'_>, one: &Evidence) -> Value {
    json!({
        "id": one.id,
        "at": millis(one.at),
        "title": one.title,
        "facts": one.facts.iter().map(|(name, value)| json!({
            "name": name.en,
            "value": mask::public(value, scene.settings),
        })).collect::<Value>(),
        "reply": one.reply.as_ref().map(|reply| mask::public(reply, scene.settings)),
    })
}
