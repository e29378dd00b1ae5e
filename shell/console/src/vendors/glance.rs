//! All vendors: who says that something is wrong, of whom nothing is known, and what was posted.

use super::card::card;
use super::filter::{Filter, SHOWN};
use super::met;
use super::parts::{begun, minute, state};
use super::{VendorShown, VendorSource};
use crate::front::escaped;
use crate::page::framed;
use model::Timestamp;
use std::cmp::Reverse;
use vendor::State;

const HERE: &str = "/vendors";
const EVERY: u32 = 60;

pub(super) fn render(source: &dyn VendorSource, filter: &Filter) -> String {
    let mut vendors: Vec<(Reverse<State>, String)> = Vec::new();
    let mut states: Vec<(State, String)> = Vec::new();
    let mut records: Vec<(Reverse<Timestamp>, String)> = Vec::new();
    source.each(&mut |shown| {
        let (glance, title) = (shown.glance, shown.title().to_owned());
        states.push((glance.state, title.clone()));
        if filter.finds(&[&title, glance.name.as_str(), &glance.url])
            || shown.records.iter().any(|one| filter.passes(&title, one))
        {
            vendors.push((Reverse(glance.state), tile(shown)));
        }
        let found = shown.records.iter().filter(|record| filter.passes(&title, record));
        records.extend(found.map(|record| (Reverse(begun(record)), card(shown, record, true))));
    });
    vendors.sort_by_key(|(state, _)| *state);
    records.sort_by_key(|(begun, _)| *begun);
    let count = records.len();
    let page = records.into_iter().skip((filter.page() - 1) * SHOWN).take(SHOWN);
    let cards: String = page.map(|(_, card)| card).collect();
    let (kind, headline) = headline(&states);
    let tiles: String = vendors.into_iter().map(|(_, tile)| tile).collect();
    let found = match count {
        0 if filter.is_set() => "<p>Nothing that is kept fits.</p>".to_owned(),
        0 => "<p>No vendor has said anything yet.</p>".to_owned(),
        _ => format!("<ul class=\"records\">{cards}</ul>{}", filter.around(HERE, count)),
    };
    let body = format!(
        "<section class=\"state {kind}\"><h1>{headline}</h1><p>What vendors say of themselves. Of whom nothing is known, nothing good is said. \
         <a href=\"/vendors.atom\">Atom</a> · <a href=\"/api/v1/vendors\">JSON</a></p></section>\
         {}<ul class=\"tiles\">{tiles}</ul><section><h2>{}</h2>{found}</section>{}",
        if states.is_empty() { String::new() } else { filter.form(HERE) },
        if filter.is_set() { format!("{count} found") } else { "What they posted".to_owned() },
        "<section><h2>To watch another</h2><p><code>signpost vendor add NAME|URL</code>; <code>signpost vendor ls</code> lists those whose address is known. \
         <code>signpost vendor watch --now</code> looks at once.</p></section>",
    );
    framed(HERE, &headline, &body, (!filter.is_set()).then_some(EVERY))
}

fn headline(states: &[(State, String)]) -> (&'static str, String) {
    let of = |is: fn(State) -> bool| states.iter().filter(|(state, _)| is(*state)).collect::<Vec<_>>();
    let (red, unknown) = (of(State::is_red), of(|state| state == State::Unknown));
    let named = |one: &(State, String)| escaped(&one.1);
    match (states.len(), red.as_slice(), unknown.as_slice()) {
        (0, ..) => ("odd", "No vendor is watched".to_owned()),
        (_, [one], _) => ("bad", format!("{} reports trouble", named(one))),
        (all, [_, _, ..], _) => ("bad", format!("{} of {all} vendors report trouble", red.len())),
        (_, [], [one]) => ("odd", format!("Of {} nothing is known", named(one))),
        (all, [], [_, _, ..]) => ("odd", format!("Of {} of {all} vendors nothing is known", unknown.len())),
        (1, [], []) => ("good", "The vendor reports no trouble".to_owned()),
        (all, [], []) => ("good", format!("None of {all} vendors reports trouble")),
    }
}

fn tile(shown: VendorShown<'_>) -> String {
    let glance = shown.glance;
    let open = shown.records.iter().filter(|record| record.incident.is_underway() && shown.is_listed(record));
    let open = match open.count() {
        0 => String::new(),
        1 => " · one incident goes on".to_owned(),
        count => format!(" · {count} incidents go on"),
    };
    let looked = match (glance.good, glance.failures) {
        (None, 0) => "not looked at yet".to_owned(),
        (None, _) => "never read".to_owned(),
        (Some(at), _) => format!("as of {}", minute(at)),
    };
    let problem = glance.problem.as_deref();
    let problem = problem
        .map(|problem| format!("<p class=\"failed\">{} failed: {}</p>", glance.failures, escaped(problem)));
    format!(
        "<li class=\"{}\"><a href=\"/vendors/{}\"><strong>{}</strong></a>{}<p>{looked}{open}</p>{}{}</li>",
        glance.state.as_str(),
        glance.name,
        escaped(shown.title()),
        state(glance.state),
        met::line(shown),
        problem.unwrap_or_default(),
    )
}
