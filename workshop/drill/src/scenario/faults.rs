//! What can happen in a drill, and how it is told.

use serde::Deserialize;

/// What happens when.
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    pub at: f64,
    /// By which a sabotage leaves it out.
    pub name: Option<String>,
    #[serde(flatten)]
    pub fault: Fault,
}

/// What can happen.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// A list that receivers ask names a source; the fake Exchange refuses it.
    List {
        source: String,
    },
    /// Whoever listed it lists nothing new either.
    Unlist {
        source: String,
    },
    /// It is counted how much waits.
    Mark,
    /// From now on each source over which mail of this sender arrives is listed.
    ListCarriers {
        sender: String,
    },
    /// The provider answers RCPT with this: one source's or everybody's, to all recipients or those that end so. With `content` it answers so
    /// at the end of data, to messages in which this stands.
    Refuse {
        reply: String,
        source: Option<String>,
        recipient: Option<String>,
        content: Option<String>,
    },
    /// The provider puts off every source from which it has had no mail yet.
    Greylist {
        reply: String,
    },
    /// The provider answers as ever.
    Relent,
    /// A list's name server says `listed` of whatever it is asked.
    ListWorld {
        zone: String,
    },
    /// It answers truthfully again.
    MendList {
        zone: String,
    },
    /// Every name server is silent.
    ResolverGone,
    ResolverBack,
    /// The node's process is killed, and started again.
    Kill,
    /// The spool's disk has so much space and takes so long for a sync; what is left out is as on the real disk.
    Disk {
        mib: Option<u64>,
        #[serde(default)]
        sync_wait_ms: u64,
        #[serde(default)]
        lies: bool,
    },
    /// The operator's file holds a new certificate that ends after so many days of the node.
    Certificate {
        days: f64,
    },
    /// `signpost source ACT SOURCE`, everywhere unless a place is named.
    Order {
        act: String,
        source: String,
        place: Option<String>,
    },
    /// `signpost WORDS`; `@act` is the latest act of the queue.
    Run {
        words: Vec<String>,
    },
}

impl Fault {
    /// In words, for whoever watches.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::List { source } => format!("{source} is listed"),
            Self::Unlist { source } => format!("{source} is off the list"),
            Self::Mark => "it is counted what waits".to_owned(),
            Self::ListCarriers { sender } => format!("whatever carries mail of {sender} is listed"),
            Self::Refuse { reply, content: Some(content), .. } => {
                format!("the provider answers messages with {content}: {reply}")
            }
            Self::Refuse { reply, source: Some(source), .. } => {
                format!("the provider answers {source}: {reply}")
            }
            Self::Refuse { reply, .. } => format!("the provider answers: {reply}"),
            Self::Greylist { .. } => "the provider puts off whom it does not know".to_owned(),
            Self::Relent => "the provider answers as ever".to_owned(),
            Self::ListWorld { zone } => format!("{zone} lists the world"),
            Self::MendList { zone } => format!("{zone} is mended"),
            Self::ResolverGone => "no name server answers".to_owned(),
            Self::ResolverBack => "name servers answer again".to_owned(),
            Self::Kill => "the node was killed and started again".to_owned(),
            Self::Disk { mib, sync_wait_ms, lies } => disk(*mib, *sync_wait_ms, *lies),
            Self::Certificate { days } => {
                format!("the operator's certificate is one that ends in {days} days")
            }
            Self::Order { act, source, place: None } => {
                format!("an operator orders: source {act} {source}")
            }
            Self::Order { act, source, place: Some(place) } => {
                format!("an operator orders: source {act} {source} at {place}")
            }
            Self::Run { words } => format!("an operator orders: {}", words.join(" ")),
        }
    }
}

fn disk(mib: Option<u64>, sync_wait_ms: u64, lies: bool) -> String {
    let space = mib.map_or_else(
        || "the spool's disk has its space".to_owned(),
        |mib| format!("the spool's disk has {mib} MiB"),
    );
    let slow = if sync_wait_ms > 0 { format!(", a sync takes {sync_wait_ms} ms") } else { String::new() };
    let lies = if lies { ", and it says that it has more" } else { "" };
    format!("{space}{slow}{lies}")
}
