//! What can be wrong with a message's structure.
//!
//! A problem is *ambiguous* if two readers could see two different messages: then nobody changes it. The others are only noted:
//!
//! | problem | ambiguous | why |
//! |---|---|---|
//! | unterminated multipart | no | every reader ends it at the end of the text, or at the outer delimiter |
//! | bare CR | yes | a line end for some readers |
//! | NUL | yes | the end of the text for some readers |
//! | near delimiter, doubled fields or parameters, unusable boundary, encoded multipart | yes | different trees |
//! | malformed header line | yes | some readers end the header there |
//! | over a limit | yes | the rest was not read |

use core::fmt;

/// One kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// A multipart without close delimiter.
    Unterminated,
    BareCr,
    Nul,
    /// A line that is a delimiter for readers who compare the beginning only.
    NearDelimiter,
    /// Two Content-Type or Content-Transfer-Encoding fields in one part, or a doubled parameter.
    DoubledField,
    /// More than one From, Sender or MIME-Version.
    DoubledOriginator,
    /// A multipart without boundary, with one that is empty or longer than 70 characters (RFC 2046 §5.1.1), or with that of a multipart
    /// around it.
    Boundary,
    /// A multipart in base64 or quoted-printable (RFC 2045 §6.4 forbids it).
    EncodedMultipart,
    MalformedHeader,
    HeaderTooLong,
    TooDeep,
    TooManyParts,
}

impl Problem {
    /// Whether two readers could see two messages.
    #[must_use]
    pub fn is_ambiguous(self) -> bool {
        match self {
            Self::Unterminated => false,
            Self::BareCr
            | Self::Nul
            | Self::NearDelimiter
            | Self::DoubledField
            | Self::DoubledOriginator
            | Self::Boundary
            | Self::EncodedMultipart
            | Self::MalformedHeader
            | Self::HeaderTooLong
            | Self::TooDeep
            | Self::TooManyParts => true,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unterminated => "a multipart has no close delimiter",
            Self::BareCr => "a carriage return stands without line feed",
            Self::Nul => "there is a NUL",
            Self::NearDelimiter => "a line begins like a delimiter and goes on",
            Self::DoubledField => "a field or parameter that decides the structure is there twice",
            Self::DoubledOriginator => "From, Sender or MIME-Version is there twice",
            Self::Boundary => "a multipart has no usable boundary",
            Self::EncodedMultipart => "a multipart has a transfer encoding",
            Self::MalformedHeader => "a header line is no field",
            Self::HeaderTooLong => "a header is over 1,000 lines or 256 KiB",
            Self::TooDeep => "parts are nested deeper than 100",
            Self::TooManyParts => "there are more than 10,000 parts",
        })
    }
}

/// The problems of one message, each kind once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, problem: Problem) {
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// The problems in the order in which they were met.
    #[must_use]
    pub fn all(&self) -> &[Problem] {
        &self.0
    }

    /// Whether a problem was met.
    #[must_use]
    pub fn has(&self, problem: Problem) -> bool {
        self.0.contains(&problem)
    }

    /// The first one that makes the message ambiguous.
    #[must_use]
    pub fn ambiguity(&self) -> Option<Problem> {
        self.0.iter().copied().find(|problem| problem.is_ambiguous())
    }
}
