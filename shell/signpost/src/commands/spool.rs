//! `spool verify`: every record read, and what is damaged named.

use super::{print, print_json};
use crate::cli::SpoolCommand;
use crate::keys;
use anyhow::{Context as _, Result, bail};
use spool::disk::RealDisk;

pub(crate) fn spool(command: SpoolCommand) -> Result<()> {
    let SpoolCommand::Verify { data, json } = command;
    let directory = data.dir.join("spool");
    let disk = RealDisk::to_read(&directory)
        .with_context(|| format!("there is no spool in {}", data.dir.display()))?;
    let verified = spool::verify(&disk, keys::spool()?)?;
    if json {
        print_json(&verified)?;
    } else {
        let spool::Verified { segments, records, messages, .. } = &verified;
        print(&format!("{segments} segments, {records} records, {messages} messages in the queue\n"))?;
        for damage in &verified.damage {
            print(&format!("{} is damaged at byte {}\n", damage.segment, damage.offset))?;
        }
        for id in &verified.damaged_messages {
            print(&format!("the body of {id} is not whole\n"))?;
        }
    }
    match verified.damage.len() + verified.damaged_messages.len() {
        0 => Ok(()),
        count => bail!("{count} places are damaged; the messages named are parked, the rest is delivered"),
    }
}
