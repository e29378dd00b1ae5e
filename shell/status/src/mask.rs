//! Takes people and, if wanted, network addresses out of texts that other hosts wrote.
//!
//! A refused recipient stands in many replies. What looks like a mailbox loses its local part and its domain; too much is masked rather than too
//! little. Words without such a thing come back as they were.

use crate::settings::Settings;
use std::net::IpAddr;

const MAILBOX: &str = "[address]";
const NETWORK: &str = "[IP address]";

/// The text as strangers may read it.
pub(crate) fn public(text: &str, settings: &Settings) -> String {
    without(text, settings, |_| false)
}

/// The text without people and addresses, but for words that its reader `knows`.
pub(crate) fn without(text: &str, settings: &Settings, knows: impl Fn(&str) -> bool) -> String {
    let masked = |word: &str| if knows(word) { word.to_owned() } else { masked(word, settings) };
    let mut shown = String::with_capacity(text.len());
    let mut word = String::new();
    for letter in text.chars() {
        if is_border(letter) {
            shown.push_str(&masked(&word));
            word.clear();
            shown.push(letter);
        } else {
            word.push(letter);
        }
    }
    shown.push_str(&masked(&word));
    shown
}

fn is_border(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '<' | '>' | '(' | ')' | '[' | ']' | '"' | ',' | ';' | '\'' | '/')
}

fn masked(word: &str, settings: &Settings) -> String {
    if word.contains('@') || word.contains("%40") {
        return MAILBOX.to_owned();
    }
    let bare = word.trim_end_matches(['.', ':', '!', '?']);
    if !settings.show_addresses && bare.parse::<IpAddr>().is_ok() {
        return format!("{NETWORK}{}", &word[bare.len()..]);
    }
    word.to_owned()
}

#[cfg(test)]
mod tests;
