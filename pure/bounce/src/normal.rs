//! Replies that say the same made equal, so that they count together.
//!
//! What differs from one delivery to the next is masked: mail addresses, network addresses, host names, numbers, ids and times. What is
//! left are the words and the codes. The result is a key for counting and a text for a person, no input for rules: those read the
//! reply itself.

/// Longer is cut: what differs behind does not make another refusal.
const KEY_BYTES_MAX: usize = 512;

/// The reply with everything masked that names one message, host or time.
#[must_use]
pub fn normalised(reply: &str) -> String {
    let mut key = String::new();
    let mut code = "";
    for (number, word) in reply.split_whitespace().enumerate() {
        let word = match word.strip_prefix(code) {
            Some("") if number > 0 && !code.is_empty() => continue,
            Some(rest) if number > 0 && !code.is_empty() => rest.strip_prefix('-').unwrap_or(word),
            Some(_) | None => word,
        };
        if number == 0 {
            code = word.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or("");
        }
        let masked = mask(word, number == 0);
        let repeats = masked.starts_with('<') && key.ends_with(&masked);
        if masked.is_empty() || repeats || is_repeated_code(&masked, &key) {
            continue;
        }
        if key.len() + masked.len() >= KEY_BYTES_MAX {
            break;
        }
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&masked);
    }
    key
}

/// `550-5.7.1 text 550 5.7.1 text` is one reply of two lines.
fn is_repeated_code(word: &str, key: &str) -> bool {
    is_enhanced(word) && key.split(' ').nth(1) == Some(word)
}

fn is_enhanced(word: &str) -> bool {
    let mut parts = word.split('.');
    let is_number =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.clone().count() == 3 && parts.all(is_number)
}

fn mask(word: &str, is_first: bool) -> String {
    let lower = word.to_lowercase();
    if is_first {
        return lower.replacen('-', " ", 1);
    }
    let is_edge = |c: char| !c.is_alphanumeric();
    let core = lower.trim_matches(is_edge);
    if core.is_empty() || is_enhanced(core) {
        return lower;
    }
    match kind(core) {
        Some(mask) => mask.to_owned(),
        None => lower,
    }
}

/// What a word without its punctuation is, if that differs each time.
fn kind(core: &str) -> Option<&'static str> {
    if core.contains("://") || core.starts_with("www.") {
        return Some("<link>");
    }
    if core.contains('@') {
        return Some("<mailbox>");
    }
    let count = |is: fn(&char) -> bool| core.chars().filter(is).count();
    let (digits, dots, colons) = (count(char::is_ascii_digit), count(|c| *c == '.'), count(|c| *c == ':'));
    let letters = count(|c| c.is_alphabetic());
    let is_hex = core.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
    if dots == 3 && digits > 3 && letters == 0 || colons >= 3 && is_hex {
        return Some("<address>");
    }
    if dots >= 2 && letters > 0 || dots == 1 && is_host(core) {
        return Some("<host>");
    }
    if digits > 0 && letters == 0 {
        return Some("<number>");
    }
    // Ids mix letters and digits, or are long runs without a vowel pattern of words.
    let mixes = digits >= 2 && letters > 0 && core.chars().count() >= 6;
    let is_id = mixes && !is_code(core);
    (is_id || core.chars().count() > 24).then_some("<id>")
}

/// `mx1.example`: both sides of the dot are labels, and the last is no end of a sentence run together.
fn is_host(core: &str) -> bool {
    core.split_once('.').is_some_and(|(name, end)| {
        !name.is_empty() && end.len() >= 2 && end.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// A provider's own code names the kind of refusal and stays: `s3150`, `as3140`, `ib607`, `tss04`, `bl000010`.
fn is_code(core: &str) -> bool {
    let letters = core.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = core.len() - letters;
    (1..=5).contains(&letters)
        && (1..=6).contains(&digits)
        && core[letters..].bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
