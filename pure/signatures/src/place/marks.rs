//! The marks that mail programs leave in markup, and the signatures that they put there themselves.
//!
//! One row for each word of a program's own markup: classes, ids and names alike, since programs and those who write their markup
//! again move them. A word in the dress of a quotation (`x_`, `ecx`, `yiv…`) is what an older message left: it is weak, and counts
//! only where nothing else shows where the newest text ends. Only the beginning of an element's attributes is read.

use super::Marker;
use super::tree::Tag;
use crate::tokens::attributes;

/// Words of one `class` that are looked at.
const CLASSES_MAX: usize = 16;
/// Attributes of one element that are looked at.
const ATTRIBUTES_MAX: usize = 32;
/// Bytes of a style that are read.
const STYLE_LEN_MAX: usize = 600;

/// What the element with a mark encloses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The quotation and nothing else.
    Quotation,
    /// The quotation in `blockquote`, and what the writer put below or between.
    Container,
    /// The line that introduces the quotation.
    Introduction,
    /// Everything that follows is quoted.
    Rest,
}

/// A mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) marker: Marker,
    pub(super) extent: Extent,
    pub(super) is_weak: bool,
}

/// What the attributes of an element say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) mark: Option<Mark>,
    /// A line is drawn above it, as above header blocks; it is a mark if a header block follows.
    pub(super) is_ruled: bool,
    /// A bar is drawn beside it, as beside quotations; it is a mark if an introduction stands above.
    pub(super) is_barred: bool,
    /// A signature of the writer's program.
    pub(super) is_signature: bool,
    /// Word's bookmark of one.
    pub(super) is_bookmark: bool,
    /// One of ours.
    pub(super) is_ours: bool,
    pub(super) is_hidden: bool,
    pub(super) is_lined: bool,
}

