//! From what is known inside to what strangers may read: the one place that decides it.
//!
//! An incident that was never posted, or whose cause is a tenant's own, has no public form. Of its facts those are shown that public sentences name, and
//! the first and the last failure; nothing that counts or names tenants is taken over. What readers notice and have to do follows from the figures.

mod evidence;

use crate::view::{
    Affected, Author, Change, Clocks, Component, Figure, Incident, Maintenance, PublicId, Update,
};
use incident::component::history::DAYS;
use incident::component::{ComponentId, Part, State};
use incident::lint::Hidden;
use incident::{Clock, Phase, Standing, Text};
use model::{Duration, Timestamp};

/// A component as it is shown at `now`.
#[must_use]
pub fn component(known: &incident::Component, now: Timestamp) -> Component {
    Component {
        id: component_id(&known.id),
        region: known.group.clone(),
        name: known.name.clone(),
        description: None,
        carries_mail: carries_mail(&known.id.part),
        state: known.state,
        since: known.since,
        last_known: None,
        measured_at: known.measured,
        days: known.days(now, DAYS),
        created_at: known.history.first().map_or(known.since, |first| first.from),
    }
}

/// Whether mail does not flow without it.
const fn carries_mail(part: &Part) -> bool {
    match part {
        Part::Intake | Part::Return(_) | Part::Delivery => true,
        Part::Signatures | Part::Directory | Part::Console => false,
    }
}

/// The same for ever, whatever the component is called.
fn component_id(id: &ComponentId) -> PublicId {
    PublicId::of(&id.to_string())
}

/// What an incident is to the public; nothing if it is none of theirs.
///
/// `components` give names; an update is due `update_every` after the last one; facts lose what names one of `hidden`.
#[must_use]
pub fn incident(
    known: &incident::Incident,
    components: &[incident::Component],
    update_every: Duration,
    hidden: &Hidden,
) -> Option<Incident> {
    let absorbed = known.standing == Standing::Absorbed;
    if !known.cause.is_public() || !(known.is_posted() || absorbed) {
        return None;
    }
    let posted = known.posted_updates();
    let clocks = clocks(known);
    let over = known.phase.is_over() || !known.is_open();
    let published = known.postmortem.as_ref().filter(|text| text.published_at.is_some());
    Some(Incident {
        id: PublicId::known(known.id.as_str()),
        title: known.title.clone(),
        phase: if over && !known.phase.is_over() { Phase::Resolved } else { known.phase },
        impact: known.impact(),
        absorbed,
        clocks,
        detected_by: Some(Text::new(format!("rule: {}", known.rule), format!("Regel: {}", known.rule))),
        affected: affected(known, components, &clocks),
        noticed: noticed(known),
        done: done(known),
        needed: needed(known),
        next_update_at: posted
            .iter()
            .filter(|_| !over)
            .filter_map(|update| update.posted_at())
            .max()
            .map(|at| at + update_every),
        figures: figures(known),
        updates: posted.iter().map(|one| update(one, components)).collect(),
        evidence: evidence::cards(known, hidden),
        postmortem: published.map(|text| text.current().text.clone()),
        contradictions: published
            .map(|text| text.current().marks.iter().map(|mark| mark.text.clone()).collect())
            .unwrap_or_default(),
    })
}

fn clocks(known: &incident::Incident) -> Clocks {
    let at = |clock| known.clocks.at(clock);
    let posted = known.posted_updates();
    Clocks {
        harm_began: at(Clock::HarmBegan),
        detected_at: at(Clock::Detected),
        // An absorbed one may never have been posted: it is shown from its opening on.
        posted_at: at(Clock::Posted).unwrap_or(known.opened_at),
        identified_at: at(Clock::Identified),
        mitigated_at: at(Clock::Mitigated),
        monitoring_at: posted
            .iter()
            .rev()
            .find(|update| update.phase == Phase::Monitoring)
            .map(|update| update.display_at),
        harm_ended: at(Clock::HarmEnded),
        resolved_at: at(Clock::Resolved),
        postmortem_at: at(Clock::PostmortemPublished),
        updated_at: known.changed_at,
    }
}

fn affected(
    known: &incident::Incident,
    components: &[incident::Component],
    clocks: &Clocks,
) -> Vec<Affected> {
    let ended = clocks.harm_ended.or(clocks.resolved_at);
    let one = |(id, effect): (&ComponentId, &incident::Effect)| {
        let (region, name) = named(id, components);
        Affected {
            component: component_id(id),
            region,
            name,
            worst: effect.worst,
            lasted: ended.map(|ended| ended.since(effect.since)),
        }
    };
    known.effects.iter().map(one).collect()
}

/// Region and name, as far as the component is still shown.
fn named(id: &ComponentId, components: &[incident::Component]) -> (String, Text) {
    components.iter().find(|component| component.id == *id).map_or_else(
        || (id.region.to_string(), Text::same(id.part.to_string())),
        |component| (component.group.clone(), component.name.clone()),
    )
}

