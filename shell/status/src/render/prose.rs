//! Longer texts: paragraphs and links, and for a postmortem also headings, lists and tables as Markdown writes them.
//!
//! Only a handful of forms is known, line by line; anything else stands there as it was written. No HTML comes through.

use super::Scene;
use super::parts::escaped;
use crate::language::Language;
use crate::mask;
use ::incident::Text;

/// Paragraphs with links.
pub(super) fn paragraphs(scene: Scene<'_>, language: Language, text: &Text) -> String {
    let (words, is_native) = language.text(text);
    let words = mask::public(words, scene.settings);
    let attribute = if is_native { "" } else { " lang=\"en\"" };
    let parts = words.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| format!("<p{attribute}>{}</p>", inline(part).replace('\n', "<br>"))).collect()
}

/// A document of its own, below a heading of the second level.
pub(super) fn document(scene: Scene<'_>, language: Language, text: &Text) -> String {
    let (words, is_native) = language.text(text);
    let words = mask::public(words, scene.settings);
    let attribute = if is_native { "" } else { " lang=\"en\"" };
    let mut html = format!("<div class=\"prose\"{attribute}>");
    let mut open = Block::None;
    for line in words.lines().map(str::trim_end) {
        let block = Block::of(line);
        if block != open {
            html.push_str(open.end());
            html.push_str(block.begin());
            open = block;
        } else if block == Block::Paragraph {
            html.push(' ');
        }
        html.push_str(&block.line(line));
    }
    html.push_str(open.end());
    html + "</div>"
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    None,
    Heading,
    List,
    Table,
    Paragraph,
}

impl Block {
    fn of(line: &str) -> Self {
        let start = line.trim_start();
        match start.chars().next() {
            None => Self::None,
            Some('#') => Self::Heading,
            Some('|') => Self::Table,
            Some('-' | '*') if start[1..].starts_with(' ') => Self::List,
            Some(_) => Self::Paragraph,
        }
    }

    const fn begin(self) -> &'static str {
        match self {
            Self::None | Self::Heading => "",
            Self::List => "<ul>",
            Self::Table => "<div class=\"wide\" tabindex=\"0\" role=\"group\"><table>",
            Self::Paragraph => "<p>",
        }
    }

    const fn end(self) -> &'static str {
        match self {
            Self::None | Self::Heading => "",
            Self::List => "</ul>",
            Self::Table => "</table></div>",
            Self::Paragraph => "</p>",
        }
    }

    fn line(self, line: &str) -> String {
        let line = line.trim();
        match self {
            Self::None => String::new(),
            Self::Heading => format!("<h3>{}</h3>", inline(line.trim_start_matches('#').trim())),
            Self::List => format!("<li>{}</li>", inline(line[1..].trim())),
            Self::Paragraph => inline(line),
            Self::Table if line.chars().all(|letter| matches!(letter, '|' | '-' | ':' | ' ')) => {
                String::new()
            }
            Self::Table => {
                let cells = line.trim_matches('|').split('|');
                format!(
                    "<tr>{}</tr>",
                    cells.map(|cell| format!("<td>{}</td>", inline(cell.trim()))).collect::<String>()
                )
            }
        }
    }
}

/// Escaped, with links, bold and code.
fn inline(text: &str) -> String {
    let linked: Vec<String> = escaped(text).split(' ').map(link).collect();
    let bold = paired(&linked.join(" "), "**", "strong");
    paired(&bold, "`", "code")
}

fn link(word: &str) -> String {
    if !word.starts_with("https://") && !word.starts_with("http://") {
        return word.to_owned();
    }
    let address = word.trim_end_matches(['.', ',', ';', ')', '`', '*']);
    if address.contains(['`', '*']) {
        return word.to_owned();
    }
    format!("<a href=\"{address}\" rel=\"noopener noreferrer\">{address}</a>{}", &word[address.len()..])
}

/// Every second piece between `mark`s becomes an element; an odd mark stays as it is.
fn paired(text: &str, mark: &str, element: &str) -> String {
    let pieces: Vec<&str> = text.split(mark).collect();
    if pieces.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let wrap = |(index, piece): (usize, &&str)| {
        if index % 2 == 1 { format!("<{element}>{piece}</{element}>") } else { (*piece).to_owned() }
    };
    pieces.iter().enumerate().map(wrap).collect()
}

#[cfg(test)]
mod tests;
