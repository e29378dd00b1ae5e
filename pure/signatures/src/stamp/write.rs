//! The chosen signatures, rendered and written into every form of the message's text.
//!
//! In HTML each signature stands in a container with our class and the tenant's mark, so that our own signature is known again in a
//! reply's history. In plain text an empty line stands between it and what is before and after. Pictures are added once each, and not if the
//! message has them. A form that carries the same signature already stays as it is.

use super::Message;
use super::older::{self, Fingerprint};
use super::texts::Text;
use crate::content_id::ContentIds;
use crate::templates::Rendered;
use crate::text_form;
use crate::{HostedAt, OlderSignatures, SignatureName, Smaller, Spliced, TemplateError};
use core::ops::Range;
use message::{ChangeError, Changes, Edit, EmbeddedImage, Splice, Splices, TextKind};
use std::collections::BTreeSet;

/// The class of our container.
pub(crate) use crate::place::OURS as CONTAINER_CLASS;

/// Why a group's signatures could not be written.
pub(super) enum WriteError {
    Template(TemplateError),
    Change(ChangeError),
    /// Every form carries them already.
    Carried,
    /// No form of the signature fits what the next hop takes.
    TooLarge,
}

impl From<ChangeError> for WriteError {
    fn from(error: ChangeError) -> Self {
        Self::Change(error)
    }
}

/// Bytes kept for the fields that go in front of every message.
const TRACE_LEN: usize = 2 << 10;

/// The splices that sign the message: with pictures, else, where the next hop would not take that, with the pictures' addresses, else with the
/// text of the signature alone.
pub(super) fn write(
    message: &Message<'_>,
    names: &[&SignatureName],
    ids: ContentIds,
    trail: &mut Vec<String>,
) -> Result<(Splices, Option<Smaller>), WriteError> {
    let rendered = rendered(message, names, ids)?;
    let whole = written(message, &rendered, ids)?;
    let Some(size_max) = message.stamped_size_max() else { return Ok((whole, None)) };
    let fits = |splices: &Splices| {
        splices.len_after(message.input.original.len()) + TRACE_LEN
            <= usize::try_from(size_max.0).unwrap_or(usize::MAX)
    };
    if fits(&whole) {
        return Ok((whole, None));
    }
    let has_pictures = rendered.iter().any(|one| !one.images.is_empty());
    let hosted_at = message.compiled.parts.images_hosted_at.as_ref().filter(|_| has_pictures);
    for smaller in [Smaller::HostedImages, Smaller::TextOnly] {
        let form = |one: &Rendered| match smaller {
            Smaller::HostedImages => hosted_at.map(|at| hosted(one, at, ids)),
            Smaller::TextOnly => Some(text_only(one)),
        };
        let Some(forms) = rendered.iter().map(form).collect::<Option<Vec<_>>>() else { continue };
        let said = smaller.as_str();
        trail.push(format!("with the signature the next hop would not take it ({size_max}): {said}"));
        let splices = written(message, &forms, ids)?;
        if fits(&splices) {
            return Ok((splices, Some(smaller)));
        }
    }
    Err(WriteError::TooLarge)
}

/// The same signature with its pictures where the tenant publishes them.
fn hosted(rendered: &Rendered, at: &HostedAt, ids: ContentIds) -> Rendered {
    let named = |html: String, name: &String| html.replace(&format!("cid:{}", ids.of(name)), &at.of(name));
    let html = rendered.images.iter().fold(rendered.html.clone(), named);
    Rendered { html, images: BTreeSet::new(), text: rendered.text.clone() }
}

/// The same signature without pictures and tables.
fn text_only(rendered: &Rendered) -> Rendered {
    let text = rendered.text.clone();
    Rendered { html: text_form::to_html(&text), images: BTreeSet::new(), text }
}

fn rendered(
    message: &Message<'_>,
    names: &[&SignatureName],
    ids: ContentIds,
) -> Result<Vec<Rendered>, WriteError> {
    let parts = &message.compiled.parts;
    let render = |name: &&SignatureName| {
        parts.templates.render(name, &message.person.attributes, &message.compiled.image_names, ids)
    };
    names.iter().map(render).collect::<Result<_, _>>().map_err(WriteError::Template)
}

