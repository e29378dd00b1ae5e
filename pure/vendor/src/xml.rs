//! XML with bounds, as a tree of elements.
//!
//! Prefixes of names are cut off and case is folded, CDATA is text, entities are those of HTML. No entity of a document's own is known, so none
//! can grow; comments, declarations and instructions are passed over.

use crate::ReadError;
use crate::bytes::{OBJECTS_MAX, position};
use crate::place::{DEPTH_MAX, Place};
use crate::plain::entity;
use core::ops::Range;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// Without prefix, in lower case.
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// Its own text; that of elements within it stands there.
    pub(crate) text: String,
    /// Its bytes in the document.
    pub(crate) span: Range<usize>,
    pub(crate) place: Place,
}

impl Element {
    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first of these children that has any.
    pub(crate) fn text_of(&self, names: &[&str]) -> Option<&Self> {
        let is_said = |child: &&Self, name: &str| child.name == name && !child.text.trim().is_empty();
        names.iter().find_map(|name| self.children.iter().find(|child| is_said(child, name)))
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The document's root.
pub(crate) fn parse(text: &str) -> Result<Element, ReadError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut tree = Tree { text, open: vec![Element::default()], elements: 0, entries: 0 };
    loop {
        let before = offset(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let (line, column) = position(text, offset(reader.error_position()));
            ReadError::Xml { line, column, reason: crate::plain::line(&error.to_string()) }
        })?;
        let after = offset(reader.buffer_position());
        match event {
            Event::Start(start) => tree.open(&start, before)?,
            Event::Empty(start) => {
                tree.open(&start, before)?;
                tree.close(after);
            }
            Event::End(_) => tree.close(after),
            Event::Text(said) => tree.say(&said.into_inner()),
            Event::CData(said) => tree.say(&said.into_inner()),
            Event::GeneralRef(name) => {
                let name = name.into_inner();
                tree.say(&entity(&name).unwrap_or_else(|| format!("&{name};")));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => return tree.finish(),
        }
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

struct Tree<'a> {
    text: &'a str,
    /// From the root that nobody wrote to the element that is open.
    open: Vec<Element>,
    elements: usize,
    /// Items and entries so far: they are numbered.
    entries: usize,
}

impl Tree<'_> {
    fn open(&mut self, start: &BytesStart<'_>, at: usize) -> Result<(), ReadError> {
        self.elements += 1;
        if self.elements > OBJECTS_MAX {
            return Err(ReadError::TooMany);
        }
        if self.open.len() > DEPTH_MAX {
            let (line, column) = position(self.text, at);
            return Err(ReadError::TooDeep { line, column });
        }
        let name = local(start.name().as_ref());
        let mut attributes = Vec::new();
        for attribute in start.html_attributes().with_checks(false).flatten() {
            attributes.push((local(attribute.key.as_ref()), crate::plain::decoded(&attribute.value)));
        }
        let mut place = self.open.last().map(|parent| parent.place.name(&name)).unwrap_or_default();
        if matches!(name.as_str(), "item" | "entry") {
            place = place.number(self.entries);
            self.entries += 1;
        }
        self.open.push(Element { name, attributes, span: at..at, place, ..Element::default() });
        Ok(())
    }

    fn close(&mut self, at: usize) {
        if self.open.len() > 1
            && let (Some(mut element), Some(parent)) = (self.open.pop(), self.open.last_mut())
        {
            element.span.end = at;
            parent.children.push(element);
        }
    }

    fn say(&mut self, said: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(said);
        }
    }

    fn finish(mut self) -> Result<Element, ReadError> {
        let (line, column) = position(self.text, self.text.len());
        if let Some(open) = self.open.get(1) {
            let reason = format!("the document ends inside of <{}>", crate::plain::line(&open.name));
            return Err(ReadError::Xml { line, column, reason });
        }
        let root = self.open.pop().and_then(|root| root.children.into_iter().next());
        root.ok_or_else(|| ReadError::Xml { line, column, reason: "there is no element".to_owned() })
    }
}

/// The name without its prefix, in lower case.
fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests;
