//! Pages that answer one request: not found, confirmed, refused.

use super::Scene;
use super::parts::escaped;
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

/// A heading and a sentence, with an optional form of one button.
pub(crate) fn notice(
    scene: Scene<'_>,
    language: Language,
    title: &str,
    sentence: &str,
    button: Option<(&str, &str)>,
) -> String {
    let form = button.map_or_else(String::new, |(action, word)| {
        format!(
            "<form method=\"post\" action=\"{}\"><button type=\"submit\">{}</button></form>",
            escaped(action),
            escaped(word)
        )
    });
    let body = format!("<h1>{}</h1><p>{}</p>{form}", escaped(title), escaped(sentence));
    Sheet { title: title.to_owned(), place: Place::Elsewhere, body }.finish(scene, language, "subscribe/")
}
