//! The draft as Markdown, in one language, every sentence with a footnote that names its evidence.
//!
//! Times stand in RFC 3339 in tables, so that the linter can read back what a person made of them.

use super::draft::{Draft, Moment};
use crate::clocks::Clock;
use crate::words::{self, PostmortemWords, Value};
use crate::{EvidenceId, Language, Refs, Sentence, Text};

/// The text and the footnotes that it has so far.
struct Page {
    language: Language,
    text: String,
    notes: Vec<EvidenceId>,
}

impl Draft {
    /// The draft as a page.
    #[must_use]
    pub fn markdown(&self, language: Language) -> String {
        let mut page = Page { language, text: String::new(), notes: Vec::new() };
        page.line("# ", &words::text(|phrases| phrases.postmortem.heading, &[Value::Text(&self.title)]));
        page.line("\n", &words::text(|phrases| phrases.postmortem.draft, &[Value::Time(self.made_at)]));
        page.section(0);
        page.paragraph(&self.summary);
        page.section(1);
        self.clocks(&mut page);
        page.section(2);
        self.figures(&mut page);
        page.list(&self.impact);
        page.section(3);
        page.list(&self.cause);
        self.quotes(&mut page);
        page.section(4);
        page.moments(&self.timeline);
        page.section(5);
        page.moments(&self.acts);
        page.section(6);
        page.list(&self.saved);
        page.section(7);
        page.list(&self.gaps);
        page.finish()
    }

    fn clocks(&self, page: &mut Page) {
        page.text.push_str("| | |\n|---|---|\n");
        for (clock, reading) in &self.clocks {
            let label = page.word(|words| words.clocks[place_of(*clock)]);
            let mut value = reading.at.to_string();
            if reading.back_dated {
                value.push_str(&format!(" ({})", page.word(|words| words.back_dated)));
            }
            page.row(&label, &value, Some(&reading.evidence));
        }
        for (label, span, refs) in &self.spans {
            page.row(label.in_language(page.language), &words::span(*span), Some(refs));
        }
    }

    fn figures(&self, page: &mut Page) {
        page.text.push_str("| | |\n|---|---|\n");
        for (label, count, refs) in &self.figures {
            page.row(label.in_language(page.language), &count.to_string(), refs.as_ref());
        }
        page.text.push('\n');
    }

    fn quotes(&self, page: &mut Page) {
        for quote in &self.quotes {
            let note = page.note(&quote.evidence);
            let reply = quote.reply.replace(['\r', '\n'], " ");
            page.text.push_str(&format!("\n    {} {reply}\n\n{note}\n", quote.at));
        }
    }
}

/// Where a clock's label stands.
fn place_of(clock: Clock) -> usize {
    Clock::ALL.iter().position(|one| *one == clock).unwrap_or_default()
}

impl Page {
    fn word(&self, phrase: impl Fn(&'static PostmortemWords) -> &'static str) -> String {
        words::text(|phrases| phrase(&phrases.postmortem), &[]).in_language(self.language).to_owned()
    }

    fn line(&mut self, before: &str, text: &Text) {
        self.text.push_str(&format!("{before}{}\n", text.in_language(self.language)));
    }

    fn section(&mut self, number: usize) {
        let heading = self.word(|words| words.sections[number]);
        self.text.push_str(&format!("\n## {heading}\n\n"));
    }

    fn note(&mut self, refs: &Refs) -> String {
        let mut out = String::new();
        // The first and the last are enough to find all: each fact names its neighbours in the export.
        let ends = [refs.ids().first(), refs.ids().last().filter(|_| refs.ids().len() > 1)];
        for id in ends.into_iter().flatten() {
            let place = self.notes.iter().position(|known| known == id).unwrap_or_else(|| {
                self.notes.push(id.clone());
                self.notes.len() - 1
            });
            out.push_str(&format!("[^{}]", place + 1));
        }
        out
    }

    fn paragraph(&mut self, said: &[Sentence]) {
        for sentence in said {
            let note = self.note(sentence.evidence());
            self.text.push_str(&format!("{}{note} ", sentence.text().in_language(self.language)));
        }
        self.end(said.is_empty());
    }

    fn list(&mut self, said: &[Sentence]) {
        for sentence in said {
            let note = self.note(sentence.evidence());
            self.text.push_str(&format!("- {}{note}\n", sentence.text().in_language(self.language)));
        }
        self.end(said.is_empty());
    }

    fn moments(&mut self, moments: &[Moment]) {
        for Moment { at, sentence } in moments {
            let note = self.note(sentence.evidence());
            let said = sentence.text().in_language(self.language).replace('\n', " ");
            self.text.push_str(&format!("- {at}: {said}{note}\n"));
        }
        self.end(moments.is_empty());
    }

    fn end(&mut self, is_empty: bool) {
        if is_empty {
            let none = self.word(|words| words.none);
            self.text.push_str(&format!("{none}\n"));
        }
        // No line ends with a blank.
        let length = self.text.trim_end_matches(' ').len();
        self.text.truncate(length);
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn row(&mut self, label: &str, value: &str, refs: Option<&Refs>) {
        let note = refs.map(|refs| self.note(refs)).unwrap_or_default();
        self.text.push_str(&format!("| {label} | {value}{note} |\n"));
    }

    fn finish(mut self) -> String {
        let heading = self.word(|words| words.evidence);
        self.text.push_str(&format!("\n## {heading}\n\n"));
        for (place, id) in self.notes.iter().enumerate() {
            self.text.push_str(&format!("[^{}]: `{id}`\n", place + 1));
        }
        self.text
    }
}
