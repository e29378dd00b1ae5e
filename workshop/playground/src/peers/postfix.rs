//! A private Postfix: it takes mail on loopback and keeps it in one maildir, or passes it on to an address.
//!
//! It runs from its own configuration and queue under a temporary folder, with its own master process in the foreground, and ends with
//! its owner. What arrived is one file per recipient, with Postfix's own Return-Path, Delivered-To and Received in front. Every
//! domain and recipient is taken. Postfix cannot listen on port 0, so a port is asked from the system first; a port that
//! somebody takes in between is tried again with another one.

use super::waiting::{listens, wait_for_count};
use super::{PeerError, io_error, resolver, run, text_of};
use std::fs;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(20);
const START_TRIES_MAX: usize = 3;
/// `nobody` on Debian.
const OWNER: u32 = 65_534;

/// Services without a listener of their own, as Debian's master.cf has them: name, type, private, wakeup, process limit, command.
const SERVICES: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("pickup", "unix", "n", "60", "1", "pickup"),
    ("cleanup", "unix", "n", "-", "0", "cleanup"),
    ("qmgr", "unix", "n", "300", "1", "qmgr"),
    ("rewrite", "unix", "-", "-", "-", "trivial-rewrite"),
    ("bounce", "unix", "-", "-", "0", "bounce"),
    ("defer", "unix", "-", "-", "0", "bounce"),
    ("trace", "unix", "-", "-", "0", "bounce"),
    ("flush", "unix", "n", "1000?", "0", "flush"),
    ("proxymap", "unix", "-", "-", "-", "proxymap"),
    ("smtp", "unix", "-", "-", "-", "smtp"),
    ("error", "unix", "-", "-", "-", "error"),
    ("retry", "unix", "-", "-", "-", "error"),
    ("discard", "unix", "-", "-", "-", "discard"),
    ("virtual", "unix", "-", "-", "-", "virtual"),
    ("anvil", "unix", "-", "-", "1", "anvil"),
    ("scache", "unix", "-", "-", "1", "scache"),
    ("tlsmgr", "unix", "-", "1000?", "1", "tlsmgr"),
    ("postlog", "unix-dgram", "n", "-", "1", "postlogd"),
];

/// What keeps everything that is taken in one maildir.
fn keeping() -> String {
    format!(
        "virtual_mailbox_domains = static:all\nvirtual_mailbox_maps = static:all/\nvirtual_transport = virtual\n\
         virtual_uid_maps = static:{OWNER}\nvirtual_gid_maps = static:{OWNER}\nvirtual_minimum_uid = 1\n"
    )
}

/// What a private Postfix is told beyond what all are.
#[derive(Debug, Clone)]
pub struct PostfixSettings {
    /// Below which its folder is made: which disk it is on may matter.
    pub directory: PathBuf,
    /// Further lines of main.cf; `{folder}` in them is its temporary folder.
    pub lines: String,
    /// Whom it asks, at port 53, instead of the machine's own name servers.
    pub name_server: Option<IpAddr>,
}

impl PostfixSettings {
    /// Keeps everything that it takes, with these further lines.
    #[must_use]
    pub fn keeping(lines: &str) -> Self {
        Self { lines: format!("{}{lines}", keeping()), ..Self::default() }
    }
}

impl Default for PostfixSettings {
    fn default() -> Self {
        Self { directory: std::env::temp_dir(), lines: String::new(), name_server: None }
    }
}

/// A running private Postfix.
#[derive(Debug)]
pub struct Postfix {
    folder: tempfile::TempDir,
    master: Child,
    address: SocketAddr,
}

impl Postfix {
    /// A Postfix that keeps everything it takes.
    ///
    /// # Errors
    /// A missing program, or one that does not come up; the error carries its log.
    pub fn start() -> Result<Self, PeerError> {
        Self::start_as(&PostfixSettings::keeping(""))
    }

    /// A Postfix that passes everything on to `next`, with STARTTLS where `next` offers it.
    ///
    /// # Errors
    /// As `start`.
    pub fn relaying_to(next: SocketAddr) -> Result<Self, PeerError> {
        let relay = format!(
            "relayhost = [{}]:{}\nsmtp_tls_security_level = may\nminimal_backoff_time = 1s\nmaximal_backoff_time = 1s\n\
             queue_run_delay = 1s\n",
            next.ip(),
            next.port()
        );
        Self::start_with(&relay)
    }

    /// Any private Postfix: `settings` are further lines of main.cf; `{folder}` in them is its temporary folder.
    ///
    /// # Errors
    /// As `start`.
    pub fn start_with(settings: &str) -> Result<Self, PeerError> {
        Self::start_as(&PostfixSettings { lines: settings.to_owned(), ..PostfixSettings::default() })
    }

    /// The same with its folder below `directory`: which disk it is on may matter.
    ///
    /// # Errors
    /// As `start`.
    pub fn start_with_in(directory: &Path, settings: &str) -> Result<Self, PeerError> {
        let directory = directory.to_owned();
        Self::start_as(&PostfixSettings { directory, lines: settings.to_owned(), name_server: None })
    }

