//! A private Exim that runs: it takes mail on loopback and keeps what is not routed elsewhere in one maildir.
//!
//! Its configuration has the places of Debian's split one (`conf.d/main`, `acl`, `router`, `transport`) for files whose names have
//! `signpost` in them, so an administrator's script can be run against it as it is. It relays for 127.0.0.1 and for nobody else.

use super::waiting::{kept, listens, wait_for_count};
use super::{PeerError, io_error, postfix, resolver, run, succeed, text_of, tools};
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(20);
const START_TRIES_MAX: usize = 3;

/// How often its daemon looks at its queue.
const QUEUE_RUNS: &str = "-q1s";

/// What a private Exim is told beyond what all are.
#[derive(Debug, Clone, Default)]
pub struct EximSettings {
    /// Text for places of the configuration: `main`, `acl`, `router`, `transport`.
    pub parts: Vec<(&'static str, String)>,
    /// Whom it asks, at port 53, instead of the machine's own name servers.
    pub name_server: Option<IpAddr>,
    /// Whether it only takes and keeps mail in its queue: delivering costs it much more.
    pub only_takes: bool,
}

/// A running private Exim.
#[derive(Debug)]
pub struct EximServer {
    folder: tempfile::TempDir,
    program: PathBuf,
    daemon: Child,
    address: SocketAddr,
    settings: EximSettings,
}

impl EximServer {
    /// An Exim that keeps what it takes.
    ///
    /// # Errors
    /// A missing program, or one that does not come up; the error carries its log.
    pub fn start() -> Result<Self, PeerError> {
        Self::start_as(&EximSettings::default())
    }

    /// As these settings say.
    ///
    /// # Errors
    /// As `start`.
    pub fn start_as(settings: &EximSettings) -> Result<Self, PeerError> {
        let program = tools::exim_program().ok_or(PeerError::Missing("exim4"))?;
        let mut tries = 1;
        loop {
            let folder =
                tempfile::Builder::new().prefix("exim-").tempdir().map_err(io_error("a temporary folder"))?;
            let address = postfix::free_address().map_err(io_error("a free port"))?;
            prepare(folder.path(), &program, address, settings)?;
            let daemon = daemon(folder.path(), &program, settings)?;
            let (program, settings) = (program.clone(), settings.clone());
            match (Self { folder, program, daemon, address, settings }).await_ready() {
                Err(PeerError::NotReady { .. }) if tries < START_TRIES_MAX => tries += 1,
                outcome => return outcome,
            }
        }
    }

    /// Where it takes mail.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Runs a shell script with one argument as this Exim's administrator.
    ///
    /// # Errors
    /// A script that fails; the error has what it wrote.
    pub fn administer(&self, script: &str, argument: &str) -> Result<String, PeerError> {
        let file = self.folder.path().join("administer.sh");
        fs::write(&file, script).map_err(io_error("a script"))?;
        let mut shell = Command::new("sh");
        shell.arg(&file).arg(argument).env("CONF", self.folder.path()).env("GROUP", tools::EXIM_USER);
        let output = run("sh", &mut shell, b"")?;
        let text = text_of(&output);
        succeed("sh", output).map(|_| text)
    }

    /// Starts again with what the administrator changed.
    ///
    /// # Errors
    /// A configuration that Exim does not take.
    pub fn restart(mut self) -> Result<Self, PeerError> {
        self.end();
        write_configuration(self.folder.path(), &self.program, self.address)?;
        self.daemon = daemon(self.folder.path(), &self.program, &self.settings)?;
        self.await_ready()
    }

    /// The kept messages, in the order of their file names.
    ///
    /// # Errors
    /// A maildir that cannot be read.
    pub fn arrived(&self) -> Result<Vec<Vec<u8>>, PeerError> {
        kept(&self.folder.path().join("mail"), "exim4's maildir")
    }

    /// Waits until so many messages are kept, at most `wait`; gives the number of then.
    ///
    /// # Errors
    /// A maildir that cannot be read.
    pub fn wait_for(&self, count: usize, wait: Duration) -> Result<usize, PeerError> {
        wait_for_count(count, wait, || Ok(self.arrived()?.len()))
    }

    /// Its logs so far.
    #[must_use]
    pub fn log(&self) -> String {
        let read =
            |name: &str| fs::read_to_string(self.folder.path().join("log").join(name)).unwrap_or_default();
        ["mainlog", "paniclog", "rejectlog"].map(read).concat()
    }

