use super::postmortem;
use crate::cli::{Cli, Command, PostmortemArgs};
use clap::Parser as _;
use std::path::Path;

const LISTED: &str = "2024-10-20 11:42:20 16ZCW1-0005MB-00 <= anna@a.example P=esmtps S=900\n\
    2024-10-20 11:42:21 16ZCW1-0005MB-00 ** kim@c.example R=d T=t H=c-example.mail.protection.outlook.com [52.101.68.36]: \
    SMTP error from remote mail server after RCPT TO:<kim@c.example>: 550 5.7.1 Service unavailable, Client host [192.0.2.9] \
    blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/query/ip/192.0.2.9 AS(1440) \
    [DB5PEPF00014B97.eurprd02.prod.outlook.com 2024-10-20T09:42:21.814Z 08DCF05E631C54C6]\n\
    2024-10-20 11:42:21 16ZCW1-0005MB-00 Completed\n";

fn args(words: &[&str]) -> PostmortemArgs {
    let parsed = Cli::try_parse_from([&["signpost", "postmortem"], words].concat()).unwrap();
    let Command::Postmortem(args) = parsed.command else { panic!("{parsed:?}") };
    *args
}

fn run(folder: &Path, options: &[&str]) -> Result<String, String> {
    let log = folder.join("mainlog");
    let out = folder.join("report");
    let (log, out) = (log.display().to_string(), out.display().to_string());
    let words = [&[log.as_str(), "--out", out.as_str()], options].concat();
    let done = postmortem(&args(&words)).and_then(|()| Ok(std::fs::read_to_string(&out)?));
    done.map_err(|error| format!("{error:#}"))
}

#[test]
fn the_three_forms_are_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mainlog"), LISTED).unwrap();
    let zone = ["--time-zone", "+02:00", "--claimed-end", "2024-10-20T09:40:00Z"];
    assert!(run(folder.path(), &zone).unwrap().starts_with("# Postmortem: 192.0.2.9 refused"));
    let page = run(folder.path(), &[&zone[..], &["--format", "html"]].concat()).unwrap();
    assert!(page.starts_with("<!doctype html>"));
    let json = run(folder.path(), &[&zone[..], &["--format", "json"]].concat()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["incidents"][0]["began"], "2024-10-20T09:42:21.000000Z");
    // The log ends with its only refusal, after the time that is claimed.
    assert_eq!(json["claims"][0]["verdict"], "unknown");
}

#[test]
fn a_missing_zone_is_an_error_with_what_receivers_say() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mainlog"), LISTED).unwrap();
    let error = run(folder.path(), &[]).unwrap_err();
    assert!(
        error.contains("mainlog:1: its time has no zone") && error.contains("say that it is +02:00"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_no_log_is_an_error_that_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mainlog"), "Dear diary\nnothing to report\n").unwrap();
    let error = run(folder.path(), &["--time-zone", "Z"]).unwrap_err();
    assert!(
        error.contains("2 lines were read, 2 of them malformed")
            && error.contains("mainlog:1: does not begin"),
        "{error}"
    );
    let error = run(&folder.path().join("nowhere"), &["--time-zone", "Z"]).unwrap_err();
    assert!(error.contains("cannot open"), "{error}");
}