    /// As these settings say.
    ///
    /// # Errors
    /// As `start`.
    pub fn start_as(settings: &PostfixSettings) -> Result<Self, PeerError> {
        let mut tries = 1;
        loop {
            match Self::try_start(settings) {
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

    /// The process of its master.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.master.id()
    }

    /// Runs a shell script with one argument as this Postfix's administrator, who lets people submit where it takes mail.
    ///
    /// # Errors
    /// A script that fails; the error has what it wrote.
    pub fn administer(&self, script: &str, argument: &str) -> Result<String, PeerError> {
        let file = self.folder.path().join("administer.sh");
        fs::write(&file, script).map_err(io_error("a script"))?;
        let mut shell = Command::new("sh");
        shell.arg(&file).arg(argument);
        shell.env("MAIL_CONFIG", self.folder.path().join("etc")).env("SERVICES", self.address.to_string());
        let output = run("sh", &mut shell, b"")?;
        let text = text_of(&output);
        super::succeed("sh", output).map(|_| text)
    }

    /// The lines of master.cf.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn services(&self) -> Result<String, PeerError> {
        fs::read_to_string(self.folder.path().join("etc/master.cf")).map_err(io_error("master.cf"))
    }

    /// How many deliveries there were, one per recipient.
    ///
    /// # Errors
    /// A maildir that cannot be read.
    pub fn arrived_count(&self) -> Result<usize, PeerError> {
        Ok(self.files()?.len())
    }

    /// The delivered messages, in the order of their file names.
    ///
    /// # Errors
    /// A maildir that cannot be read.
    pub fn arrived(&self) -> Result<Vec<Vec<u8>>, PeerError> {
        self.files()?.iter().map(|file| fs::read(file).map_err(io_error("postfix's maildir"))).collect()
    }

    /// Waits until so many deliveries are there, at most `wait`; gives the number of then.
    ///
    /// # Errors
    /// A maildir that cannot be read.
    pub fn wait_for(&self, count: usize, wait: Duration) -> Result<usize, PeerError> {
        wait_for_count(count, wait, || self.arrived_count())
    }

    /// Its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Where its log grows.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.folder.path().join("log/maillog")
    }

    fn files(&self) -> Result<Vec<PathBuf>, PeerError> {
        let maildir = self.folder.path().join("mail/all/new");
        if !maildir.exists() {
            return Ok(Vec::new());
        }
        let entries = fs::read_dir(&maildir).map_err(io_error("postfix's maildir"))?;
        let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        files.sort();
        Ok(files)
    }

    fn try_start(settings: &PostfixSettings) -> Result<Self, PeerError> {
        let folder = tempfile::Builder::new()
            .prefix("postfix-")
            .tempdir_in(&settings.directory)
            .map_err(io_error("a temporary folder"))?;
        let address = free_address().map_err(io_error("a free port"))?;
        write_folder(folder.path(), address, &settings.lines).map_err(io_error("postfix's folder"))?;
        let etc = folder.path().join("etc");
        let mut prepare = Command::new("postfix");
        let prepared = run("postfix", prepare.arg("-c").arg(&etc).arg("set-permissions"), b"")?;
        let master = resolver::command(Path::new("postfix"), settings.name_server, folder.path())?
            .arg("-c")
            .arg(&etc)
            .arg("start-fg")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(io_error("postfix"))?;
        let postfix = Self { folder, master, address };
        postfix.await_ready(&text_of(&prepared))
    }

    fn await_ready(mut self, so_far: &str) -> Result<Self, PeerError> {
        if listens(&mut self.master, self.address, READY_WITHIN) {
            return Ok(self);
        }
        let output = format!("{so_far}{}", self.log());
        Err(PeerError::NotReady { tool: "postfix", seconds: READY_WITHIN.as_secs(), output })
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let etc = self.folder.path().join("etc");
        let mut stop = Command::new("postfix");
        if let Err(error) = run("postfix", stop.arg("-c").arg(etc).arg("stop"), b"") {
            tracing::warn!(%error, "a private Postfix could not be stopped");
        }
        if let Err(error) = self.master.wait() {
            tracing::warn!(%error, "a private Postfix could not be waited for");
        }
    }
}

pub(super) fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn write_folder(folder: &Path, address: SocketAddr, settings: &str) -> std::io::Result<()> {
    let readable = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755));
    readable(folder)?;
    for name in ["etc", "queue", "data", "log", "mail"] {
        fs::create_dir(folder.join(name))?;
        readable(&folder.join(name))?;
    }
    std::os::unix::fs::chown(folder.join("mail"), Some(OWNER), Some(OWNER))?;
    let base = folder.display();
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {base}/queue\ndata_directory = {base}/data\n\
         command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\n\
         setgid_group = postdrop\nmyhostname = postfix.example\nmydomain = example\nmydestination =\n\
         local_recipient_maps =\nalias_maps =\nalias_database =\nmynetworks = 127.0.0.0/8\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nsmtp_dns_support_level = disabled\n\
         smtp_host_lookup = native\nsmtpd_relay_restrictions = permit_mynetworks, reject\n\
         smtpd_client_connection_count_limit = 0\nmulti_instance_enable = no\nmailbox_size_limit = 0\n\
         virtual_mailbox_base = {base}/mail\nvirtual_mailbox_limit = 0\nmessage_size_limit = 200000000\n\
         maillog_file_prefixes = {base}/log\nmaillog_file = {base}/log/maillog\n{}\n",
        settings.replace("{folder}", &base.to_string())
    );
    fs::write(folder.join("etc/main.cf"), main)?;
    let mut master = format!("{address} inet n - n - - smtpd\n");
    for (name, kind, private, wakeup, processes, command) in SERVICES {
        // Only the delivery into files begins as root, to become the files' owner.
        let unprivileged = if *name == "virtual" { "n" } else { "-" };
        master
            .push_str(&format!("{name} {kind} {private} {unprivileged} n {wakeup} {processes} {command}\n"));
    }
    fs::write(folder.join("etc/master.cf"), master)
}
