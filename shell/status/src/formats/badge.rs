//! A small picture for other pages: whose status, and the answer in a word.

use crate::encode::xml;
use crate::overall::Flow;
use crate::render::Scene;
use incident::State;

/// About the width of a letter at eleven pixels.
const LETTER: usize = 7;

pub(super) fn draw(scene: Scene<'_>) -> String {
    let flow = Flow::of(scene.view);
    let word = match flow {
        Flow::Flowing => "mail is flowing",
        Flow::FlowingBut => "mail is flowing, disturbance",
        Flow::UnderMaintenance => "maintenance",
        Flow::Slow => "slow",
        Flow::Unknown => "unknown",
        Flow::Partly => "partial outage",
        Flow::Stopped => "outage",
    };
    let colour = match flow.state() {
        State::Operational => "#12743c",
        State::UnderMaintenance => "#1a5bb8",
        State::DegradedPerformance => "#8a5a00",
        State::Unknown => "#5a6675",
        State::PartialOutage => "#ab4708",
        State::MajorOutage => "#b3261e",
    };
    let name = xml(&scene.settings.name);
    let left = scene.settings.name.chars().count() * LETTER + 16;
    let right = word.len() * LETTER + 16;
    let all = left + right;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"22\" role=\"img\" aria-label=\"{name}: {word}\">\
         <title>{name}: {word}</title><clipPath id=\"c\"><rect width=\"{all}\" height=\"22\" rx=\"5\"/></clipPath>\
         <g clip-path=\"url(#c)\"><rect width=\"{left}\" height=\"22\" fill=\"#2b3644\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"22\" fill=\"{colour}\"/></g>\
         <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\" text-anchor=\"middle\">\
         <text x=\"{}\" y=\"15\">{name}</text><text x=\"{}\" y=\"15\">{word}</text></g></svg>\n",
        left / 2,
        left + right / 2,
    )
}
