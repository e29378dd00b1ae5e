//! Installs the peers' programs on a Debian machine, and finds the one that lives beside the build.
//!
//! Mail systems exclude each other as packages. Postfix is installed; Exim and OpenSMTPD are downloaded and unpacked under `target/tools` of the checkout.
//! When all is there nothing is run and nobody has to be root; else it needs root and a working `apt-get`.

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
    // Of OpenSMTPD.
    "libevent-2.1-7",
    "libdb5.3",
];
const EXIM_PACKAGES: &[&str] = &["exim4-daemon-light", "exim4-base"];
/// Exim refuses to run without the user that Debian compiled in.
pub(super) const EXIM_USER: &str = "Debian-exim";
/// And so does OpenSMTPD.
const OPENSMTPD_USERS: [&str; 2] = ["opensmtpd", "opensmtpq"];

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
    if !missing.is_empty() || exim_program().is_none() || opensmtpd_folder().is_none() {
        succeed("apt-get", run("apt-get", Command::new("apt-get").args(["update", "--quiet"]), b"")?)?;
    }
    if !missing.is_empty() {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "-y", "--no-install-recommends"])
            .args(missing);
        succeed("apt-get", run("apt-get", &mut apt, b"")?)?;
    }
    for user in [EXIM_USER].into_iter().chain(OPENSMTPD_USERS) {
        if !run("id", Command::new("id").arg(user), b"")?.status.success() {
            let mut add = Command::new("useradd");
            add.args(["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user]);
            succeed("useradd", run("useradd", &mut add, b"")?)?;
        }
    }
    if exim_program().is_none() {
        unpack("exim", EXIM_PACKAGES)?;
    }
    if opensmtpd_folder().is_none() {
        unpack("opensmtpd", &["opensmtpd"])?;
    }
    Ok(())
}

/// Downloads packages and puts their files into a folder of the tools.
fn unpack(name: &str, packages: &[&str]) -> Result<(), PeerError> {
    let folder = tools_folder().join(name);
    std::fs::create_dir_all(&folder).map_err(super::io_error("target/tools"))?;
    let mut download = Command::new("apt-get");
    download.current_dir(&folder).arg("download").args(packages);
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

/// Where OpenSMTPD's files were unpacked, if they were.
pub(super) fn opensmtpd_folder() -> Option<PathBuf> {
    let folder = tools_folder().join("opensmtpd");
    folder.join("usr/sbin/smtpd").is_file().then_some(folder)
}

/// `target/tools` of this checkout, wherever the build itself writes to.
fn tools_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools")
}
