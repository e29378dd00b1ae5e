//! Embedded images: parts of a multipart/related whose root is the HTML (RFC 2387).
//!
//! ```text
//! related holds the HTML already    its last part is followed by the images
//! HTML is a part of something else  a related header goes in front of the part's own header, images behind its body: nothing is removed
//! HTML is the message itself        its Content-* fields move into the root part, the message becomes the related
//! ```

use super::{ChangeError, Changes};
use crate::encode;
use crate::index::PartId;
use crate::transfer::{TransferEncoding, decode_base64};

/// Beyond the length of its Base64: line ends and blanks around a picture's.
const LINES_MAX: usize = 256;

/// An image that HTML names by `cid:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedImage {
    /// Without angle brackets.
    pub content_id: String,
    pub media_type: String,
    pub file_name: String,
    pub data: Vec<u8>,
}

/// Images that wait for their multipart/related.
#[derive(Debug)]
pub(super) struct Wrap {
    pub(super) html: PartId,
    pub(super) images: Vec<EmbeddedImage>,
    pub(super) boundary: String,
}

impl Changes<'_> {
    pub(super) fn apply_wrap(&mut self, wrap: Wrap) -> Result<(), ChangeError> {
        match self.enclosing_related(wrap.html) {
            Some(related) => self.append_to_related(related, &wrap),
            None if wrap.html == PartId::MESSAGE => self.wrap_message(&wrap),
            None => self.wrap_part(&wrap),
        }
    }

    /// The multipart/related around `html`, seen through alternatives, as its root.
    fn enclosing_related(&self, html: PartId) -> Option<PartId> {
        let mut child = html;
        for ancestor in self.index.ancestors(html) {
            match self.index.part(ancestor).content_type.media_type.as_str() {
                "multipart/related" => {
                    return (self.index.related_root(ancestor) == Some(child)).then_some(ancestor);
                }
                "multipart/alternative" => child = ancestor,
                _ => return None,
            }
        }
        None
    }

    /// The Content-ID by which `html` can already show the picture `data`: of a part of its multipart/related with these bytes.
    #[must_use]
    pub fn content_id_of(&self, html: PartId, media_type: &str, data: &[u8]) -> Option<&str> {
        let related = self.enclosing_related(html)?;
        let children = self.index.part(related).children.iter().map(|child| self.index.part(*child));
        let mut same = children.filter(|part| {
            part.encoding == TransferEncoding::Base64
                && part.content_type.is(media_type)
                && (data.len()..data.len() * 3 / 2 + LINES_MAX).contains(&part.body.len())
                && decode_base64(&self.bytes[part.body.clone()]).bytes == data
        });
        // Whatever stands in the field comes into markup: only what needs no escape there, in `cid:` too, will do.
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'@' | b'$');
        same.find_map(|part| {
            part.content_id.as_deref().filter(|id| !id.is_empty() && id.bytes().all(is_plain))
        })
    }

    fn append_to_related(&mut self, related: PartId, wrap: &Wrap) -> Result<(), ChangeError> {
        let part = self.index.part(related);
        let boundary = part.content_type.parameter("boundary").unwrap_or_default().trim_end().to_owned();
        let end = part.children.last().map_or(part.body.end, |last| self.index.part(*last).body.end);
        let mut parts = self.image_parts(&wrap.images, &boundary);
        parts.extend_from_slice(self.line_end_before_delimiter(end).as_bytes());
        Ok(self.splices.insert(end, parts)?)
    }

    fn wrap_part(&mut self, wrap: &Wrap) -> Result<(), ChangeError> {
        let part = self.index.part(wrap.html);
        let line_end = self.index.line_end;
        let front = format!(
            "{}{line_end}{line_end}--{}{line_end}",
            related_field(&wrap.boundary, line_end),
            wrap.boundary
        );
        self.splices.insert(part.header.range.start, front)?;
        self.close_wrap(wrap)
    }

    fn wrap_message(&mut self, wrap: &Wrap) -> Result<(), ChangeError> {
        let line_end = self.index.line_end;
        let header = &self.index.part(PartId::MESSAGE).header;
        let mut moved = Vec::new();
        for field in self.content_fields(PartId::MESSAGE) {
            moved.extend_from_slice(&self.moved_field(&field));
            self.splices.replace(field.whole, Vec::new())?;
        }
        let mut added = String::new();
        if header.count(self.bytes, "MIME-Version") == 0 {
            added.push_str(&format!("MIME-Version: 1.0{line_end}"));
        }
        added.push_str(&format!("{}{line_end}", related_field(&wrap.boundary, line_end)));
        self.splices.insert(header.range.end, added)?;
        for (_, name, value) in self.fields.drain(..) {
            // What a rewritten text demands and no field said before.
            moved.extend_from_slice(format!("{name}: {value}{line_end}").as_bytes());
        }
        let front =
            [format!("--{}{line_end}", wrap.boundary).as_bytes(), &moved, line_end.as_bytes()].concat();
        let body_start = self.index.part(PartId::MESSAGE).body.start;
        self.splices.insert_first(body_start, front)?;
        self.close_wrap(wrap)
    }

    /// A field on its way into the root part, with the value that a rewritten text demands.
    fn moved_field(&mut self, field: &crate::header::Field) -> Vec<u8> {
        let name = &self.bytes[field.name.clone()];
        let demanded = self.fields.iter().position(|(part, demanded, _)| {
            *part == PartId::MESSAGE && name.eq_ignore_ascii_case(demanded.as_bytes())
        });
        match demanded {
            Some(at) => {
                let (_, name, value) = self.fields.remove(at);
                format!("{name}: {value}{}", self.index.line_end).into_bytes()
            }
            None => self.bytes[field.whole.clone()].to_vec(),
        }
    }

    fn close_wrap(&mut self, wrap: &Wrap) -> Result<(), ChangeError> {
        let end = self.index.part(wrap.html).body.end;
        let line_end = self.index.line_end;
        let mut tail = self.image_parts(&wrap.images, &wrap.boundary);
        tail.extend_from_slice(format!("{line_end}--{}--", wrap.boundary).as_bytes());
        if wrap.html == PartId::MESSAGE {
            tail.extend_from_slice(line_end.as_bytes());
        } else {
            tail.extend_from_slice(self.line_end_before_delimiter(end).as_bytes());
        }
        Ok(self.splices.insert(end, tail)?)
    }

    /// The images as parts, each behind a delimiter with the line end in front of it.
    fn image_parts(&self, images: &[EmbeddedImage], boundary: &str) -> Vec<u8> {
        let line_end = self.index.line_end;
        let mut out = Vec::new();
        for image in images {
            let name = encode::quoted_parameter(&image.file_name);
            let lines = [
                String::new(),
                format!("--{boundary}"),
                format!("Content-Type: {}; name={name}", image.media_type),
                "Content-Transfer-Encoding: base64".to_owned(),
                format!("Content-ID: <{}>", image.content_id),
                format!("Content-Disposition: inline; filename={name}"),
                String::new(),
                String::new(),
            ];
            out.extend_from_slice(lines.join(line_end).as_bytes());
            out.extend(encode::base64(&image.data, line_end));
        }
        out
    }
}

fn related_field(boundary: &str, line_end: &str) -> String {
    format!("Content-Type: multipart/related; type=\"text/html\";{line_end}\tboundary=\"{boundary}\"")
}
