//! HTML that nobody would write: pieces of real markup, whole and broken, in any order, from a fixed seed.
//!
//! A page that costs more than its length is found by the limit of the runner (`bombs.rs` says why no clock is read).

use crate::support::{acme, anna, applied, mail};
use signatures::Decision;

const COUNT: u64 = 500;
const LARGE_LEN: usize = 2 << 20;

const PIECES: [&str; 32] = [
    "<div>",
    "</div>",
    "<p class=MsoNormal>",
    "</p>",
    "<table><tr><td>",
    "</td></tr></table>",
    "<blockquote class=\"gmail_quote\">",
    "</blockquote>",
    "<div class=\"gmail_quote\">",
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt'>",
    "<b>From:</b> Kim <br><b>Sent:</b> Monday<br>",
    "On Mon, 2 Mar 2026, Kim wrote:<br>",
    "-----Original Message-----<br>",
    "<!--[if mso]>",
    "<![endif]-->",
    "<!-- ",
    "-->",
    "<style>p{}",
    "</style>",
    "<o:p></o:p>",
    "<a href=\"",
    "\">",
    "<",
    "&nbsp;",
    "&#x1F600;",
    "<body>",
    "</body></html>",
    "<div class=\"signpost-signature\">",
    "{EMAILSIGNATURE}",
    "<div id=Signature>",
    "words of a writer ",
    "\r\n",
];

/// The next number of a xorshift generator.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap()
}

fn page(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut html = String::new();
    while html.len() < length {
        html.push_str(PIECES[next(&mut state) % PIECES.len()]);
    }
    html
}

/// Whether it is stamped; then everything that is promised of a stamped message holds.
fn is_stamped(html: &str, snapshot: &tenant::Snapshot) -> bool {
    let original = mail(
        "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n",
        &html.replace('\r', ""),
    );
    let group = anna(snapshot).group(&original);
    let is_stamped = matches!(group.decision, Decision::Stamped(_));
    if is_stamped {
        applied(&group, &original);
    }
    is_stamped
}

#[test]
fn generated_pages_are_stamped_and_taken_back() {
    let snapshot = acme();
    let stamped = (1..=COUNT).filter(|seed| is_stamped(&page(*seed, 64 << (seed % 8)), &snapshot)).count();
    assert!(stamped > 400, "{stamped} of {COUNT}");
}

#[test]
fn a_large_generated_page_is_stamped() {
    assert!(is_stamped(&page(7, LARGE_LEN), &acme()));
}
