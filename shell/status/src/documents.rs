//! A view rendered once: every address with its bytes, ready to be sent.
//!
//! Nothing is made while a reader waits. An ETag (RFC 9110 §8.8.3) comes from the bytes, so that equal content is equal across renderings and restarts.

use crate::encode::hex;
use crate::formats::{self, Media};
use crate::render::{self, Mode, Policy, Scene};
use crate::settings::Settings;
use crate::time;
use crate::view::View;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use bytes::Bytes;
use model::Timestamp;
use std::collections::HashMap;

/// Short, with grace for proxies: a page must be soon true and may be old rather than gone (RFC 5861).
const CACHE: &str = "public, max-age=15, s-maxage=30, stale-while-revalidate=60, stale-if-error=86400";

/// One address's answer.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) bytes: Bytes,
    pub(crate) headers: HeaderMap,
}

/// All of them, as of one moment.
#[derive(Debug)]
pub(crate) struct Documents {
    pub(crate) rendered_at: Timestamp,
    /// By address without the first slash.
    pub(crate) by_path: HashMap<String, Document>,
    pub(crate) missing: Document,
}

impl Documents {
    /// Renders what `view` says at `now`.
    pub(crate) fn render(view: &View, settings: &Settings, now: Timestamp, mode: Mode) -> Self {
        let mut view = view.aged(now, settings.fresh_for);
        if !settings.show_absorbed {
            view.incidents.retain(|incident| !incident.absorbed);
        }
        let scene = Scene { view: &view, settings, now, mode };
        let mut by_path = HashMap::new();
        for (path, html) in render::pages(scene) {
            by_path.insert(path, Document::new(Media::Html, html, view.changed_at));
        }
        for (path, media, text) in formats::all(scene) {
            by_path.insert(path, Document::new(media, text, view.changed_at));
        }
        let mut missing = Document::new(Media::Html, render::missing(scene), view.changed_at);
        for name in [header::ETAG, header::LAST_MODIFIED] {
            missing.headers.remove(name);
        }
        missing.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self { rendered_at: now, by_path, missing }
    }
}

impl Document {
    pub(crate) fn new(media: Media, text: String, changed_at: Timestamp) -> Self {
        let bytes = Bytes::from(text);
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        let tag = format!("\"{}\"", hex(&digest.as_ref()[..16]));
        let mut headers = HeaderMap::new();
        let mut fixed = |name: HeaderName, value: &'static str| {
            headers.insert(name, HeaderValue::from_static(value));
        };
        fixed(header::CONTENT_TYPE, media.header());
        fixed(header::CACHE_CONTROL, CACHE);
        fixed(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        fixed(header::REFERRER_POLICY, "no-referrer");
        let policy = match media {
            Media::Html => Policy::get().live.as_str(),
            Media::Json | Media::Atom | Media::Rss | Media::Calendar | Media::Svg | Media::Text => {
                "default-src 'none'"
            }
        };
        let made = [(header::ETAG, tag.as_str()), (header::CONTENT_SECURITY_POLICY, policy)];
        for (name, value) in made {
            headers.insert(
                name,
                HeaderValue::from_str(value).expect("hexadecimal and base64 are visible ASCII"),
            );
        }
        let changed = HeaderValue::from_str(&time::http(changed_at)).expect("a date is visible ASCII");
        headers.insert(header::LAST_MODIFIED, changed);
        Self { bytes, headers }
    }

    /// Whether a reader that has `tags` (`If-None-Match`) has this already: weak comparison (RFC 9110 §13.1.2).
    pub(crate) fn is_known(&self, tags: &str) -> bool {
        let own = self.headers.get(header::ETAG).and_then(|own| own.to_str().ok());
        tags.split(',').map(str::trim).any(|tag| tag == "*" || own == Some(tag.trim_start_matches("W/")))
    }
}