const WORDS: [(&str, Marker, Extent); 52] = [
    ("gmail_quote", Marker::GmailQuote, Extent::Container),
    ("gmail_quote_container", Marker::GmailQuote, Extent::Container),
    ("gmail_attr", Marker::GmailQuote, Extent::Introduction),
    ("moz-cite-prefix", Marker::MozCitePrefix, Extent::Introduction),
    ("moz-forward-container", Marker::MozCitePrefix, Extent::Rest),
    ("moz-email-headers-table", Marker::MozCitePrefix, Extent::Rest),
    ("yahoo_quoted", Marker::YahooQuoted, Extent::Quotation),
    ("iosymail", Marker::YahooQuoted, Extent::Quotation),
    ("appendonsend", Marker::AppendOnSend, Extent::Rest),
    ("divrplyfwdmsg", Marker::AppendOnSend, Extent::Rest),
    ("mail-editor-reference-message-container", Marker::OutlookMobile, Extent::Rest),
    ("ms-outlook-mobile-reference-message", Marker::OutlookMobile, Extent::Rest),
    ("_mailoriginal", Marker::OutlookHeader, Extent::Rest),
    ("stopspelling", Marker::QuotedAgain, Extent::Rest),
    ("olk_src_body_section", Marker::QuotedAgain, Extent::Rest),
    // Proton, Zoho, Tutanota, Skiff.
    ("protonmail_quote", Marker::OtherClient, Extent::Quotation),
    ("zmail_extra", Marker::OtherClient, Extent::Quotation),
    ("zmail_extra_hr", Marker::OtherClient, Extent::Introduction),
    ("tutanota_quote", Marker::OtherClient, Extent::Quotation),
    ("skiff_quote", Marker::OtherClient, Extent::Quotation),
    // GMX and web.de, 1&1.
    ("quote", Marker::OtherClient, Extent::Quotation),
    // Zimbra.
    ("__quoted_text__", Marker::OtherClient, Extent::Rest),
    ("__headers__", Marker::OtherClient, Extent::Rest),
    ("__divider__", Marker::OtherClient, Extent::Rest),
    ("zwchr", Marker::OtherClient, Extent::Rest),
    // Spark.
    ("messagereplysection", Marker::OtherClient, Extent::Quotation),
    // Notes and Verse.
    ("inoteshistory", Marker::OtherClient, Extent::Rest),
    // QQ, NetEase, Coremail, Foxmail, Alibaba.
    ("origbody", Marker::OtherClient, Extent::Rest),
    ("isreplycontent", Marker::OtherClient, Extent::Quotation),
    ("isforwardcontent", Marker::OtherClient, Extent::Rest),
    ("ntes-pcmail-quote", Marker::OtherClient, Extent::Quotation),
    ("ntes-pcmac-quote", Marker::OtherClient, Extent::Quotation),
    ("referencequote", Marker::OtherClient, Extent::Quotation),
    ("replycontent", Marker::OtherClient, Extent::Quotation),
    ("orimsghtmlseperator", Marker::OtherClient, Extent::Rest),
    ("fmoriginalcontent", Marker::OtherClient, Extent::Rest),
    // Lark.
    ("lark-mail-quote", Marker::OtherClient, Extent::Quotation),
    ("history-quote-wrapper", Marker::OtherClient, Extent::Quotation),
    // Others.
    ("reply139content", Marker::OtherClient, Extent::Quotation),
    ("replysplit", Marker::OtherClient, Extent::Rest),
    ("mailcontent", Marker::OtherClient, Extent::Rest),
    ("reply-intro", Marker::OtherClient, Extent::Introduction),
    ("forwardbody1", Marker::OtherClient, Extent::Rest),
    ("replybody1", Marker::OtherClient, Extent::Rest),
    ("nylas-quote", Marker::OtherClient, Extent::Container),
    ("freshdesk_quote", Marker::OtherClient, Extent::Quotation),
    ("front-blockquote", Marker::OtherClient, Extent::Quotation),
    ("missive_quote", Marker::OtherClient, Extent::Quotation),
    ("ik_mail_quote", Marker::OtherClient, Extent::Quotation),
    ("forwardcontentmessage", Marker::OtherClient, Extent::Rest),
    ("__aliyun_previous_message_wrap", Marker::OtherClient, Extent::Rest),
    ("history_container", Marker::OtherClient, Extent::Quotation),
];

/// Signatures that programs put in. `signature` counts as an id or a name: as a class it is anybody's word.
const SIGNATURES: [&str; 28] = [
    "gmail_signature",
    "moz-signature",
    "applemailsignature",
    "applemailsignatureblock",
    "ms-outlook-mobile-signature",
    "ms-outlook-ios-signature",
    "ms-outlook-android-signature",
    "mac_outlook_signature",
    "protonmail_signature_block",
    "zm-_id_-sgn",
    "zmail_signature_below",
    "__sig_pre__",
    "__sig_post__",
    "messagesignaturesection",
    "ymail_android_signature",
    "ymail_ios_signature",
    "yahoo-signature",
    "tutanota_signature",
    "_rc_sig",
    "-x-evo-signature",
    "-x-evo-signature-wrapper",
    "k9mail-signature",
    "composer_signature",
    "ntes-pcmac-signature",
    "ntes-pcmail-signature",
    "sh-signature",
    "front-signature",
    "editorusersignature",
];

/// The class of our own container.
pub(crate) const OURS: &str = "signpost-signature";

