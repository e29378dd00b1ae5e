//! The pictures that a template names in so many words, found without rendering it.
//!
//! A missing picture should be known before the first message, also where the branch that shows it was not tried. Names that a
//! template computes cannot be seen here; they fail when they are rendered.

/// Line, counted from 1, and name of every `image('…')` in `source`.
#[must_use]
pub fn image_literals(source: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let calls = line.split("image(").skip(1);
        found.extend(calls.filter_map(quoted).map(|name| (index + 1, name)));
    }
    found
}

fn quoted(call: &str) -> Option<&str> {
    let rest = call.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let (name, behind) = rest[1..].split_once(quote)?;
    behind.trim_start().starts_with(')').then_some(name)
}
