//! rbldnsd: the name server that real block lists run on. Its lists are files in a temporary folder, changed while it runs.
//!
//! It does not serve as root; where tests run as root it changes to its package's user, who only reads. Like the others here it cannot take
//! port 0.

use super::waiting::wait_for;
use super::{PeerError, io_error, run, succeed};
use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = "/usr/sbin/rbldnsd";
const READY_WITHIN: Duration = Duration::from_secs(20);
const START_TRIES_MAX: usize = 3;
/// A yes may be kept for a second, a no not at all (RFC 2308 §5): without an SOA Exim keeps it for as long as a connection lasts.
const HEAD: &str = "$TTL 1\n$SOA 1 list.example postmaster.list.example 0 600 300 86400 0\n";
/// The user that Debian's package makes.
const USER: &str = "rbldns";

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dataset {
    Ip4,
    Ip6,
    Domains,
}

impl Dataset {
    fn word(self) -> &'static str {
        match self {
            Self::Ip4 => "ip4set",
            Self::Ip6 => "ip6trie",
            Self::Domains => "dnset",
        }
    }
}

/// A running rbldnsd.
#[derive(Debug)]
pub struct Rbldnsd {
    folder: tempfile::TempDir,
    process: Child,
    address: SocketAddr,
}

impl Rbldnsd {
    /// Starts one with these zones, each with its test point as RFC 5782 §5 wants it and nothing else. A zone may stand with several datasets.
    ///
    /// # Errors
    /// A missing program, or one that does not come up; the error carries its log.
    pub fn start(zones: &[(&str, Dataset)]) -> Result<Self, PeerError> {
        Self::start_at(zones, free_address)
    }

    /// The same on port 53 of a loopback address that nobody uses, for programs that know no other port. Needs root.
    ///
    /// # Errors
    /// As `start`.
    pub fn start_for_resolvers(zones: &[(&str, Dataset)]) -> Result<Self, PeerError> {
        Self::start_at(zones, || UdpSocket::bind(("127.0.0.1", 0))?.local_addr().map(at_port_53))
    }

    fn start_at(
        zones: &[(&str, Dataset)],
        free: impl Fn() -> std::io::Result<SocketAddr>,
    ) -> Result<Self, PeerError> {
        let mut tries = 1;
        loop {
            let address = free().map_err(io_error("a free port"))?;
            match Self::try_start(zones, address) {
                Err(PeerError::NotReady { .. }) if tries < START_TRIES_MAX => tries += 1,
                outcome => return outcome,
            }
        }
    }

    /// Where it answers, by UDP.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Replaces what a zone lists, beside its test point, and waits until that is served. An entry is an address, a network such as
    /// `192.0.2.0/24` or a domain, with its code.
    ///
    /// # Errors
    /// If the program has ended or does not read its files again.
    pub fn list(&self, zone: &str, dataset: Dataset, entries: &[(&str, &str)]) -> Result<(), PeerError> {
        self.set(zone, dataset, &content(dataset, entries))
    }

    /// Replaces a zone's file by this text, test point included.
    ///
    /// # Errors
    /// As `list`.
    pub fn set(&self, zone: &str, dataset: Dataset, content: &str) -> Result<(), PeerError> {
        self.set_all(&[zone], dataset, content)
    }

    /// As `list`, in several zones at once.
    ///
    /// # Errors
    /// As `list`.
    pub fn list_in(
        &self,
        zones: &[&str],
        dataset: Dataset,
        entries: &[(&str, &str)],
    ) -> Result<(), PeerError> {
        self.set_all(zones, dataset, &content(dataset, entries))
    }

    fn set_all(&self, zones: &[&str], dataset: Dataset, content: &str) -> Result<(), PeerError> {
        let before = self.reloads();
        for zone in zones {
            self.write(zone, dataset, content, before)?;
        }
        let hang_up = Command::new("kill").args(["-HUP", &self.process.id().to_string()]).output();
        succeed("kill", hang_up.map_err(io_error("kill"))?)?;
        self.wait_for(|| self.reloads() > before)
    }

