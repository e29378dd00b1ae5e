//! Installs the peers' programs on a Debian machine, and finds the one that lives beside the build.
//!
//! Exim and Postfix exclude each other as packages, so Exim is downloaded and unpacked under `target/tools` of the checkout and never
//! installed. When all is there nothing is run and nobody has to be root; else it needs root and a working `apt-get`.

use super::{PeerError, run, succeed};
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGES: &[&str] = &[
    "postfix",
    "swaks",
    "libnet-ssleay-perl",
    "python3",
    "libidn12",
    "pebble",
    "rbldnsd",
    "knot",
    "unbound",
    "python3-dkim",
    "python3-nacl",
    "python3-dnspython",
    "python3-authres",
    "opendkim",
    "rspamd",
];
const EXIM_PACKAGES: &[&str] = &["exim4-daemon-light", "exim4-base"];
/// Exim refuses to run without the user that Debian compiled in.
pub(super) const EXIM_USER: &str = "Debian-exim";

/// Puts every program in place that the peers need.
///
/// # Errors
/// The command that failed, with what it wrote.
pub fn install() -> Result<(), PeerError> {
    let mut missing = Vec::new();
    for package in PACKAGES {
        if !run("dpkg", Command::new("dpkg").args(["--status", package]), b"")?.status.success() {
            missing.push(*package);
        }
    }
    if !missing.is_empty() || exim_program().is_none() {
        succeed("apt-get", run("apt-get", Command::new("apt-get").args(["update", "--quiet"]), b"")?)?;
    }
    if !missing.is_empty() {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "-y", "--no-install-recommends"])
            .args(missing);
        succeed("apt-get", run("apt-get", &mut apt, b"")?)?;
    }
    if !run("id", Command::new("id").arg(EXIM_USER), b"")?.status.success() {
        let mut add = Command::new("useradd");
        add.args(["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", EXIM_USER]);
        succeed("useradd", run("useradd", &mut add, b"")?)?;
    }
    if exim_program().is_some() {
        return Ok(());
    }
    let folder = tools_folder().join("exim");
    std::fs::create_dir_all(&folder).map_err(super::io_error("target/tools"))?;
    let mut download = Command::new("apt-get");
    download.current_dir(&folder).arg("download").args(EXIM_PACKAGES);
    succeed("apt-get", run("apt-get", &mut download, b"")?)?;
    for entry in std::fs::read_dir(&folder).map_err(super::io_error("target/tools"))? {
        let package = entry.map_err(super::io_error("target/tools"))?.path();
        if package.extension().is_some_and(|extension| extension == "deb") {
            let unpack = &mut Command::new("dpkg");
            succeed("dpkg", run("dpkg", unpack.arg("-x").arg(&package).arg(&folder), b"")?)?;
        }
    }
    Ok(())
}

/// The unpacked Exim, if it is there.
pub(super) fn exim_program() -> Option<PathBuf> {
    let fetched = tools_folder().join("exim/usr/sbin/exim4");
    [fetched, PathBuf::from("/usr/sbin/exim4")].into_iter().find(|program| program.is_file())
}

/// `target/tools` of this checkout, wherever the build itself writes to.
fn tools_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools")
}
