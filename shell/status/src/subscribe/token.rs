//! Links that only this installation can have made: purpose, subscriber and end, signed with HMAC-SHA256.
//!
//! A link names no address. It dies with its subscriber, one for confirmation also after its time or once it was used; the key lies beside the journal.

use super::record::SubscriberId;
use super::{SubscribeError, book};
use crate::encode::hex;
use aws_lc_rs::hmac;
use model::Timestamp;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Bytes of the signature that a link carries.
const SIGNATURE_LEN: usize = 16;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Says yes to a subscription.
    Confirm,
    /// Changes it or ends it.
    Manage,
}

impl Purpose {
    const fn letter(self) -> char {
        match self {
            Self::Confirm => 'c',
            Self::Manage => 'm',
        }
    }
}

pub(crate) struct Tokens(hmac::Key);

impl Tokens {
    /// The key at `path`, made if there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, SubscribeError> {
        let failed = |what| move |error| SubscribeError::Key { path: path.to_owned(), what, error };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = net::random::<32>();
                let mut options = std::fs::OpenOptions::new();
                let file = options.write(true).create_new(true).mode(0o600).open(path);
                let mut file = file.map_err(failed("made"))?;
                file.write_all(&made).and_then(|()| file.sync_all()).map_err(failed("written"))?;
                made.to_vec()
            }
            Err(error) => return Err(failed("read")(error)),
        };
        if bytes.len() != 32 {
            let error = io::Error::other("it must hold 32 bytes; restore it from a backup");
            return Err(failed("used")(error));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The last part of a link's address.
    pub(crate) fn make(&self, purpose: Purpose, id: &SubscriberId, now: Timestamp) -> String {
        let end = match purpose {
            Purpose::Confirm => (now + book::PENDING_FOR).as_micros() / 1_000_000,
            Purpose::Manage => 0,
        };
        let content = format!("{}-{id}-{end}", purpose.letter());
        format!("{content}-{}", self.signature(&content))
    }

    /// What a link says, if it is one of ours and not over.
    pub(crate) fn read(&self, text: &str, now: Timestamp) -> Option<(Purpose, SubscriberId)> {
        let (content, signature) = text.rsplit_once('-')?;
        aws_lc_rs::constant_time::verify_slices_are_equal(
            self.signature(content).as_bytes(),
            signature.as_bytes(),
        )
        .ok()?;
        let mut parts = content.split('-');
        let (purpose, id, end) = (parts.next()?, parts.next()?, parts.next()?);
        let purpose = match purpose {
            "c" => Purpose::Confirm,
            "m" => Purpose::Manage,
            _ => return None,
        };
        let end: i64 = end.parse().ok()?;
        let is_over = purpose == Purpose::Confirm && now.as_micros() / 1_000_000 > end;
        (!is_over).then(|| (purpose, SubscriberId::known(id)))
    }

    fn signature(&self, content: &str) -> String {
        hex(&hmac::sign(&self.0, content.as_bytes()).as_ref()[..SIGNATURE_LEN])
    }
}

#[cfg(test)]
mod tests;
