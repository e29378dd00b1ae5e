//! `place`: where in a body the signature goes, as a byte of the body as it was given.

use super::{print, read_input};
use crate::cli::{BodyKind, ClientSignatureWish, PlaceArgs};
use anyhow::{Context as _, Result};
use message::{Changes, Edit, Index, PartId, TextBody};
use serde_json::json;
use signatures::place::{ClientSignature, PlaceOptions, Placement, place_html, place_text};

pub(crate) fn place(args: &PlaceArgs) -> Result<()> {
    let body = read_input()?;
    // A body is a part's content: the message around it gives it the charset.
    let media_type = if args.kind == BodyKind::Html { "text/html" } else { "text/plain" };
    let charset: String = args.charset.chars().filter(|c| c.is_ascii_graphic() && *c != '"').collect();
    let header = format!(
        "MIME-Version: 1.0\r\nContent-Type: {media_type}; charset=\"{charset}\"\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    );
    let message = [header.as_bytes(), &body].concat();
    let index = Index::of(&message);
    let text = TextBody::read(&message, &index, PartId::MESSAGE)
        .with_context(|| format!("the body cannot be read as {charset}; name its charset with --charset"))?;
    let client_signature = match args.client_signature {
        ClientSignatureWish::Keep => ClientSignature::Keep,
        ClientSignatureWish::Replace => ClientSignature::Replace,
    };
    let options = PlaceOptions { writer_marker: Some(&args.marker), client_signature };
    let placed = match args.kind {
        BodyKind::Html => place_html(text.text(), &options),
        BodyKind::Plain => place_text(text.text(), &options),
    };
    let offset = placed.writer_marker.as_ref().map_or(placed.offset, |marker| marker.start);
    let raw = raw_offset(&message, &index, &text, offset)?.saturating_sub(header.len());
    let told = if args.text { sentences(&placed, raw) } else { json(&placed, raw) };
    print(&told)
}

fn json(placed: &Placement, offset: usize) -> String {
    let told = json!({
        "offset": offset,
        "marker": placed.marker.as_str(),
        "post": placed.post.as_str(),
        "reason": placed.reason(),
        "confidence": placed.confidence().as_str(),
        "writer_marker": placed.writer_marker.is_some(),
        "client_signature": placed.client_signature.is_some(),
    });
    format!("{told}\n")
}

fn sentences(placed: &Placement, offset: usize) -> String {
    let there = if placed.client_signature.is_some() { "there" } else { "not found" };
    format!(
        "byte {offset}: {}\n  marker {}, post {}, confidence {}\n  the writer's own signature is {there}\n",
        placed.reason(),
        placed.marker.as_str(),
        placed.post.as_str(),
        placed.confidence().as_str()
    )
}

/// Where a character of the text lies in the message: where an insertion in front of it would go.
fn raw_offset(message: &[u8], index: &Index, text: &TextBody<'_>, offset: usize) -> Result<usize> {
    let mut changes = Changes::new(message, index);
    changes.edit_text(text, &[Edit { range: offset..offset, insert: "x".to_owned() }])?;
    let splices = changes.finish()?;
    let first = splices.iter().find(|splice| splice.offset >= index.header().body_start);
    Ok(first.map_or(message.len(), |splice| splice.offset))
}
