//! Zones that are really signed, by Knot DNS, and a resolver that really validates them, Unbound.
//!
//! A root zone of the caller's records, signed with a key of its own, and below it `unsigned.example`, which nobody signs. Both may change
//! while they are served; the resolver keeps nothing. One that trusts another root calls everything signed wrong.

use super::waiting::wait_for;
use super::{PeerError, io_error, run, succeed};
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const KNOT: &str = "/usr/sbin/knotd";
const UNBOUND: &str = "/usr/sbin/unbound";
const READY_WITHIN: Duration = Duration::from_secs(20);
const START_TRIES_MAX: usize = 3;
const DELEGATION: &str = "unsigned.example. NS ns.\nns. A 127.0.0.1\n";
const SIGNED: &str = "DNSSEC, successfully signed";
const KNOT_CONFIGURATION: &str = "\
server:
    rundir: FOLDER
    listen: ADDRESS
    background-workers: 1
    udp-workers: 1
    tcp-workers: 1
log:
  - target: stdout
    any: info
database:
    storage: FOLDER
policy:
  - id: here
    algorithm: ECDSAP256SHA256
    single-type-signing: on
template:
  - id: default
    storage: FOLDER
    zonefile-sync: -1
    journal-content: none
zone:
  - domain: .
    file: root.zone
    dnssec-signing: on
    dnssec-policy: here
  - domain: unsigned.example
    file: unsigned.zone
";

const UNBOUND_CONFIGURATION: &str = "\
server:
    interface: ADDRESS
    do-daemonize: no
    username: \"\"
    chroot: \"\"
    directory: FOLDER
    pidfile: \"\"
    use-syslog: no
    num-threads: 1
    cache-max-ttl: 0
    cache-max-negative-ttl: 0
    trust-anchor-file: FOLDER/anchor
    do-not-query-localhost: no
    local-zone: \"example.\" transparent
    local-zone: \"test.\" transparent
remote-control:
    control-enable: no
stub-zone:
    name: \".\"
    stub-addr: ZONES
stub-zone:
    name: \"unsigned.example\"
    stub-addr: ZONES
";
/// A root's key that signs nothing here.
const OTHER_ANCHOR: &str = ". IN DNSKEY 257 3 13 /sbd+kGz/e79e4/notEZ7m1EHkuiaajHORcTwUecFQvgaV+xR/w39SA/0l5sNqHo/ASBQgzXYVwpUlp8w6U9Tg==\n";

/// The running name server and resolver.
#[derive(Debug)]
pub struct SignedZones {
    folder: tempfile::TempDir,
    knot: Server,
    unbound: Server,
}

/// A program that ends with this.
#[derive(Debug)]
struct Server {
    process: Child,
    address: SocketAddr,
}

impl SignedZones {
    /// Starts both with empty zones.
    ///
    /// # Errors
    /// A missing program, or one that does not come up; the error carries its log.
    pub fn start() -> Result<Self, PeerError> {
        Self::start_with(true)
    }

    /// The same with a resolver that trusts another root than that of the zones.
    ///
    /// # Errors
    /// As `start`.
    pub fn start_mistrusted() -> Result<Self, PeerError> {
        Self::start_with(false)
    }

    fn start_with(is_trusted: bool) -> Result<Self, PeerError> {
        let folder = tempfile::tempdir().map_err(io_error("a temporary folder"))?;
        write_zones(folder.path(), 1, "", "")?;
        let is_signing = |log: &str| log.contains("server started") && log.contains(SIGNED);
        let knot = start(folder.path(), ("knot", KNOT, KNOT_CONFIGURATION), is_signing)?;
        let mut keymgr = Command::new("keymgr");
        keymgr.arg("--config").arg(folder.path().join("knot.conf")).args([".", "dnskey"]);
        let anchor = succeed("keymgr", run("keymgr", &mut keymgr, b"")?)?;
        let anchor = String::from_utf8_lossy(&anchor.stdout).replace(" DNSKEY ", " IN DNSKEY ");
        let anchor = if is_trusted { &anchor } else { OTHER_ANCHOR };
        write(folder.path(), "anchor", anchor)?;
        let configuration = UNBOUND_CONFIGURATION.replace("ZONES", &at(knot.address));
        let is_up = |log: &str| log.contains("start of service");
        let unbound = start(folder.path(), ("unbound", UNBOUND, &configuration), is_up)?;
        Ok(Self { folder, knot, unbound })
    }

