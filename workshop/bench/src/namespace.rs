//! A network of the bench's own: the program runs again inside an empty network namespace, where any port of loopback is free.
//!
//! Receivers stand on port 25 and a name server on port 53 there, and nothing on this machine or outside of it is reached. It fails where
//! the machine does not allow it, and says so.

use anyhow::{Context as _, Result, ensure};
use std::process::{Command, ExitStatus};

/// Set inside, so that it is entered once.
const INSIDE: &str = "SIGNPOST_BENCH_INSIDE";

/// The end of this program's run inside; nothing once this is inside.
pub(crate) fn enter() -> Result<Option<ExitStatus>> {
    if std::env::var_os(INSIDE).is_some() {
        let up = Command::new("ip").args(["link", "set", "lo", "up"]).status();
        ensure!(
            up.context("ip is missing: apt-get install iproute2")?.success(),
            "loopback does not come up"
        );
        return Ok(None);
    }
    let tried = Command::new("unshare").args(["--net", "--mount", "true"]).output();
    let tried = tried.context("unshare is missing: apt-get install util-linux")?;
    ensure!(
        tried.status.success(),
        "--destinations needs root, in a container that may make namespaces (CAP_SYS_ADMIN): {}",
        String::from_utf8_lossy(&tried.stderr).trim()
    );
    let status = Command::new("unshare")
        .arg("--net")
        .arg(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(INSIDE, "1")
        .status()?;
    Ok(Some(status))
}
