//! A private OpenSMTPD: it takes mail for some addresses on loopback and keeps it in one maildir.
//!
//! Its paths are compiled in, so it runs in a mount namespace of its own, where they are empty folders in memory; that needs root. It offers neither
//! PIPELINING nor CHUNKING, and takes it ill if a command comes before the answer to the last one.

use super::waiting::{kept, listens, wait_for_count};
use super::{PeerError, io_error, postfix, tools};
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(20);

/// Its folders, then itself: arguments are where it was unpacked and where its configuration lies.
const START: &str = "set -e
for place in /var/spool /var/lib /run /usr/libexec; do mount -t tmpfs -o mode=755 none $place; done
mkdir -p /var/lib/opensmtpd/empty /usr/libexec/opensmtpd
mkdir -m 711 /var/spool/smtpd
mount --bind \"$1/usr/libexec/opensmtpd\" /usr/libexec/opensmtpd
exec \"$1/usr/sbin/smtpd\" -d -f \"$2/smtpd.conf\"
";

/// A running private OpenSMTPD.
#[derive(Debug)]
pub struct OpenSmtpd {
    folder: tempfile::TempDir,
    daemon: Child,
    address: SocketAddr,
}

impl OpenSmtpd {
    /// One that keeps what is for these addresses and refuses all others.
    ///
    /// # Errors
    /// A missing program, or one that does not come up; the error carries its log.
    pub fn start(recipients: &[&str]) -> Result<Self, PeerError> {
        let unpacked = tools::opensmtpd_folder().ok_or(PeerError::Missing("opensmtpd"))?;
        let folder = tempfile::Builder::new().prefix("opensmtpd-").tempdir();
        let folder = folder.map_err(io_error("a temporary folder"))?;
        let address = postfix::free_address().map_err(io_error("a free port"))?;
        prepare(folder.path(), address, recipients).map_err(io_error("opensmtpd's configuration"))?;
        let log = fs::File::create(folder.path().join("log")).map_err(io_error("opensmtpd's log"))?;
        let errors = log.try_clone().map_err(io_error("opensmtpd's log"))?;
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c", START, "sh"]);
        command.arg(unpacked).arg(folder.path());
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        let daemon = command.spawn().map_err(io_error("unshare"))?;
        let mut server = Self { folder, daemon, address };
        if listens(&mut server.daemon, address, READY_WITHIN) {
            return Ok(server);
        }
        Err(PeerError::NotReady { tool: "opensmtpd", seconds: READY_WITHIN.as_secs(), output: server.log() })
    }

    /// Where it takes mail.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The kept messages, in the order of their file names.
    ///
    /// # Errors
    /// A maildir that cannot be read.
    pub fn arrived(&self) -> Result<Vec<Vec<u8>>, PeerError> {
        kept(&self.folder.path().join("mail"), "opensmtpd's maildir")
    }

    /// Waits until so many messages are kept, at most `wait`; gives the number of then.
    ///
    /// # Errors
    /// A maildir that cannot be read.
    pub fn wait_for(&self, count: usize, wait: Duration) -> Result<usize, PeerError> {
        wait_for_count(count, wait, || Ok(self.arrived()?.len()))
    }

    /// Its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for OpenSmtpd {
    fn drop(&mut self) {
        // Its other processes end with the first.
        if let Err(error) = self.daemon.kill().and_then(|()| self.daemon.wait()) {
            tracing::warn!(%error, "a private OpenSMTPD could not be stopped");
        }
    }
}

fn prepare(folder: &Path, address: SocketAddr, recipients: &[&str]) -> std::io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    let mail = folder.join("mail");
    fs::create_dir(&mail)?;
    // Of the user `nobody`, as whom it delivers.
    fs::set_permissions(&mail, fs::Permissions::from_mode(0o777))?;
    let mut text = format!(
        "listen on {ip} port {port} hostname smtpd.example\n\
         action keep maildir \"{mail}\" user nobody virtual {{ \"@\" = nobody }}\n",
        ip = address.ip(),
        port = address.port(),
        mail = mail.display(),
    );
    for recipient in recipients {
        text.push_str(&format!("match from any for rcpt-to \"{recipient}\" action keep\n"));
    }
    fs::write(folder.join("smtpd.conf"), text)
}
