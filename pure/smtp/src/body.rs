//! A message's bytes on their way through SMTP: taken out of DATA, checked, and put into DATA again.
//!
//! Of all byte sequences only CRLF.CRLF ends a body, in both directions; what another server could take for an end is
//! either made harmless (LF becomes CRLF, dots are stuffed) or refused (CR alone). BDAT needs no reader of its own: its bytes go
//! straight to the content.

mod content;
mod data;
mod stuff;

pub(crate) use content::Content;
pub(crate) use data::DataReader;
pub(crate) use stuff::DataWriter;

#[cfg(test)]
mod tests;
