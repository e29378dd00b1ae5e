//! Markup that nobody would write, from a seed: `cargo run --release -p tenant --example hostile_pages [SEED [SIZE]]`; with a size, one page of it.
//!
//! 100,000 pages from 1 KB to 10 MB are placed and stamped: pieces of real markup in any order, one piece over and over (never closed, in each
//! other, half), and real pages with holes. Every place and every splice has to lie in bounds and between characters, and undoing the splices has to give the
//! page back. Printed for each size are the nanoseconds of a byte, of the dearest page too, and the most memory. A panic names its page.
#![expect(clippy::disallowed_methods, reason = "it measures time and reads files")]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it is a tool")]

mod acme;

use model::{Address, ReversePath, SnapshotNumber};
use signatures::place::{ClientSignature, PlaceOptions, Placement, place_html};
use signatures::{Decision, StampInput};
use std::collections::BTreeMap;
use std::time::Instant;

/// Bytes of a page, and how many pages.
const CLASSES: [(usize, u64); 7] = [
    (1 << 10, 50_000),
    (4 << 10, 30_000),
    (16 << 10, 15_000),
    (64 << 10, 4_500),
    (256 << 10, 400),
    (1 << 20, 80),
    (10 << 20, 20),
];

const PIECES: [&str; 72] = [
    "<div>",
    "</div>",
    "<p class=MsoNormal>",
    "</p>",
    "<p>",
    "<table><tr><td>",
    "</td></tr></table>",
    "<td>",
    "<tr>",
    "<ul><li>",
    "<li>",
    "<span style='color:red'>",
    "</span>",
    "<b>",
    "</b>",
    "<font size=2>",
    "<blockquote class=\"gmail_quote\">",
    "<blockquote type=cite>",
    "<blockquote>",
    "</blockquote>",
    "<div class=\"gmail_quote\">",
    "<div class=\"gmail_attr\">",
    "<div class=\"moz-cite-prefix\">",
    "<div id=\"appendonsend\"></div>",
    "<div id=\"divRplyFwdMsg\">",
    "<div id=\"x_divRplyFwdMsg\">",
    "<div id=\"ms-outlook-mobile-signature\">",
    "<div id=\"mail-editor-reference-message-container\">",
    "<div class=\"yahoo_quoted\">",
    "<div class=\"protonmail_quote\">",
    "<hr tabindex=-1>",
    "<hr>",
    "<br>",
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'>",
    "<a name=\"_MailOriginal\">",
    "<a name=\"_MailAutoSig\">",
    "<b>From:</b> Kim <br><b>Sent:</b> Monday<br><b>To:</b> Anna<br><b>Subject:</b> x<br>",
    "Von: Kim<br>Gesendet: Montag<br>",
    "On Mon, 2 Mar 2026, Kim wrote:<br>",
    "On Mon, 2 Mar 2026,<br>Kim<br>",
    "Am 2.3.2026 schrieb Kim:<br>",
    "-----Original Message-----<br>",
    "________________________________<br>",
    "&gt; quoted<br>",
    "> quoted\n",
    "-- <br>",
    "-- \n",
    "Sent from my iPhone<br>",
    "<!--[if mso]>",
    "<![endif]-->",
    "<!-- ",
    "-->",
    "<![if !vml]>",
    "<style>p{}",
    "</style>",
    "<script>",
    "<o:p></o:p>",
    "<a href=\"",
    "<a href='",
    "\">",
    "'>",
    "<",
    "</",
    "&nbsp;",
    "&#x1F600;",
    "&",
    "<body>",
    "</body></html>",
    "<div class=\"signpost-signature sp-00000000\">",
    "{EMAILSIGNATURE}",
    "words of a writer, ä 李 ",
    "\r\n",
];

/// A page as it is written, to be broken.
const REAL: &str = concat!(
    "<html><head><style>p.MsoNormal{margin:0}</style></head><body lang=EN-US><div class=WordSection1>",
    "<p class=MsoNormal>Dear Kim,<o:p></o:p></p><p class=MsoNormal>thank you, that works for us.<o:p></o:p></p>",
    "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'>",
    "<p class=MsoNormal><b>From:</b> Kim &lt;kim@x.example&gt;<br><b>Sent:</b> Monday</p></div></div>",
    "<div dir=\"ltr\">Hello</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Kim wrote:<br></div>",
    "<blockquote class=\"gmail_quote\">quoted</blockquote></div><p>More of mine</p></div></body></html>\r\n"
);

/// A xorshift generator.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn piece(&mut self) -> &'static str {
        PIECES[self.roll(PIECES.len())]
    }
}