    /// Where the resolver answers, by UDP and TCP.
    #[must_use]
    pub fn resolver(&self) -> SocketAddr {
        self.unbound.address
    }

    /// Where the zones are answered for by who signs and does not validate.
    #[must_use]
    pub fn name_server(&self) -> SocketAddr {
        self.knot.address
    }

    /// Serves these lines of a zone file in the signed root zone and those in `unsigned.example` from now on, instead of all before.
    ///
    /// # Errors
    /// If the program has ended or does not read its files again.
    pub fn serve(&self, signed: &str, unsigned: &str) -> Result<(), PeerError> {
        let times_signed = || log_of(self.folder.path(), "knot").matches(SIGNED).count();
        let before = times_signed();
        write_zones(self.folder.path(), before + 1, signed, unsigned)?;
        let hang_up = Command::new("kill").args(["-HUP", &self.knot.process.id().to_string()]).output();
        succeed("kill", hang_up.map_err(io_error("kill"))?)?;
        wait_until("knotd", self.folder.path(), "knot", || times_signed() > before)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already: that is what is wanted.
        let _dead = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// Starts a program at a free address, with its configuration and log in the folder.
fn start(
    folder: &Path,
    (name, program, configuration): (&'static str, &str, &str),
    is_up: impl Fn(&str) -> bool,
) -> Result<Server, PeerError> {
    let mut tries = 1;
    loop {
        let free = UdpSocket::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr());
        let address = free.map_err(io_error("a free port"))?;
        let path = folder.display().to_string();
        let file = format!("{name}.conf");
        write(folder, &file, &configuration.replace("ADDRESS", &at(address)).replace("FOLDER", &path))?;
        let log = fs::File::create(folder.join(format!("{name}.log"))).map_err(io_error(name))?;
        let and_errors = log.try_clone().map_err(io_error(name))?;
        let mut command = Command::new(program);
        command.arg("-c").arg(folder.join(file)).stdin(Stdio::null()).stdout(log).stderr(and_errors);
        let server = Server { process: command.spawn().map_err(io_error(name))?, address };
        match wait_until(name, folder, name, || is_up(&log_of(folder, name))) {
            Err(PeerError::NotReady { .. }) if tries < START_TRIES_MAX => tries += 1,
            outcome => return outcome.map(|()| server),
        }
    }
}

fn at(address: SocketAddr) -> String {
    format!("{}@{}", address.ip(), address.port())
}

fn log_of(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(format!("{name}.log"))).unwrap_or_default()
}

fn wait_until(
    tool: &'static str,
    folder: &Path,
    name: &str,
    holds: impl Fn() -> bool,
) -> Result<(), PeerError> {
    let seconds = READY_WITHIN.as_secs();
    let late = || PeerError::NotReady { tool, seconds, output: log_of(folder, name) };
    wait_for(READY_WITHIN, || holds().then_some(())).ok_or_else(late)
}

fn write_zones(folder: &Path, serial: usize, signed: &str, unsigned: &str) -> Result<(), PeerError> {
    // Signing counts the serial up by itself; one that falls is not served.
    let head = format!("$TTL 60\n@ SOA ns. hostmaster. {serial}000 3600 600 86400 60\n@ NS ns.\n");
    write(folder, "root.zone", &format!("{head}{DELEGATION}{signed}\n"))?;
    write(folder, "unsigned.zone", &format!("{head}{unsigned}\n"))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), PeerError> {
    fs::write(folder.join(name), text).map_err(io_error("files of the signed zones"))
}
