//! The document as one page of HTML: style and picture are in it, nothing is fetched, no script runs.
//!
//! It follows the reader's choice of light or dark. Every text is escaped.

use super::document::{self, Block, Cell, Section, Table};
use super::{Report, picture};

const STYLE: &str = include_str!("report.css");

pub(super) fn render(report: &Report) -> String {
    let document = document::of(report);
    let kind = if document.is_harm { "bad" } else { "good" };
    let body: String = document.sections.iter().map(|section| section_of(section, report)).collect();
    format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <section class=\"state {kind}\"><h1>{title}</h1><p>{lead}</p></section>\n{body}</main>\n\
         <footer>Written by <code>signpost postmortem</code> from the lines of the log. Times are UTC.</footer>\n</body>\n</html>\n",
        title = escaped(&document.title),
        lead = escaped(&document.lead),
    )
}

fn section_of(section: &Section, report: &Report) -> String {
    let blocks: String = section.blocks.iter().map(|block| block_of(block, report)).collect();
    format!("<section><h2>{}</h2>\n{blocks}</section>\n", escaped(&section.title))
}

fn block_of(block: &Block, report: &Report) -> String {
    match block {
        Block::Text(text) => format!("<p>{}</p>\n", escaped(text)),
        Block::Mark(text) => format!("<p class=\"mark\">{}</p>\n", escaped(text)),
        Block::Figures(figures) => {
            let tiles: String = figures
                .iter()
                .map(|figure| {
                    format!(
                        "<div><dt>{}</dt><dd>{}</dd><p>{}</p></div>",
                        figure.name,
                        escaped(&figure.value),
                        escaped(&figure.about)
                    )
                })
                .collect();
            format!("<dl class=\"figures\">{tiles}</dl>\n")
        }
        Block::Table(table) => table_of(table),
        Block::Lines(lines) => lines
            .iter()
            .map(|(id, line)| {
                format!(
                    "<figure class=\"line\"><figcaption>{}</figcaption><pre>{}</pre></figure>\n",
                    escaped(id),
                    escaped(line)
                )
            })
            .collect(),
        Block::Picture => picture::of(report),
    }
}

fn table_of(table: &Table) -> String {
    let is_number =
        |column: usize| matches!(table.rows.first().and_then(|row| row.get(column)), Some(Cell::Number(_)));
    let class = |column: usize| if is_number(column) { " class=\"number\"" } else { "" };
    let head: String = table
        .head
        .iter()
        .enumerate()
        .map(|(column, name)| format!("<th{}>{name}</th>", class(column)))
        .collect();
    let rows: String = table
        .rows
        .iter()
        .map(|row| {
            let cells: String = row
                .iter()
                .enumerate()
                .map(|(column, cell)| format!("<td{}>{}</td>", class(column), cell_of(cell)))
                .collect();
            format!("<tr>{cells}</tr>\n")
        })
        .collect();
    format!(
        "<div class=\"wide\"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div>\n"
    )
}

fn cell_of(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Number(text) => escaped(text),
        Cell::Bad(text) => format!("<strong class=\"bad\">{}</strong>", escaped(text)),
        Cell::Quoted(text) => format!("<code>{}</code>", escaped(text)),
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
