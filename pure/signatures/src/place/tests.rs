#![expect(clippy::disallowed_methods, reason = "the corpus is read from its files")]

use super::{ClientSignature, Marker, PlaceOptions, Placement, Post, place_html, place_text};
use crate::text_form::visible;
use std::path::{Path, PathBuf};

const OPTIONS: PlaceOptions<'static> =
    PlaceOptions { writer_marker: Some("{EMAILSIGNATURE}"), client_signature: ClientSignature::Keep };

fn html(body: &str) -> Placement {
    place_html(body, &OPTIONS)
}

/// The text in front of the place, without white space.
fn own(body: &str) -> String {
    squeezed(&visible(&body[..html(body).offset]))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

fn mail(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mail").join(path)
}

#[test]
fn each_program_is_known_by_its_mark() {
    let rows = [
        (
            "Hi<br><div class=\"gmail_quote gmail_quote_container\">On x, y wrote:<blockquote>q</blockquote></div>",
            Marker::GmailQuote,
        ),
        (
            "Hi<div class=\"moz-cite-prefix\">On x y wrote:<br></div><blockquote type=\"cite\">q</blockquote>",
            Marker::MozCitePrefix,
        ),
        (
            "<div>Hi</div><div><br><blockquote type=\"cite\"><div>On x, y wrote:</div>q</blockquote></div>",
            Marker::BlockquoteCite,
        ),
        (
            "<p>Hi</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p><b>From:</b> q</p></div></div>",
            Marker::OutlookHeader,
        ),
        (
            "<p>Hi</p><div><div style=\"border-style: solid none none; border-width: 1pt medium medium; padding: 3pt 0cm 0cm\">From: q</div></div>",
            Marker::OutlookHeader,
        ),
        (
            "<div>Hi</div><div id=\"appendonsend\"></div><hr style=\"width:98%\"><div id=\"divRplyFwdMsg\"><b>From:</b> q</div>",
            Marker::AppendOnSend,
        ),
        (
            "<div>Hi</div><hr style=\"width:98%\"><div id=\"divRplyFwdMsg\"><b>From:</b> q</div>",
            Marker::AppendOnSend,
        ),
        ("<div>Hi</div><div id=\"mail-editor-reference-message-container\">q</div>", Marker::OutlookMobile),
        ("<div>Hi</div><div id=\"yahoo_quoted_123\" class=\"yahoo_quoted\">q</div>", Marker::YahooQuoted),
        ("<div>Hi</div><div class=\"protonmail_quote\">q</div>", Marker::OtherClient),
        ("<div>Hi</div><div data-marker=\"__QUOTED_TEXT__\">q</div>", Marker::OtherClient),
        ("<div>Hi</div><div id=\"x_divRplyFwdMsg\">q</div>", Marker::QuotedAgain),
        (
            "<p>Hi</p><p><b>From:</b> a<br><b>Sent:</b> b<br><b>To:</b> c<br><b>Subject:</b> d</p><p>q</p>",
            Marker::HeaderBlock,
        ),
        ("<p>Hi</p><p>-----Original Message-----</p><p>q</p>", Marker::OriginalMessage),
        (
            "<p>Hi</p><p>Am 3. Mai 2024 um 10:11 schrieb Kim &lt;k@x.example&gt;:</p><p>q</p>",
            Marker::IntroLine,
        ),
        ("<p>Hi</p><p>&gt; q</p>", Marker::QuotedLines),
    ];
    for (body, marker) in rows {
        let placed = html(body);
        assert_eq!((placed.marker, placed.post), (marker, Post::Top), "{body}");
        assert_eq!(own(body), "Hi", "{body}");
    }
}

#[test]
fn new_text_is_signed_at_the_end_inside_of_the_body() {
    for (body, before) in [
        ("<html><body><p>Hi</p></body></html>", "<html><body><p>Hi</p>"),
        ("<div class=\"WordSection1\"><p>Hi</p></div>", "<div class=\"WordSection1\"><p>Hi</p>"),
        ("<p>Hi</p>", "<p>Hi</p>"),
        ("Hi", "Hi"),
        ("", ""),
    ] {
        let placed = html(body);
        assert_eq!((&body[..placed.offset], placed.marker, placed.post), (before, Marker::None, Post::New));
    }
}

#[test]
fn own_text_below_the_quotation_is_signed_below_it() {
    let body = "<div class=\"moz-cite-prefix\">On x y wrote:</div><blockquote type=\"cite\">q</blockquote><p>My answer</p>";
    let placed = html(body);
    assert_eq!((placed.post, placed.offset), (Post::Bottom, body.len()));
    let body = "<div class=\"moz-cite-prefix\">x</div><blockquote type=\"cite\">q</blockquote><p>One</p><blockquote type=\"cite\">r</blockquote><p>Two</p>";
    assert_eq!((html(body).post, html(body).offset), (Post::Inline, body.len()));
}

#[test]
fn a_forward_without_own_text_is_signed_above_it() {
    let body = "<div><br></div><div class=\"gmail_quote\">---------- Forwarded message ---------<br>q</div>";
    let placed = html(body);
    assert_eq!((placed.post, visible(&body[..placed.offset]).trim()), (Post::Forward, ""));
}

#[test]
fn a_programs_own_signature_is_found_kept_or_replaced() {
    let body = "<div>Hi</div><div id=\"Signature\">Old</div><div id=\"appendonsend\"></div><div>q</div>";
    assert_eq!(own(body), "HiOld");
    let options = PlaceOptions { client_signature: ClientSignature::Replace, ..OPTIONS };
    let placed = place_html(body, &options);
    let signature = placed.client_signature.unwrap();
    assert_eq!(
        (placed.offset, &body[signature.clone()]),
        (signature.start, "<div id=\"Signature\">Old</div>")
    );
}

#[test]
fn what_looks_like_a_signature_behind_the_end_of_the_body_is_none() {
    let options = PlaceOptions { client_signature: ClientSignature::Replace, ..OPTIONS };
    let placed = place_html("<p>Hi</body>\nh\n--\n*A*\n", &options);
    assert_eq!((placed.client_signature, placed.newest), (None, 0..5));
}

#[test]
fn the_writers_marker_is_found_in_the_newest_text_only_and_never_in_a_tag() {
    let body = "<p title=\"{EMAILSIGNATURE}\">Hi</p><p>{EMAILSIGNATURE}</p><div class=\"gmail_quote\">{EMAILSIGNATURE}</div>";
    let marker = html(body).writer_marker.unwrap();
    assert_eq!(marker.start, body.find("<p>{EMAIL").unwrap() + 3);
    assert_eq!(html("<p>Hi</p><div class=\"gmail_quote\">{EMAILSIGNATURE}</div>").writer_marker, None);
}

#[test]
fn the_html_replies_of_nine_programs_are_signed_under_their_text() {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(mail("talon/html_replies")).unwrap() {
        let path = entry.unwrap().path();
        let body = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        if own(&body) != "Hi.Iamfine.Thanks,Alex" {
            wrong.push(format!("{}: {:?} {}", path.display(), html(&body).marker, own(&body)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Three odd replies: what Outlook for Mac 2011 quotes in a span, a block that own text and introduction share, and a rule in the middle of a
/// block. The place is in front of the introduction and of the rule: own is what stands above them.
#[test]
fn a_quotation_may_share_its_block_with_own_text() {
    let read = |name: &str| std::fs::read(mail("talon").join(name)).unwrap();
    let text = |name: &str| String::from_utf8(read(name)).unwrap();
    assert_eq!(own(&text("OLK_SRC_BODY_SECTION.html")), "Reply");
    assert_eq!(own(&text("reply-separated-by-hr.html")), "HithereBob");
    let bytes = read("reply-quotations-share-block.eml");
    let index = message::Index::of(&bytes);
    let body = message::TextBody::read(&bytes, &index, index.bodies().html.unwrap()).unwrap();
    assert!(own(body.text()).ends_with("hearingfromyousoon.JhonDoe"), "{}", own(body.text()));
}

/// Replies of the corpus whose wanted text does not begin the mail, so that its end is no place: `embedded_email_7`, `french_2` and
/// `quote_text` hold an answer below a quotation, and the signature goes below the answer; `_17` and `_18` begin with an introduction
/// behind which nothing shows what is quoted, and `forwarded_message` is all forwarded: there the signature goes above everything.
const OTHERWISE: [(&str, Post); 6] = [
    ("embedded_email_17", Post::Forward),
    ("embedded_email_18", Post::Forward),
    ("embedded_email_7", Post::Inline),
    ("embedded_email_french_2", Post::Bottom),
    ("embedded_email_quote_text", Post::Bottom),
    ("forwarded_message", Post::Forward),
];

#[test]
fn replies_as_text_are_signed_under_their_text() {
    let mut other = Vec::new();
    for entry in std::fs::read_dir(mail("trimmer/emails")).unwrap() {
        let path = entry.unwrap().path();
        let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        let body = read(&path);
        let wanted = read(&mail("trimmer/trimmed").join(path.file_name().unwrap()));
        let placed = place_text(&body, &OPTIONS);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // The corpus leaves the writer's own signature out.
        let end = placed.client_signature.as_ref().map_or(placed.offset, |own| own.start.min(placed.offset));
        if squeezed(&body[..end]) == squeezed(&wanted) {
            continue;
        }
        other.push((name, placed.post));
    }
    other.sort_by(|one, two| one.0.cmp(&two.0));
    assert_eq!(other, OTHERWISE.map(|(name, post)| (name.to_owned(), post)));
}

#[test]
fn the_text_replies_of_twelve_programs_are_signed_under_their_text() {
    let mut count = 0;
    for entry in std::fs::read_dir(mail("talon/standard_replies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let index = message::Index::of(&bytes);
        let body = message::TextBody::read(&bytes, &index, index.bodies().plain.unwrap()).unwrap();
        let text = body.text();
        let wanted =
            path.with_file_name(format!("{}_reply_text", path.file_stem().unwrap().to_string_lossy()));
        let wanted = std::fs::read_to_string(wanted).unwrap_or_else(|_| "Hello".to_owned());
        let placed = place_text(text, &OPTIONS);
        // Thunderbird's user answers below.
        let own = if placed.post == Post::Bottom {
            &text[placed.newest.start..placed.offset]
        } else {
            &text[..placed.offset]
        };
        assert_eq!(squeezed(own), squeezed(&wanted), "{}: {placed:?}", path.display());
        count += 1;
    }
    assert_eq!(count, 12);
}

#[test]
fn an_introduction_may_be_wrapped_and_in_any_language() {
    for intro in [
        "On Mon, Apr 2, 2012 at 6:26 PM, Megan One <xxx@gmail.com> wrote:",
        "On Mon, Apr 2, 2012 at 6:26 PM, Megan One\n<xxx@gmail.com> wrote:",
        "Am 02.04.2012 um 18:26 schrieb Megan One:",
        "Le 2 avr. 2012 à 18:26, Megan a écrit :",
        "El 2 abr 2012, a las 18:26, Megan escribió:",
        "2016-03-03 17:21 GMT+01:00 Megan <xxx@gmail.com>:",
        "在 2012年4月2日，Megan 写道：",
    ] {
        let body = format!("Hello\n\n{intro}\n\n> Hi\n");
        let placed = place_text(&body, &OPTIONS);
        assert_eq!((&body[..placed.offset], placed.post), ("Hello\n", Post::Top), "{intro}");
    }
}

#[test]
fn the_place_is_always_between_pieces_of_text() {
    let seeds = [
        "<div class=\"gmail_quote\">",
        "<p>",
        "Hi &amp; you",
        "</div>",
        "<!-- x -->",
        "<style>a{}</style>",
        "<br>",
        "é",
        "<a href=\"",
        ">",
        "<blockquote type=cite>",
        "</blockquote>",
        "On x wrote:",
        "&gt; q",
        "<body>",
        "</body>",
        "\"",
        "<",
        "</p>",
    ];
    let mut state = 7_u64;
    for round in 0..3_000 {
        let mut body = String::new();
        for _ in 0..round % 23 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            body.push_str(seeds[(state >> 33) as usize % seeds.len()]);
        }
        let placed = html(&body);
        assert!(body.is_char_boundary(placed.offset));
        let edges: Vec<usize> = edges(&body);
        assert!(edges.contains(&placed.offset), "{} in {body}", placed.offset);
        let placed = place_text(&body, &OPTIONS);
        assert!(body.is_char_boundary(placed.offset));
    }
}

/// Where a piece begins or ends.
fn edges(body: &str) -> Vec<usize> {
    let mut tokens = crate::tokens::tokens(body);
    let mut edges = vec![0, body.len()];
    edges.push(tokens.offset());
    while let Some(token) = tokens.next() {
        let end = tokens.offset();
        if let crate::tokens::Token::Text(text) = token {
            edges.push(end - text.len());
        }
        edges.push(end);
        // In front of a tag.
        edges.push(body[..end].rfind('<').unwrap_or(0));
    }
    // What nobody sees is skipped between two pieces; behind its end is a place.
    edges.extend(body.match_indices('>').map(|(at, _)| at + 1));
    edges
}

/// Pieces that, repeated, cost a reader most that looks back or ahead too far.
const HOSTILE: [&str; 30] = [
    "<div>",
    "</div>",
    "<p>",
    "<td>",
    "<li>",
    "<blockquote>",
    "<blockquote>x",
    "<blockquote type=cite>x</blockquote>y",
    "<div class=gmail_quote>",
    "<div class=x_gmail_quote>x</div>",
    "<div id=Signature>",
    "<div class=signpost-signature>x</div>",
    "<hr>",
    "<br>",
    "x<br>",
    "<b></i>",
    "<a \"",
    "<a =\"",
    "<!--",
    "<div style=\"border-top:1px solid\">x",
    "<a name=_MailAutoSig>x</a>",
    "-- <br>",
    "Sent from my iPhone<br>",
    "On 1 May 2024<br>",
    "From: a@b<br>",
    "From: a@b\n",
    "On 1 May 2024, Kim\n",
    "> q\nanswer\n",
    "-- \n\n",
    "\n \n",
];

#[test]
fn a_body_of_one_thing_over_and_over_takes_linear_time() {
    // Half a megabyte of each: a quadratic reader would not come back.
    for piece in HOSTILE {
        let body = format!("Hi{}x", piece.repeat((1 << 19) / piece.len()));
        assert!(body.is_char_boundary(html(&body).offset), "{piece}");
        assert!(place_text(&body, &OPTIONS).offset <= body.len(), "{piece}");
    }
}

#[test]
fn a_body_of_more_pieces_than_are_kept_is_signed_at_its_end() {
    for piece in ["<b>x</b>", "<i>", "<p>x"] {
        let body = format!("<html><body>{}<p>end</p></body></html>", piece.repeat(300_000));
        let placed = html(&body);
        assert_eq!((&body[placed.offset..], placed.post), ("</body></html>", Post::New), "{piece}");
    }
}
