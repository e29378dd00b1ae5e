//! Pebble, the test authority of Let's Encrypt: ACME with every awkwardness that the standard allows.
//!
//! It runs with its files in a temporary folder, asks the given name server for addresses, looks for http-01 answers at the given port and forgets
//! everything when it ends. Its own HTTPS is signed by the given authority. It cannot listen on port 0 either.

use super::waiting::listens;
use super::{PeerError, io_error};
use crate::Authority;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(20);
const START_TRIES_MAX: usize = 3;

/// How a Pebble behaves.
#[derive(Debug, Clone, Copy)]
pub struct PebbleConfig {
    /// Asked for the addresses of host names.
    pub name_server: SocketAddr,
    /// Where http-01 answers are looked for, in place of 80.
    pub http_port: u16,
    /// How many of a hundred good nonces it rejects.
    pub nonces_rejected: u8,
    /// How long its certificates are good for.
    pub validity: Duration,
}

/// A running Pebble.
#[derive(Debug)]
pub struct Pebble {
    folder: tempfile::TempDir,
    process: Child,
    address: SocketAddr,
}

impl Pebble {
    /// Starts one. Its HTTPS certificate is `authority`'s.
    ///
    /// # Errors
    /// A missing program, or one that does not come up; the error carries its log.
    pub fn start(config: PebbleConfig, authority: &Authority) -> Result<Self, PeerError> {
        let mut tries = 1;
        loop {
            match Self::try_start(config, authority) {
                Err(PeerError::NotReady { .. }) if tries < START_TRIES_MAX => tries += 1,
                outcome => return outcome,
            }
        }
    }

    /// The URL of its directory.
    #[must_use]
    pub fn directory(&self) -> String {
        format!("https://{}/dir", self.address)
    }

    /// Its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn try_start(config: PebbleConfig, authority: &Authority) -> Result<Self, PeerError> {
        let folder = tempfile::tempdir().map_err(io_error("a temporary folder"))?;
        let address = free_address().map_err(io_error("a free port"))?;
        let own = authority
            .issue(&["127.0.0.1"])
            .map_err(|error| io_error("pebble's certificate")(std::io::Error::other(error)))?;
        let path = |name: &str| folder.path().join(name);
        let settings = serde_json::json!({ "pebble": {
            "listenAddress": address,
            "managementListenAddress": "",
            "certificate": path("own.pem"),
            "privateKey": path("own.key"),
            "httpPort": config.http_port,
            "tlsPort": 0,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
            "certificateValidityPeriod": config.validity.as_secs(),
        }});
        let written = fs::write(path("own.pem"), own.certificate_pem)
            .and_then(|()| fs::write(path("own.key"), own.key_pem))
            .and_then(|()| fs::write(path("settings.json"), settings.to_string()));
        written.map_err(io_error("pebble's folder"))?;
        let log = fs::File::create(path("log")).map_err(io_error("pebble's log"))?;
        let and_errors = log.try_clone().map_err(io_error("pebble's log"))?;
        let process = Command::new("pebble")
            .arg("-config")
            .arg(path("settings.json"))
            .args(["-strict", "-dnsserver", &config.name_server.to_string()])
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_WFE_NONCEREJECT", config.nonces_rejected.to_string())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(and_errors)
            .spawn()
            .map_err(io_error("pebble"))?;
        Self { folder, process, address }.await_ready()
    }

    fn await_ready(mut self) -> Result<Self, PeerError> {
        if listens(&mut self.process, self.address, READY_WITHIN) {
            return Ok(self);
        }
        Err(PeerError::NotReady { tool: "pebble", seconds: READY_WITHIN.as_secs(), output: self.log() })
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        // It may be dead already: that is what is wanted.
        let _dead = self.process.kill();
        let _reaped = self.process.wait();
    }
}

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}
