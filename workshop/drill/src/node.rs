//! The relay as a process: started over the drill's directory, asked by its own commands, killed and stopped as an operator would.

use crate::scenario::Scenario;
use crate::world::{DISK_FILE, World};
use anyhow::{Context as _, Result, bail};
use model::Timestamp;
use playground::wall_clock;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Node {
    /// When its clock began, and how fast that is.
    began: Timestamp,
    scale: u32,
    child: Child,
    program: PathBuf,
    data: PathBuf,
    pub(crate) smtp: SocketAddr,
    console: SocketAddr,
    status: SocketAddr,
}

impl Node {
    /// Starts it and waits until it answers.
    pub(crate) async fn start(program: &Path, world: &World, scenario: &Scenario) -> Result<Self> {
        let directory = world.path();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(directory.join("log"))?;
        let scale = scenario.world.scale;
        let mut command = Command::new(program);
        command.args(["up", "--time-scale", &scale.to_string(), "--config"]);
        command.arg(directory.join("signpost.toml"));
        command.arg("--drill-exchangers").arg(world.playground.exchange_address().port().to_string());
        if scenario.world.disk.is_some() {
            command.arg("--drill-disk").arg(directory.join(DISK_FILE));
        }
        let began = wall_clock();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
        let data = directory.join("signpost-data");
        let mut node = Self {
            began,
            scale,
            child,
            program: program.to_owned(),
            data,
            smtp: nowhere,
            console: nowhere,
            status: nowhere,
        };
        let answers = async {
            loop {
                if let Some(status) = node.child.try_wait()? {
                    bail!("the node ended with {status}; {} tells why", directory.join("log").display());
                }
                if let Ok(status) = ask(&node.data, "{\"request\":\"status\"}\n").await {
                    return Ok(status);
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let status = tokio::time::timeout(PATIENCE, answers).await.context("the node does not answer")??;
        let address = |value: &Value| -> Result<SocketAddr> {
            Ok(value.as_str().context("the node does not tell where it listens")?.parse()?)
        };
        node.smtp = address(&status["done"]["listeners"][0])?;
        node.console = address(&status["done"]["console"])?;
        node.status = address(&status["done"]["status"])?;
        Ok(node)
    }

    /// What its clock shows, or a little more: it began while the program started.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = wall_clock().as_micros() - self.began.as_micros();
        Timestamp::from_micros(self.began.as_micros() + passed * i64::from(self.scale))
    }

    /// SIGKILL.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Whether it still lives.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What one of its commands prints as JSON.
    pub(crate) async fn command(&self, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--json").arg("--data").arg(&self.data).stdin(Stdio::null());
        let done = tokio::time::timeout(PATIENCE, command.output()).await.context("a command hangs")??;
        if !done.status.success() {
            bail!("signpost {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(serde_json::from_slice(&done.stdout)?)
    }

    /// A page of the public status site.
    pub(crate) async fn public(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_str(&get(self.status, path).await?)?)
    }

    /// All of its figures.
    pub(crate) async fn metrics(&self) -> Result<Metrics> {
        Ok(Metrics(get(self.console, "/metrics").await?))
    }

    pub(crate) async fn queue_is_empty(&self) -> Result<bool> {
        let answer = ask(&self.data, "{\"request\":\"queue_list\",\"limit\":1}\n").await?;
        Ok(answer["done"].as_array().is_some_and(Vec::is_empty))
    }
}

/// The figures of one moment.
pub(crate) struct Metrics(String);

impl Metrics {
    pub(crate) fn figure(&self, name: &str) -> Result<u64> {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.with_context(|| format!("the node has no figure {name}"))?.parse()?)
    }
}

async fn ask(data: &Path, request: &str) -> Result<Value> {
    let mut stream = UnixStream::connect(data.join("control.sock")).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await??;
    let line = answer.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(serde_json::from_slice(line)?)
}

async fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: drill\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await??;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").context("no answer over HTTP")?;
    if !head.starts_with("HTTP/1.0 200") && !head.starts_with("HTTP/1.1 200") {
        bail!("{path}: {}", head.lines().next().unwrap_or_default());
    }
    Ok(body.to_owned())
}
