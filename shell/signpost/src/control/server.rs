//! The answering side, in the node.
//!
//! One task for each connection, all of them joined at the stop. A socket that a dead process left is replaced; a live one's is not.

mod incidents;
mod lists;
mod senders;
mod sources;
mod subscribers;
mod vendors;

use super::{ATTACHED_MAX, Answer, LINE_MAX, Line, Request};
use crate::affected::Affected;
use crate::board::Board;
use crate::desk::{Attached, Desk, Wish};
use crate::ledger::Searcher;
use crate::replies::ReplyBook;
use anyhow::{Context as _, Result, bail};
use model::TenantName;
use relay::Hints;
use serde_json::json;
use spool::Spool;
use status::incidents::Incidents;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tenant::Folder;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

const WAIT: Duration = Duration::from_secs(60);
/// How long a question about the queue waits at a start, until what earlier runs left is part of it.
const WHOLE_WITHIN: Duration = Duration::from_secs(30);

const STILL_READING: &str = "the queue of earlier runs is still being read from the disk; try again in a minute. \
    Mail is taken in and delivered meanwhile";

/// What the commands may reach.
pub(crate) struct Control {
    pub(crate) board: Arc<Board>,
    pub(crate) spool: Spool,
    pub(crate) hints: Arc<Hints>,
    pub(crate) ledger: Searcher,
    pub(crate) replies: ReplyBook,
    pub(crate) keeper: Arc<certificates::Keeper>,
    pub(crate) sentry: sentry::Sentry,
    pub(crate) incidents: Incidents,
    /// Signs exports.
    pub(crate) key: Arc<status::SigningKey>,
    pub(crate) subscriptions: status::subscribe::Subscriptions,
    pub(crate) affected: Affected,
    pub(crate) desk: Desk,
    pub(crate) watch: watch::Watch,
    pub(crate) vendors: watch::Vendors,
    pub(crate) listeners: Vec<SocketAddr>,
    pub(crate) console: SocketAddr,
    pub(crate) status: SocketAddr,
    /// The operator's file; none for the built-in example.
    pub(crate) config: Option<PathBuf>,
    /// The name servers in use; none: the system's.
    pub(crate) resolver: Vec<SocketAddr>,
}

