//! Atlassian Statuspage's public API, version 2, with every member that its readers look for.
//!
//! It has no word for unknown: such a component is `degraded_performance` with a description that says so, and the indicator is not `none`. A region is a
//! group; its parts point at it. Times carry milliseconds, lists stand newest first and end at fifty.

use crate::mask;
use crate::overall;
use crate::render::Scene;
use crate::settings::Settings;
use crate::time::millis;
use crate::view::{Affected, Component, Incident, Maintenance, PublicId, Update, View};
use incident::Text;
use incident::{MaintenancePhase, Phase, State};
use model::{Duration, Timestamp};
use serde_json::{Value, json};

/// Entries of a list.
const LIST_MAX: usize = 50;

/// Every endpoint.
pub(crate) fn all(scene: Scene<'_>) -> Vec<(String, Value)> {
    let (view, settings) = (scene.view, scene.settings);
    let with = |key: &str, value: Value| {
        let mut document = json!({ "page": page(scene) });
        document[key] = value;
        document
    };
    let incidents = |keep: fn(&Incident) -> bool| -> Value {
        let kept = shown(view, settings).filter(|incident| keep(incident)).take(LIST_MAX);
        kept.map(|incident| self::incident(scene, incident)).collect()
    };
    let works = |keep: fn(&Maintenance) -> bool| -> Value {
        // Statuspage deletes what is called off, and has no word for it.
        let planned = view.maintenances.iter().filter(|work| work.phase != MaintenancePhase::Cancelled);
        let kept = planned.filter(|work| keep(work)).take(LIST_MAX);
        kept.map(|work| maintenance(scene, work)).collect()
    };
    let mut summary = with("status", status(view));
    summary["components"] = components(scene);
    summary["incidents"] = incidents(|incident| !incident.phase.is_over());
    summary["scheduled_maintenances"] = works(is_ahead);
    let mut all = vec![
        ("api/v2/summary.json".to_owned(), summary),
        ("api/v2/status.json".to_owned(), with("status", status(view))),
        ("api/v2/components.json".to_owned(), with("components", components(scene))),
        ("api/v2/incidents.json".to_owned(), with("incidents", incidents(|_| true))),
        (
            "api/v2/incidents/unresolved.json".to_owned(),
            with("incidents", incidents(|incident| !incident.phase.is_over())),
        ),
        ("api/v2/scheduled-maintenances.json".to_owned(), with("scheduled_maintenances", works(|_| true))),
        (
            "api/v2/scheduled-maintenances/upcoming.json".to_owned(),
            with("scheduled_maintenances", works(|work| work.phase == MaintenancePhase::Scheduled)),
        ),
        (
            "api/v2/scheduled-maintenances/active.json".to_owned(),
            with(
                "scheduled_maintenances",
                works(|work| {
                    matches!(work.phase, MaintenancePhase::InProgress | MaintenancePhase::Verifying)
                }),
            ),
        ),
    ];
    for one in shown(view, settings) {
        let path = format!("api/v2/incidents/{}.json", one.id.as_str());
        all.push((path, with("incident", incident(scene, one))));
    }
    for work in &view.maintenances {
        let path = format!("api/v2/scheduled-maintenances/{}.json", work.id.as_str());
        all.push((path, with("scheduled_maintenance", maintenance(scene, work))));
    }
    all.extend(metrics(view));
    all
}

/// Incidents that the page shows.
fn shown<'v>(view: &'v View, settings: &Settings) -> impl Iterator<Item = &'v Incident> {
    let show_absorbed = settings.show_absorbed;
    view.incidents.iter().filter(move |incident| show_absorbed || !incident.absorbed)
}

fn is_ahead(work: &Maintenance) -> bool {
    !work.phase.is_over()
}

pub(crate) fn page(scene: Scene<'_>) -> Value {
    json!({
        "id": scene.settings.page_id().as_str(),
        "name": scene.settings.name,
        "url": scene.settings.url,
        "time_zone": "Etc/UTC",
        "updated_at": millis(scene.view.changed_at),
    })
}

pub(crate) fn status(view: &View) -> Value {
    let (indicator, description) = overall::indicator(&view.components);
    json!({ "indicator": indicator, "description": description })
}

/// Groups before their parts.
fn components(scene: Scene<'_>) -> Value {
    let mut list: Vec<Value> = Vec::new();
    let mut regions: Vec<&str> = Vec::new();
    for part in &scene.view.components {
        if !regions.contains(&part.region.as_str()) {
            regions.push(&part.region);
            list.push(group(scene, &part.region, regions.len()));
        }
        let position = 1 + scene
            .view
            .components
            .iter()
            .filter(|other| other.region == part.region)
            .position(|other| other.id == part.id)
            .unwrap_or(0);
        list.push(component(scene, part, position));
    }
    Value::Array(list)
}

fn group_id(region: &str) -> PublicId {
    PublicId::of(&format!("region {region}"))
}

