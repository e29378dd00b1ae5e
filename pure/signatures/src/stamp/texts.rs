//! The message's own text in its forms, and where in each a signature goes.
//!
//! Both alternatives are read before anything is decided: a message of which one form cannot be read is passed as a whole, because
//! one stamped and one bare alternative would be two different messages.

use crate::place::{ClientSignature, PlaceOptions, Placement, Post, place_html, place_text};
use crate::{Compiled, Placed, text_form};
use core::ops::Range;
use message::{Index, TextBody, TextKind};

/// Most bytes of the newest text that patterns are asked of.
const SEARCHED_LEN_MAX: usize = 256 << 10;

/// One form of the text.
pub(super) struct Text<'a> {
    pub(super) body: TextBody<'a>,
    pub(super) placement: Placement,
}

/// Every form that there is: HTML, plain or both.
pub(super) struct Texts<'a>(Vec<Text<'a>>);

impl<'a> Texts<'a> {
    /// Reads and searches all forms; the error is a sentence.
    pub(super) fn read(bytes: &'a [u8], index: &'a Index, compiled: &Compiled) -> Result<Self, String> {
        let policy = &compiled.parts.policy;
        let options = PlaceOptions {
            writer_marker: policy.marker.as_deref(),
            client_signature: policy.client_signature,
        };
        let bodies = index.bodies();
        let mut texts = Vec::new();
        for id in [bodies.html, bodies.plain].into_iter().flatten() {
            let body = TextBody::read(bytes, index, id)
                .map_err(|error| format!("part {} cannot be read: {error}", index.section(id)))?;
            let placement = match body.kind {
                TextKind::Html => place_html(body.text(), &options),
                TextKind::Plain => place_text(body.text(), &options),
            };
            texts.push(Text { body, placement });
        }
        if texts.is_empty() {
            return Err("the message has no text of its own in which a signature could stand".to_owned());
        }
        Ok(Self(texts))
    }

    pub(super) fn iter(&self) -> core::slice::Iter<'_, Text<'a>> {
        self.0.iter()
    }

    /// What was found in each form.
    pub(super) fn posts(&self) -> Vec<Post> {
        self.0.iter().map(|text| text.placement.post).collect()
    }

    /// Whether the writer's own signature keeps ours away.
    pub(super) fn are_signed_already(&self, policy: ClientSignature) -> bool {
        match policy {
            ClientSignature::Skip => self.0.iter().any(|text| text.placement.client_signature.is_some()),
            ClientSignature::Replace | ClientSignature::Keep => false,
        }
    }

    /// The newest text, for patterns: the plain form if there is one, else what is visible of the markup.
    pub(super) fn newest(&self) -> String {
        let plain = self.0.iter().find(|text| text.body.kind == TextKind::Plain);
        let Some(text) = plain.or(self.0.first()) else { return String::new() };
        let newest = start_of(text.body.text().get(text.placement.newest.clone()).unwrap_or_default());
        match text.body.kind {
            TextKind::Plain => newest.to_owned(),
            TextKind::Html => text_form::visible(newest),
        }
    }

    /// One sentence for each form, for the trail.
    pub(super) fn sentences(&self, index: &Index) -> impl Iterator<Item = String> {
        self.0.iter().map(|text| text.sentence(index))
    }

    /// The account of the places.
    pub(super) fn placed(&self, index: &Index) -> Vec<Placed> {
        let account = |text: &Text<'_>| Placed {
            part: index.section(text.body.id),
            media_type: index.part(text.body.id).content_type.media_type.clone(),
            offset: text.place(),
            marker: text.placement.marker.as_str().to_owned(),
            post: text.placement.post.as_str().to_owned(),
        };
        self.0.iter().map(account).collect()
    }
}

impl Text<'_> {
    /// Where the signature goes.
    pub(super) fn place(&self) -> usize {
        let there = self.placement.writer_marker.as_ref().or(self.placement.ours.as_ref());
        there.map_or(self.placement.offset, |range| range.start)
    }

    /// What gives way to the signature, in order and apart: the writer's marker, an older copy of ours and, where the policy replaces it,
    /// the writer's own signature.
    pub(super) fn replaced(&self, policy: ClientSignature) -> Vec<Range<usize>> {
        let own = match policy {
            ClientSignature::Replace => self.placement.client_signature.clone(),
            ClientSignature::Keep | ClientSignature::Skip => None,
        };
        let found = [own, self.placement.ours.clone(), self.placement.writer_marker.clone()];
        let mut ranges: Vec<Range<usize>> = found.into_iter().flatten().collect();
        ranges.sort_by_key(|range| range.start);
        let mut apart: Vec<Range<usize>> = Vec::new();
        for range in ranges {
            match apart.last_mut().filter(|last| range.start < last.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => apart.push(range),
            }
        }
        apart
    }

    /// Why the place is where it is, for the trail.
    fn sentence(&self, index: &Index) -> String {
        let placement = &self.placement;
        let found =
            placement.client_signature.as_ref().map_or("", |_| "; the writer's own signature is there");
        let section = index.section(self.body.id);
        format!(
            "part {section}: {} (byte {}, marker {}, confidence {}){found}",
            placement.reason(),
            self.place(),
            placement.marker.as_str(),
            placement.confidence().as_str()
        )
    }
}

fn start_of(text: &str) -> &str {
    let mut end = text.len().min(SEARCHED_LEN_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
