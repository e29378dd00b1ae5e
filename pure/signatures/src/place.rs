//! Where in a text the signature goes. Surface only, so that the crates behind it build: lane PLACE replaces this file.

use core::ops::Range;

/// What showed where the newest text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    None,
}

impl Marker {
    /// The word of the explanation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
        }
    }
}

/// How the newest text stands to what it quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    New,
    Top,
    Bottom,
    Inline,
    Forward,
}

impl Post {
    /// The word of the explanation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Top => "top",
            Self::Bottom => "bottom",
            Self::Inline => "inline",
            Self::Forward => "forward",
        }
    }
}

/// What happens to the writer's own signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientSignature {
    Keep,
    Replace,
    Skip,
}

/// What a tenant's policy says.
#[derive(Debug, Clone, Copy)]
pub struct PlaceOptions<'a> {
    pub writer_marker: Option<&'a str>,
    pub client_signature: ClientSignature,
}

/// The place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    pub offset: usize,
    pub marker: Marker,
    pub post: Post,
    pub client_signature: Option<Range<usize>>,
    pub writer_marker: Option<Range<usize>>,
    pub newest: Range<usize>,
}

/// The place in markup: the end of the body.
#[must_use]
pub fn place_html(body: &str, options: &PlaceOptions<'_>) -> Placement {
    at_end(body, body.rfind("</body>").unwrap_or(body.len()), options)
}

/// The place in plain text: its end.
#[must_use]
pub fn place_text(body: &str, options: &PlaceOptions<'_>) -> Placement {
    at_end(body, body.len(), options)
}

fn at_end(body: &str, offset: usize, options: &PlaceOptions<'_>) -> Placement {
    let writer_marker = options
        .writer_marker
        .and_then(|word| body[..offset].find(word).map(|start| start..start + word.len()));
    Placement {
        offset,
        marker: Marker::None,
        post: Post::New,
        client_signature: None,
        writer_marker,
        newest: 0..offset,
    }
}
