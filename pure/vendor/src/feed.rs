//! Feeds: Atom and RSS of any page, and of Statuspage, Instatus and AWS in particular.
//!
//! A feed has little more than a title, a link and a text; what a page puts into its text is read by [`timeline`]. An entry that names no phase has an
//! unknown one. Where the link ends in the id that the page's API has, that id is taken, so that both find the same incident.

mod timeline;

use crate::aws::{self, Item};
use crate::build::{Draft, affected, incident, update};
use crate::document::{Affected, Component, Incident, Kind};
use crate::notes::{AlarmKind, Notes};
use crate::plain;
use crate::words::{self, Phase, Severity, State, Word};
use crate::xml::Element;
use crate::{Format, Given};
use model::{Duration, Timestamp};
use timeline::{Said, Story};

/// An entry as the feed has it.
struct Entry<'a> {
    element: &'a Element,
    title: String,
    id: Option<String>,
    link: Option<String>,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
    /// HTML, or plain text.
    content: String,
    categories: Vec<String>,
    raw: String,
}

pub(crate) fn feed(format: Format, root: &Element, text: &str, given: &Given<'_>) -> Draft {
    let mut draft = Draft::new(format, given.now);
    let channel = root.child("channel").unwrap_or(root);
    draft.page.name = channel.text_of(&["title"]).map(|title| plain::line(&title.text));
    draft.page.url = link(channel);
    draft.page.updated_at = time(channel, &["updated", "lastbuilddate", "pubdate", "date"], &mut draft.notes);
    draft.next_page = channel
        .all("link")
        .find(|link| link.attribute("rel") == Some("next"))
        .and_then(|link| plain::url(link.attribute("href")?));
    // RSS 1.0 has its items beside the channel.
    let elements = channel.children.iter().chain(root.children.iter().filter(|_| root.name == "rdf"));
    let elements = elements.filter(|child| matches!(child.name.as_str(), "item" | "entry"));
    let entries: Vec<Entry<'_>> = elements.map(|element| entry(element, text, &mut draft.notes)).collect();
    if format == Format::AwsFeed {
        let items = entries.into_iter().map(|entry| Item {
            title: entry.title,
            text: entry.content,
            guid: entry.id.unwrap_or_default(),
            at: entry.published.or(entry.updated),
            raw: entry.raw,
        });
        aws::grouped(items.collect(), &mut draft);
        return draft;
    }
    for entry in entries {
        let state = own_state(&entry, &mut draft.notes);
        if let Some(state) = &state {
            draft.component(Component {
                native_id: entry.id.clone(),
                group: None,
                name: plain::line(&entry.title),
                state: state.clone(),
                updated_at: entry.updated.or(entry.published),
            });
            if state.ours == State::Operational {
                continue;
            }
        }
        let mut incident = read(&entry, (format, draft.page.url.as_deref()), &mut draft.notes);
        if let Some(state) = state {
            incident.severity = Word { ours: Severity::of(state.ours), theirs: state.theirs.clone() };
            incident.phase = Word { ours: Phase::Investigating, theirs: state.theirs };
        }
        draft.incident(incident);
    }
    let silent = draft.incidents.iter().filter(|incident| incident.phase.theirs.is_none()).count();
    if silent > 0 {
        let text = format!("{silent} entries name no phase: whether they go on is not known");
        draft.notes.alarm(AlarmKind::Missing, &root.place, text);
    }
    draft
}

fn entry<'a>(element: &'a Element, text: &str, notes: &mut Notes) -> Entry<'a> {
    let content = element.text_of(&["encoded", "content", "description", "summary"]);
    // XHTML has its text in elements: its source is read as HTML.
    let wrapped = element.child("content").filter(|content| !content.children.is_empty());
    let content = match (wrapped, content) {
        (Some(wrapped), _) => inner(text.get(wrapped.span.clone()).unwrap_or_default()).to_owned(),
        (None, Some(content)) => content.text.clone(),
        (None, None) => String::new(),
    };
    let of = |names: &[&str]| element.text_of(names).map(|found| found.text.trim().to_owned());
    Entry {
        element,
        title: of(&["title"]).unwrap_or_default(),
        id: of(&["id", "guid"]),
        link: link(element),
        published: time(element, &["published", "issued", "pubdate", "date", "created"], notes),
        updated: time(element, &["updated", "modified"], notes),
        content,
        categories: element
            .all("category")
            .filter_map(|category| category.attribute("term").or(Some(category.text.as_str())))
            .map(str::to_owned)
            .collect(),
        raw: text.get(element.span.clone()).unwrap_or_default().to_owned(),
    }
}

