//! The operators' labels of replies on disk, and the answers about them.
//!
//! One file for each label under `DATA/reply-rules` and a journal of who said what when: docs/formats/reply-rules-v1.md. A label is on disk
//! before it holds, and off it before it ends. A file that cannot be used is left where it is, told at the start, and does not hold.

use crate::store::replace;
use anyhow::{Context as _, Result, bail};
use bounce::{Label, ReplyNumber};
use model::{Category, Owner};
use net::Clock;
use relay::Replies;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;

const FOLDER: &str = "reply-rules";
const JOURNAL: &str = "journal.jsonl";

/// What is asked or said of replies.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "replies", rename_all = "snake_case")]
pub(crate) enum ReplyWish {
    /// What nobody knows.
    Unknown,
    /// What operators said.
    Labels,
    Label {
        number: ReplyNumber,
        category: Category,
        owner: Option<Owner>,
    },
    Unlabel {
        number: ReplyNumber,
    },
}

/// The labels of one data directory.
pub(crate) struct ReplyBook {
    folder: PathBuf,
    clock: Clock,
    shared: Arc<Replies>,
    /// One change at a time: disk and memory say the same.
    changing: Mutex<()>,
}

impl ReplyBook {
    /// Reads what is there.
    pub(crate) fn open(data_dir: &Path, clock: Clock) -> Result<Self> {
        let folder = data_dir.join(FOLDER);
        let labels = read(&folder)?;
        if !labels.is_empty() {
            tracing::info!(count = labels.len(), "labels of replies are in force");
        }
        Ok(Self { folder, clock, shared: Arc::new(Replies::new(labels)), changing: Mutex::default() })
    }

    /// For the relay.
    pub(crate) fn shared(&self) -> Arc<Replies> {
        Arc::clone(&self.shared)
    }

    pub(crate) async fn answer(&self, wish: ReplyWish, by: String) -> Result<Value> {
        match wish {
            ReplyWish::Unknown => Ok(json!(self.shared.unknown())),
            ReplyWish::Labels => Ok(json!(self.shared.labels().all())),
            ReplyWish::Label { number, category, owner } => self.label(number, (category, owner), &by).await,
            ReplyWish::Unlabel { number } => self.unlabel(number, &by).await,
        }
    }

    /// Names what was seen, or says anew what is labelled already.
    async fn label(&self, number: ReplyNumber, means: (Category, Option<Owner>), by: &str) -> Result<Value> {
        let _alone = self.changing.lock().await;
        let labelled = self.shared.labels().all().into_iter().find(|label| label.number == number);
        let seen = self.shared.find(number).map(|seen| (seen.text, seen.sample));
        let Some((text, sample)) = seen.or_else(|| labelled.map(|label| (label.text, label.sample))) else {
            bail!(
                "no reply with the number {number} parked since the start; `signpost classify --unknown` lists them"
            );
        };
        let label = Label::new((&text, &sample), means, (by, self.clock.now()))?;
        make(&self.folder)?;
        self.note("label", &label, by)?;
        replace(&self.file(number), label.written()?.as_bytes())?;
        self.shared.label(label.clone());
        tracing::info!(%number, category = %label.category, by, reply = label.text, "a reply is labelled");
        Ok(json!(label))
    }

    async fn unlabel(&self, number: ReplyNumber, by: &str) -> Result<Value> {
        let _alone = self.changing.lock().await;
        let labels = self.shared.labels();
        let Some(label) = labels.all().into_iter().find(|label| label.number == number) else {
            bail!("there is no label for {number}; `signpost classify --labels` lists them");
        };
        self.note("unlabel", &label, by)?;
        let path = self.file(number);
        std::fs::remove_file(&path).with_context(|| format!("cannot delete {}", path.display()))?;
        labels.remove(number);
        tracing::info!(%number, by, reply = label.text, "a label of a reply is taken back");
        Ok(json!(label))
    }

    /// The journal is written first: it may tell of an act that then failed, never miss one that was done.
    fn note(&self, act: &str, label: &Label, by: &str) -> Result<()> {
        let path = self.folder.join(JOURNAL);
        let line = json!({
            "at": self.clock.now(), "by": by, "act": act, "number": label.number, "category": label.category,
            "owner": label.owner, "text": label.text,
        });
        let written = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
            file.write_all(format!("{line}\n").as_bytes())?;
            file.sync_all()
        };
        written().with_context(|| format!("cannot write {}", path.display()))
    }

    fn file(&self, number: ReplyNumber) -> PathBuf {
        self.folder.join(format!("{number}.toml"))
    }
}

/// Every label that can be used.
fn read(folder: &Path) -> Result<Vec<Label>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
    };
    let mut labels = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        match Label::read(&text) {
            Ok(label) => labels.push(label),
            Err(error) => tracing::warn!(
                path = %path.display(), %error,
                "a label of a reply does not hold; mend the file and start again, or delete it"
            ),
        }
    }
    Ok(labels)
}

fn make(folder: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("cannot make the directory {}", folder.display()))?;
    let parent = folder.parent().unwrap_or(Path::new("."));
    File::open(parent).and_then(|parent| parent.sync_all()).context("cannot sync the data directory")
}

#[cfg(test)]
mod tests;