fn written(message: &Message<'_>, rendered: &[Rendered], ids: ContentIds) -> Result<Splices, WriteError> {
    let parts = &message.compiled.parts;
    let mut changes = Changes::new(message.input.original, message.index);
    let mark = older::mark(&parts.domains);
    let folds = parts.policy.older_signatures == OlderSignatures::Fold && message.is_internal();
    let mut is_signed = false;
    for text in message.texts.iter() {
        let insert = match text.body.kind {
            TextKind::Html => html(rendered, &mark),
            TextKind::Plain => plain(rendered),
        };
        let (insert, images) = match text.body.kind {
            TextKind::Html => with_pictures(&changes, text, insert, images(message, rendered, ids)),
            TextKind::Plain => (insert, Vec::new()),
        };
        if Fingerprint::of(&insert, text.body.kind).is_in(text) {
            continue;
        }
        is_signed = true;
        let mut edits = edits(text, &insert, parts.policy.client_signature);
        if folds && text.body.kind == TextKind::Html {
            edits.extend(older::folds(text, &mark, &edits));
        }
        changes.edit_text(&text.body, &edits)?;
        if text.body.kind == TextKind::Html {
            changes.embed_images(text.body.id, images, &ids.boundary("related"))?;
        }
    }
    if !is_signed {
        return Err(WriteError::Carried);
    }
    message.proofs().take_out(&mut changes)?;
    Ok(changes.finish()?)
}

/// The account of one splice.
pub(super) fn spliced(splice: &Splice) -> Spliced {
    Spliced { offset: splice.offset, removed: splice.removed, inserted: splice.inserted.len() }
}

fn html(rendered: &[Rendered], mark: &str) -> String {
    let contained = |one: &Rendered| format!("<div class=\"{CONTAINER_CLASS} {mark}\">{}</div>", one.html);
    rendered.iter().map(contained).collect()
}

fn plain(rendered: &[Rendered]) -> String {
    rendered
        .iter()
        .map(|one| one.text.as_str())
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

fn images(message: &Message<'_>, rendered: &[Rendered], ids: ContentIds) -> Vec<EmbeddedImage> {
    let names: BTreeSet<&String> = rendered.iter().flat_map(|one| &one.images).collect();
    let image = |name: &String| {
        let image = message.compiled.parts.images.get(name)?;
        Some(EmbeddedImage {
            content_id: ids.of(name),
            media_type: image.media_type.to_owned(),
            file_name: name.clone(),
            data: image.bytes.clone(),
        })
    };
    names.into_iter().filter_map(image).collect()
}

/// The markup and the pictures that come with it: one that the message brings along, as a reply in a thread does, is shown from there.
fn with_pictures(
    changes: &Changes<'_>,
    text: &Text<'_>,
    mut markup: String,
    mut images: Vec<EmbeddedImage>,
) -> (String, Vec<EmbeddedImage>) {
    images.retain(|image| match changes.content_id_of(text.body.id, &image.media_type, &image.data) {
        Some(there) => {
            markup = markup.replace(&format!("cid:{}", image.content_id), &format!("cid:{there}"));
            false
        }
        None => true,
    });
    (markup, images)
}

/// The edits of one form: what is replaced goes, the signature comes to its place.
fn edits(text: &Text<'_>, insert: &str, policy: crate::place::ClientSignature) -> Vec<Edit> {
    let place = text.place();
    let replaced = text.replaced(policy);
    let at_place = replaced.iter().find(|range| range.contains(&place) || range.start == place);
    let range = at_place.cloned().unwrap_or(place..place);
    let insert = match text.body.kind {
        TextKind::Html => insert.to_owned(),
        TextKind::Plain => spaced(text.body.text(), &range, insert),
    };
    let others = replaced.iter().filter(|other| **other != range);
    let removed = others.map(|other| Edit { range: other.clone(), insert: String::new() });
    removed.chain([Edit { range: range.clone(), insert }]).collect()
}

/// The signature with the line ends that set it off from the text around it.
fn spaced(text: &str, range: &Range<usize>, insert: &str) -> String {
    if insert.is_empty() {
        return String::new();
    }
    let before = &text[..range.start];
    let blank = &before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..];
    let lead = match (before.is_empty(), blank.matches('\n').count()) {
        (true, _) => "",
        (false, 0) => "\n\n",
        (false, 1) => "\n",
        (false, _) => "",
    };
    let after = &text[range.end..];
    let tail = if after.is_empty() || after.starts_with(['\n', '\r']) { "" } else { "\n" };
    format!("{lead}{insert}{tail}")
}
