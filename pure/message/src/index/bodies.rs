//! Which parts are the message's own text.
//!
//! Of a mixed multipart the first part counts, of a related one its root, of alternatives each: later text parts are
//! attachments in all but name. Signed, encrypted and report structures have no body of their own here.

use super::{Index, PartId};

/// The message's own text, per form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bodies {
    pub html: Option<PartId>,
    pub plain: Option<PartId>,
}

impl Bodies {
    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.html.is_none() && self.plain.is_none()
    }

    fn or(self, other: Self) -> Self {
        Self { html: self.html.or(other.html), plain: self.plain.or(other.plain) }
    }
}

impl Index {
    /// The message's own text parts.
    #[must_use]
    pub fn bodies(&self) -> Bodies {
        self.bodies_of(PartId::MESSAGE)
    }

    /// Recursion is bounded by the index' own limit of depth.
    fn bodies_of(&self, id: PartId) -> Bodies {
        let part = self.part(id);
        if part.is_attachment() {
            return Bodies::default();
        }
        match part.content_type.media_type.as_str() {
            "text/html" => Bodies { html: Some(id), plain: None },
            "text/plain" => Bodies { html: None, plain: Some(id) },
            "multipart/alternative" => {
                part.children.iter().fold(Bodies::default(), |found, child| found.or(self.bodies_of(*child)))
            }
            "multipart/related" => self.related_root(id).map(|root| self.bodies_of(root)).unwrap_or_default(),
            "multipart/signed" | "multipart/encrypted" | "multipart/report" => Bodies::default(),
            media_type if media_type.starts_with("multipart/") => {
                let mut children = part.children.iter().map(|child| self.bodies_of(*child));
                children.find(|found| !found.is_empty()).unwrap_or_default()
            }
            _ => Bodies::default(),
        }
    }

    /// The part named by `start`, else the first (RFC 2387 §3.2).
    #[must_use]
    pub fn related_root(&self, related: PartId) -> Option<PartId> {
        let part = self.part(related);
        let start = part.content_type.parameter("start").map(|id| id.trim_matches(['<', '>']));
        let named = start.and_then(|start| {
            part.children.iter().find(|child| self.part(**child).content_id.as_deref() == Some(start))
        });
        named.or(part.children.first()).copied()
    }
}
