//! Insertions into `format=flowed` text (RFC 3676).

/// `text` so that a flowed reader shows its lines as they are: no line ends in a blank, except the signature separator, and a
/// line that begins with a blank, `>` or `From ` is stuffed (§4.4).
pub(super) fn stuff(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        let kept = if content == "-- " { content } else { content.trim_end_matches(' ') };
        if kept.starts_with(' ') || kept.starts_with('>') || kept.starts_with("From ") {
            out.push(' ');
        }
        out.push_str(kept);
        out.push_str(&line[content.len()..]);
    }
    out
}
