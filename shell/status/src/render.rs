//! Pages: HTML made on the server that needs no script and loads nothing.
//!
//! Every page exists in each language under its own address. Each is one document with its styles, so that it can be saved, sent and printed.

pub(crate) mod affected;
mod bars;
mod front;
mod history;
mod incident;
mod maintenance;
mod notice;
mod parts;
mod prose;
pub(crate) mod rule;
mod sheet;
pub(crate) mod subscribe;
mod weather;

pub(crate) use notice::missing;
pub(crate) use sheet::{Policy, Sheet};

use crate::language::Language;
use crate::settings::Settings;
use crate::view::View;
use model::Timestamp;

/// Whether pages are answers of a running node or files of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Live,
    Copy,
}

/// What a page is made from.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    /// As it has to be read now.
    pub(crate) view: &'a View,
    pub(crate) settings: &'a Settings,
    pub(crate) now: Timestamp,
    pub(crate) mode: Mode,
}

/// A page that answers one reader, shown at `path` below the language's folder.
pub(crate) fn answer(scene: Scene<'_>, language: Language, path: &str, body: String) -> String {
    let title = language.pick("Subscribe", "Abonnieren").to_owned();
    sheet::Sheet { title, place: sheet::Place::Subscribe, body }.finish(scene, language, path)
}

/// Every page with its address, which ends with a slash or is empty.
pub(crate) fn pages(scene: Scene<'_>) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for language in Language::ALL {
        let mut add = |path: &str, page: sheet::Sheet| {
            pages.push((format!("{}{path}", language.folder()), page.finish(scene, language, path)));
        };
        add("", front::page(scene, language));
        add("history/", history::page(scene, language));
        add("subscribe/", subscribe::page(scene, language));
        for incident in &scene.view.incidents {
            add(&format!("incidents/{}/", incident.id.as_str()), incident::page(scene, language, incident));
        }
        for work in &scene.view.maintenances {
            add(&format!("maintenances/{}/", work.id.as_str()), maintenance::page(scene, language, work));
        }
    }
    pages
}
