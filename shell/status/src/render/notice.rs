//! The answer to an address under which there is nothing.
//!
//! It is a real 404, never a page that says so with 200.

use super::Scene;
use super::sheet::{Place, Sheet};
use crate::language::Language;

/// Says that there is nothing at an address. It links to the top by whole address, as it may be shown anywhere.
pub(crate) fn missing(scene: Scene<'_>) -> String {
    let language = Language::English;
    let body = format!(
        "<h1>There is no such page</h1><p lang=\"de\">Diese Seite gibt es nicht.</p><p><a href=\"/\">{}</a></p>",
        language.pick("To the status page", "Zur Statusseite")
    );
    Sheet { title: "Not found".to_owned(), place: Place::Elsewhere, body }.finish(scene, language, "")
}
