//! dkimpy as another relay of a chain of seals (ARC): it makes the first set, and it judges chains.

use super::dkim::{Folder, PYTHON, Records};
use super::{PeerError, io_error, run, succeed, text_of};
use std::process::Command;

/// The set that dkimpy puts in front of a message, which has to carry `Authentication-Results` of `host`: sealed by `domain` with this key and selector.
///
/// # Errors
/// If it is missing, or does not seal the message.
pub fn dkimpy_seal(
    message: &[u8],
    (selector, domain, pem): (&str, &str, &str),
    host: &str,
) -> Result<Vec<u8>, PeerError> {
    let folder = Folder::new(&[], &[])?;
    std::fs::write(folder.path("key"), pem).map_err(io_error("dkimpy"))?;
    let mut python = Command::new(PYTHON);
    python.args(["-c", include_str!("arc.py"), "seal", selector, domain, host]).arg(folder.path("key"));
    let output = succeed("dkimpy", run("python3", &mut python, message)?)?;
    if output.stdout.is_empty() {
        return Err(PeerError::Failed {
            tool: "dkimpy",
            status: "no set".to_owned(),
            output: text_of(&output),
        });
    }
    Ok(output.stdout)
}

/// What dkimpy says of a message's chain: `none`, `pass`, `fail` or `ended`, and why.
///
/// # Errors
/// If it is missing or fails.
pub fn dkimpy_chain(message: &[u8], records: &Records) -> Result<String, PeerError> {
    let folder = Folder::new(&[], records)?;
    let mut python = Command::new(PYTHON);
    python.args(["-c", include_str!("arc.py"), "chain"]).arg(folder.path("records"));
    let output = succeed("dkimpy", run("python3", &mut python, message)?)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