fn group(scene: Scene<'_>, region: &str, position: usize) -> Value {
    let parts: Vec<&Component> = scene.view.components.iter().filter(|part| part.region == region).collect();
    let worst = overall::worst_of(parts.iter().copied()).unwrap_or(State::Unknown);
    let since = parts.iter().map(|part| part.since).max().unwrap_or_default();
    let created = parts.iter().map(|part| part.created_at).min().unwrap_or_default();
    let children: Vec<&str> = parts.iter().map(|part| part.id.as_str()).collect();
    json!({
        "id": group_id(region).as_str(),
        "name": region,
        "status": word(worst),
        "created_at": millis(created),
        "updated_at": millis(since),
        "position": position,
        "description": null,
        "showcase": false,
        "start_date": null,
        "group_id": null,
        "page_id": scene.settings.page_id().as_str(),
        "group": true,
        "only_show_if_degraded": false,
        "components": children,
    })
}

pub(crate) fn component(scene: Scene<'_>, part: &Component, position: usize) -> Value {
    json!({
        "id": part.id.as_str(),
        "name": part.name.en,
        "status": word(part.state),
        "created_at": millis(part.created_at),
        "updated_at": millis(part.since),
        "position": position,
        "description": description(part),
        "showcase": true,
        "start_date": millis(part.created_at)[..10],
        "group_id": group_id(&part.region).as_str(),
        "page_id": scene.settings.page_id().as_str(),
        "group": false,
        "only_show_if_degraded": false,
    })
}

/// Statuspage's word for a state; unknown is nearest to its mildest trouble.
pub(crate) const fn word(state: State) -> &'static str {
    match state {
        State::Operational => "operational",
        State::UnderMaintenance => "under_maintenance",
        State::DegradedPerformance | State::Unknown => "degraded_performance",
        State::PartialOutage => "partial_outage",
        State::MajorOutage => "major_outage",
    }
}

fn description(part: &Component) -> Option<String> {
    let own = part.description.as_ref().map(|text| text.en.clone());
    if part.state != State::Unknown {
        return own;
    }
    let measured = part.measured_at.map_or_else(
        || "Unknown: not measured yet.".to_owned(),
        |at| format!("Unknown: last measured {}.", millis(at)),
    );
    Some(own.map_or(measured.clone(), |own| format!("{measured} {own}")))
}

fn incident(scene: Scene<'_>, incident: &Incident) -> Value {
    let id = &incident.id;
    let clocks = &incident.clocks;
    let mut updates: Vec<Value> = incident
        .updates
        .iter()
        .map(|update| self::update(scene, id, update, update.phase.as_str()))
        .collect();
    let has_postmortem = incident.updates.iter().any(|update| update.phase == Phase::Postmortem);
    if let (Some(body), Some(at), false) = (&incident.postmortem, clocks.postmortem_at, has_postmortem) {
        updates.insert(0, postmortem(scene, id, body, at));
    }
    json!({
        "id": id.as_str(),
        "name": incident.title.en,
        "status": incident.phase.as_str(),
        "created_at": millis(clocks.posted_at),
        "updated_at": millis(clocks.updated_at),
        "monitoring_at": clocks.monitoring_at.map(millis),
        "resolved_at": clocks.resolved_at.map(millis),
        "impact": incident.impact.as_str(),
        "shortlink": format!("{}/incidents/{}/", scene.settings.url, id.as_str()),
        "started_at": millis(clocks.harm_began.unwrap_or(clocks.posted_at)),
        "page_id": scene.settings.page_id().as_str(),
        "incident_updates": updates,
        "components": affected(scene, &incident.affected),
        "reminder_intervals": null,
    })
}

/// An incident as a webhook carries it: with the members that only the management API has otherwise.
pub(crate) fn told_incident(scene: Scene<'_>, known: &Incident) -> Value {
    let mut document = incident(scene, known);
    let published = known.clocks.postmortem_at.filter(|_| known.postmortem.is_some());
    let body = known.postmortem.as_ref().map(|text| mask::public(&text.en, scene.settings));
    document["backfilled"] = false.into();
    document["impact_override"] = Value::Null;
    document["postmortem_body"] = body.into();
    document["postmortem_body_last_updated_at"] = published.map(millis).into();
    document["postmortem_ignored"] = false.into();
    document["postmortem_notified_subscribers"] = published.is_some().into();
    document["postmortem_notified_twitter"] = false.into();
    document["postmortem_published_at"] = published.map(millis).into();
    document
}

/// The extra update by which Statuspage publishes a postmortem.
fn postmortem(scene: Scene<'_>, incident: &PublicId, body: &Text, at: Timestamp) -> Value {
    json!({
        "id": PublicId::of(&format!("postmortem {}", incident.as_str())).as_str(),
        "status": Phase::Postmortem.as_str(),
        "body": mask::public(&body.en, scene.settings),
        "incident_id": incident.as_str(),
        "created_at": millis(at),
        "updated_at": millis(at),
        "display_at": millis(at),
        "affected_components": null,
        "deliver_notifications": true,
        "custom_tweet": null,
        "tweet_id": null,
    })
}

