//! What all pages share: head, header, footer, styles and signs.
//!
//! A page knows how deep it lies and links upwards from there. The style sheet and the one script of copies are allowed by their hashes, and nothing
//! else is.

use super::parts::escaped;
use super::{Mode, Scene};
use crate::encode::base64;
use crate::language::Language;
use crate::overall::Flow;
use crate::time;
use ::incident::State;
use std::sync::LazyLock;

const STYLE: &str = include_str!("style.css");
const SIGNS: &str = include_str!("signs.svg");
const SCRIPT: &str = include_str!("copy.js");

/// The content security policies, as the header of live pages and the element of copies carry them.
pub(crate) struct Policy {
    pub(crate) live: String,
    copy: String,
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let hash = |text: &str| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        format!("'sha256-{}'", base64(digest.as_ref()))
    };
    let common = format!("default-src 'none'; style-src {}; img-src data:; base-uri 'none'", hash(STYLE));
    Policy {
        live: format!("{common}; form-action 'self'; frame-ancestors 'none'"),
        copy: format!("{common}; script-src {}; form-action 'none'", hash(SCRIPT)),
    }
});

impl Policy {
    pub(crate) fn get() -> &'static Self {
        &POLICY
    }
}

/// A page without its frame.
pub(crate) struct Sheet {
    /// Plain text.
    pub(crate) title: String,
    /// Which entry of the navigation it is.
    pub(crate) place: Place,
    /// HTML of `main`.
    pub(crate) body: String,
}

/// The entries of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Front,
    History,
    Subscribe,
    Elsewhere,
}

/// The way from a page to the top of the site.
pub(crate) fn to_top(language: Language, path: &str) -> String {
    "../".repeat(language.folder().matches('/').count() + path.matches('/').count())
}

impl Sheet {
    /// The document at `path` below the language's folder.
    pub(crate) fn finish(self, scene: Scene<'_>, language: Language, path: &str) -> String {
        let top = to_top(language, path);
        let name = escaped(&scene.settings.name);
        let link = |path: String| if path.is_empty() { "./".to_owned() } else { path };
        let alternates: String = Language::ALL
            .iter()
            .map(|other| {
                let (tag, address) = (other.tag(), link(format!("{top}{}{path}", other.folder())));
                format!("<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{address}\">\n")
            })
            .collect();
        let (attributes, policy, script) = match scene.mode {
            Mode::Live => (String::new(), String::new(), String::new()),
            Mode::Copy => copy_parts(scene, language),
        };
        format!(
            "<!doctype html>\n<html lang=\"{tag}\"{attributes}>\n<head>\n<meta charset=\"utf-8\">\n{policy}\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · {name} {word}</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n{alternates}\
             <link rel=\"alternate\" type=\"application/atom+xml\" title=\"Atom\" href=\"{top}history.atom\">\n\
             <link rel=\"alternate\" type=\"application/rss+xml\" title=\"RSS\" href=\"{top}history.rss\">\n\
             <style>{STYLE}</style>\n</head>\n<body>\n{SIGNS}<a class=\"skip\" href=\"#main\">{skip}</a>\n\
             {header}\n<main id=\"main\">{banner}{body}</main>\n{footer}\n{script}</body>\n</html>\n",
            tag = language.tag(),
            title = escaped(&self.title),
            word = language.pick("status", "Status"),
            skip = language.pick("Skip to content", "Zum Inhalt"),
            header = self.header(scene, language, &top, path),
            banner = banner(scene, language),
            body = self.body,
            footer = footer(scene, language, &top),
        )
    }

    fn header(&self, scene: Scene<'_>, language: Language, top: &str, path: &str) -> String {
        let home = match format!("{top}{}", language.folder()) {
            empty if empty.is_empty() => "./".to_owned(),
            home => home,
        };
        let entry = |place: Place, path: &str, word: &str| {
            let current = if self.place == place { " aria-current=\"page\"" } else { "" };
            format!("<a href=\"{home}{path}\"{current}>{word}</a>")
        };
        let other = language.other();
        let switch = match format!("{top}{}{path}", other.folder()) {
            empty if empty.is_empty() => "./".to_owned(),
            there => there,
        };
        format!(
            "<header class=\"top\"><div><a class=\"brand\" href=\"{home}\"><svg aria-hidden=\"true\"><use href=\"#mark\"/></svg>\
             <span>{name}</span></a><nav aria-label=\"{label}\">{front}{history}{subscribe}\
             <a href=\"{switch}\" lang=\"{tag}\" hreflang=\"{tag}\">{tongue}</a></nav></div></header>",
            name = escaped(&scene.settings.name),
            label = language.pick("Pages", "Seiten"),
            front = entry(Place::Front, "", language.pick("Status", "Status")),
            history = entry(Place::History, "history/", language.pick("History", "Verlauf")),
            subscribe = entry(Place::Subscribe, "subscribe/", language.pick("Subscribe", "Abonnieren")),
            tag = other.tag(),
            tongue = other.pick("English", "Deutsch"),
        )
    }
}

/// Attributes of `html`, the policy as an element, and the script of a copy.
fn copy_parts(scene: Scene<'_>, language: Language) -> (String, String, String) {
    let attributes = format!(
        " data-made=\"{}\" data-fresh=\"{}\" data-unknown=\"{}\" data-flow=\"{}\"",
        time::seconds(scene.now),
        scene.settings.fresh_for.as_secs(),
        language.state(State::Unknown),
        language.flow(Flow::Unknown),
    );
    let policy = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", POLICY.copy);
    (attributes, policy, format!("<script>{SCRIPT}</script>\n"))
}

/// What a copy says of itself.
fn banner(scene: Scene<'_>, language: Language) -> String {
    if scene.mode == Mode::Live {
        return String::new();
    }
    let made = time::element(scene.now, language);
    let fresh = time::span(scene.settings.fresh_for, language);
    let text = match language {
        Language::English => format!(
            "This is a copy, made on {made}. <span id=\"age\">If that is longer than {fresh} ago, nothing it says about the present is known to be true.</span>"
        ),
        Language::German => format!(
            "Dies ist eine Kopie vom {made}. <span id=\"age\">Liegt das länger als {fresh} zurück, ist nichts, was sie über die \
             Gegenwart sagt, gesichert.</span>"
        ),
    };
    format!("<p class=\"copy\">{text}</p>")
}

fn footer(scene: Scene<'_>, language: Language, top: &str) -> String {
    let help = scene.settings.help.as_ref().map_or_else(String::new, |help| {
        let target =
            if help.contains("://") || !help.contains('@') { help.clone() } else { format!("mailto:{help}") };
        format!(" · <a href=\"{}\">{}</a>", escaped(&target), language.pick("Get help", "Hilfe"))
    });
    let as_of = language.pick("As of", "Stand");
    format!(
        "<footer><p>{as_of} {} · <a href=\"{top}api/v2/summary.json\">JSON</a> · <a href=\"{top}history.atom\">Atom</a> · \
         <a href=\"{top}history.rss\">RSS</a> · <a href=\"{top}maintenance.ics\">iCalendar</a>{help}</p><p>{}</p></footer>",
        time::element(scene.view.made_at, language),
        language.pick(
            "Written by Signpost from what it measured. What is not measured is called unknown.",
            "Von Signpost aus Messungen geschrieben. Was nicht gemessen ist, heißt unbekannt.",
        ),
    )
}