/// What the attributes of an element say.
pub(super) fn read(tag: Tag, written: &str) -> Seen {
    let mut seen = Seen::default();
    // In front of these nothing can stand, and they cannot be taken out.
    if tag == Tag::Page || tag.is_part() {
        return seen;
    }
    for (name, value) in attributes(written).take(ATTRIBUTES_MAX) {
        match name.len() {
            5 if name.eq_ignore_ascii_case("class") => {
                for word in value.split_ascii_whitespace().take(CLASSES_MAX) {
                    seen.word(tag, word, false);
                }
            }
            5 if name.eq_ignore_ascii_case("style") => seen.style(tag, value),
            2 if name.eq_ignore_ascii_case("id") => seen.word(tag, value.trim(), true),
            4 if name.eq_ignore_ascii_case("name") => seen.word(tag, value.trim(), true),
            4 if tag == Tag::Quote && name.eq_ignore_ascii_case("type") => seen.quotation_type(value),
            11 if name.eq_ignore_ascii_case("data-marker") => seen.word(tag, value.trim(), true),
            6 if name.eq_ignore_ascii_case("hidden") => seen.is_hidden = true,
            3 if tag == Tag::Image && name.eq_ignore_ascii_case("alt") => seen.alternative(value),
            _ => {}
        }
    }
    seen
}

impl Seen {
    /// A strong mark wins over a weak one, and among strong ones the program's own word over the common attribute.
    fn mark_with(&mut self, marker: Marker, extent: Extent, is_weak: bool) {
        let is_better = match self.mark {
            None => true,
            Some(known) => !is_weak && (known.is_weak || known.marker == Marker::BlockquoteCite),
        };
        if is_better {
            self.mark = Some(Mark { marker, extent, is_weak });
        }
    }

    fn quotation_type(&mut self, value: &str) {
        if value.trim().eq_ignore_ascii_case("cite") {
            self.mark_with(Marker::BlockquoteCite, Extent::Quotation, false);
        }
    }

    fn word(&mut self, tag: Tag, word: &str, is_name: bool) {
        let bare = undressed(word);
        let is_weak = bare.len() < word.len();
        let is = |known: &str| known.len() == bare.len() && known.eq_ignore_ascii_case(bare);
        self.is_ours |= is(OURS);
        self.is_bookmark |= is_name && is("_mailautosig");
        if !is_weak && (SIGNATURES.iter().any(|known| is(known)) || (is_name && is("signature"))) {
            self.is_signature = true;
            return;
        }
        // Old Gmail wraps its own signature and the quotation in it, so it is weak by itself.
        if is("gmail_extra") {
            self.mark_with(Marker::GmailQuote, Extent::Container, true);
            return;
        }
        // A table with this id is the whole message of some programs, and `quote` as a class is anybody's word.
        let is_common = is("quote") && (!is_name || tag.is_inline());
        let excepted = (is("mailcontent") && tag == Tag::Table) || is_common;
        if let Some((_, marker, extent)) = WORDS.iter().find(|(known, ..)| is(known)).filter(|_| !excepted) {
            self.known(tag, *marker, *extent, is_weak);
        } else if begins(bare, "yahoo_quoted") {
            self.known(tag, Marker::YahooQuoted, Extent::Quotation, is_weak);
        } else if begins(bare, "divRpF") && is_name {
            // Outlook on the web of Exchange 2010 and 2013 numbers it.
            self.known(tag, Marker::AppendOnSend, Extent::Rest, is_weak);
        } else if begins(bare, "ydp") && ends(bare, "signature") && !is_weak {
            self.is_signature = true;
        }
    }

    fn known(&mut self, tag: Tag, marker: Marker, extent: Extent, is_weak: bool) {
        let marker = if is_weak { Marker::QuotedAgain } else { marker };
        let extent =
            if tag == Tag::Quote && extent == Extent::Container { Extent::Quotation } else { extent };
        self.mark_with(marker, extent, is_weak);
    }

    /// Notes names the writer of what it quotes in the text for a picture.
    fn alternative(&mut self, value: &str) {
        if begins(value.trim_start(), "Inactive hide details for") {
            self.mark_with(Marker::OtherClient, Extent::Rest, false);
        }
    }