fn update<P>(scene: Scene<'_>, incident: &PublicId, update: &Update<P>, status: &str) -> Value {
    let changes: Vec<Value> = update
        .changes
        .iter()
        .map(|change| {
            json!({
                "code": change.component.as_str(),
                "name": change.name,
                "old_status": word(change.from),
                "new_status": word(change.to),
            })
        })
        .collect();
    json!({
        "id": update.id.as_str(),
        "status": status,
        "body": mask::public(&update.body.en, scene.settings),
        "incident_id": incident.as_str(),
        "created_at": millis(update.created_at),
        "updated_at": millis(update.edited_at.unwrap_or(update.created_at)),
        "display_at": millis(update.shown_at),
        "affected_components": if changes.is_empty() { Value::Null } else { Value::Array(changes) },
        "deliver_notifications": true,
        "custom_tweet": null,
        "tweet_id": null,
    })
}

/// As they are now, as Statuspage does.
fn affected(scene: Scene<'_>, affected: &[Affected]) -> Value {
    let place = |wanted: &Affected| scene.view.components.iter().position(|part| part.id == wanted.component);
    let found = affected.iter().filter_map(place);
    found.map(|index| component(scene, &scene.view.components[index], index + 1)).collect()
}

/// Planned work, as lists and webhooks have it.
pub(crate) fn maintenance(scene: Scene<'_>, work: &Maintenance) -> Value {
    let updates: Vec<Value> = work
        .updates
        .iter()
        .map(|update| self::update(scene, &work.id, update, update.phase.as_str()))
        .collect();
    let is_over = work.phase.is_over();
    json!({
        "id": work.id.as_str(),
        "name": work.title.en,
        "status": work.phase.as_str(),
        "created_at": millis(work.created_at),
        "updated_at": millis(work.updated_at),
        "monitoring_at": null,
        "resolved_at": is_over.then(|| millis(work.updated_at)),
        "impact": "maintenance",
        "shortlink": format!("{}/maintenances/{}/", scene.settings.url, work.id.as_str()),
        "started_at": millis(work.created_at),
        "page_id": scene.settings.page_id().as_str(),
        "incident_updates": updates,
        "components": affected(scene, &work.affected),
        "reminder_intervals": null,
        "scheduled_for": millis(work.begins),
        "scheduled_until": millis(work.ends),
    })
}

/// `metrics-display`: each series over a day, a week and a month, in the steps that Statuspage uses.
fn metrics(view: &View) -> Vec<(String, Value)> {
    const PERIODS: [(&str, usize, u64); 3] = [("day", 288, 300), ("week", 336, 1_800), ("month", 336, 7_200)];
    let mut all = Vec::new();
    for metric in &view.metrics {
        for (identifier, count, interval) in PERIODS {
            let data = resampled(&metric.points, view.made_at, count, Duration::from_secs(interval));
            let values: Vec<f64> = data.iter().map(|(_, value)| *value).collect();
            let sum: f64 = values.iter().sum();
            let mean = if values.is_empty() { 0.0 } else { sum / values.len() as f64 };
            let points: Vec<Value> = data
                .iter()
                .map(|(at, value)| json!({ "timestamp": at.as_micros() / 1_000_000, "value": value }))
                .collect();
            let document = json!({
                "period": { "count": count, "interval": interval, "identifier": identifier },
                "metrics": [{
                    "metric": { "id": metric.id.as_str(), "name": metric.name.en, "suffix": metric.unit },
                    "summary": { "sum": sum, "mean": mean },
                    "data": points,
                }],
                "summary": { "sum": sum, "mean": mean, "last": values.last() },
            });
            all.push((format!("metrics-display/{}/{identifier}.json", metric.id.as_str()), document));
        }
    }
    all
}

/// The mean of each step; steps without a point are left out.
fn resampled(
    points: &[(Timestamp, f64)],
    now: Timestamp,
    count: usize,
    step: Duration,
) -> Vec<(Timestamp, f64)> {
    let span = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
    let newest = now.as_micros().div_euclid(span);
    let oldest = newest - i64::try_from(count).unwrap_or(i64::MAX) + 1;
    let mut steps: Vec<(i64, f64, u32)> = Vec::new();
    for (at, value) in points {
        let step = at.as_micros().div_euclid(span);
        match steps.last_mut() {
            _ if step < oldest || step > newest => {}
            Some((same, sum, number)) if *same == step => {
                *sum += value;
                *number += 1;
            }
            Some(_) | None => steps.push((step, *value, 1)),
        }
    }
    let mean =
        |(step, sum, number): (i64, f64, u32)| (Timestamp::from_micros(step * span), sum / f64::from(number));
    steps.into_iter().map(mean).collect()
}
