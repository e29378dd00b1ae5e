//! Runs every conversation of `tests/dialogs` at the root of the repository against the machines.
//!
//! Each file is run three times: with its flights whole, in pieces of seven bytes and byte by byte, since the way in which
//! bytes are cut must not matter. The format is described in the README beside the files.

mod client;
mod script;
mod server;

use script::{Line, Script};
use std::path::PathBuf;

/// What a run of one file needs from a machine.
trait Machine {
    /// Bytes from the other side.
    fn feed(&mut self, bytes: &[u8]);
    /// A `do:` line.
    fn act(&mut self, words: &str);
    /// What the machine has said since the last call.
    fn take_output(&mut self) -> Vec<u8>;
    /// What has happened since the last call, one text each.
    fn take_events(&mut self) -> Vec<Vec<u8>>;
}

struct Run {
    machine: Box<dyn Machine>,
    piece_len: usize,
    flight: Vec<u8>,
    said: Vec<u8>,
    events: Vec<Vec<u8>>,
}

impl Run {
    fn collect(&mut self) {
        self.said.extend(self.machine.take_output());
        self.events.extend(self.machine.take_events());
    }

    /// Sends what was gathered. Everything said before must have been expected by then.
    fn send(&mut self) -> Result<(), String> {
        if self.flight.is_empty() {
            return Ok(());
        }
        self.check_silent()?;
        for piece in core::mem::take(&mut self.flight).chunks(self.piece_len) {
            self.machine.feed(piece);
        }
        self.collect();
        Ok(())
    }

    fn check_silent(&self) -> Result<(), String> {
        if self.said.is_empty() { Ok(()) } else { Err(format!("unexpected output {:?}", shown(&self.said))) }
    }

    fn step(&mut self, line: &Line) -> Result<(), String> {
        match line {
            Line::Send(bytes) => {
                self.flight.extend(bytes);
                Ok(())
            }
            Line::Expect(bytes, is_prefix) => {
                self.send()?;
                self.collect();
                self.expect(bytes, *is_prefix)
            }
            Line::Event(text) => {
                self.send()?;
                if self.events.is_empty() {
                    return Err("nothing happened".to_owned());
                }
                let event = self.events.remove(0);
                if event == *text { Ok(()) } else { Err(format!("what happened is {:?}", shown(&event))) }
            }
            Line::Do(words) => {
                self.send()?;
                self.machine.act(words);
                self.collect();
                Ok(())
            }
        }
    }

    fn expect(&mut self, bytes: &[u8], is_prefix: bool) -> Result<(), String> {
        if !self.said.starts_with(bytes) {
            return Err(format!("the output is {:?}", shown(&self.said)));
        }
        let mut used = bytes.len();
        if is_prefix {
            used += self.said[used..].windows(2).position(|pair| pair == b"\r\n").ok_or("no line end")? + 2;
        }
        self.said.drain(..used);
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        self.send()?;
        self.check_silent()?;
        match self.events.first() {
            None => Ok(()),
            Some(event) => Err(format!("unexpected event {:?}", shown(event))),
        }
    }
}

fn shown(bytes: &[u8]) -> String {
    bytes.iter().take(400).map(|byte| char::from(*byte)).collect()
}

fn run(script: &Script, piece_len: usize) -> Result<(), String> {
    let machine: Box<dyn Machine> = match script.side.as_str() {
        "server" => Box::new(server::ServerUnderTest::new(&script.options)),
        "client" => Box::new(client::ClientUnderTest::new(&script.options)),
        other => return Err(format!("the first line is `server` or `client`, not `{other}`")),
    };
    let mut run = Run { machine, piece_len, flight: Vec::new(), said: Vec::new(), events: Vec::new() };
    for (number, line) in &script.lines {
        run.step(line).map_err(|problem| format!("line {number}: {problem}"))?;
    }
    run.end().map_err(|problem| format!("at the end: {problem}"))
}

#[test]
fn every_dialog_runs_as_written_however_bytes_are_cut() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/dialogs");
    let mut problems = Vec::new();
    let mut count = 0;
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("the dialogs are part of the repository")
        .map(|entry| entry.expect("a folder can be listed").path())
        .collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        if !name.ends_with(".dialog") {
            problems.push(format!("{name}: only dialogs and README.md belong here"));
            continue;
        }
        count += 1;
        let script = Script::read(&path);
        for piece_len in [usize::MAX, 7, 1] {
            if let Err(problem) = run(&script, piece_len) {
                problems.push(format!("{name} in pieces of {piece_len}: {problem}"));
                break;
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count >= 40, "only {count} dialogs were found");
}
