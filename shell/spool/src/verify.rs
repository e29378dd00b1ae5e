//! Reads every byte of every record and says what is not sound; changes nothing.
//!
//! It needs no lock, so it may look at the spool of a running node. A record that is being written just then looks torn for a moment: what
//! is told is damaged at two looks.

use crate::config::SpoolError;
use crate::crypt::Crypt;
use crate::disk::Disk;
use crate::format::segment_name;
use crate::recover::{Found, Look, Recovery, Scan};
use model::MessageId;
use serde::Serialize;

/// A place where bytes are no sound record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    pub segment: String,
    /// Byte of the file.
    pub offset: u64,
}

/// What is in a spool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub segments: usize,
    pub records: u64,
    /// Messages in the queue.
    pub messages: usize,
    pub damage: Vec<Damage>,
    /// Messages of the queue whose body is not whole.
    pub damaged_messages: Vec<MessageId>,
}

/// Checks the spool on `disk`. Segments that are encrypted need their key.
///
/// # Errors
/// If the disk cannot be read, or a segment is of another version or key.
pub fn verify(disk: &dyn Disk, key: Option<[u8; 32]>) -> Result<Verified, SpoolError> {
    let crypt = Crypt::new(key)?;
    let mut verified = look(disk, &crypt)?;
    if !verified.damage.is_empty() || !verified.damaged_messages.is_empty() {
        let before = std::mem::replace(&mut verified, look(disk, &crypt)?);
        verified.damage.retain(|damage| before.damage.contains(damage));
        verified.damaged_messages.retain(|id| before.damaged_messages.contains(id));
    }
    Ok(verified)
}

fn look(disk: &dyn Disk, crypt: &Crypt) -> Result<Verified, SpoolError> {
    let failed = |error: std::io::Error| SpoolError::unusable(disk.place(), &error);
    let seen = Look::at(disk, crypt)?;
    let recovered = Recovery::read_only(disk, &seen).map_err(failed)?;
    let mut verified =
        Verified { messages: recovered.messages, damaged_messages: recovered.damaged, ..Verified::default() };
    for segment in &seen.segments {
        verified.segments += 1;
        let name = segment_name(segment.number);
        let mut scan = Scan::new(disk.open(&name).map_err(failed)?, true).map_err(failed)?;
        while let Some(found) = scan.next().map_err(failed)? {
            match found {
                Found::Damage => {
                    verified.damage.push(Damage { segment: name.clone(), offset: scan.damage_at() })
                }
                Found::Chunk { .. } | Found::Event(_) | Found::Start(_) | Found::End => verified.records += 1,
            }
        }
    }
    Ok(verified)
}