    fn reloads(&self) -> usize {
        self.log().matches("zones reloaded").count()
    }

    /// It reads a file again when its length or its second differs: the number of the reload makes the length another one.
    fn write(&self, zone: &str, dataset: Dataset, content: &str, reload: usize) -> Result<(), PeerError> {
        let path = self.folder.path().join(file_of(zone, dataset));
        let text = format!("{HEAD}{content}#{}\n", ".".repeat(reload));
        fs::write(&path, text).map_err(io_error("rbldnsd's files"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).map_err(io_error("rbldnsd's files"))
    }

    fn try_start(zones: &[(&str, Dataset)], address: SocketAddr) -> Result<Self, PeerError> {
        let folder = tempfile::tempdir().map_err(io_error("a temporary folder"))?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
            .map_err(io_error("rbldnsd's folder"))?;
        let log = fs::File::create(folder.path().join("log")).map_err(io_error("rbldnsd's log"))?;
        let and_errors = log.try_clone().map_err(io_error("rbldnsd's log"))?;
        let mut command = Command::new(PROGRAM);
        // Not `-f`: its child would answer with the old lists for half a second more.
        command.args(["-n", "-c", "0", "-t", "1", "-w"]).arg(folder.path());
        command.args(["-b", &format!("{}/{}", address.ip(), address.port())]);
        let id = run("id", Command::new("id").arg("-u"), b"")?;
        if id.stdout.trim_ascii() == b"0" {
            command.args(["-u", USER]);
        }
        for (zone, dataset) in zones {
            command.arg(format!("{zone}:{}:{}", dataset.word(), file_of(zone, *dataset)));
            let path = folder.path().join(file_of(zone, *dataset));
            let text = format!("{HEAD}{}", content(*dataset, &[]));
            fs::write(&path, text).map_err(io_error("rbldnsd's files"))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644))
                .map_err(io_error("rbldnsd's files"))?;
        }
        let process = command.stdin(Stdio::null()).stdout(log).stderr(and_errors).spawn();
        let server = Self { process: process.map_err(io_error("rbldnsd"))?, folder, address };
        server.wait_for(|| server.log().contains(" started ("))?;
        Ok(server)
    }

    fn wait_for(&self, holds: impl Fn() -> bool) -> Result<(), PeerError> {
        let seconds = READY_WITHIN.as_secs();
        let late = || PeerError::NotReady { tool: "rbldnsd", seconds, output: self.log() };
        wait_for(READY_WITHIN, || holds().then_some(())).ok_or_else(late)
    }
}

impl Drop for Rbldnsd {
    fn drop(&mut self) {
        // It may be dead already: that is what is wanted.
        let _dead = self.process.kill();
        let _reaped = self.process.wait();
    }
}

fn file_of(zone: &str, dataset: Dataset) -> String {
    format!("{zone}.{}", dataset.word())
}

/// The file's text: its test point, then the entries.
fn content(dataset: Dataset, entries: &[(&str, &str)]) -> String {
    let test = match dataset {
        Dataset::Ip4 => ("127.0.0.2", "127.0.0.2"),
        Dataset::Ip6 => ("0:0:0:0:0:ffff:7f00:2", "127.0.0.2"),
        Dataset::Domains => ("test", "127.0.1.2"),
    };
    let mut text = String::new();
    for (entry, code) in std::iter::once(&test).chain(entries) {
        // A dollar sign stands for what was asked.
        let _infallible = writeln!(text, "{entry} :{code}:https://list.example/why?$");
    }
    text
}

fn free_address() -> std::io::Result<SocketAddr> {
    UdpSocket::bind(("127.0.0.1", 0))?.local_addr()
}

/// A port that the system has just given to nobody else makes an address that nobody else makes of it.
fn at_port_53(free: SocketAddr) -> SocketAddr {
    let [high, low] = free.port().to_be_bytes();
    SocketAddr::from(([127, 53, high, low], 53))
}
