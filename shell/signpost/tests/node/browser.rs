//! The pages as a person sees them, in Chromium: the front page, the mailbox, and the first message, stamped.
//!
//! Screenshots are left in `target/screenshots` to be looked at.

use crate::support::{Node, Place, output, repository};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// A node with its own playground: no peer of the test's is asked.
fn playground() -> (Place, Node) {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    let node = place.up(&["--playground"]);
    (place, node)
}

/// Runs Chromium on a page.
fn chromium(profile: &Path, options: &[&str], url: &str) -> String {
    let data = format!("--user-data-dir={}", profile.join("chromium").display());
    let quiet = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--virtual-time-budget=2000",
    ];
    let mut command = Command::new("chromium");
    command.args(quiet).arg(data).args(options).arg(url);
    let done = output(&mut command, b"");
    assert_eq!(done.code, 0, "chromium failed; `cargo xtask test --step install` installs it\n{}", done.err);
    done.text()
}

/// The page after its styles and frames are loaded, and a picture of it.
fn look(place: &Place, url: &str, name: &str) -> String {
    let pictures = repository("target/screenshots");
    std::fs::create_dir_all(&pictures).unwrap();
    let picture = pictures.join(format!("{name}.png"));
    let option = format!("--screenshot={}", picture.display());
    chromium(place.directory.path(), &["--window-size=1280,1500", &option], url);
    assert!(std::fs::metadata(&picture).unwrap().len() > 10_000, "{} is an empty picture", picture.display());
    chromium(place.directory.path(), &["--dump-dom"], url)
}

#[test]
fn a_stranger_sees_the_first_message_stamped() {
    let (place, node) = playground();
    let base = format!("http://{}", node.console);
    place.wait("the first message does not arrive", || {
        let trace = place.command(&["trace", "anna.berg@acme"]);
        trace.text().contains("delivered 250")
    });
    let front = look(&place, &base, "front");
    assert!(front.contains("Mail is flowing, nothing waits") && front.contains("Acme GmbH"), "{front}");
    let list = look(&place, &format!("{base}/playground"), "mailbox");
    let link = list.find("/playground/message/").map(|at| &list[at..]).unwrap();
    let link = link.split('"').next().unwrap();
    let message = look(&place, &format!("{base}{link}"), "message");
    assert!(message.contains("sandbox"), "HTML of mail stands in a sandboxed frame: {message}");
    let frame = message.match_indices("src=\"").find_map(|(at, _)| {
        let source = message[at + 5..].split('"').next()?;
        source.ends_with("/arrived/html").then(|| source.to_owned())
    });
    let shown = look(&place, &format!("{base}{}", frame.unwrap()), "frame");
    assert!(shown.contains("signpost-signature") && shown.contains("Anna Berg"), "{shown}");
    assert!(node.stop().success());
}

#[test]
fn a_node_answers_machines_too() {
    let (_place, node) = playground();
    let get = |path: &str| {
        let url = format!("http://{}{path}", node.console);
        let done = output(Command::new("python3").args(["-c", GET, &url]), b"");
        assert_eq!(done.code, 0, "{}", done.err);
        done.text()
    };
    assert_eq!(get("/healthz"), "ok\n");
    assert!(get("/readyz").contains("\"ready\":true"));
    assert!(get("/metrics").contains("\nsignpost_ndr_ours_total 0\n"));
    assert!(node.stop().success());
}

const GET: &str =
    "import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())";
