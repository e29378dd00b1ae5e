//! The document in Markdown (CommonMark with tables).
//!
//! What comes from the log stands in code spans or fenced blocks, so that nothing in it is read as markup.

use super::Report;
use super::document::{self, Block, Cell, Table};

pub(super) fn render(report: &Report) -> String {
    let document = document::of(report);
    let mut text = format!("# {}\n\n{}\n", document.title, document.lead);
    for section in &document.sections {
        text.push_str(&format!("\n## {}\n", section.title));
        for block in &section.blocks {
            push(block, &mut text);
        }
    }
    text
}

fn push(block: &Block, text: &mut String) {
    match block {
        Block::Text(sentence) => text.push_str(&format!("\n{sentence}\n")),
        Block::Mark(sentence) => text.push_str(&format!("\n> **Attention.** {sentence}\n")),
        Block::Figures(figures) => {
            text.push_str("\n| | | |\n|---|---:|---|\n");
            for figure in figures {
                text.push_str(&format!("| {} | **{}** | {} |\n", figure.name, figure.value, figure.about));
            }
        }
        Block::Table(table) => push_table(table, text),
        Block::Lines(lines) => {
            for (id, line) in lines {
                text.push_str(&format!("\n{}\n\n```text\n{}\n```\n", code(id), line.replace("```", "'''")));
            }
        }
        // The figures say what the picture shows.
        Block::Picture => {}
    }
}

fn push_table(table: &Table, text: &mut String) {
    let rules: Vec<&str> = table
        .head
        .iter()
        .enumerate()
        .map(|(column, _)| match table.rows.first().and_then(|row| row.get(column)) {
            Some(Cell::Number(_)) => "---:",
            Some(Cell::Text(_) | Cell::Quoted(_) | Cell::Bad(_)) | None => "---",
        })
        .collect();
    text.push_str(&format!("\n| {} |\n|{}|\n", table.head.join(" | "), rules.join("|")));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Number(text) => text.replace('|', "\\|"),
        Cell::Quoted(text) => code(text),
        Cell::Bad(text) => format!("**{text}**"),
    }
}

fn code(text: &str) -> String {
    let text = text.replace('`', "'").replace('|', "\\|").replace(['\n', '\r'], " ");
    format!("`{text}`")
}
