//! The installation that a command is about: the operator's file, the running node if there is one, and the tenants.
//!
//! What is published wins over what lies in a folder, as it does when a node starts. Nothing is changed here. A secret that is not set where
//! the command runs is left out: the node may know it and this shell not.

use crate::board::listed;
use crate::cli::SiteArgs;
use crate::config::{self, ListenerFile, OperatorConfig};
use crate::control::{Client, Request};
use crate::folders;
use crate::store::TenantStore;
use anyhow::{Context as _, Result, bail};
use model::{ListenerName, SnapshotNumber, TenantName};
use setup::{Entry, Plan};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tenant::{Folder, Snapshot};

/// Stands for a secret that is not set here while a folder is compiled; no value of a secret looks like it.
const UNSET: &str = "unset-here-4b1d9f-only-while-compiling";
const DEFAULT_DATA: &str = "signpost-data";
const DEFAULT_FILE: &str = "signpost.toml";

pub(crate) struct Site {
    pub(crate) config: OperatorConfig,
    /// Where a running node listens, in the order of the file.
    pub(crate) running: Option<Vec<SocketAddr>>,
}

impl Site {
    /// Finds the file: named, or the running node's, or the one here.
    pub(crate) fn find(args: &SiteArgs) -> Result<Self> {
        if let Some(file) = &args.config {
            let config = read(file, args.data.as_deref())?;
            let status = status(&config.data_dir);
            return Ok(Self::of(config, status.as_ref()));
        }
        let data = args.data.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_DATA));
        if let Some(status) = status(&data) {
            let config = match status["config"].as_str() {
                Some(file) => read(Path::new(file), Some(&data))?,
                None => built_in(&data)?,
            };
            return Ok(Self::of(config, Some(&status)));
        }
        if Path::new(DEFAULT_FILE).is_file() {
            return Ok(Self::of(read(Path::new(DEFAULT_FILE), args.data.as_deref())?, None));
        }
        bail!(
            "no signpost runs over {}, and there is no {DEFAULT_FILE} here; name the operator's file with --config, or the directory with --data",
            data.display()
        )
    }

    /// A running node tells where it listens and whom it asks for names; with a playground neither stands in the file.
    fn of(mut config: OperatorConfig, status: Option<&serde_json::Value>) -> Self {
        let told = |key: &str| status.and_then(|status| serde_json::from_value(status[key].clone()).ok());
        if let Some(servers) = told("resolver") {
            config.resolver.servers = servers;
        }
        Self { running: told("listeners"), config }
    }

    /// Every tenant, published or in its folder; one that does not compile is told and left out.
    pub(crate) fn tenants(&self) -> Result<(BTreeMap<TenantName, Snapshot>, Vec<String>)> {
        let (mut found, mut broken) = (BTreeMap::new(), Vec::new());
        for (name, folder) in self.folders()? {
            match compile(&folder) {
                Ok(snapshot) => drop(found.insert(snapshot.settings.name.clone(), snapshot)),
                Err(error) => broken.push(format!("{name}: {error:#}")),
            }
        }
        Ok((found, broken))
    }

    /// One tenant.
    pub(crate) fn tenant(&self, name: &TenantName) -> Result<Snapshot> {
        let folders = self.folders()?;
        match folders.get(name.as_str()) {
            Some(folder) => compile(folder),
            None => {
                let known: Vec<&str> = folders.keys().map(String::as_str).collect();
                let hint = tenant::nearest(name.as_str(), known.iter().copied());
                let hint = hint.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                bail!("there is no tenant {name}{hint} Known: {}", known.join(", "))
            }
        }
    }

    /// Where a tenant's folder lies, if it lies beside the others.
    pub(crate) fn folder_of(&self, name: &TenantName) -> Result<Option<PathBuf>> {
        for entry in std::fs::read_dir(&self.config.tenants_dir).into_iter().flatten() {
            let path = entry?.path();
            let is_meant = || Ok::<_, anyhow::Error>(written_name(&folders::read(&path)?));
            if path.join("tenant.toml").is_file() && is_meant()?.as_deref() == Some(name.as_str()) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Snapshots of a tenant that are kept beside the current one: for mail of the queue.
    pub(crate) fn kept_snapshots(&self, name: &TenantName) -> Result<Vec<(SnapshotNumber, Snapshot)>> {
        if !self.config.data_dir.join("tenants").join(name.as_str()).is_dir() {
            return Ok(Vec::new());
        }
        let store = TenantStore::open(&self.config.data_dir)?;
        let current = store.current(name)?.map(|current| current.number);
        let numbers = store.numbers(name)?.into_iter().filter(|number| Some(*number) != current);
        numbers.map(|number| Ok((number, compile(&store.load(name, number)?)?))).collect()
    }

    /// The values for instructions; `listener` is the one that the operator wants.
    pub(crate) fn plan(&self, snapshot: &Snapshot, listener: Option<&ListenerName>) -> Result<Plan> {
        let listeners = &self.config.listeners;
        let chosen: Option<&ListenerFile> = match listener {
            Some(name) => listeners.iter().find(|one| one.name == *name),
            None => listeners.iter().find(|one| one.address.port() == 25).or_else(|| listeners.first()),
        };
        let Some(chosen) = chosen else {
            let known: Vec<&str> = listeners.iter().map(|one| one.name.as_str()).collect();
            bail!("there is no such listener; the operator's file has {}", known.join(", "))
        };
        let place = listeners.iter().position(|one| one.name == chosen.name);
        let running = self.running.as_ref().zip(place).and_then(|(running, place)| running.get(place));
        let entry = Entry {
            host: chosen.hostname.clone(),
            port: running.unwrap_or(&chosen.address).port(),
            verified: chosen.certificate != certificates::Wish::SelfSigned,
            size_max: chosen.size_max,
        };
        Ok(Plan::new(&snapshot.settings, &self.config.sources, entry)?)
    }

    /// Folders by name: first those beside the file, then what is published over them.
    fn folders(&self) -> Result<BTreeMap<String, Folder>> {
        let mut folders = BTreeMap::new();
        for entry in std::fs::read_dir(&self.config.tenants_dir).into_iter().flatten() {
            let path = entry?.path();
            if !path.join("tenant.toml").is_file() {
                continue;
            }
            let folder = folders::read(&path)?;
            let fallback = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            folders.insert(written_name(&folder).unwrap_or(fallback), folder);
        }
        if self.config.data_dir.join("tenants").is_dir() {
            let store = TenantStore::open(&self.config.data_dir)?;
            for name in store.names()? {
                if let Some(current) = store.current(&name)? {
                    folders.insert(name.to_string(), store.load(&name, current.number)?);
                }
            }
        }
        Ok(folders)
    }
}

/// The operator's file that is meant: named, or the running node's, or the one here.
pub(crate) fn operator_file(args: &SiteArgs) -> Result<PathBuf> {
    if let Some(file) = &args.config {
        return Ok(file.clone());
    }
    let data = args.data.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_DATA));
    if let Some(status) = status(&data) {
        let file = status["config"].as_str().map(PathBuf::from);
        return file.context("the running node has no operator's file; `signpost up --config FILE` runs one");
    }
    if Path::new(DEFAULT_FILE).is_file() {
        return Ok(DEFAULT_FILE.into());
    }
    bail!(
        "there is no {DEFAULT_FILE} here; name the operator's file with --config, or the directory of a running node with --data"
    )
}