    fn style(&mut self, tag: Tag, style: &str) {
        let style = style.get(..STYLE_LEN_MAX).unwrap_or(style);
        let has = |part: &str| memchr::memmem::find(style.as_bytes(), part.as_bytes()).is_some();
        if has("isplay") || has("mso-hide") || has("DISPLAY") {
            let style = squeezed(style);
            self.is_hidden = style.contains("display:none") || style.contains("mso-hide:all");
        }
        self.is_lined |= has("pre-wrap") || has("white-space:pre") || has("white-space: pre");
        let may_be_ruled = matches!(tag, Tag::Wrapper | Tag::Quote | Tag::Paragraph);
        if !may_be_ruled || !(has("order") || has("ORDER")) {
            return;
        }
        let style = squeezed(style);
        if tag == Tag::Quote {
            if is_barred(&style) {
                self.mark_with(Marker::BlockquoteCite, Extent::Quotation, false);
            }
        } else if is_outlook_rule(&style) {
            self.mark_with(Marker::OutlookHeader, Extent::Rest, false);
        } else {
            self.is_ruled = is_ruled(&style);
            self.is_barred = is_barred(&style);
        }
    }
}

/// The word without what quoting programs put in front of classes and ids: Outlook on the web `x_`, Hotmail `ecx`, Yahoo `yiv` and
/// Gmail `m_` with digits, Gmail `gmail-` for what was pasted; Zoho writes digits behind `x_`.
fn undressed(word: &str) -> &str {
    let mut bare = word;
    loop {
        let numbered = |prefix: &str| {
            let behind = bare.strip_prefix(prefix)?;
            let name = behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
            (name.len() < behind.len()).then_some(name)
        };
        let digits = numbered("yiv").or_else(|| numbered("m_")).or_else(|| numbered("x_"));
        let plain = ["x_", "ecx", "gmail-"].iter().find_map(|prefix| bare.strip_prefix(prefix));
        let next = digits.or(plain);
        match next {
            Some(next) => bare = next,
            None => return bare,
        }
    }
}

fn begins(word: &str, start: &str) -> bool {
    word.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start))
}

fn ends(word: &str, end: &str) -> bool {
    word.len() >= end.len()
        && word.get(word.len() - end.len()..).is_some_and(|own| own.eq_ignore_ascii_case(end))
}

/// In lower case and without white space.
fn squeezed(style: &str) -> String {
    style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
}

/// The line above the header block of Outlook, in its own colours and measure, in the spellings of its versions and of those
/// who write it again.
fn is_outlook_rule(style: &str) -> bool {
    const COLOURS: [&str; 6] =
        ["#e1e1e1", "#b5c4df", "rgb(225,225,225)", "rgb(181,196,223)", "#e5e5e5", "#dfdfdf"];
    let is_on_top = style.contains("border-top:solid")
        || (style.contains("border-top:") && !style.contains("border-top:none"))
        || style.contains("border-style:solidnonenone");
    let is_padded = ["padding:3.0pt0", "padding:3pt0", "padding-top:3pt", "padding-top:3.0pt"]
        .iter()
        .any(|padding| style.contains(padding));
    let is_coloured = COLOURS.iter().any(|colour| style.contains(colour));
    is_on_top
        && is_padded
        && (is_coloured || style.contains("border-style:solidnonenone"))
        && !is_barred(style)
}

/// A line above and none beside it.
fn is_ruled(style: &str) -> bool {
    let is_on_top = ["border-top:", "border-top-width:", "border-top-style:", "solidnonenone"]
        .iter()
        .any(|form| style.contains(form));
    is_on_top && !style.contains("border-top:none") && !is_barred(style)
}

/// A bar beside it, as beside quotations.
fn is_barred(style: &str) -> bool {
    let side = |name: &str| {
        style.find(name).map(|at| &style[at + name.len()..]).is_some_and(|value| {
            let value = value.split(';').next().unwrap_or_default();
            value.contains("solid") && !value.starts_with("0")
        })
    };
    side("border-left:")
        || side("border-left-style:")
        || side("border-inline-start:")
        || side("border-right:")
}
