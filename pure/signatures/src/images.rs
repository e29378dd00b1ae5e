//! The pictures of a tenant that templates embed.
//!
//! A picture travels inside the message, so its size is bounded and its kind is one that mail clients show: PNG, JPEG, GIF. The kind
//! is read from the name and has to agree with the first bytes; nothing else of the picture is looked at.

use std::collections::BTreeMap;

/// Largest picture, in bytes: it is sent with every message.
pub const IMAGE_LEN_MAX: usize = 512 << 10;
/// Longest name.
const NAME_LEN_MAX: usize = 64;

/// One picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Pictures by name.
pub type Images = BTreeMap<String, Image>;

/// Why a file is not a picture that a template can embed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    #[error(
        "the name has something else than letters, digits, dots, dashes and underscores, or over {NAME_LEN_MAX} of them"
    )]
    Name,
    #[error("the kind is not known by its name; use .png, .jpg, .jpeg or .gif")]
    Kind,
    #[error("the content is not {0}; the name and the content have to agree")]
    Content(&'static str),
    #[error("the picture has {0} bytes, more than {IMAGE_LEN_MAX}; make it smaller or link to it")]
    TooLarge(usize),
}

impl Image {
    /// The picture in `bytes`, of the kind that `name` says.
    pub fn new(name: &str, bytes: &[u8]) -> Result<Self, ImageError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if name.len() > NAME_LEN_MAX || !name.bytes().all(plain) {
            return Err(ImageError::Name);
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let (media_type, magic): (&'static str, &[u8]) = match extension.as_deref() {
            Some("png") => ("image/png", b"\x89PNG\r\n\x1a\n"),
            Some("jpg" | "jpeg") => ("image/jpeg", b"\xff\xd8\xff"),
            Some("gif") => ("image/gif", b"GIF8"),
            Some(_) | None => return Err(ImageError::Kind),
        };
        if bytes.len() > IMAGE_LEN_MAX {
            return Err(ImageError::TooLarge(bytes.len()));
        }
        if !bytes.starts_with(magic) {
            return Err(ImageError::Content(media_type));
        }
        Ok(Self { media_type, bytes: bytes.to_vec() })
    }
}

#[cfg(test)]
mod tests;
