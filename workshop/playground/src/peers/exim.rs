//! Exim as a client: it takes one message on standard input and delivers it at once, by BDAT where that is offered.
//!
//! Exim adds its own Received, and Message-ID and Date where they are missing; the body keeps its bytes except that line feeds become
//! CRLF. A delivery that is put off or refused is an error with Exim's own log in it, because Exim itself ends with success.

use super::{Envelope, PeerError, io_error, run, succeed, tools};
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Delivers one message to `to` and gives Exim's log of it.
///
/// # Errors
/// A missing program, or a message that was not delivered to every recipient.
pub fn exim(to: SocketAddr, envelope: Envelope<'_>, message: &[u8]) -> Result<String, PeerError> {
    let program = tools::exim_program().ok_or(PeerError::Missing("exim4"))?;
    let folder =
        tempfile::Builder::new().prefix("exim-").tempdir().map_err(io_error("a temporary folder"))?;
    let file = prepare(folder.path(), &program, to)?;
    let sender = if envelope.from.is_empty() { "<>" } else { envelope.from };
    let mut command = Command::new(&program);
    command.arg("-C").arg(&file).args(["-odf", "-i", "-f", sender, "--"]).args(envelope.to);
    succeed("exim4", run("exim4", &mut command, message)?)?;
    let log = fs::read_to_string(folder.path().join("log/mainlog")).map_err(io_error("exim4's log"))?;
    let delivered = log.lines().filter(|line| line.contains(" => ") || line.contains(" -> ")).count();
    if delivered == envelope.to.len() {
        Ok(log)
    } else {
        let status = format!("{delivered} of {} recipients delivered", envelope.to.len());
        Err(PeerError::Failed { tool: "exim4", status, output: log })
    }
}

fn prepare(folder: &Path, program: &Path, to: SocketAddr) -> Result<std::path::PathBuf, PeerError> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(io_error("exim4's folder"))?;
    for name in ["spool", "log"] {
        fs::create_dir(folder.join(name)).map_err(io_error("exim4's folder"))?;
    }
    let mut own = Command::new("chown");
    own.arg(tools::EXIM_USER).arg(folder.join("spool")).arg(folder.join("log"));
    if !run("chown", &mut own, b"")?.status.success() {
        return Err(PeerError::Missing("the user Debian-exim"));
    }
    let file = folder.join("exim.conf");
    fs::write(&file, configuration(folder, program, to)).map_err(io_error("exim4's configuration"))?;
    Ok(file)
}

fn configuration(folder: &Path, program: &Path, to: SocketAddr) -> String {
    format!(
        "exim_path = {program}\n\
         spool_directory = {folder}/spool\n\
         log_file_path = {folder}/log/%slog\n\
         primary_hostname = exim.example\n\
         host_lookup =\n\
         keep_environment =\n\
         never_users =\n\
         accept_8bitmime = true\n\
         smtputf8_advertise_hosts =\n\
         begin routers\n\
         smart:\n  driver = manualroute\n  transport = out\n  route_list = * {ip}\n  self = send\n\
         begin transports\n\
         out:\n  driver = smtp\n  port = {port}\n  hosts_try_chunking = *\n  allow_localhost\n  \
         tls_tempfail_tryclear = true\n\
         begin retry\n* * F,1h,5m\n",
        program = program.display(),
        folder = folder.display(),
        ip = to.ip(),
        port = to.port(),
    )
}
