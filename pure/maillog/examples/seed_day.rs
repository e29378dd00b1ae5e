//! Writes a day like the seed's as an Exim main log: `cargo run -p maillog --example seed_day [MESSAGES] > mainlog`.

#[path = "../tests/seed_day/day.rs"]
mod day;

use std::io::Write as _;

fn main() -> Result<(), std::io::Error> {
    let messages = match std::env::args().nth(1) {
        Some(text) => {
            text.parse().map_err(|error| std::io::Error::other(format!("MESSAGES is `{text}`: {error}")))?
        }
        None => 500,
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    let truth = day::write(messages, 0x5eed, &mut |line| {
        if written.is_ok() {
            written = out.write_all(line.as_bytes());
        }
    });
    written?;
    out.flush()?;
    writeln!(std::io::stderr(), "{} lines, {} attempts refused for the address", truth.lines, truth.refused)
}
