//! Small pieces that several pages use.

use super::Scene;
use crate::language::Language;
use crate::mask;
use crate::view::Affected;
use ::incident::Text;
use ::incident::{Impact, State};

/// Text as HTML shows it.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text in the page's language, or in English and marked as such.
pub(super) fn text(scene: Scene<'_>, language: Language, text: &Text) -> String {
    let (words, is_native) = language.text(text);
    let words = escaped(&mask::public(words, scene.settings));
    if is_native { words } else { format!("<span lang=\"en\">{words}</span>") }
}

/// Sign and word of a state.
pub(super) fn state(language: Language, state: State) -> String {
    let word = state.as_str();
    format!(
        "<span class=\"state\" data-state=\"{word}\"><svg aria-hidden=\"true\"><use href=\"#s-{word}\"/></svg>\
         <span data-word=\"\">{}</span></span>",
        language.state(state)
    )
}

/// The severity of an incident.
pub(super) fn impact(language: Language, impact: Impact) -> String {
    format!("<span class=\"badge {}\">{}</span>", impact.as_str(), language.impact(impact))
}

/// `EU › Return to Microsoft 365`.
pub(super) fn part_name(scene: Scene<'_>, language: Language, part: &Affected) -> String {
    format!("{} › {}", escaped(&part.region), text(scene, language, &part.name))
}

/// A number with its noun.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
