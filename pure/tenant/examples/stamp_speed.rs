//! How long stamping takes: `cargo run --release -p tenant --example stamp_speed`, on a machine with nothing else to do.
//!
//! Messages of Outlook and Gmail of growing size are stamped over and over with the example tenant. Printed are the median and the fastest
//! round of each, and the same for finding the place alone.
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it is a tool")]

use model::{Address, ReversePath, SnapshotNumber};
use signatures::StampInput;
use signatures::place::{ClientSignature, PlaceOptions, place_html};
use std::time::Instant;
use tenant::Folder;

const ROUNDS: usize = 401;
const OUTLOOK: &str = concat!(
    "<html><head><style>p.MsoNormal{margin:0}</style></head><body lang=EN-US><div class=WordSection1>",
    "<p class=MsoNormal>Dear Kim,<o:p></o:p></p><p class=MsoNormal>thank you, that works for us.<o:p></o:p></p>"
);
const OUTLOOK_QUOTE: &str = concat!(
    "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'>",
    "<p class=MsoNormal><b>From:</b> Kim &lt;kim@x.example&gt;<br><b>Sent:</b> Monday</p></div></div>"
);
const GMAIL: &str = concat!(
    "<html><body><div dir=\"ltr\">Hello Kim</div><br><div class=\"gmail_quote\">",
    "<div class=\"gmail_attr\">On Mon, Kim wrote:<br></div><blockquote class=\"gmail_quote\">"
);
const QUOTED: &str = concat!(
    "<p class=MsoNormal><span style='font-size:11.0pt;font-family:\"Calibri\",sans-serif;color:#1F497D'>",
    "The figures of the second quarter are in, and they are better than we thought.<o:p></o:p></span></p>\r\n"
);
const HEADER: &str = concat!(
    "From: Anna <anna.berg@acme.example>\r\nTo: bob@other.example\r\nSubject: Re: Offer\r\n",
    "Message-ID: <1@acme.example>\r\nIn-Reply-To: <0@x.example>\r\nMIME-Version: 1.0\r\n",
    "Content-Type: text/html; charset=utf-8\r\n"
);

fn main() {
    let folder = example();
    let snapshot = tenant::compile(&folder, SnapshotNumber(1), &|_| None).unwrap();
    for (name, head, tail) in [
        ("outlook reply", format!("{OUTLOOK}{OUTLOOK_QUOTE}"), "</div></body></html>"),
        ("gmail reply", GMAIL.to_owned(), "</blockquote></div></body></html>"),
        ("new", OUTLOOK.to_owned(), "</div></body></html>"),
    ] {
        for size in [12_000, 50_000, 200_000, 1_000_000] {
            let html = format!("{head}{}{tail}", QUOTED.repeat((size - head.len()) / QUOTED.len()));
            measure(name, &html, false, &snapshot);
            measure(name, &html, true, &snapshot);
        }
    }
}

fn example() -> Folder {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/example/acme");
    let files = [
        "tenant.toml",
        "people.csv",
        "rules.toml",
        "images/logo.png",
        "images/banner.png",
        "signatures/standard.html",
        "signatures/standard.txt",
        "signatures/short.html",
        "signatures/sales.html",
    ];
    Folder(files.map(|file| (file.to_owned(), std::fs::read(format!("{root}/{file}")).unwrap())).into())
}

fn measure(name: &str, html: &str, is_quoted_printable: bool, snapshot: &tenant::Snapshot) {
    let (encoding, body) = match is_quoted_printable {
        true => ("quoted-printable", html.replace('=', "=3D").replace(". ", "=\r\n. ")),
        false => ("8bit", html.to_owned()),
    };
    let original = format!("{HEADER}Content-Transfer-Encoding: {encoding}\r\n\r\n{body}");
    let mail_from = ReversePath::Mailbox("anna.berg@acme.example".parse().unwrap());
    let recipient: Address = "bob@other.example".parse().unwrap();
    let input = StampInput {
        original: original.as_bytes(),
        mail_from: &mail_from,
        recipients: &[&recipient],
        received: "2026-03-01T12:00:00Z".parse().unwrap(),
        snapshot: SnapshotNumber(1),
    };
    let options =
        PlaceOptions { writer_marker: Some("{EMAILSIGNATURE}"), client_signature: ClientSignature::Replace };
    let place = median(|| drop(place_html(html, &options)));
    let stamp = median(|| {
        let groups = signatures::stamp(&input, &snapshot.signatures);
        let signatures::Decision::Stamped(splices) = &groups[0].decision else {
            panic!("{:?}", groups[0].explain)
        };
        drop(splices.apply(input.original));
    });
    println!("{name:14} {encoding:16} {:8} bytes: place {place}, stamp and write {stamp}", html.len());
}

/// Median and fastest, in microseconds.
fn median(mut work: impl FnMut()) -> String {
    let mut times: Vec<u128> = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        work();
        times.push(start.elapsed().as_nanos());
    }
    times.sort_unstable();
    format!("{:8.1} (fastest {:8.1}) us", times[ROUNDS / 2] as f64 / 1e3, times[0] as f64 / 1e3)
}
