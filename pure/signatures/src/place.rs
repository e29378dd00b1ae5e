//! Where in a message's text the signature goes: under what its writer has written now, above what is quoted.
//!
//! Mail programs mark what they quote, each in its own way; the first mark that is not inside another quote decides. Markup is read as
//! tokens with offsets and never written. The place is never inside a tag, a comment, a style or an entity, whatever the input; time
//! is linear in it. Without any mark the whole text is new and the signature goes to its end. `docs/operating/src/placement.md` tells
//! the same to operators.

mod marks;
mod markup;
mod plain;
mod tree;
mod words;

pub(crate) use marks::OURS;

use core::ops::Range;

/// What showed where the newest text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// `div.gmail_quote`, `div.gmail_attr`.
    GmailQuote,
    /// `div.moz-cite-prefix`, `div.moz-forward-container`.
    MozCitePrefix,
    /// `blockquote[type=cite]`, with the line in front of it that names the writer.
    BlockquoteCite,
    /// The rule above the header block of Outlook for the desktop.
    OutlookHeader,
    /// `#appendonsend`, `#divRplyFwdMsg` of Outlook on the web and the new Outlook.
    AppendOnSend,
    /// The reference container of Outlook on telephones.
    OutlookMobile,
    /// What an older quotation left, `x_…`, where nothing else is; Hotmail's `#stopSpelling` and Outlook for Mac 2011.
    QuotedAgain,
    /// `.yahoo_quoted`, `blockquote.iosymail`.
    YahooQuoted,
    /// The mark of another program.
    OtherClient,
    /// From, Sent, To, Subject as text.
    HeaderBlock,
    /// A line that says that an original message follows.
    OriginalMessage,
    /// `On … wrote:`, in the language of the program.
    IntroLine,
    /// Lines that begin with `>`.
    QuotedLines,
    /// Nothing is quoted.
    None,
}

impl Marker {
    /// The word of the explanation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GmailQuote => "gmail_quote",
            Self::MozCitePrefix => "moz_cite_prefix",
            Self::BlockquoteCite => "blockquote_cite",
            Self::OutlookHeader => "outlook_header",
            Self::AppendOnSend => "append_on_send",
            Self::OutlookMobile => "outlook_mobile",
            Self::QuotedAgain => "quoted_again",
            Self::YahooQuoted => "yahoo_quoted",
            Self::OtherClient => "other_client",
            Self::HeaderBlock => "header_block",
            Self::OriginalMessage => "original_message",
            Self::IntroLine => "intro_line",
            Self::QuotedLines => "quoted_lines",
            Self::None => "none",
        }
    }
}

/// How the newest text stands to what it quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// Nothing is quoted.
    New,
    /// Above the quotation.
    Top,
    /// Below it.
    Bottom,
    /// Between its pieces.
    Inline,
    /// There is no own text, or the quotation says that it is forwarded.
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

/// How sure the place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// A program said where its quotation begins, or the writer where the signature goes.
    High,
    /// Text of a known form begins the quotation, or there is no sign of one.
    Medium,
    /// Only what an older quotation left, or lines that nobody introduced.
    Low,
}

impl Confidence {
    /// The word of the explanation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
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
    /// A word that a writer may put where the signature is to go.
    pub writer_marker: Option<&'a str>,
    pub client_signature: ClientSignature,
}

/// The place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Byte of the text at which the signature goes.
    pub offset: usize,
    pub marker: Marker,
    pub post: Post,
    /// The signature that the writer's program put there, in the newest text.
    pub client_signature: Option<Range<usize>>,
    /// The writer's marker, in the newest text.
    pub writer_marker: Option<Range<usize>>,
    /// A signature of ours that is there already, at the end of the newest text.
    pub ours: Option<Range<usize>>,
    /// What is new, as far as it is one piece.
    pub newest: Range<usize>,
}

impl Placement {
    /// How sure it is.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        if self.writer_marker.is_some() {
            return Confidence::High;
        }
        match self.marker {
            Marker::GmailQuote
            | Marker::MozCitePrefix
            | Marker::BlockquoteCite
            | Marker::OutlookHeader
            | Marker::AppendOnSend
            | Marker::OutlookMobile
            | Marker::YahooQuoted
            | Marker::OtherClient => Confidence::High,
            Marker::HeaderBlock | Marker::OriginalMessage | Marker::IntroLine | Marker::None => {
                Confidence::Medium
            }
            Marker::QuotedAgain | Marker::QuotedLines => Confidence::Low,
        }
    }

    /// Why the place is where it is, as a sentence without its full stop.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        if self.writer_marker.is_some() {
            return "the writer put the marker there";
        }
        match self.post {
            Post::New => "nothing is quoted, so the signature goes to the end of the text",
            Post::Top => "own text stands above what is quoted",
            Post::Bottom => "own text stands below what is quoted",
            Post::Inline => {
                "own text stands between what is quoted, and the signature goes below the last of it"
            }
            Post::Forward => "what follows is forwarded, or has no own text above it",
        }
    }
}

/// The place in markup.
#[must_use]
pub fn place_html(body: &str, options: &PlaceOptions<'_>) -> Placement {
    markup::place(body, options)
}

/// The place in plain text.
#[must_use]
pub fn place_text(body: &str, options: &PlaceOptions<'_>) -> Placement {
    plain::place(body, options)
}

#[cfg(test)]
mod tests;
