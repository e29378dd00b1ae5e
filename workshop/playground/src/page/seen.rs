//! A message as its recipient sees it: decoded, with embedded images in place.
//!
//! The reading is mail-parser's, so that the page can disagree with Signpost's own. Images that the HTML names by `cid:` become data
//! addresses; an image that is missing stays missing. A message that cannot be read shows nothing and its source remains.

use crate::compose::{base64, escape_html};
use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};

/// What a mail program would show.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) subject: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) attachments: Vec<Attachment>,
}

/// A part that is listed below the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attachment {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) size: usize,
}

/// Reads header and text.
pub(super) fn read(bytes: &[u8]) -> Seen {
    let Some(message) = MessageParser::default().parse(bytes) else { return Seen::default() };
    Seen {
        subject: message.subject().unwrap_or_default().to_owned(),
        from: message.from().map(addresses).unwrap_or_default(),
        to: message.to().map(addresses).unwrap_or_default(),
        text: joined((0..message.text_body_count()).filter_map(|at| message.body_text(at))),
        attachments: message
            .attachments()
            .map(|part| Attachment {
                name: part.attachment_name().unwrap_or("(no name)").to_owned(),
                media_type: media_type(part),
                size: part.contents().len(),
            })
            .collect(),
    }
}

/// The subject alone, for lists.
pub(super) fn subject_of(bytes: &[u8]) -> String {
    let parsed = MessageParser::default().parse_headers(bytes);
    parsed.and_then(|message| message.subject().map(str::to_owned)).unwrap_or_default()
}

/// The HTML of the message for a sandboxed frame; plain text becomes HTML.
pub(super) fn html_document(bytes: &[u8]) -> String {
    let Some(message) = MessageParser::default().parse(bytes) else {
        return "<p>This message cannot be read. Its source is beside.</p>".to_owned();
    };
    let html = joined((0..message.html_body_count()).filter_map(|at| message.body_html(at)));
    with_embedded_images(html, &message)
}

fn with_embedded_images(mut html: String, message: &Message<'_>) -> String {
    let mut images: Vec<(String, String)> = message
        .parts
        .iter()
        .filter_map(|part| {
            let id = part.content_id()?.trim_matches(['<', '>']).to_owned();
            let bytes = match &part.body {
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
                PartType::Text(_) | PartType::Html(_) | PartType::Message(_) | PartType::Multipart(_) => {
                    return None;
                }
            };
            let kind = media_type(part);
            kind.starts_with("image/").then(|| (id, format!("data:{kind};base64,{}", base64(bytes))))
        })
        .collect();
    // A longer id first: a shorter one may be its beginning.
    images.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
    for (id, address) in &images {
        for written in [
            format!("cid:{id}"),
            format!("cid:{}", escape_html(id)),
            format!("cid:{}", id.replace('@', "%40")),
        ] {
            html = html.replace(&written, address);
        }
    }
    html
}

fn media_type(part: &mail_parser::MessagePart<'_>) -> String {
    let found = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    let plain = |c: char| c.is_ascii_alphanumeric() || "/+-.".contains(c);
    found.filter(|kind| kind.chars().all(plain)).unwrap_or_else(|| "application/octet-stream".to_owned())
}

fn addresses(list: &Address<'_>) -> String {
    let one = |address: &mail_parser::Addr<'_>| match (address.name(), address.address()) {
        (Some(name), Some(mailbox)) => format!("{name} <{mailbox}>"),
        (Some(name), None) => name.to_owned(),
        (None, mailbox) => mailbox.unwrap_or_default().to_owned(),
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn joined<'a>(parts: impl Iterator<Item = std::borrow::Cow<'a, str>>) -> String {
    let parts: Vec<_> = parts.collect();
    parts.join("\n")
}

#[cfg(test)]
mod tests;
