//! The logs of Postfix and Exim, read while they grow: a line has the time at which it was there, since Postfix writes seconds only.

use crate::ends::{End, Met, now};
use model::Timestamp;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two looks; no time is known better than this.
const LOOK: Duration = Duration::from_millis(5);

type Lines = Arc<Mutex<Vec<(Timestamp, String)>>>;

/// A log that is followed until this is dropped.
pub(crate) struct Log {
    lines: Lines,
    is_over: Arc<AtomicBool>,
    follower: Option<JoinHandle<()>>,
}

impl Log {
    pub(crate) fn follow(path: PathBuf) -> Self {
        let (lines, is_over) = (Lines::default(), Arc::new(AtomicBool::new(false)));
        let (into, until) = (Arc::clone(&lines), Arc::clone(&is_over));
        let follower = std::thread::spawn(move || follow(&path, &into, &until));
        Self { lines, is_over, follower: Some(follower) }
    }

    pub(crate) fn lines(&self) -> Vec<(Timestamp, String)> {
        self.lines.lock().unwrap().clone()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(follower) = self.follower.take() {
            follower.join().unwrap();
        }
    }
}

fn follow(path: &std::path::Path, into: &Lines, until: &AtomicBool) {
    let mut file = None;
    let mut rest = Vec::new();
    while !until.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK);
        // It is there once the program has something to say.
        file = file.or_else(|| File::open(path).ok());
        let Some(open) = &mut file else { continue };
        open.read_to_end(&mut rest).unwrap();
        let at = now();
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
        let whole: Vec<u8> = rest.drain(..=end).collect();
        let text = String::from_utf8_lossy(&whole).into_owned();
        into.lock().unwrap().extend(text.lines().map(|line| (at, line.to_owned())));
    }
}

/// What stands between two marks.
fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

fn client(line: &str, before: &str) -> Option<IpAddr> {
    between(line, before, "]")?.parse().ok()
}

/// What Postfix took and refused, by its log. A message is taken when the queue manager has it, behind `250`.
pub(crate) fn postfix(lines: &[(Timestamp, String)]) -> Vec<Met> {
    let mut met = Vec::new();
    let mut clients: HashMap<String, (IpAddr, Timestamp, Timestamp)> = HashMap::new();
    for (at, line) in lines {
        let id = line.split("]: ").nth(1).and_then(|rest| rest.split(':').next()).unwrap_or_default();
        if line.contains(": reject: RCPT from ") && line.contains("blocked using") {
            let (from, to) = (client(line, "RCPT from unknown["), between(line, "to=<", ">"));
            let (from, to) = from.zip(to).unwrap_or_else(|| panic!("{line}"));
            met.push(Met::refused(*at, End::Strict, from, to));
        } else if let Some(from) = client(line, ": client=unknown[") {
            clients.insert(id.to_owned(), (from, *at, *at));
        } else if line.ends_with("(queue active)") {
            if let Some((.., taken)) = clients.get_mut(id) {
                *taken = *at;
            }
        } else if line.contains("status=sent") {
            let to = between(line, "to=<", ">").unwrap_or_else(|| panic!("{line}"));
            let (from, began, at) =
                clients.get(id).copied().unwrap_or_else(|| panic!("nobody brought {line}"));
            met.push(Met::taken((began, at), End::Strict, from, to));
        }
    }
    met
}

/// Messages without a sender that Postfix took.
pub(crate) fn postfix_reports(lines: &[(Timestamp, String)]) -> usize {
    lines.iter().filter(|(_, line)| line.contains(": from=<>,")).count()
}

/// What Exim took and refused, by its log. The line stands there before `250`.
pub(crate) fn exim(lines: &[(Timestamp, String)]) -> Vec<Met> {
    let mut met = Vec::new();
    for (at, line) in lines {
        if line.contains(" rejected RCPT <") {
            let (from, to) = (client(line, ") ["), between(line, "rejected RCPT <", ">"));
            let (from, to) = from.zip(to).unwrap_or_else(|| panic!("{line}"));
            met.push(Met::refused(*at, End::Strict, from, to));
        } else if line.contains(" <= ") {
            let from = client(line, ") [").unwrap_or_else(|| panic!("{line}"));
            let (_, recipients) = line.rsplit_once(" for ").unwrap_or_else(|| panic!("{line}"));
            // How long it took to receive the message.
            let took = between(line, " RT=", "s ").and_then(|text| text.parse().ok());
            let took: f64 = took.unwrap_or_else(|| panic!("{line}"));
            let began = Timestamp::from_micros(at.as_micros() - (took * 1e6) as i64);
            met.extend(recipients.split(' ').map(|to| Met::taken((began, *at), End::Strict, from, to)));
        }
    }
    met
}

/// Messages without a sender that Exim took.
pub(crate) fn exim_reports(lines: &[(Timestamp, String)]) -> usize {
    lines.iter().filter(|(_, line)| line.contains(" <= <> ")).count()
}
