//! `up`: every part wired into one running node, and a stop that loses nothing.
//!
//! With no configuration a playground is started around the relay. SIGTERM and SIGINT stop in order within ten seconds, SIGHUP imports changed
//! tenant folders, certificates and what is set for sites. What cannot be started says which key to change.

mod certificates;
mod guarding;
mod node;
mod notices;
mod pages;
mod play;
mod queue;
mod relaying;
mod run;
mod status;
mod vendor_pages;
mod watching;
mod writing;

use crate::cli::UpArgs;
use crate::config::{self, OperatorConfig};
use crate::{logs, rewrite};
use anyhow::{Context as _, Result, bail};
use node::Node;
use play::Ports;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The operator's file of a playground: the example, compiled in.
const EXAMPLE: &str = include_str!("../../../docs/example/signpost.toml");

/// What a node without a configuration runs with.
pub(crate) fn playground_file() -> String {
    play::operator_file(EXAMPLE)
}

/// Runs until it is told to stop.
pub(crate) fn run(args: UpArgs) -> Result<()> {
    let playground = match (&args.config, args.playground) {
        (None, _) if !args.no_playground => Some(Ports::Known),
        (Some(_), true) => Some(Ports::Free),
        (_, _) => None,
    };
    let config = configuration(&args)?;
    logs::start(config.log);
    if let Some(file) = &config.file {
        match file.canonicalize().map_err(anyhow::Error::from).and_then(|file| rewrite::clean(&file)) {
            Ok(false) => {}
            Ok(true) => {
                tracing::info!(file = %file.display(), "half of a change was left beside the file and is gone")
            }
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "what may be left beside the file stays")
            }
        }
    }
    let is_drill = args.time_scale > 1 || args.drill_disk.is_some() || args.drill_exchangers.is_some();
    if is_drill && !is_loopback_only(&config) {
        bail!(
            "--time-scale and --drill-... are for drills: every listener and source must be a loopback address"
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let drill =
        Drill { time_scale: args.time_scale, disk: args.drill_disk, exchanger_port: args.drill_exchangers };
    runtime.block_on(live(config, playground, drill))
}

fn configuration(args: &UpArgs) -> Result<OperatorConfig> {
    let (name, bytes, beside) = match &args.config {
        Some(file) => {
            let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            (file.display().to_string(), bytes, file.parent().unwrap_or(Path::new(".")).to_owned())
        }
        None if args.no_playground => {
            bail!("without a playground a configuration is needed: name it with --config")
        }
        None => ("the built-in example".to_owned(), playground_file().into_bytes(), std::env::current_dir()?),
    };
    let (config, problems, warnings) = config::read(&name, &bytes, &beside);
    for warning in warnings {
        crate::terminal::say(&format!("warning: {warning}"));
    }
    let Some(mut config) = config else {
        bail!("the configuration has errors:\n{}", crate::board::listed(&problems))
    };
    config.file = args.config.as_ref().map(std::path::absolute).transpose()?;
    if let Some(data) = &args.data {
        config.data_dir.clone_from(data);
    }
    Ok(config)
}

fn is_loopback_only(config: &OperatorConfig) -> bool {
    let listeners = config.listeners.iter().map(|listener| listener.address.ip());
    listeners.chain(config.sources.iter().map(|source| source.address)).all(|address| address.is_loopback())
}

/// What makes a node's world another one than ours.
struct Drill {
    time_scale: u32,
    /// The file that says how small and slow the spool's disk is.
    disk: Option<PathBuf>,
    /// Where exchangers listen.
    exchanger_port: Option<u16>,
}

async fn live(config: OperatorConfig, playground: Option<Ports>, drill: Drill) -> Result<()> {
    let mut signals = Signals::new()?;
    let mut node = Node::start(config, playground, drill).await?;
    node.greet().await?;
    let ended = loop {
        tokio::select! {
            wish = signals.next() => match wish {
                Wish::Stop => break Ok(()),
                Wish::Import => node.import(),
            },
            error = node.failed() => break Err(error),
        }
    };
    tracing::info!("stopping: what is in flight may end, the rest stays in the spool");
    node.stop().await;
    tracing::info!("stopped");
    ended
}

/// What the operator wants by a signal.
enum Wish {
    Stop,
    Import,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> Result<Self> {
        let on = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hang_up: on(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::Stop,
            _ = self.interrupt.recv() => Wish::Stop,
            _ = self.hang_up.recv() => Wish::Import,
        }
    }
}