/// Microsoft's public feed has an item for each service, with `<status>Available</status>`: a component, and an incident only while it is not so.
fn own_state(entry: &Entry<'_>, notes: &mut Notes) -> Option<Word<State>> {
    let status = entry.element.child("status").filter(|status| !status.text.trim().is_empty())?;
    let word = status.text.trim();
    if words::state(word).is_none() && words::phase(word).is_some() {
        return None;
    }
    Some(notes.said(word, &status.place, "state", words::state, State::Unknown))
}

/// What stands within the outermost tags.
fn inner(source: &str) -> &str {
    let start = source.find('>').map_or(0, |at| at + 1);
    let end = source.rfind("</").filter(|end| *end >= start).unwrap_or(source.len());
    &source[start..end]
}

fn time(element: &Element, names: &[&str], notes: &mut Notes) -> Option<Timestamp> {
    let found = element.text_of(names)?;
    notes.time_in(&found.text, &found.place)
}

/// The page of an element: `alternate` first, never the feed itself.
fn link(element: &Element) -> Option<String> {
    let is_page = |link: &&Element| matches!(link.attribute("rel"), None | Some("alternate"));
    let found = element
        .all("link")
        .filter(is_page)
        .find_map(|link| plain::url(link.attribute("href").unwrap_or(&link.text)));
    let guid = || {
        let guid = element.child("guid")?;
        plain::url(&guid.text).filter(|_| guid.attribute("ispermalink") != Some("false"))
    };
    found.or_else(guid)
}

fn read(entry: &Entry<'_>, (format, page): (Format, Option<&str>), notes: &mut Notes) -> Incident {
    let near = entry.published.or(entry.updated);
    let is_strict = format != Format::Atom && format != Format::Rss;
    let story = timeline::story(&plain::text(&entry.content), near, is_strict);
    let (title, mark) = timeline::without_mark(&entry.title);
    let title = if title.trim().is_empty() { "(no title)" } else { title };
    let mut found = incident(&native_id(entry, page), Kind::Incident, title, entry.raw.clone());
    found.url = entry.link.clone();
    found.kind = kind(entry, &story);
    found.updates = story.said.iter().map(|said| of_said(said, found.kind, entry, notes)).collect();
    repeat_phases(&mut found);
    if found.updates.is_empty() {
        // Its one text is how it stands now, and may be the last of many: it is given no phase.
        let mut one = update(Word { ours: Phase::Unknown, theirs: None }, &story.rest);
        one.display_at = entry.updated.or(entry.published);
        found.updates.push(one);
    }
    found.phase = phase(entry, &story, mark, &found, notes);
    let severity = story.field(&["severity", "impact"]);
    if let Some(word) = severity {
        found.severity =
            notes.said(word, &entry.element.place, "severity", words::severity, Severity::Unknown);
    }
    if found.kind == Kind::Maintenance && severity.is_none() {
        found.severity.ours = Severity::Maintenance;
    }
    clocks(entry, format, &story, &mut found);
    found.components =
        story.components.iter().map(|(name, word)| component(name, word.as_deref(), entry, notes)).collect();
    found
}

fn component(name: &str, word: Option<&str>, entry: &Entry<'_>, notes: &mut Notes) -> Affected {
    let mut one = affected(None, name);
    one.state =
        word.map(|word| notes.said(word, &entry.element.place, "state", words::state, State::Unknown));
    one
}

/// The last part of `/incidents/k1mlxlmdhqqp` or of `tag:HOST,2005:Incident/cuid`, the feed's id, or link, or the title. What leads to the page itself
/// tells no entry from another: its time does.
fn native_id(entry: &Entry<'_>, page: Option<&str>) -> String {
    let of_link = entry.link.as_deref().and_then(|link| {
        let (_, tail) = link.rsplit_once("/incidents/").or_else(|| link.rsplit_once("/incident/"))?;
        Some(tail.split(['/', '?', '#']).next()?.to_owned()).filter(|id| !id.is_empty())
    });
    let of_tag = entry.id.as_deref().filter(|id| id.starts_with("tag:")).and_then(|id| {
        let (_, tail) = id.rsplit_once(":Incident/").or_else(|| id.rsplit_once(":Maintenance/"))?;
        Some(tail.to_owned())
    });
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    let is_own = |id: &String| page.is_none_or(|page| bare(page) != bare(id));
    let of_entry = entry.id.clone().filter(is_own).or_else(|| entry.link.clone().filter(is_own));
    of_link.or(of_tag).or(of_entry).unwrap_or_else(|| {
        format!("{}@{}", entry.title, entry.published.map_or_else(String::new, |at| at.to_string()))
    })
}

