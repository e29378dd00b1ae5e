//! HTML to lines of text.
//!
//! Only what is a tag of HTML is taken for one: `<kim@c.example>` and `<timeout>` in a sentence stay. It builds no tree, so that nothing that is not
//! closed or nested costs more than its length.

use super::entities::decoded;

/// What a tag does to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Nothing,
    /// A new line.
    Line,
    /// A new line with a dash.
    Point,
    /// What is in it is no text.
    Drop,
    Link,
}

const LINES: [&str; 23] = [
    "p",
    "div",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "table",
    "tr",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
    "dd",
];
const SILENT: [&str; 37] = [
    "b", "i", "u", "em", "strong", "small", "big", "span", "font", "var", "code", "kbd", "samp", "sub",
    "sup", "abbr", "time", "del", "ins", "s", "strike", "mark", "q", "cite", "img", "body", "html", "td",
    "th", "tbody", "thead", "tfoot", "center", "label", "button", "meta", "link",
];
const DROPPED: [&str; 12] = [
    "script", "style", "iframe", "object", "embed", "svg", "math", "head", "title", "template", "noscript",
    "form",
];

/// A tag in the text.
struct Tag<'a> {
    name: String,
    is_end: bool,
    attributes: &'a str,
    /// Bytes up to behind it.
    length: usize,
}

/// Whether there is a tag of HTML in it.
pub(crate) fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| tag(&text[at..]).is_some())
}

/// The text of HTML. Where no tag makes lines, those of the source do.
pub(super) fn text(source: &str) -> String {
    let keeps_lines = !source.match_indices('<').any(|(at, _)| {
        tag(&source[at..]).is_some_and(|tag| matches!(effect(&tag.name), Effect::Line | Effect::Point))
    });
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut link: Option<(String, usize)> = None;
    while let Some(at) = rest.find('<') {
        say(&rest[..at], keeps_lines, &mut out);
        rest = &rest[at..];
        if let Some(after) = comment(rest) {
            rest = after;
            continue;
        }
        let Some(tag) = tag(rest) else {
            out.push('<');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.length..];
        match effect(&tag.name) {
            Effect::Nothing => {}
            Effect::Line => out.push('\n'),
            Effect::Point if tag.is_end => {}
            Effect::Point => out.push_str(if out.ends_with('\n') { "- " } else { "\n- " }),
            Effect::Drop if tag.is_end => {}
            Effect::Drop => rest = behind(rest, &tag.name),
            Effect::Link if tag.is_end => close(link.take(), &mut out),
            Effect::Link => {
                close(link.take(), &mut out);
                link = href(tag.attributes).map(|address| (address, out.len()));
            }
        }
    }
    say(rest, keeps_lines, &mut out);
    close(link, &mut out);
    out
}

/// Text between tags.
fn say(text: &str, keeps_lines: bool, out: &mut String) {
    for c in decoded(text).chars() {
        let is_blank = matches!(c, ' ' | '\t' | '\r') || (c == '\n' && !keeps_lines);
        if !is_blank {
            out.push(c);
        } else if !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

/// A link's address behind its words, unless they are the same.
fn close(link: Option<(String, usize)>, out: &mut String) {
    let Some((address, from)) = link else { return };
    let words = out.get(from..).unwrap_or_default().trim();
    let bare = |text: &str| {
        text.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
    };
    let is_told = words.is_empty() || bare(words) == bare(&address);
    if !is_told && super::url(&address).is_some() {
        out.push_str(&format!(" ({address})"));
    }
}

fn effect(name: &str) -> Effect {
    match name {
        "a" => Effect::Link,
        "li" => Effect::Point,
        name if LINES.contains(&name) => Effect::Line,
        name if DROPPED.contains(&name) => Effect::Drop,
        _ => Effect::Nothing,
    }
}

/// Behind the end tag of this name, or at the end.
fn behind<'a>(text: &'a str, name: &str) -> &'a str {
    let mut at = 0;
    while let Some(found) = text[at..].find("</") {
        at += found;
        if let Some(tag) = tag(&text[at..]).filter(|tag| tag.name == name) {
            return &text[at + tag.length..];
        }
        at += 2;
    }
    ""
}

fn comment(text: &str) -> Option<&str> {
    if let Some(inner) = text.strip_prefix("<!--") {
        return Some(inner.find("-->").map_or("", |end| &inner[end + 3..]));
    }
    let is_declaration = text.starts_with("<!") || text.starts_with("<?");
    is_declaration.then(|| text.find('>').map_or("", |end| &text[end + 1..]))
}

/// A tag of HTML at the beginning. A name that HTML does not have counts if it carries an attribute.
fn tag(text: &str) -> Option<Tag<'_>> {
    let inner = text.strip_prefix('<')?;
    let is_end = inner.starts_with('/');
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let length = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) || length > 40 {
        return None;
    }
    let name = inner[..length].to_ascii_lowercase();
    let after = &inner[length..];
    if !after.starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '>')) {
        return None;
    }
    let end = closing(after)?;
    let attributes = &after[..end];
    let is_known = effect(&name) != Effect::Nothing || SILENT.contains(&name.as_str());
    if !is_known && !attributes.contains('=') {
        return None;
    }
    Some(Tag { name, is_end, attributes, length: text.len() - after.len() + end + 1 })
}

/// Where the `>` is that ends a tag: not within quotes, not far, and before another tag begins.
fn closing(text: &str) -> Option<usize> {
    const FAR: usize = 8_192;
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().take(FAR) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that nobody closes.
    let end = text.bytes().take(FAR).position(|byte| matches!(byte, b'<' | b'>'))?;
    text[end..].starts_with('>').then_some(end)
}

fn href(attributes: &str) -> Option<String> {
    let lower = attributes.to_ascii_lowercase();
    let at = lower.find("href")?;
    let value = attributes[at + 4..].trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(|c: char| c.is_whitespace() || c == '>').next()?,
    };
    Some(decoded(value))
}
