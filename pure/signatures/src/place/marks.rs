//! The marks that mail programs leave in markup, and the signatures that they put there themselves.
//!
//! One row for each mark, in the order of trust. Names are those of the programs' own markup.

use super::Marker;
use super::tree::Node;

/// Classes, by which most programs mark.
const CLASSES: [(&str, Marker); 17] = [
    ("gmail_quote", Marker::GmailQuote),
    ("gmail_quote_container", Marker::GmailQuote),
    ("gmail_extra", Marker::GmailQuote),
    ("moz-cite-prefix", Marker::MozCitePrefix),
    ("moz-forward-container", Marker::MozCitePrefix),
    ("yahoo_quoted", Marker::YahooQuoted),
    ("iosymail", Marker::YahooQuoted),
    ("ms-outlook-mobile-reference-message", Marker::OutlookMobile),
    ("protonmail_quote", Marker::OtherClient),
    ("zmail_extra", Marker::OtherClient),
    ("tutanota_quote", Marker::OtherClient),
    ("skiff_quote", Marker::OtherClient),
    ("messagereplysection", Marker::OtherClient),
    ("x_gmail_quote", Marker::QuotedAgain),
    ("x_moz-cite-prefix", Marker::QuotedAgain),
    ("ecxgmail_quote", Marker::QuotedAgain),
    ("ecxmoz-cite-prefix", Marker::QuotedAgain),
];

const IDS: [(&str, Marker); 18] = [
    ("appendonsend", Marker::AppendOnSend),
    ("divrplyfwdmsg", Marker::AppendOnSend),
    ("mail-editor-reference-message-container", Marker::OutlookMobile),
    ("ms-outlook-mobile-body-separator-line", Marker::OutlookMobile),
    ("origbody", Marker::OtherClient),
    ("reply139content", Marker::OtherClient),
    ("isreplycontent", Marker::OtherClient),
    ("isforwardcontent", Marker::OtherClient),
    ("orimsghtmlseperator", Marker::OtherClient),
    ("replysplit", Marker::OtherClient),
    ("stopspelling", Marker::QuotedAgain),
    ("x_divrplyfwdmsg", Marker::QuotedAgain),
    ("x_appendonsend", Marker::QuotedAgain),
    ("ecxdivrplyfwdmsg", Marker::QuotedAgain),
    ("olk_src_body_section", Marker::OtherClient),
    ("mailcontent", Marker::OtherClient),
    ("x_mail-editor-reference-message-container", Marker::QuotedAgain),
    ("x_yahoo_quoted", Marker::QuotedAgain),
];

/// Classes and ids of the signatures that programs put in.
const SIGNATURES: [&str; 6] = [
    "gmail_signature",
    "moz-signature",
    "applemailsignature",
    "ms-outlook-mobile-signature",
    "signature",
    "protonmail_signature_block",
];

/// The mark of an element, if it is one.
pub(super) fn mark(node: &Node<'_>) -> Option<Marker> {
    let name = node.name();
    if name.is_empty() {
        return None;
    }
    let classes = node.attribute("class").unwrap_or_default().to_lowercase();
    let known = |class: &str| CLASSES.iter().find(|(known, _)| *known == class).map(|(_, marker)| *marker);
    if let Some(marker) = classes.split_ascii_whitespace().find_map(known) {
        return Some(marker);
    }
    let id = node.attribute("id").unwrap_or_default().to_lowercase();
    if id.starts_with("yahoo_quoted") {
        return Some(Marker::YahooQuoted);
    }
    // A table with this id is the whole message of some programs.
    let known = |(known, _): &&(&str, Marker)| *known == id && !(id == "mailcontent" && name == "table");
    if let Some((_, marker)) = IDS.iter().find(known) {
        return Some(*marker);
    }
    match name {
        "blockquote" if attribute_is(node, "type", "cite") => Some(Marker::BlockquoteCite),
        "div" if is_outlook_rule(node.attribute("style").unwrap_or_default()) => Some(Marker::OutlookHeader),
        "a" if attribute_is(node, "name", "_MailOriginal") => Some(Marker::OutlookHeader),
        _ if attribute_is(node, "name", "quote") => Some(Marker::OtherClient),
        _ if attribute_is(node, "data-marker", "__QUOTED_TEXT__") => Some(Marker::OtherClient),
        _ => None,
    }
}

/// Whether what the mark opens is the quotation itself, so that own text may follow it.
pub(super) fn may_go_on(marker: Marker) -> bool {
    match marker {
        Marker::GmailQuote
        | Marker::MozCitePrefix
        | Marker::BlockquoteCite
        | Marker::YahooQuoted
        | Marker::IntroLine
        | Marker::QuotedLines => true,
        Marker::OutlookHeader
        | Marker::AppendOnSend
        | Marker::OutlookMobile
        | Marker::QuotedAgain
        | Marker::OtherClient
        | Marker::HeaderBlock
        | Marker::OriginalMessage
        | Marker::None => false,
    }
}

/// Whether the element is a signature of the writer's program.
pub(super) fn is_signature(node: &Node<'_>) -> bool {
    let is_known = |word: &str| SIGNATURES.contains(&word.to_lowercase().as_str());
    let classes = node.attribute("class").unwrap_or_default();
    let by_class = classes
        .split_ascii_whitespace()
        .any(|class| is_known(class) && !class.eq_ignore_ascii_case("signature"));
    by_class || node.attribute("id").is_some_and(is_known)
}

/// `border:none;border-top:solid …`, in the spellings of Outlook's versions and of those who write it again.
fn is_outlook_rule(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let by_border = style.contains("border:none;border-top:solid#") && style.contains("padding:3.0pt0");
    let by_style = style.contains("border-style:solidnonenone") && style.contains("padding:3pt0");
    by_border || by_style
}

fn attribute_is(node: &Node<'_>, attribute: &str, value: &str) -> bool {
    node.attribute(attribute).is_some_and(|written| written.eq_ignore_ascii_case(value))
}
