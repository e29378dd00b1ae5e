//! Verifiers of DKIM that others wrote: dkimpy and opendkim, each told the records, so that neither asks the machine's name server.
//!
//! Both see a message as a file and say of each signature whether it holds, in the order of the header.

use super::{PeerError, io_error, run, succeed, text_of};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's own: another Python on the machine does not have its modules.
pub(super) const PYTHON: &str = "/usr/bin/python3";
const OPENDKIM: &str = "/usr/sbin/opendkim";

/// Records: a name without its final dot, and its text.
pub type Records = [(String, String)];

/// What a verifier says of one signature: nothing, or why it does not hold.
pub type Holds = Result<(), String>;

/// What dkimpy says of the signatures of each message.
///
/// # Errors
/// If it is missing, or fails on a message.
pub fn dkimpy(messages: &[&[u8]], records: &Records) -> Result<Vec<Vec<Holds>>, PeerError> {
    let folder = Folder::new(messages, records)?;
    let mut python = Command::new(PYTHON);
    python.args(["-c", include_str!("dkim.py")]).arg(folder.path("records")).args(&folder.messages);
    let output = run("python3", &mut python, b"")?;
    if text_of(&output).contains("ModuleNotFoundError") {
        return Err(PeerError::Missing("python3-dkim"));
    }
    let text = text_of(&succeed("dkimpy", output)?);
    let mut said = vec![Vec::new(); messages.len()];
    for line in text.lines() {
        let mut words = line.splitn(2, ' ');
        let place = words.next().and_then(|number| number.parse::<usize>().ok());
        let found = place.and_then(|place| said.get_mut(place)).zip(words.next());
        let Some((said, word)) = found else { return Err(failed("dkimpy", &text)) };
        said.push(if word == "good" { Ok(()) } else { Err(word.to_owned()) });
    }
    Ok(said)
}

/// What opendkim says of the signatures of one message.
///
/// # Errors
/// If it is missing or fails.
pub fn opendkim(message: &[u8], records: &Records) -> Result<Vec<Holds>, PeerError> {
    let folder = Folder::new(&[message], records)?;
    let settings = format!(
        "Mode v\nTestPublicKeys {}\nAlwaysAddARHeader yes\nAuthservID verifier.example\n",
        folder.path("records").display()
    );
    std::fs::write(folder.path("opendkim.conf"), settings).map_err(io_error("opendkim"))?;
    let mut command = Command::new(OPENDKIM);
    command.arg("-vvv").arg("-x").arg(folder.path("opendkim.conf")).arg("-t").args(&folder.messages);
    let text = text_of(&succeed("opendkim", run("opendkim", &mut command, b"")?)?);
    let Some((_, results)) = text.split_once("hname='Authentication-Results'") else {
        return Err(failed("opendkim", &text));
    };
    let results = results.split('\'').nth(1).unwrap_or_default();
    let said = results.split(';').map(str::trim).filter_map(|result| result.strip_prefix("dkim="));
    Ok(said.map(|result| if result.starts_with("pass") { Ok(()) } else { Err(result.to_owned()) }).collect())
}

fn failed(tool: &'static str, text: &str) -> PeerError {
    PeerError::Failed { tool, status: "an answer that cannot be read".to_owned(), output: text.to_owned() }
}

/// Messages and records as files.
pub(super) struct Folder {
    folder: tempfile::TempDir,
    messages: Vec<PathBuf>,
}

impl Folder {
    pub(super) fn new(messages: &[&[u8]], records: &Records) -> Result<Self, PeerError> {
        let folder = tempfile::tempdir().map_err(io_error("a temporary folder"))?;
        let path = |name: &str| folder.path().join(name);
        let lines: String = records.iter().map(|(name, text)| format!("{name} {text}\n")).collect();
        std::fs::write(path("records"), lines).map_err(io_error("a temporary folder"))?;
        let mut paths = Vec::new();
        for (number, message) in messages.iter().enumerate() {
            paths.push(path(&number.to_string()));
            std::fs::write(path(&number.to_string()), message).map_err(io_error("a temporary folder"))?;
        }
        Ok(Self { folder, messages: paths })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        Path::new(self.folder.path()).join(name)
    }
}
