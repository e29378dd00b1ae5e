//! The pictures of a tenant that templates embed.
//!
//! A picture travels inside the message, so its size is bounded and its kind is one that mail clients show: PNG, JPEG, GIF. The kind
//! is read from the name and has to agree with the first bytes; nothing else of the picture is looked at.

use core::str::FromStr;
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

/// Where the operator publishes a tenant's folder of pictures: an address with `https` that ends with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedAt(String);

/// Longest address.
const HOSTED_AT_LEN_MAX: usize = 200;

/// Why a text is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not https://HOST/FOLDER/ in up to {HOSTED_AT_LEN_MAX} letters, digits and signs of addresses"
)]
pub struct HostedAtError(String);

impl FromStr for HostedAt {
    type Err = HostedAtError;

    fn from_str(text: &str) -> Result<Self, HostedAtError> {
        // It comes into markup: nothing that needs an escape there, and no question that would swallow the name behind it.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%@+,;=".contains(&byte);
        let host = text.strip_prefix("https://").unwrap_or_default();
        let good = host.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= HOSTED_AT_LEN_MAX
            && host.bytes().all(plain);
        if !good {
            return Err(HostedAtError(text.to_owned()));
        }
        Ok(Self(format!("{}/", text.trim_end_matches('/'))))
    }
}

impl HostedAt {
    /// The address of one picture.
    pub(crate) fn of(&self, name: &str) -> String {
        format!("{}{name}", self.0)
    }
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