fn kind(entry: &Entry<'_>, story: &Story) -> Kind {
    let is_word = |word: &str| words::key(word).contains("maintenance");
    let is_tagged = entry.id.as_deref().is_some_and(|id| id.contains(":Maintenance/"));
    let is_maintenance = is_tagged
        || story.field(&["type"]).is_some_and(is_word)
        || entry.categories.iter().any(|word| is_word(word))
        || story.said.iter().any(|said| said.phase().is_some_and(Phase::is_of_maintenance));
    if is_maintenance { Kind::Maintenance } else { Kind::Incident }
}

fn of_said(said: &Said, kind: Kind, entry: &Entry<'_>, notes: &mut Notes) -> crate::Update {
    let table = |word: &str| match words::phase(word) {
        // Instatus calls maintenance that goes on `Identified`.
        Some(Phase::Identified) if kind == Kind::Maintenance => Some(Phase::InProgress),
        found => found,
    };
    let phase = match &said.word {
        Some(word) if words::is_repetition(word) => Word { ours: Phase::Unknown, theirs: Some(word.clone()) },
        Some(word) => notes.said(word, &entry.element.place, "phase", table, Phase::Unknown),
        None => Word { ours: Phase::Unknown, theirs: None },
    };
    let mut one = update(phase, &said.text);
    one.display_at = said.at;
    one
}

/// `Update` repeats the phase before it; updates come newest first or oldest first.
fn repeat_phases(found: &mut Incident) {
    let time = |update: Option<&crate::Update>| update.and_then(|update| update.display_at);
    if time(found.updates.first()) > time(found.updates.last()) {
        found.updates.reverse();
    }
    let mut before = Phase::Unknown;
    for update in &mut found.updates {
        let repeats = update.phase.theirs.as_deref().is_some_and(words::is_repetition);
        if repeats {
            update.phase.ours = before;
        }
        before = update.phase.ours;
    }
}

fn phase(
    entry: &Entry<'_>,
    story: &Story,
    mark: Option<&str>,
    found: &Incident,
    notes: &mut Notes,
) -> Word<Phase> {
    let own = entry.element.child("status").map(|status| status.text.trim());
    // A word that is a state is read as one, and is no phase that nobody knows.
    let own = own.filter(|word| words::phase(word).is_some());
    let told = story.field(&["status", "current status", "state"]).or(mark).or(own);
    if let Some(word) = told {
        return notes.said(word, &entry.element.place, "phase", words::phase, Phase::Unknown);
    }
    let last = found.updates.iter().rev().find(|update| update.phase.theirs.is_some());
    if let Some(last) = last {
        return last.phase.clone();
    }
    let category = entry.categories.iter().find(|word| words::phase(word).is_some());
    category.map_or(Word { ours: Phase::Unknown, theirs: None }, |word| {
        notes.said(word, &entry.element.place, "phase", words::phase, Phase::Unknown)
    })
}

fn clocks(entry: &Entry<'_>, format: Format, story: &Story, found: &mut Incident) {
    let clocks = &mut found.clocks;
    let said = || found.updates.iter().filter_map(|update| update.display_at);
    clocks.changed = entry.updated.or_else(|| said().max());
    if found.kind == Kind::Maintenance {
        clocks.scheduled_for = entry.published.filter(|_| format == Format::InstatusFeed);
        let planned = story.field(&["duration"]).and_then(timeline::span);
        clocks.scheduled_until =
            clocks.scheduled_for.zip(planned).map(|(at, planned): (_, Duration)| at + planned);
    } else {
        // What is published before the first word of the text is when it began, as far as the page knows.
        let is_begin = format != Format::Atom && format != Format::Rss;
        let first = said().min();
        clocks.started =
            entry.published.filter(|at| is_begin || (!story.said.is_empty() && Some(*at) <= first));
        clocks.posted =
            if clocks.started.is_some() { first } else { entry.published.into_iter().chain(first).min() };
    }
    let over =
        found.updates.iter().filter(|update| matches!(update.phase.ours, Phase::Resolved | Phase::Completed));
    clocks.resolved =
        over.filter_map(|update| update.display_at).max().filter(|_| found.phase.ours.is_over());
}

#[cfg(test)]
mod tests;