    /// Where its main log grows.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.folder.path().join("log/mainlog")
    }

    fn await_ready(mut self) -> Result<Self, PeerError> {
        if listens(&mut self.daemon, self.address, READY_WITHIN) {
            return Ok(self);
        }
        Err(PeerError::NotReady { tool: "exim4", seconds: READY_WITHIN.as_secs(), output: self.log() })
    }

    fn end(&mut self) {
        if let Err(error) = self.daemon.kill().and_then(|()| self.daemon.wait()) {
            tracing::warn!(%error, "a private Exim could not be stopped");
        }
    }
}

impl Drop for EximServer {
    fn drop(&mut self) {
        self.end();
    }
}

fn prepare(
    folder: &Path,
    program: &Path,
    address: SocketAddr,
    settings: &EximSettings,
) -> Result<(), PeerError> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(io_error("exim4's folder"))?;
    for name in ["spool", "log", "mail"] {
        fs::create_dir(folder.join(name)).map_err(io_error("exim4's folder"))?;
        let mut own = Command::new("chown");
        own.arg(tools::EXIM_USER).arg(folder.join(name));
        if !run("chown", &mut own, b"")?.status.success() {
            return Err(PeerError::Missing("the user Debian-exim"));
        }
    }
    for (part, text) in &settings.parts {
        let place = folder.join("conf.d").join(part);
        fs::create_dir_all(&place).map_err(io_error("exim4's folder"))?;
        fs::write(place.join("10_peer"), text).map_err(io_error("exim4's configuration"))?;
    }
    if settings.only_takes {
        let place = folder.join("conf.d/main");
        fs::create_dir_all(&place).map_err(io_error("exim4's folder"))?;
        fs::write(place.join("20_peer"), "queue_only\n").map_err(io_error("exim4's configuration"))?;
    }
    write_configuration(folder, program, address)
}

fn daemon(folder: &Path, program: &Path, settings: &EximSettings) -> Result<Child, PeerError> {
    let mut command = resolver::command(program, settings.name_server, folder)?;
    command.arg("-C").arg(folder.join("exim.conf")).arg("-bdf");
    if !settings.only_takes {
        command.arg(QUEUE_RUNS);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(io_error("exim4"))
}

/// What the administrator put at a place, or nothing.
fn place(folder: &Path, part: &str) -> String {
    let entries = fs::read_dir(folder.join("conf.d").join(part)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(|file| format!(".include {}\n", file.display())).collect()
}

fn write_configuration(folder: &Path, program: &Path, address: SocketAddr) -> Result<(), PeerError> {
    let text = format!(
        "{main}\
         .ifndef MAIN_ACL_CHECK_RCPT\nMAIN_ACL_CHECK_RCPT = acl_check_rcpt\n.endif\n\
         exim_path = {program}\n\
         spool_directory = {folder}/spool\n\
         log_file_path = {folder}/log/%slog\n\
         primary_hostname = exim.example\n\
         local_interfaces = {ip}\n\
         daemon_smtp_ports = {port}\n\
         hostlist relay_from_hosts = 127.0.0.1\n\
         host_lookup =\n\
         keep_environment =\n\
         never_users =\n\
         tls_advertise_hosts =\n\
         acl_smtp_rcpt = MAIN_ACL_CHECK_RCPT\n\
         begin acl\n{acl}\
         acl_check_rcpt:\n  accept\n    hosts = : +relay_from_hosts\n  deny\n    message = relay not permitted\n\
         begin routers\n{router}\
         keep:\n  driver = accept\n  transport = keep\n\
         begin transports\n{transport}\
         keep:\n  driver = appendfile\n  directory = {folder}/mail\n  maildir_format\n  user = {user}\n  \
         create_directory\n  return_path_add\n  envelope_to_add\n\
         begin retry\n* * F,1h,1s\n",
        main = place(folder, "main"),
        acl = place(folder, "acl"),
        router = place(folder, "router"),
        transport = place(folder, "transport"),
        program = program.display(),
        folder = folder.display(),
        ip = address.ip(),
        port = address.port(),
        user = tools::EXIM_USER,
    );
    fs::write(folder.join("exim.conf"), text).map_err(io_error("exim4's configuration"))
}