fn page(seed: u64, length: usize) -> String {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut html = String::with_capacity(length + 600);
    match dice.roll(4) {
        0 => {
            while html.len() < length {
                html.push_str(dice.piece());
            }
        }
        // The same few over and over: what is never closed, or what closes nothing.
        1 => {
            let few = [dice.piece(), dice.piece(), dice.piece()];
            let count = 1 + dice.roll(few.len());
            while html.len() < length {
                few[..count].iter().for_each(|piece| html.push_str(piece));
            }
        }
        // A long stretch of one, then a long one of another.
        2 => {
            for _ in 0..4 {
                let piece = dice.piece();
                html.push_str(&piece.repeat(length / 4 / piece.len() + 1));
            }
        }
        _ => {
            while html.len() < length {
                let from = dice.roll(REAL.len());
                let to = (from + dice.roll(400)).min(REAL.len());
                html.push_str(&REAL[from..to]);
                html.push_str(dice.piece());
            }
        }
    }
    html
}

fn check_place(html: &str, placement: &Placement) {
    let ranges = [&placement.client_signature, &placement.writer_marker, &placement.ours];
    for range in ranges.into_iter().flatten().chain([&placement.newest]) {
        assert!(html.get(range.clone()).is_some(), "{range:?} of {}", html.len());
    }
    assert!(html.is_char_boundary(placement.offset), "{} of {}", placement.offset, html.len());
}

/// Places and stamps one page; gives the nanoseconds of both and what became of it.
fn run(html: &str, snapshot: &tenant::Snapshot) -> (u128, u128, &'static str) {
    let options =
        PlaceOptions { writer_marker: Some("{EMAILSIGNATURE}"), client_signature: ClientSignature::Replace };
    let start = Instant::now();
    let placement = place_html(html, &options);
    let place = start.elapsed().as_nanos();
    check_place(html, &placement);
    let original = format!(
        "From: anna.berg@acme.example\r\nTo: bob@other.example\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{html}"
    );
    let mail_from = ReversePath::Mailbox("anna.berg@acme.example".parse().unwrap());
    let recipient: Address = "bob@other.example".parse().unwrap();
    let input = StampInput {
        original: original.as_bytes(),
        mail_from: &mail_from,
        recipients: &[&recipient],
        received: "2026-03-01T12:00:00Z".parse().unwrap(),
        snapshot: SnapshotNumber(1),
        next_hop_size_max: None,
    };
    let start = Instant::now();
    let group = signatures::stamp(&input, &snapshot.signatures).remove(0);
    let stamp = start.elapsed().as_nanos();
    let splices = match &group.decision {
        Decision::Stamped(splices) => splices,
        Decision::Pass(reason) | Decision::Hold(reason) => return (place, stamp, reason.as_str()),
    };
    let last = splices.iter().map(message::Splice::end).max().unwrap_or(0);
    assert!(last <= original.len(), "a splice ends at {last} of {}", original.len());
    let stamped = splices.apply(original.as_bytes());
    assert!(
        splices.undo(&stamped, original.as_bytes()).as_deref() == Some(original.as_bytes()),
        "not undone"
    );
    (place, stamp, "stamped")
}

/// The most memory since the last call, in KB, as Linux counts it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let figure = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    let _only_a_figure = std::fs::write("/proc/self/clear_refs", "5");
    figure.unwrap_or(0)
}

fn main() {
    let number = |place: usize| std::env::args().nth(place).map(|number| number.parse::<u64>().unwrap());
    let first = number(1).unwrap_or(1);
    let snapshot = acme::snapshot();
    if let Some(size) = number(2) {
        let html = page(first, usize::try_from(size).unwrap());
        let (place, stamp, became) = run(&html, &snapshot);
        let start: String = html.chars().take(300).collect();
        println!("{start:?}\nplace {} us, stamp {} us, {became}", place / 1_000, stamp / 1_000);
        return;
    }
    let mut seed = first;
    for (size, count) in CLASSES {
        peak();
        let (mut bytes, mut place, mut stamp) = (0_usize, 0, 0);
        let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
        let mut dearest = (0.0_f64, 0);
        for _ in 0..count {
            let html = page(seed, size);
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&html, &snapshot)));
            let Ok((placing, stamping, became)) = outcome else {
                panic!("page {seed} of {size} bytes");
            };
            let mut cost = stamping as f64 / html.len() as f64;
            if cost > dearest.0 {
                // Whatever else ran meanwhile was counted too.
                let again = (0..3).map(|_| run(&html, &snapshot).1).min().unwrap_or(stamping);
                cost = cost.min(again as f64 / html.len() as f64);
            }
            if cost > dearest.0 {
                dearest = (cost, seed);
            }
            bytes += html.len();
            place += placing;
            stamp += stamping;
            *outcomes.entry(became).or_default() += 1;
            seed += 1;
        }
        let each = |nanoseconds: u128| nanoseconds as f64 / bytes as f64;
        println!(
            "{size:9} bytes: {count:6} pages {outcomes:?}; ns a byte: place {:6.2}, stamp {:6.2}, dearest page {:7.2} (seed {}); most memory {} MB",
            each(place),
            each(stamp),
            dearest.0,
            dearest.1,
            peak() / 1024
        );
    }
    println!("{} pages from seed {first}", seed - first);
}
