//! The frame of every page, and the few pieces that several pages share.
//!
//! Each function gives finished HTML; text is escaped where it enters. Nothing here knows what a page is about.

use crate::compose::escape_html;
use model::Timestamp;

/// A whole page. `refresh` reloads it after two seconds.
pub(super) fn document(title: &str, refresh: bool, body: &str) -> String {
    let title = escape_html(title);
    let refresh = if refresh { "<meta http-equiv=\"refresh\" content=\"2;url=/playground\">" } else { "" };
    format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n{refresh}<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/playground/style.css\">\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">Skip to the content</a>\n\
         <header class=\"top\"><a class=\"brand\" href=\"/playground\">Signpost <span>playground</span></a>\
         <p>A fake Exchange Online on this machine. Nothing you send here leaves it.</p></header>\n\
         <main id=\"content\">\n{body}</main>\n\
         <footer class=\"bottom\"><p>Counted at the receiving end. \
         <a href=\"/playground/messages.json\">The same as JSON</a></p></footer>\n</body>\n</html>\n"
    )
}

/// A page that says what is wrong and what to do.
pub(super) fn problem(title: &str, advice: &str) -> String {
    let body = format!(
        "<section class=\"panel problem\"><h1>{}</h1><p>{}</p><p><a href=\"/playground\">Back to the mailbox</a></p></section>\n",
        escape_html(title),
        escape_html(advice)
    );
    document(title, false, &body)
}

/// A point in time: to the second for people, the whole for machines and on the title.
pub(super) fn time(at: Timestamp) -> String {
    let whole = at.to_string();
    let clock = whole.get(11..19).unwrap_or_default();
    format!("<time datetime=\"{whole}\" title=\"{whole}\">{clock} UTC</time>")
}

/// A point in time with its day.
pub(super) fn day_and_time(at: Timestamp) -> String {
    let day = at.to_string().get(..10).unwrap_or_default().to_owned();
    format!("{day} {}", time(at))
}

/// A size as people read it.
pub(super) fn size(bytes: usize) -> String {
    if bytes < 10_000 {
        format!("{bytes} B")
    } else if bytes < 10_000_000 {
        format!("{} kB", bytes.div_ceil(1_000))
    } else {
        format!("{} MB", bytes.div_ceil(1_000_000))
    }
}

/// A word with a colour that is never the only sign.
pub(super) fn badge(kind: &str, word: &str) -> String {
    format!("<span class=\"badge {kind}\">{}</span>", escape_html(word))
}
