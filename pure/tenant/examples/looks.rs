//! What stamped messages look like: `cargo run -p tenant --example looks -- FOLDER` writes a page for each message of `examples/looks`, as a mail
//! program would show it, and `sheet-WIDTH.html`, which shows all of them in windows of that width.
//!
//! The page is that of a program which shows mail on its own ground, dark where its user wants that: Apple's do. Markup then has the colours
//! that it names itself and no others, which is the hardest case for a signature. `cargo xtask looks` takes the pictures.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "it is a tool")]

mod acme;

use message::{Index, TextBody};
use model::{Address, ReversePath, SnapshotNumber};
use signatures::{Decision, StampInput};
use std::path::Path;

/// Within the campaign of the example: new messages to others get its banner.
const CAMPAIGN: &str = "2026-10-01T12:00:00Z";
const QUIET: &str = "2026-03-01T12:00:00Z";
/// Width of a window, its height, and how much smaller the sheet shows it.
const SHEETS: [(u32, u32, f32); 2] = [(1200, 300, 0.5), (400, 400, 0.6)];

fn main() {
    let folder = std::env::args().nth(1).expect("the folder for the pages");
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).unwrap();
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/looks");
    let mut names: Vec<String> = std::fs::read_dir(here)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".eml").map(str::to_owned))
        .collect();
    names.sort();
    let snapshot = acme::snapshot();
    for name in &names {
        let original = std::fs::read(format!("{here}/{name}.eml")).unwrap();
        let received = if name.contains("gmail-new") { CAMPAIGN } else { QUIET };
        let stamped = stamped(&original, received, &snapshot);
        std::fs::write(folder.join(format!("{name}.eml")), &stamped).unwrap();
        std::fs::write(folder.join(format!("{name}.html")), page(&stamped)).unwrap();
    }
    for (width, height, scale) in SHEETS {
        std::fs::write(folder.join(format!("sheet-{width}.html")), sheet(&names, width, height, scale))
            .unwrap();
    }
}

fn stamped(original: &[u8], received: &str, snapshot: &tenant::Snapshot) -> Vec<u8> {
    let mail_from = ReversePath::Mailbox("anna.berg@acme.example".parse().unwrap());
    let recipient: Address = "kim@other.example".parse().unwrap();
    let input = StampInput {
        original,
        mail_from: &mail_from,
        recipients: &[&recipient],
        received: received.parse().unwrap(),
        snapshot: SnapshotNumber(1),
        next_hop_size_max: None,
    };
    let group = signatures::stamp(&input, &snapshot.signatures).remove(0);
    let Decision::Stamped(splices) = &group.decision else { panic!("{:#?}", group.explain) };
    splices.apply(original)
}

/// The message's markup with its pictures in it, else its text.
fn page(message: &[u8]) -> String {
    let index = Index::of(message);
    let bodies = index.bodies();
    let read = |id| TextBody::read(message, &index, id).unwrap().text().to_owned();
    match (bodies.html, bodies.plain) {
        (Some(html), _) => {
            let mut markup = read(html);
            for (_, part) in index.iter() {
                if let Some(id) = part.content_id.as_deref() {
                    let data: String =
                        String::from_utf8_lossy(&message[part.body.clone()]).split_whitespace().collect();
                    let url = format!("data:{};base64,{data}", part.content_type.media_type);
                    markup = markup.replace(&format!("cid:{id}"), &url);
                }
            }
            // In front of the message's own head, in the ground's own words.
            format!("<!doctype html><meta charset=\"utf-8\">{GROUND}{markup}")
        }
        (None, Some(plain)) => {
            let text = read(plain).replace('&', "&amp;").replace('<', "&lt;");
            format!(
                "<!doctype html><meta charset=\"utf-8\">{GROUND}<pre style=\"white-space:pre-wrap\">{text}</pre>"
            )
        }
        (None, None) => panic!("the message has no text"),
    }
}

/// A program's own ground: light or dark, with a margin, and pictures no wider than the window.
const GROUND: &str = concat!(
    "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">",
    "<style>html{font:14px/1.35 Helvetica,Arial,sans-serif}body{margin:16px}pre{font:13px/1.35 monospace}</style>"
);

fn sheet(names: &[String], width: u32, height: u32, scale: f32) -> String {
    let small = |length: u32| length as f32 * scale;
    let cells: String = names
        .iter()
        .map(|name| {
            format!(
                "<figure><div><iframe src=\"{name}.html\" scrolling=\"no\"></iframe></div><figcaption>{}</figcaption></figure>",
                name.replace('-', " ")
            )
        })
        .collect();
    format!(
        "<!doctype html><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\"><style>\
         body{{margin:8px;display:grid;grid-template-columns:repeat({},max-content);gap:8px;font:12px sans-serif}}\
         figure{{margin:0}}figure>div{{width:{}px;height:{}px;overflow:hidden;border:1px solid gray}}\
         iframe{{width:{width}px;height:{height}px;border:0;transform:scale({scale});transform-origin:0 0}}</style>{cells}",
        if width > 800 { 2 } else { 4 },
        small(width),
        small(height),
    )
}