/// The name in a folder's settings; a folder may be called otherwise.
fn written_name(folder: &Folder) -> Option<String> {
    let text = std::str::from_utf8(folder.file("tenant.toml")?).ok()?;
    let table: toml::Table = text.parse().ok()?;
    table.get("name")?.as_str().map(str::to_owned)
}

/// Compiles with the secrets that are set; where that fails, with stand-ins that are taken out again.
fn compile(folder: &Folder) -> Result<Snapshot> {
    let compiled = tenant::compile(folder, SnapshotNumber(1), &folders::secret);
    let problems = match compiled {
        Ok(snapshot) => return Ok(snapshot),
        Err(problems) => problems,
    };
    let or_unset = |reference: &str| folders::secret(reference).or_else(|| Some(UNSET.to_owned()));
    let mut snapshot = tenant::compile(folder, SnapshotNumber(1), &or_unset)
        .map_err(|_| anyhow::anyhow!("the folder does not compile:\n{}", listed(&problems)))?;
    if let Some(header) = &mut snapshot.settings.connector.secret_header {
        header.values.retain(|value| value.reveal() != UNSET);
    }
    Ok(snapshot)
}

fn read(file: &Path, data: Option<&Path>) -> Result<OperatorConfig> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let beside = file.parent().unwrap_or(Path::new("."));
    let config = understood(&file.display().to_string(), &bytes, beside, data)?;
    Ok(OperatorConfig { file: Some(file.to_owned()), ..config })
}

fn understood(name: &str, bytes: &[u8], beside: &Path, data: Option<&Path>) -> Result<OperatorConfig> {
    let (config, problems, _warnings) = config::read(name, bytes, beside);
    let Some(mut config) = config else { bail!("the configuration has errors:\n{}", listed(&problems)) };
    if let Some(data) = data {
        config.data_dir = data.to_owned();
    }
    Ok(config)
}

fn status(data_dir: &Path) -> Option<serde_json::Value> {
    Client::new(data_dir).ask(&Request::Status, &[]).ok().map(|(status, _)| status)
}

/// What a node without a configuration runs with.
fn built_in(data: &Path) -> Result<OperatorConfig> {
    understood("the built-in example", crate::up::playground_file().as_bytes(), Path::new("."), Some(data))
}
