//! How long stamping takes: `cargo run --release -p tenant --example stamp_speed`, on a machine with nothing else to do.
//!
//! Messages of Outlook and Gmail of growing size are stamped over and over with the example tenant. Printed are the median and the fastest
//! round of each, and the same for finding the place alone. A word as argument chooses the messages that have it in their name.
//!
//! Where altermime is installed (a program of Debian's that adds a text to the end of a mail, a process for each message), the same messages go through
//! it in between: printed is what a process takes, what the fastest takes less the fastest of an almost empty message, and how many times as long as
//! stamping that is.
#![expect(clippy::disallowed_methods, reason = "it measures time and reads files")]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it is a tool")]

mod acme;

use model::{Address, ReversePath, SnapshotNumber};
use signatures::StampInput;
use signatures::place::{ClientSignature, PlaceOptions, place_html};
use std::fmt;
use std::process::Command;
use std::time::Instant;

const ROUNDS: usize = 401;
/// Processes of altermime.
const PROCESSES: usize = 51;
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
    let snapshot = acme::snapshot();
    let altermime = Altermime::find();
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let messages = [
        ("outlook reply", format!("{OUTLOOK}{OUTLOOK_QUOTE}"), "</div></body></html>"),
        ("gmail reply", GMAIL.to_owned(), "</blockquote></div></body></html>"),
        ("new", OUTLOOK.to_owned(), "</div></body></html>"),
    ];
    for (name, head, tail) in messages.into_iter().filter(|(name, ..)| name.contains(&wanted)) {
        for size in [12_000, 50_000, 200_000, 1_000_000] {
            let html = format!("{head}{}{tail}", QUOTED.repeat((size - head.len()) / QUOTED.len()));
            measure(name, &html, false, &snapshot, altermime.as_ref());
            measure(name, &html, true, &snapshot, altermime.as_ref());
        }
    }
}

fn measure(
    name: &str,
    html: &str,
    is_quoted_printable: bool,
    snapshot: &tenant::Snapshot,
    altermime: Option<&Altermime>,
) {
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
        next_hop_size_max: None,
    };
    let options =
        PlaceOptions { writer_marker: Some("{EMAILSIGNATURE}"), client_signature: ClientSignature::Replace };
    let place = Times::of(ROUNDS, || drop(place_html(html, &options)));
    let stamp = Times::of(ROUNDS, || {
        let groups = signatures::stamp(&input, &snapshot.signatures);
        let signatures::Decision::Stamped(splices) = &groups[0].decision else {
            panic!("{:?}", groups[0].explain)
        };
        drop(splices.apply(input.original));
    });
    let length = html.len();
    print!("{name:14} {encoding:16} {length:8} bytes: place {place}, stamp and write {stamp}");
    if let Some(altermime) = altermime {
        let (whole, start) =
            (altermime.time(input.original), altermime.time(format!("{HEADER}\r\n").as_bytes()));
        let net = whole.fastest.saturating_sub(start.fastest);
        let times = |nanoseconds: u128| nanoseconds as f64 / stamp.median as f64;
        let (whole_times, net_times) = (times(whole.median), net as f64 / stamp.fastest as f64);
        print!(
            "; altermime {whole}, {whole_times:.1} times; without its start {:.1} us, {net_times:.1} times",
            net as f64 / 1e3
        );
    }
    println!();
}

/// The other program, with its files in a folder of their own.
struct Altermime {
    folder: std::path::PathBuf,
}

impl Altermime {
    fn find() -> Option<Self> {
        Command::new("altermime").arg("--version").output().ok()?;
        let folder = std::env::temp_dir().join(format!("altermime-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in
            [("text", "-- \nAnna Berg\nAcme GmbH\n"), ("html", "<p><b>Anna Berg</b><br>Acme GmbH</p>\n")]
        {
            std::fs::write(folder.join(name), text).unwrap();
        }
        Some(Self { folder })
    }

    /// One process for each round; the file is written anew, outside of the time.
    fn time(&self, original: &[u8]) -> Times {
        let mail = self.folder.join("mail");
        let option = |name: &str, file: &str| format!("--{name}={}", self.folder.join(file).display());
        let options =
            [option("input", "mail"), option("disclaimer", "text"), option("disclaimer-html", "html")];
        let mut nanoseconds: Vec<u128> = Vec::new();
        for _ in 0..PROCESSES {
            std::fs::write(&mail, original).unwrap();
            let start = Instant::now();
            let done = Command::new("altermime").args(&options).output().unwrap();
            nanoseconds.push(start.elapsed().as_nanos());
            assert!(done.status.success(), "{done:?}");
        }
        let grown = std::fs::metadata(&mail).unwrap().len() > original.len() as u64;
        assert!(grown || original.ends_with(b"\r\n\r\n"), "altermime added nothing");
        Times::new(nanoseconds)
    }
}

impl Drop for Altermime {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

/// Nanoseconds of one round.
struct Times {
    median: u128,
    fastest: u128,
}

impl Times {
    fn of(rounds: usize, mut work: impl FnMut()) -> Self {
        let time = |_| {
            let start = Instant::now();
            work();
            start.elapsed().as_nanos()
        };
        Self::new((0..rounds).map(time).collect())
    }

    fn new(mut nanoseconds: Vec<u128>) -> Self {
        nanoseconds.sort_unstable();
        Self { median: nanoseconds[nanoseconds.len() / 2], fastest: nanoseconds[0] }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.1} (fastest {:8.1}) us", self.median as f64 / 1e3, self.fastest as f64 / 1e3)
    }
}
