//! A program that asks another name server than the machine does.
//!
//! What the C library's resolver asks stands in /etc/resolv.conf, and neither Postfix nor Exim can be told otherwise. So the program gets a
//! mount namespace of its own in which another file lies over that one; the machine's is not touched. That needs root with CAP_SYS_ADMIN, as in a
//! container that may mount. The name server has to listen on port 53, since that file knows no ports.

use super::{PeerError, io_error, run, succeed};
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// The command `program`, asking `name_server` if there is one; its file is written into `folder`.
pub(super) fn command(
    program: &Path,
    name_server: Option<IpAddr>,
    folder: &Path,
) -> Result<Command, PeerError> {
    let Some(name_server) = name_server else { return Ok(Command::new(program)) };
    // The program itself could not say why it did not start.
    succeed("unshare", run("unshare", Command::new("unshare").args(["--mount", "true"]), b"")?)?;
    let file = folder.join("resolv.conf");
    let text = format!("nameserver {name_server}\noptions timeout:2 attempts:2\n");
    fs::write(&file, text).map_err(io_error("resolv.conf"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).map_err(io_error("resolv.conf"))?;
    let script = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(file).arg(program);
    Ok(command)
}
