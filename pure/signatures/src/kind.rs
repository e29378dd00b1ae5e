//! Whether a message is new, a reply or a forward.
//!
//! A forward is known by its subject's first prefix or by a forward marker in the body, and is asked first because it often has
//! `References` too. A reply is known by `In-Reply-To`, `References` or a quote; a prefix alone makes none, people type it. The rest is
//! new.

use crate::MessageKind;
use crate::place::Post;
use message::Index;

/// Prefixes of forwarded mail in the languages of the common clients, without the colon.
const FORWARD_PREFIXES: [&str; 21] = [
    "fw",
    "fwd",
    "wg",
    "tr",
    "rv",
    "i",
    "enc",
    "vb",
    "vl",
    "vs",
    "doorst",
    "pd",
    "továbbítás",
    "i̇lt",
    "ilt",
    "пересл",
    "转发",
    "轉寄",
    "転送",
    "전달",
    "הועבר",
];

/// What the message is; `posts` are the findings in its text parts.
pub(crate) fn kind(bytes: &[u8], index: &Index, subject: &str, posts: &[Post]) -> MessageKind {
    if is_forward_subject(subject) || posts.contains(&Post::Forward) {
        return MessageKind::Forward;
    }
    let header = index.header();
    let answers = ["In-Reply-To", "References"]
        .into_iter()
        .any(|name| header.value(bytes, name).is_some_and(|value| !value.is_empty()));
    let quotes = posts.iter().any(|post| match post {
        Post::Top | Post::Bottom | Post::Inline => true,
        Post::New | Post::Forward => false,
    });
    if answers || quotes { MessageKind::Reply } else { MessageKind::New }
}

/// Whether the first prefix is one of a forward: `Re: Fwd: x` is a reply to one.
fn is_forward_subject(subject: &str) -> bool {
    let Some((prefix, _)) = subject.split_once([':', '：']) else { return false };
    let folded = prefix.trim().to_lowercase();
    // `Fwd[2]:` and `Fwd(2):` count how often.
    let word = folded.split(['[', '(']).next().unwrap_or_default().trim_end();
    FORWARD_PREFIXES.contains(&word)
}

#[cfg(test)]
mod tests;
