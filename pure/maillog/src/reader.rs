//! Lines in, events out: which format a file has is seen from its first line that tells it, and held to for the rest of the file.
//!
//! A reader goes through several files in the order of their times (`end_file`), because a year that syslog leaves out runs on from one to the
//! next. Every line is one of three: it gives events, it says nothing of a delivery, or it is malformed, with the reason.

use crate::clock::{Clock, ClockError, Offset};
use crate::event::Event;
use crate::exim::Line;
use crate::trace::Document;
use crate::{exim, kumo, postfix};
use model::Timestamp;
use std::borrow::Cow;

/// A line of syslog that was cut into more pieces than this is given up.
const PIECES_BYTES_MAX: usize = 64 << 10;

/// What a log does not say about its times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settings {
    /// For times without a zone.
    pub zone: Option<Offset>,
    /// Of the first line, for times without a year.
    pub year: Option<i64>,
}

/// Whose log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Exim,
    Postfix,
    KumoMta,
    /// `signpost trace --json`.
    Trace,
}

impl Format {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exim => "exim",
            Self::Postfix => "postfix",
            Self::KumoMta => "kumomta",
            Self::Trace => "signpost",
        }
    }
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// It gave events.
    Events,
    /// It is a line of this log, and says nothing of a delivery.
    Nothing,
}

/// Why a line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("{0}")]
    Time(#[from] ClockError),
    #[error("{0}")]
    Record(String),
}

/// Reads the lines of one or several files.
#[derive(Debug)]
pub struct LogReader {
    clock: Clock,
    format: Option<Format>,
    document: Document,
    /// Parts of one line that syslog cut.
    pieces: String,
}

impl LogReader {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            clock: Clock::new(settings.zone, settings.year),
            format: None,
            document: Document::default(),
            pieces: String::new(),
        }
    }

    /// The file is over: gives what could be told only then. The next one may have another format.
    pub fn end_file(&mut self, take: &mut dyn FnMut(Event<'_>)) {
        self.format = None;
        self.pieces.clear();
        core::mem::take(&mut self.document).end(take);
    }

    /// The format of the file, as soon as a line told it.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        self.format
    }

    /// Whether a time was read with the zone of the settings.
    #[must_use]
    pub fn used_given_zone(&self) -> bool {
        self.clock.is_zone_given
    }

    /// Reads one line, without its end.
    ///
    /// # Errors
    /// If it is no line of this log, or one of its parts makes no sense.
    pub fn line(&mut self, line: &[u8], take: &mut dyn FnMut(Event<'_>)) -> Result<Read, Malformed> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.format == Some(Format::Trace) {
            return self.document(line);
        }
        let Some(first) = line.iter().find(|byte| !byte.is_ascii_whitespace()) else {
            return Ok(Read::Nothing);
        };
        if *first == b'{' {
            return self.json(line, take);
        }
        let text = String::from_utf8_lossy(line);
        self.text(&text, take)
    }

    /// KumoMTA writes a whole object a line; our trace is one document of many lines.
    fn json(&mut self, line: &[u8], take: &mut dyn FnMut(Event<'_>)) -> Result<Read, Malformed> {
        let is_record =
            line.trim_ascii_end().ends_with(b"}") && memchr::memmem::find(line, b"\"type\"").is_some();
        if self.format != Some(Format::KumoMta) && !is_record {
            return self.document(line);
        }
        let text = String::from_utf8_lossy(line);
        let is_delivery = kumo::read(&text, take).map_err(Malformed::Record)?;
        self.format = Some(Format::KumoMta);
        Ok(if is_delivery { Read::Events } else { Read::Nothing })
    }

    fn document(&mut self, line: &[u8]) -> Result<Read, Malformed> {
        self.format = Some(Format::Trace);
        self.document.push(line).map_err(Malformed::Record)
    }

    fn text(&mut self, text: &str, take: &mut dyn FnMut(Event<'_>)) -> Result<Read, Malformed> {
        let (at, rest) = self.clock.read(text)?;
        // Exim's own log has a blank between day and time and no host behind them; syslog has neither.
        if text.as_bytes().first().is_some_and(u8::is_ascii_digit) && text.as_bytes().get(10) == Some(&b' ') {
            return tell(self.exim(rest), at, take);
        }
        match postfix::daemon(rest) {
            Some((tag, says)) if tag.starts_with("exim") => self.exim_by_syslog(at, says, take),
            Some((tag, says)) if is_postfix(tag) => {
                self.format = Some(Format::Postfix);
                tell(postfix::read(tag, says), at, take)
            }
            // Other programs write to the same syslog.
            Some(_) | None => Ok(Read::Nothing),
        }
    }

    fn exim<'a>(&mut self, rest: &'a str) -> Line<'a> {
        let line = exim::read(rest);
        match line {
            Line::Says(..) | Line::Wrong(_) => self.format = Some(Format::Exim),
            Line::Nothing => {}
        }
        line
    }

    /// `[1/3] ...`, `[2\3] ...`: pieces of one line (spec "Logging to syslog").
    fn exim_by_syslog(
        &mut self,
        at: Timestamp,
        says: &str,
        take: &mut dyn FnMut(Event<'_>),
    ) -> Result<Read, Malformed> {
        self.format = Some(Format::Exim);
        let whole: Cow<'_, str> = match piece(says) {
            None => Cow::Borrowed(says),
            Some((number, of, text)) => {
                if number == 1 {
                    self.pieces.clear();
                } else if self.pieces.is_empty() {
                    return Err(Malformed::Record(
                        "is a piece of a line whose beginning is missing".to_owned(),
                    ));
                }
                if self.pieces.len() + text.len() > PIECES_BYTES_MAX {
                    self.pieces.clear();
                    return Err(Malformed::Record("is a piece of a line of over 64 KiB".to_owned()));
                }
                self.pieces.push_str(text);
                if number < of {
                    return Ok(Read::Nothing);
                }
                Cow::Owned(core::mem::take(&mut self.pieces))
            }
        };
        let begins_with_time = whole.as_bytes().first().is_some_and(u8::is_ascii_digit)
            && whole.as_bytes().get(4) == Some(&b'-');
        if begins_with_time {
            let (at, rest) = self.clock.read(&whole)?;
            return tell(exim::read(rest), at, take);
        }
        tell(exim::read(&whole), at, take)
    }
}

fn tell(line: Line<'_>, at: Timestamp, take: &mut dyn FnMut(Event<'_>)) -> Result<Read, Malformed> {
    match line {
        Line::Says(id, what) => {
            take(Event { at, id, what });
            Ok(Read::Events)
        }
        Line::Nothing => Ok(Read::Nothing),
        Line::Wrong(why) => Err(Malformed::Record(why.to_owned())),
    }
}

/// `postfix/smtp`, and with several instances `postfix-out/smtp` or `postfix/out/smtp`.
fn is_postfix(tag: &str) -> bool {
    tag.starts_with("postfix") && tag.contains('/')
}

/// Number, count and text of a piece.
fn piece(says: &str) -> Option<(u32, u32, &str)> {
    let (inner, text) = says.strip_prefix('[')?.split_once("] ")?;
    let (number, of) = inner.split_once(['/', '\\'])?;
    let (number, of) = (number.parse().ok()?, of.parse().ok()?);
    (number >= 1 && number <= of).then_some((number, of, text))
}

#[cfg(test)]
mod tests;
