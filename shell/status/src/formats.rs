//! What machines read: Statuspage's API, feeds, calendar, badge, and our own forms, which leave nothing out.
//!
//! Each is a document at a fixed address, made from the same view as the pages, so that no two of them can disagree.

mod badge;
mod calendar;
mod feed;
mod own;
pub(crate) mod statuspage;

use crate::render::Scene;

/// A media type of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    Html,
    Json,
    Atom,
    Rss,
    Calendar,
    Svg,
    Text,
}

impl Media {
    pub(crate) const fn header(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Calendar => "text/calendar; charset=utf-8",
            Self::Svg => "image/svg+xml",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

/// Every format with its address.
pub(crate) fn all(scene: Scene<'_>) -> Vec<(String, Media, String)> {
    let mut all: Vec<(String, Media, String)> = Vec::new();
    for (path, body) in statuspage::all(scene).into_iter().chain(own::all(scene)) {
        all.push((path, Media::Json, body.to_string()));
    }
    all.push(("history.atom".to_owned(), Media::Atom, feed::atom(scene, None)));
    all.push(("history.rss".to_owned(), Media::Rss, feed::rss(scene)));
    for part in &scene.view.components {
        let path = format!("components/{}.atom", part.id.as_str());
        all.push((path, Media::Atom, feed::atom(scene, Some(part))));
    }
    all.push(("maintenance.ics".to_owned(), Media::Calendar, calendar::all(scene)));
    all.push(("badge.svg".to_owned(), Media::Svg, badge::draw(scene)));
    all.push(("status.txt".to_owned(), Media::Text, own::text(scene)));
    all
}
