use super::tree::Tree;
use super::{budgets, direction, manifests, pages, shelf, stations, text};
use std::path::Path;

fn tree(files: &[(&str, &str)]) -> Tree {
    Tree(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

/// The rule finds this in these files.
fn finds(rule: fn(&Tree) -> Vec<String>, files: &[(&str, &str)], part: &str) {
    let found = rule(&tree(files)).join("\n");
    assert!(found.contains(part), "`{part}` is not in `{found}`");
}

#[test]
fn the_house_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if let Err(error) = super::run(&root) {
        panic!("{error}");
    }
}

#[test]
fn an_arrow_that_goes_back_is_found() {
    let relay = ("shell/relay/Cargo.toml", "[dependencies]\nspool.workspace = true\n");
    let spool = ("shell/spool/Cargo.toml", "[dependencies]\nmodel.workspace = true\n");
    let model = ("pure/model/Cargo.toml", "");
    assert_eq!(direction::check(&tree(&[relay, spool, model])), Vec::<String>::new());
    let back = ("shell/spool/Cargo.toml", "[dependencies]\nrelay.workspace = true\n");
    finds(direction::check, &[relay, back, model], "spool names relay");
    finds(direction::check, &[("shell/new/Cargo.toml", "")], "no place in the order");
    let playground = ("workshop/playground/Cargo.toml", "");
    let uses = ("shell/relay/Cargo.toml", "[dependencies]\nplayground.workspace = true\n");
    finds(direction::check, &[playground, uses], "relay names playground");
}

#[test]
fn input_and_output_on_the_pure_shelf_are_found() {
    finds(shelf::check, &[("pure/smtp/Cargo.toml", "[dependencies]\ntokio.workspace = true\n")], "tokio");
    finds(shelf::check, &[("pure/smtp/src/lib.rs", "use std::fs;\n")], "pure/smtp/src/lib.rs:1");
    let bans = [("clippy.toml", "disallowed-methods = [{ path = \"a::b\" }]"), ("pure/clippy.toml", "")];
    finds(shelf::check, &bans, "does not repeat");
    assert!(shelf::check(&tree(&[("pure/smtp/tests/x.rs", "use std::fs;\n")])).is_empty());
}

#[test]
fn a_station_that_looks_ahead_is_found() {
    finds(stations::check, &[("shell/relay/src/admit.rs", "use crate::steer::Path;\n")], "admit names steer");
    finds(
        stations::check,
        &[("shell/relay/src/verdict/report.rs", "use crate::commit;\n")],
        "verdict names commit",
    );
    assert!(
        stations::check(&tree(&[("shell/relay/src/admit/pace.rs", "use crate::accept::Caller;\n")]))
            .is_empty()
    );
}

#[test]
fn long_files_lines_and_loosened_bounds_are_found() {
    finds(budgets::check, &[("shell/x/src/a.rs", &"x\n".repeat(501))], "501 lines");
    finds(budgets::check, &[("shell/x/src/a.rs", &"x".repeat(161))], "161 characters");
    finds(budgets::check, &[("clippy.toml", "too-many-lines-threshold = 90")], "has to be 70");
}

#[test]
fn missing_and_repeated_pages_are_found() {
    finds(pages::check, &[("a/src/x.rs", "fn f() {}\n")], "without a page");
    let page = "//! One sentence that is long enough to say something.\n";
    finds(pages::check, &[("a/src/x.rs", page), ("a/src/y.rs", page)], "says what a/src/x.rs says");
    finds(pages::check, &[("a/src/x.rs", "//! P.\nmod tests {\n}\n")], "file of their own");
    finds(
        pages::check,
        &[("a/src/x.rs", concat!("//! P.\n#[", "allow(dead_code)]\n"))],
        "expected with its reason",
    );
}

#[test]
fn dependencies_without_reason_or_use_are_found() {
    let root = ("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\n");
    finds(manifests::check, &[root], "no reason beside it");
    finds(manifests::check, &[root], "no crate names the dependency serde");
    let manifest = ("pure/a/Cargo.toml", "[dependencies]\nserde.workspace = true\n");
    finds(
        manifests::check,
        &[root, manifest, ("pure/a/src/lib.rs", "use serde_json::x;")],
        "serde is not used",
    );
    assert!(
        !manifests::check(&tree(&[root, manifest, ("pure/a/src/lib.rs", "use serde::x;")]))
            .join("")
            .contains("not used")
    );
}

#[test]
fn paths_of_a_machine_and_dead_links_are_found() {
    let path = format!("see {}x\n", concat!("/ho", "me/"));
    finds(text::check, &[("README.md", &path)], "path of one machine");
    finds(text::check, &[("README.md", "[x](docs/none.md)")], "leads nowhere");
    finds(text::check, &[("a.toml", "x = 1 \n")], "ends with a blank");
    assert!(text::check(&tree(&[("docs/a.md", "[x](../README.md#part)"), ("README.md", "")])).is_empty());
}

#[test]
fn a_rule_is_not_passed_by_another_spelling() {
    for text in [
        "use std::{fmt, fs};",
        "use std::{\n    fmt,\n    time::{Duration, SystemTime},\n};",
        "pub use std::net::{IpAddr, TcpStream};",
    ] {
        finds(shelf::check, &[("pure/smtp/src/lib.rs", text)], "pure/smtp/src/lib.rs:1");
    }
    let sections = [
        "[target.'cfg(unix)'.dependencies]\ntokio.workspace = true",
        "[dependencies]\nruntime = { package = \"tokio\", version = \"1\" }",
        "[build-dependencies]\ntokio.workspace = true",
    ];
    for manifest in sections {
        finds(shelf::check, &[("pure/smtp/Cargo.toml", manifest)], "tokio has no place");
    }
    for text in [
        "use super::verdict::Verdict;",
        "use crate::{Parts, verdict::Verdict};",
        "fn f(_: super::verdict::Verdict) {}",
    ] {
        finds(stations::check, &[("shell/relay/src/admit.rs", text)], "admit names verdict");
    }
    finds(
        stations::check,
        &[("shell/relay/src/admit/pace.rs", "use super::super::steer::Path;")],
        "admit names steer",
    );
    assert!(
        stations::check(&tree(&[("shell/relay/src/admit/pace.rs", "use super::steer::Path;")])).is_empty()
    );
    finds(pages::check, &[("a/src/x.rs", "//! P.\nmod checks {\n#[tokio::test]\n}\n")], "file of their own");
    finds(
        pages::check,
        &[("a/src/x.rs", concat!("//! P.\n#[cfg_attr(unix, ", "allow(dead_code))]\n"))],
        "expected with its reason",
    );
    let long = concat!("#[expect(clippy::", "too_many_lines, reason = \"x\")]");
    finds(budgets::check, &[("shell/x/src/a.rs", long)], "expected away");
    let comment = [
        ("shell/a/Cargo.toml", "[dependencies]\nserde.workspace = true\n"),
        ("shell/a/src/lib.rs", "// serde\n"),
    ];
    finds(manifests::check, &comment, "serde is not used");
    finds(
        manifests::check,
        &[("shell/a/Cargo.toml", "[dependencies]\nrand = \"1\"\n")],
        "rand is not taken from the root's list",
    );
}
