//! `stamp`: one message in, the stamped one out, without trace fields.

use super::{header_addresses, print_bytes, read_input};
use crate::board::listed;
use crate::cli::StampArgs;
use crate::folders;
use anyhow::{Context as _, Result, bail};
use model::{Address, ByteCount, ReversePath, SnapshotNumber};
use net::Clock;
use signatures::{Decision, Group, StampInput};
use std::collections::BTreeSet;
use std::time::Instant;

/// What `--explain` prints. The time is told here only: in the message it would make a retry another message (law 5).
#[derive(serde::Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    explain: &'a signatures::Explain,
    /// Microseconds of stamping.
    micros: u128,
}

pub(crate) fn stamp(args: &StampArgs) -> Result<()> {
    let folder = folders::read(&args.tenant)?;
    let snapshot = tenant::compile(&folder, SnapshotNumber(1), &folders::secret);
    let snapshot = snapshot
        .map_err(|problems| anyhow::anyhow!("the folder does not compile:\n{}", listed(&problems)))?;
    let original = read_input()?;
    let from = args.mail_from.clone().or_else(|| header_addresses(&original, &["From"]).into_iter().next());
    let recipients = match args.rcpt_to.as_slice() {
        [] => header_addresses(&original, &["To", "Cc", "Bcc"]),
        given => given.to_vec(),
    };
    let recipients: Vec<&Address> = recipients.iter().collect();
    let input = StampInput {
        original: &original,
        mail_from: &from.map_or(ReversePath::Null, ReversePath::Mailbox),
        recipients: &recipients,
        received: args.received.unwrap_or_else(|| Clock::start(1).now()),
        snapshot: snapshot.number,
        next_hop_size_max: args.next_hop_size.map(ByteCount),
    };
    let start = Instant::now();
    let groups = signatures::stamp(&input, &snapshot.signatures);
    let micros = start.elapsed().as_micros();
    let group = one_result(&groups, &recipients)?;
    if args.explain {
        crate::terminal::say(&serde_json::to_string(&Explained { explain: &group.explain, micros })?);
    }
    match &group.decision {
        Decision::Stamped(splices) => print_bytes(&splices.apply(&original)),
        Decision::Pass(_) | Decision::Hold(_) => print_bytes(&original),
    }
}

/// The one group whose bytes can be printed: groups with the same bytes are one.
fn one_result<'g>(groups: &'g [Group], recipients: &[&Address]) -> Result<&'g Group> {
    let first = groups.first().context("the message has no recipient")?;
    let same = |group: &Group| match (&group.decision, &first.decision) {
        (Decision::Stamped(one), Decision::Stamped(other)) => one == other,
        (Decision::Stamped(_), _) | (_, Decision::Stamped(_)) => false,
        (_, _) => true,
    };
    if groups.iter().all(same) {
        return Ok(first);
    }
    let mut lines = BTreeSet::new();
    for group in groups {
        let names: Vec<&str> = group.recipients.iter().map(|place| recipients[*place].as_str()).collect();
        let explain = &group.explain;
        let what = explain.signature.clone().or(explain.reason.map(|reason| reason.as_str().to_owned()));
        lines.insert(format!(
            "  {} ({}): {}",
            explain.outcome.as_str(),
            what.unwrap_or_default(),
            names.join(", ")
        ));
    }
    let lines: Vec<String> = lines.into_iter().collect();
    bail!(
        "the recipients get different results; name those of one line with --rcpt-to:\n{}",
        lines.join("\n")
    )
}
