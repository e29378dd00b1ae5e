//! The text of HTML and the HTML of text, for signatures of which only one form was written and for rules that ask the body.
//!
//! Blocks become lines, cells of a row stand side by side, a link keeps its target where the text does not say it, a picture gives its
//! alternative text. What a reader does not see (comments, styles, scripts) is left out. Broken markup gives some text and
//! never an error; time and memory are linear in the input.

mod entities;

pub(crate) use entities::decode;

use crate::tokens::{Token, attribute, tokens};

/// The readable text of a signature; lines end with LF.
#[must_use]
pub(crate) fn from_html(html: &str) -> String {
    let mut writer = Writer::new(true);
    for token in tokens(html) {
        writer.take(token);
    }
    writer.finish()
}

/// The visible words of a message's markup, for patterns: as `from_html`, without the targets of links.
#[must_use]
pub(crate) fn visible(html: &str) -> String {
    let mut writer = Writer::new(false);
    for token in tokens(html) {
        writer.take(token);
    }
    writer.finish()
}

/// How much of the beginning of `text` is words of visible ASCII with single blanks between them.
pub(crate) fn words_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_graphic);
    let goes_on = |at: &usize| is_word(*at) || (*at > 0 && bytes[*at] == b' ' && is_word(*at + 1));
    (0..bytes.len()).find(|at| !goes_on(at)).unwrap_or(bytes.len())
}

/// Text as markup that looks the same.
#[must_use]
pub(crate) fn to_html(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().split('\n').map(escape_line).collect();
    lines.join("<br>\n")
}

/// Escaped, with spaces that a browser would collapse kept.
fn escape_line(line: &str) -> String {
    let escaped = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    escaped.replace("  ", " &nbsp;")
}

/// Elements that begin and end a line.
const BLOCKS: [&str; 27] = [
    "address",
    "article",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tr",
    "ul",
];

struct Writer {
    text: String,
    /// White space that becomes one space if more text follows on the line.
    space: bool,
    /// Target of the open link and where its text begins.
    link: Option<(String, usize)>,
    links: bool,
}

impl Writer {
    fn new(links: bool) -> Self {
        Self { text: String::new(), space: false, link: None, links }
    }

    fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Text(text) => self.words(&decode(text)),
            Token::Open { name, attributes } => self.open(&name, attributes),
            Token::Close { name } => self.close(&name),
        }
    }

    fn open(&mut self, name: &str, attributes: &str) {
        match name {
            "br" => self.line_end(),
            "td" | "th" => self.space = true,
            "img" => self.words(&decode(attribute(attributes, "alt").unwrap_or_default())),
            "a" => {
                let target = attribute(attributes, "href").map(decode);
                self.link = target.map(|target| (target.into_owned(), self.text.len()));
            }
            block if BLOCKS.contains(&block) => self.fresh_line(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "a" {
            self.end_link();
        } else if BLOCKS.contains(&name) {
            self.fresh_line();
        }
    }

    /// Adds the target of a link that leads to a page and is not what its text says.
    fn end_link(&mut self) {
        let Some((target, start)) = self.link.take() else { return };
        let said = self.text.get(start..).unwrap_or_default().trim().to_owned();
        let page = target.starts_with("https://") || target.starts_with("http://");
        let bare = target.split_once("://").map(|(_, rest)| rest.trim_end_matches('/')).unwrap_or_default();
        if self.links && page && !said.contains(bare) {
            self.words(&if said.is_empty() { target } else { format!(" <{target}>") });
        }
    }

    fn words(&mut self, text: &str) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            // A no-break space is written to be seen, but a line of text breaks nowhere anyway.
            if c.is_whitespace() || c == '\u{a0}' {
                self.space = true;
                rest = &rest[c.len_utf8()..];
                continue;
            }
            if self.space && !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push(' ');
            }
            self.space = false;
            let length = words_len(rest).max(c.len_utf8());
            self.text.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }

    fn line_end(&mut self) {
        self.space = false;
        self.text.push('\n');
    }

    fn fresh_line(&mut self) {
        self.space = false;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn finish(self) -> String {
        let text = self.text.trim_matches('\n');
        if text.is_empty() { String::new() } else { format!("{text}\n") }
    }
}

#[cfg(test)]
mod tests;