fn noticed(known: &incident::Incident) -> Text {
    let harm = &known.harm;
    // What a person says of a way of mail counts where nothing was measured.
    let is_said = known.effects.iter().any(|(id, effect)| effect.state.is_red() && carries_mail(&id.part));
    match (harm.reported.count, harm.parked_max.count + harm.delayed.count) {
        (0, 0) if is_said => {
            Text::new("Some messages may arrive late.", "Manche Nachrichten kommen vielleicht verspätet an.")
        }
        (0, 0) => Text::new("Nothing, as far as we know.", "Soweit wir wissen: nichts."),
        (0, _) => Text::new("Some messages arrive late.", "Manche Nachrichten kommen verspätet an."),
        (_, _) => Text::new(
            "Some senders got a report that their message was not delivered.",
            "Manche Absender erhielten einen Bericht, dass ihre Nachricht nicht zugestellt wurde.",
        ),
    }
}

fn done(known: &incident::Incident) -> Text {
    let moved = known.harm.moved.count;
    match (moved, known.clocks.at(Clock::Mitigated)) {
        (0, None) => Text::new("We are looking for the cause.", "Wir suchen die Ursache."),
        (0, Some(_)) => Text::new("The failures have stopped.", "Die Fehler haben aufgehört."),
        (1.., _) => Text::new(
            format!("Messages sent another way: {moved}."),
            format!("Auf anderem Weg gesendete Nachrichten: {moved}."),
        ),
    }
}

fn needed(known: &incident::Incident) -> Text {
    if known.harm.reported.count == 0 {
        return Text::new("Nothing.", "Nichts.");
    }
    Text::new(
        "Send again what a report says was not delivered.",
        "Senden Sie erneut, was einem Bericht nach nicht zugestellt wurde.",
    )
}

fn figures(known: &incident::Incident) -> Vec<Figure> {
    let harm = &known.harm;
    let shown = [
        (&harm.refused, Text::new("refusals for a fault of ours", "Ablehnungen durch unsere Schuld")),
        (&harm.moved, Text::new("messages moved to another source", "umgeleitete Nachrichten")),
        (&harm.delayed, Text::new("messages later than a minute", "über eine Minute verspätet")),
        (&harm.parked_max, Text::new("messages waiting at most", "höchstens wartende Nachrichten")),
        (
            &harm.reported,
            Text::new("reports of failure for a fault of ours", "Fehlerberichte durch unsere Schuld"),
        ),
    ];
    // A figure without evidence was not counted; a zero that was counted is worth saying.
    let counted = shown.into_iter().filter(|(figure, _)| figure.evidence.is_some());
    counted.map(|(figure, label)| Figure { label, value: figure.count.to_string() }).collect()
}

fn update(known: &incident::Update, components: &[incident::Component]) -> Update {
    let version = known.current();
    let said = |version: &incident::Version| {
        let sentences = || version.sentences.iter().map(incident::Sentence::text);
        let joined = |texts: Vec<&str>| texts.join(" ");
        Text::new(
            joined(sentences().map(|text| text.en.as_str()).collect()),
            joined(sentences().map(|text| text.de.as_str()).collect()),
        )
    };
    let before = &known.versions[..known.versions.len().saturating_sub(1)];
    let refs = version.sentences.iter().flat_map(|sentence| sentence.evidence().ids());
    let mut evidence: Vec<String> = Vec::new();
    for id in refs {
        if !evidence.iter().any(|known| known == id.as_str()) {
            evidence.push(id.to_string());
        }
    }
    Update {
        id: PublicId::known(known.id.as_str()),
        phase: known.phase,
        body: said(version),
        author: author(&version.author),
        shown_at: known.display_at,
        created_at: known.created_at,
        edited_at: (!before.is_empty()).then_some(version.at),
        earlier: before.iter().map(said).collect(),
        evidence,
        changes: known.affected.iter().map(|change| changed(change, components)).collect(),
    }
}

fn changed(known: &incident::Affected, components: &[incident::Component]) -> Change {
    let (region, name) = named(&known.component, components);
    Change {
        component: component_id(&known.component),
        name: format!("{region} - {}", name.en),
        from: known.from,
        to: known.to,
    }
}

fn author(known: &incident::Author) -> Author {
    match known {
        incident::Author::Machine => Author::Rule,
        incident::Author::Person { .. } => Author::Person,
    }
}

/// What planned work is to the public.
#[must_use]
pub fn maintenance(known: &incident::Maintenance, components: &[incident::Component]) -> Maintenance {
    let affected = known.components.iter().map(|id| {
        let (region, name) = named(id, components);
        Affected { component: component_id(id), region, name, worst: State::UnderMaintenance, lasted: None }
    });
    let note = |note: &incident::Note| {
        let sentences = || note.sentences.iter().map(incident::Sentence::text);
        let en: Vec<&str> = sentences().map(|text| text.en.as_str()).collect();
        let de: Vec<&str> = sentences().map(|text| text.de.as_str()).collect();
        Update {
            id: PublicId::known(note.id.as_str()),
            phase: note.phase,
            body: Text::new(en.join(" "), de.join(" ")),
            author: author(&note.author),
            shown_at: note.at,
            created_at: note.at,
            edited_at: None,
            earlier: Vec::new(),
            evidence: Vec::new(),
            changes: Vec::new(),
        }
    };
    Maintenance {
        id: PublicId::known(known.id.as_str()),
        title: known.title.clone(),
        phase: known.phase,
        begins: known.began_at.unwrap_or(known.scheduled_for),
        ends: known.ended_at.unwrap_or(known.scheduled_until),
        affected: affected.collect(),
        updates: known.notes.iter().rev().map(note).collect(),
        created_at: known.created_at,
        updated_at: known.changed_at,
    }
}

#[cfg(test)]
mod tests;
