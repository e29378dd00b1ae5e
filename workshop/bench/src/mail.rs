//! The messages: what an office sends, in four sizes. Each begins with a header field that numbers it.

use std::fmt::Write as _;
use std::sync::Arc;

/// The field by which the sink knows a message again; its value has `NUMBER_LEN` digits.
pub(crate) const FIELD: &[u8] = b"X-Bench: ";
pub(crate) const NUMBER_LEN: usize = 8;
pub(crate) const SENDER: &str = "anna.berg@customer.example";
pub(crate) const RECIPIENT: &str = "kim@partner.example";

const WORDS: &str = "the figures of the third quarter are attached please look at them before friday and tell me whether the plan still holds \
    thank you for the quick answer of yesterday we can talk about the rest on the phone";
const LINE: usize = 76;

/// Every message to the same one.
pub(crate) fn to_one() -> Arc<dyn Fn(usize) -> String + Send + Sync> {
    Arc::new(|_| RECIPIENT.to_owned())
}

/// A size that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub(crate) enum Size {
    Small,
    Middle,
    Large,
    Huge,
}

impl Size {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Small => "4 KB",
            Self::Middle => "50 KB",
            Self::Large => "1 MB",
            Self::Huge => "100 MB",
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Small => 4 << 10,
            Self::Middle => 50 << 10,
            Self::Large => 1 << 20,
            Self::Huge => 100_000_000,
        }
    }

    /// The message as it goes over the wire, behind its numbered field: text and HTML, and what fills it up as an attachment.
    pub(crate) fn message(self) -> Vec<u8> {
        let (text, quoted) = match self {
            Self::Small => (1_200, 0),
            Self::Middle => (2_000, 8_000),
            Self::Large | Self::Huge => (2_000, 2_000),
        };
        let mut message = format!(
            "From: Anna Berg <{SENDER}>\r\nTo: Kim <{RECIPIENT}>\r\nSubject: Figures of the third quarter\r\n\
             Date: Mon, 21 Oct 2024 09:00:00 +0200\r\nMessage-ID: <bench@customer.example>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=\"a\"\r\n\r\n\
             --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
            prose(text, "")
        );
        let _infallible = write!(
            message,
            "--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><div class=\"WordSection1\">\r\n{}{}</div></body></html>\r\n--a--\r\n",
            prose(text, "p"),
            quote(quoted)
        );
        if message.len() + 200 < self.bytes() {
            message.push_str(
                "--m\r\nContent-Type: application/pdf; name=\"q3.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
                 Content-Disposition: attachment; filename=\"q3.pdf\"\r\n\r\n",
            );
            let line = "JVBERi0xLjQKJeLjz9MKMyAwIG9iago8PC9MZW5ndGggNCAwIFIvRmlsdGVyL0ZsYXRlRGVjb2Rl\r\n";
            let lines = (self.bytes() - message.len()) / line.len();
            message.push_str(&line.repeat(lines));
        }
        message.push_str("--m--\r\n");
        message.into_bytes()
    }
}

/// Lines of words, about `length` bytes of them; each paragraph in an element if one is named.
fn prose(length: usize, element: &str) -> String {
    let mut out = String::new();
    let mut words = WORDS.split_whitespace().cycle();
    while out.len() < length {
        let mut line = String::new();
        while line.len() < LINE - 10 {
            line.push_str(words.next().unwrap_or_default());
            line.push(' ');
        }
        let _infallible = match element {
            "" => write!(out, "{}\r\n", line.trim_end()),
            element => write!(out, "<{element}>{}</{element}>\r\n", line.trim_end()),
        };
    }
    out
}

/// The message that is answered, as Outlook writes it.
fn quote(length: usize) -> String {
    if length == 0 {
        return String::new();
    }
    let head = "<hr><div id=\"divRplyFwdMsg\"><b>From:</b> Kim<br><b>Sent:</b> Friday<br></div>\r\n";
    format!("<div id=\"appendonsend\"></div>\r\n{head}<blockquote>{}</blockquote>\r\n", prose(length, "p"))
}
