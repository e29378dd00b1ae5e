//! Paths of a mapping: `data.items`, `name|title`, `@key`.
//!
//! A path names what is there or nothing: it computes nothing and cannot fail.

use crate::json::Node;
use serde_json::Value;

/// An entry of a list, with its name if the list is an object.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) key: Option<String>,
}

impl<'a> Entry<'a> {
    /// The value at a path.
    pub(crate) fn one(&self, path: &str) -> Option<Node<'a>> {
        path.split('|').find_map(|path| one_of(&self.node, path))
    }

    /// The value at a path as text; `@key` is the entry's name.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        path.split('|').find_map(|path| match path.trim() {
            "@key" => self.key.clone(),
            path => one_of(&self.node, path)?.own_text(),
        })
    }
}

/// The value at a path from the root.
pub(crate) fn one<'a>(root: &Node<'a>, path: &str) -> Option<Entry<'a>> {
    path.split('|').find_map(|path| one_of(root, path)).map(|node| Entry { node, key: None })
}

pub(crate) fn text(root: &Node<'_>, path: &str) -> Option<String> {
    one(root, path)?.node.own_text()
}

fn one_of<'a>(node: &Node<'a>, path: &str) -> Option<Node<'a>> {
    let path = path.trim();
    if path.is_empty() || path == "@value" {
        return Some(node.clone());
    }
    path.split('.').try_fold(node.clone(), |node, name| node.key(name))
}

/// The entries at a path: of a list, or the values of an object of which each is an entry. None if there is nothing of that kind.
pub(crate) fn entries<'a>(root: &Node<'a>, path: &str) -> Option<Vec<Entry<'a>>> {
    let list = path.split('|').find_map(|path| one_of(root, path))?;
    match list.value {
        Value::Array(_) => Some(list.entries().into_iter().map(|node| Entry { node, key: None }).collect()),
        Value::Object(entries) => Some(
            entries
                .keys()
                .filter_map(|key| Some(Entry { node: list.key(key)?, key: Some(key.clone()) }))
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
