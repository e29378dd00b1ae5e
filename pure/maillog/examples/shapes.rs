//! Reads the logs that are named as `LogReader` does and prints what they gave: `cargo run -p maillog --example shapes -- LOG...`.
//!
//! With the logs of Exim's own test suite (`test/log`) it is the reader's acceptance test: which of the flagged lines cannot be read.

use maillog::{Attempt, Happening, LogReader, Offset, Outcome, Settings};
use std::collections::BTreeMap;
use std::io::Write as _;

fn main() -> Result<(), std::io::Error> {
    let mut reader = LogReader::new(Settings { zone: Some(Offset::UTC), year: Some(2000) });
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut out = std::io::stdout().lock();
    for name in std::env::args().skip(1) {
        #[expect(clippy::disallowed_methods, reason = "a program that reads logs")]
        let bytes = std::fs::read(&name)?;
        for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let read = reader.line(line, &mut |event| {
                let words = match &event.what {
                    Happening::Arrived { .. } => ["arrived", "", ""],
                    Happening::Attempted(attempt) => of_attempt(attempt),
                    Happening::Reported => ["reported", "", ""],
                    Happening::Completed => ["completed", "", ""],
                    Happening::Gap { .. } => ["gap", "", ""],
                };
                for word in words.into_iter().filter(|word| !word.is_empty()) {
                    *counts.entry(word).or_default() += 1;
                }
            });
            if let Err(why) = read {
                *counts.entry("malformed").or_default() += 1;
                writeln!(out, "{name}:{}: {why}: {}", number + 1, String::from_utf8_lossy(line))?;
            }
        }
        reader.end_file(&mut |_| {});
    }
    writeln!(out, "{counts:#?}")
}

fn of_attempt(attempt: &Attempt<'_>) -> [&'static str; 3] {
    let outcome = match attempt.outcome {
        Outcome::Delivered => "delivered",
        Outcome::HostFailed => "host failed",
        Outcome::Deferred => "deferred",
        Outcome::NotTried => "not tried",
        Outcome::Refused => "refused",
    };
    let reply = if attempt.reply.is_some() { "with a reply" } else { "" };
    let host = if attempt.address.is_some() { "with an address" } else { "" };
    [outcome, reply, host]
}
