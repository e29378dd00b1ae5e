//! rspamd: the filter that many receivers run, here with nothing but its checks of DKIM and ARC.
//!
//! It asks the name server that it is given. Its files lie in a temporary folder; it cannot take port 0, so a port that was free is tried, and another one
//! if somebody was faster.

use super::waiting::wait_for;
use super::{PeerError, io_error};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = "/usr/bin/rspamd";
const READY_WITHIN: Duration = Duration::from_secs(30);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
const START_TRIES_MAX: usize = 3;

/// A running rspamd.
#[derive(Debug)]
pub struct Rspamd {
    folder: tempfile::TempDir,
    process: Child,
    address: SocketAddr,
}

impl Rspamd {
    /// Starts one that asks `names`.
    ///
    /// # Errors
    /// A missing program, or one that does not come up; the error carries its log.
    pub fn start(names: SocketAddr) -> Result<Self, PeerError> {
        let mut tries = 1;
        loop {
            match Self::try_start(names) {
                Err(PeerError::NotReady { .. }) if tries < START_TRIES_MAX => tries += 1,
                outcome => return outcome,
            }
        }
    }

    /// What it finds in a message, as the JSON that its clients get: `R_DKIM_ALLOW`, `R_DKIM_REJECT`, `ARC_ALLOW` and the like, with what they are about.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn check(&self, message: &[u8]) -> Result<String, PeerError> {
        let failed = io_error("rspamd");
        let mut stream = TcpStream::connect(self.address).map_err(&failed)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN)).map_err(&failed)?;
        let head =
            format!("POST /checkv2 HTTP/1.0\r\nIP: 192.0.2.1\r\nContent-Length: {}\r\n\r\n", message.len());
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(message)).map_err(&failed)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(&failed)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        match answer.split_once("\r\n\r\n") {
            Some((_, body)) if body.contains("\"symbols\"") => Ok(body.to_owned()),
            Some(_) | None => {
                Err(PeerError::Failed { tool: "rspamd", status: "no result".to_owned(), output: answer })
            }
        }
    }

    fn try_start(names: SocketAddr) -> Result<Self, PeerError> {
        let failed = io_error("rspamd");
        let folder = tempfile::tempdir().map_err(&failed)?;
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr());
        let address = free.map_err(&failed)?;
        let path = folder.path().display().to_string();
        // Its own list of ten thousand top-level domains takes it many seconds to read.
        fs::write(folder.path().join("tld"), "example\n").map_err(&failed)?;
        fs::write(folder.path().join("rspamd.conf"), settings(&path, names, address)).map_err(&failed)?;
        let mut command = Command::new(PROGRAM);
        command.args(["-f", "-i", "-c"]).arg(folder.path().join("rspamd.conf"));
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let server = Self { process: process.map_err(&failed)?, folder, address };
        server.wait()?;
        Ok(server)
    }

    fn wait(&self) -> Result<(), PeerError> {
        let mut last = String::new();
        let is_ready = wait_for(READY_WITHIN, || match self.check(b"From: a@b.example\r\n\r\nready?\r\n") {
            Ok(_) => Some(()),
            Err(error) => {
                last = error.to_string();
                None
            }
        });
        is_ready.ok_or_else(|| {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            let (seconds, output) = (READY_WITHIN.as_secs(), format!("{last}\n{log}"));
            PeerError::NotReady { tool: "rspamd", seconds, output }
        })
    }
}

impl Drop for Rspamd {
    fn drop(&mut self) {
        // Its workers end with it only if it is asked; a kill would leave them.
        let asked = Command::new("kill").arg(self.process.id().to_string()).output();
        if asked.is_err() {
            let _dead = self.process.kill();
        }
        let _reaped = self.process.wait();
    }
}

fn settings(path: &str, names: SocketAddr, address: SocketAddr) -> String {
    format!(
        "options {{ pidfile = \"{path}/pid\"; rundir = \"{path}\"; cache_file = \"{path}/cache\"; url_tld = \"{path}/tld\"; filters = \"dkim\"; \
         local_addrs = []; disable_hyperscan = true; dns {{ nameserver = [\"{names}\"]; timeout = 5s; retransmits = 2; }} }}\n\
         logging {{ type = \"file\"; filename = \"{path}/log\"; level = \"notice\"; }}\n\
         worker \"normal\" {{ bind_socket = \"{address}\"; count = 1; task_timeout = 20s; }}\n\
         dkim {{ check_local = true; check_authed = true; }}\n\
         arc {{ check_local = true; check_authed = true; }}\n\
         modules {{ path = \"/usr/share/rspamd/plugins/arc.lua\"; }}\n"
    )
}