/// Takes the socket's place.
pub(crate) fn bind(data_dir: &Path) -> Result<UnixListener> {
    let path = data_dir.join("control.sock");
    if std::os::unix::net::UnixStream::connect(&path).is_ok() {
        bail!(
            "another signpost runs over {}; stop it, or name another directory with --data",
            data_dir.display()
        );
    }
    if let Err(error) = std::fs::remove_file(&path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        bail!("cannot take the place of {}: {error}", path.display());
    }
    let listener =
        UnixListener::bind(&path).with_context(|| format!("cannot make the socket {}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers for ever; ends when it is dropped.
pub(crate) async fn serve(listener: UnixListener, control: Arc<Control>) {
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let control = Arc::clone(&control);
                    tasks.spawn(async move {
                        if let Err(error) = control.talk(stream).await {
                            tracing::debug!(%error, "a command went away or took too long");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket accepts nobody");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_ended) = tasks.join_next() => {}
        }
    }
}

impl Control {
    async fn talk(&self, stream: UnixStream) -> Result<()> {
        let peer = stream.peer_cred().map(|peer| peer.uid());
        let by = peer.map_or_else(|_| "unknown".to_owned(), user_name);
        let mut reader = BufReader::new(stream);
        let read =
            tokio::time::timeout(WAIT, self.read(&mut reader)).await.context("the request was slow")?;
        let (answer, attached) = match read {
            Ok((request, attached)) => match self.answer(request, &attached, by).await {
                Ok((value, attached)) => (Answer::Done(value), attached),
                Err(error) => (Answer::Failed(format!("{error:#}")), Vec::new()),
            },
            Err(error) => (Answer::Failed(format!("the request cannot be read: {error:#}")), Vec::new()),
        };
        let mut bytes = serde_json::to_vec(&Line { content: answer, attached: attached.len() as u64 })?;
        bytes.push(b'\n');
        bytes.extend(attached);
        let mut stream = reader.into_inner();
        tokio::time::timeout(WAIT, stream.write_all(&bytes)).await.context("the answer was not taken")??;
        Ok(stream.shutdown().await?)
    }

    /// Within a bound, but for acts: one that has begun comes to its end.
    async fn answer(
        &self,
        request: Request,
        attached: &[u8],
        by: String,
    ) -> Result<(serde_json::Value, Vec<u8>)> {
        if let Request::QueueAct { order, go } = request {
            tokio::time::timeout(WHOLE_WITHIN, self.spool.whole()).await.context(STILL_READING)?;
            return Ok((self.desk.act(order, by, go).await?, Vec::new()));
        }
        if let Request::Replies { wish } = request {
            return Ok((self.replies.answer(wish, by).await?, Vec::new()));
        }
        if let Request::DnsblAsked { subject, zone } = request {
            return Ok((lists::asked(&self.watch, &subject, &zone, &by).await?, Vec::new()));
        }
        tokio::time::timeout(WAIT, self.act(request, attached, by)).await.context("it took too long")?
    }

    async fn read(&self, reader: &mut BufReader<UnixStream>) -> Result<(Request, Vec<u8>)> {
        let mut text = String::new();
        (&mut *reader).take(LINE_MAX).read_line(&mut text).await?;
        let line: Line<Request> = serde_json::from_str(&text)?;
        if line.attached > ATTACHED_MAX {
            bail!("more than {ATTACHED_MAX} bytes are attached");
        }
        let mut attached = vec![0; usize::try_from(line.attached)?];
        reader.read_exact(&mut attached).await?;
        Ok((line.content, attached))
    }

    async fn act(
        &self,
        request: Request,
        attached: &[u8],
        by: String,
    ) -> Result<(serde_json::Value, Vec<u8>)> {
        if request.is_about_the_queue() {
            tokio::time::timeout(WHOLE_WITHIN, self.spool.whole()).await.context(STILL_READING)?;
        }
        let value = match request {
            Request::Status => {
                json!({ "listeners": self.listeners, "console": self.console, "status": self.status, "config": self.config, "resolver": self.resolver })
            }
            Request::TenantApply => {
                let folder = Folder::from_canonical(attached).context("the folder came damaged")?;
                let board = Arc::clone(&self.board);
                json!(tokio::task::spawn_blocking(move || board.publish(&folder, None)).await??)
            }
            Request::TenantList => self.tenants(),
            Request::TenantExport { name } => {
                let snapshot = self.snapshot(&name)?;
                let bytes = snapshot.folder.canonical().flatten().collect();
                return Ok((json!({ "tenant": name, "snapshot": snapshot.number }), bytes));
            }
            Request::QueueList { selection, limit } => self.desk.list(selection, limit).await?,
            Request::QueueSummary { selection } => self.desk.summary(selection).await?,
            Request::QueueShow { id, raw, headers, explain } => {
                let wish = Wish { explain, attached: if raw { Attached::Raw } else { headers.into() } };
                return self.desk.show(id, wish).await;
            }
            Request::QueueAct { order, go } => self.desk.act(order, "unknown".to_owned(), go).await?,
            Request::QueueActs { limit } => self.desk.acts(limit),
            Request::Replies { wish } => self.replies.answer(wish, "unknown".to_owned()).await?,
            Request::CertificateList => json!(self.keeper.list().await),
            Request::DnsblList => lists::list(&self.watch),
            Request::VendorList => vendors::list(&self.vendors),
            Request::VendorShow { name } => vendors::show(&self.vendors, &name)?,
            Request::VendorTake => vendors::take(&self.vendors, self.config.as_deref())?,
            Request::VendorLook { name } => vendors::look(&self.vendors, name.as_ref()).await?,
            Request::DnsblShow { subject } => lists::show(&self.watch, &subject)?,
            Request::DnsblAsked { subject, zone } => {
                lists::asked(&self.watch, &subject, &zone, "unknown").await?
            }
            Request::SenderList { tenant, all } => self.senders(tenant.as_ref(), all),
            Request::SenderShow { tenant, sender } => self.sender(&tenant, sender.as_ref())?,
            Request::SenderOrder { tenant, sender, kind, hours, note } => {
                self.order_sender((tenant, sender), kind, (hours, note), by).await?
            }
            Request::SenderComplaint { tenant, sender, count } => self.complain(&tenant, &sender, count)?,
            Request::SourceList => self.sources(),
            Request::SourceOrder { source, place, kind, hours, note } => {
                self.order_source((&source, &place), kind, (hours, note), by).await?
            }
            Request::IncidentList { all } => self.list_incidents(all),
            Request::IncidentShow { incident } => self.incident(&incident)?,
            Request::IncidentExport { incident } => self.export_incident(&incident)?,
            Request::IncidentAffected { incident, tenant, days, table } => {
                return self.affected(&incident, &tenant, (days, table)).await;
            }
            Request::IncidentAct { act } => self.act_on_incidents(*act, by).await?,
            Request::SubscriberList => self.subscribers(),
            Request::SubscriberAdd { way, contact, parts, vendors } => {
                self.add_subscriber(way, contact, (&parts, vendors)).await?
            }
            Request::SubscriberRemove { id } => self.remove_subscriber(&id).await?,
            Request::WayList => self.desk.ways(),
            Request::WayShow { hosts } => self.desk.site(&hosts),
            Request::TlsReports { domain } => self.desk.tls_reports(domain.as_deref()).await,
            Request::Trace(wish) => json!(self.ledger.search(&wish).await?),
        };
        Ok((value, Vec::new()))
    }

    fn snapshot(&self, name: &TenantName) -> Result<Arc<tenant::Snapshot>> {
        self.board
            .tenants()
            .current(name)
            .with_context(|| format!("there is no tenant {name}; `signpost tenant list` shows all"))
    }

    fn tenants(&self) -> serde_json::Value {
        let held: BTreeMap<_, _> = self.board.tenants().holds().held().into_iter().collect();
        let shown = self.board.tenants().all().into_iter().map(|snapshot| {
            let settings = &snapshot.settings;
            let held = held.get(&settings.name).map(|held| json!({ "since": held.since, "why": held.why }));
            json!({
                "name": settings.name, "display_name": settings.display_name, "snapshot": snapshot.number,
                "domains": settings.domains, "region": settings.region, "people": snapshot.signatures.people().len(),
                "warnings": snapshot.warnings, "held": held, "hints": self.hints(&settings.name),
            })
        });
        shown.collect()
    }

    /// What the tenant's people should know, the newest last.
    fn hints(&self, tenant: &TenantName) -> serde_json::Value {
        let shown = self.hints.of(Some(tenant)).into_iter().map(|hint| {
            json!({
                "word": hint.word, "text": hint.text, "first": hint.first, "last": hint.last,
                "count": hint.count,
            })
        });
        shown.collect()
    }
}

/// How long an order to the guard may take to be recorded.
const RECORDED_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

/// What `look` finds once the guard has recorded an order; nothing if it could not. `given_back` is older than the order.
async fn recorded<T>(
    mut given_back: tokio::sync::watch::Receiver<u64>,
    look: impl Fn() -> Option<T>,
) -> Option<T> {
    let found = async {
        loop {
            match look() {
                Some(found) => return Some(found),
                // The guard went away: nothing is recorded any more.
                None => given_back.changed().await.ok()?,
            }
        }
    };
    tokio::time::timeout(RECORDED_WITHIN, found).await.unwrap_or(None)
}

/// The name of a user of this machine, as its own file tells it; others by number.
fn user_name(uid: u32) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| format!("uid {uid}"))
}
