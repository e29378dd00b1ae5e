//! A chain and a key in two files of the operator's, which somebody else replaces.
//!
//! Two files cannot be replaced at once, so a pair that does not fit may be half of a change: it is told only when it looks the
//! same at the next look, or when somebody asked to read it now. The same broken pair is told once.

use model::Timestamp;
use net::tls::{self, Facts, Identity, Presenter};
use std::path::Path;

/// What the files held when they were last looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Last {
    #[default]
    Unknown,
    Taken(Vec<u8>),
    /// `told`: the alarm was given.
    Broken {
        content: Vec<u8>,
        told: bool,
    },
}

/// What a look found.
pub(crate) enum Found {
    Unchanged,
    New(Box<Identity>, Facts),
    /// Whether it is to be told now.
    Broken {
        why: String,
        tell: bool,
    },
}

/// Reads chain and key and checks that they are one pair.
///
/// # Errors
/// What is wrong and with which file, for a person.
pub fn read_pair(chain: &Path, key: &Path) -> Result<(Identity, Facts), String> {
    let (chain_bytes, key_bytes) = (bytes(chain)?, bytes(key)?);
    pair(chain, key, &chain_bytes, &key_bytes)
}

impl Last {
    /// Looks again. A pair that has ended by `ended_by` is refused: given while what is presented is still good.
    /// `is_asked`: somebody wants to know now.
    pub(crate) fn look(
        &mut self,
        chain: &Path,
        key: &Path,
        ended_by: Option<Timestamp>,
        is_asked: bool,
    ) -> Found {
        let (chain_bytes, key_bytes) = (bytes(chain), bytes(key));
        let content = [&chain_bytes, &key_bytes].map(content).concat();
        if *self == Self::Taken(content.clone()) {
            return Found::Unchanged;
        }
        let read = chain_bytes.and_then(|chain_bytes| pair(chain, key, &chain_bytes, &key_bytes?));
        match read.and_then(|read| not_ended(read, chain, ended_by)) {
            Ok((identity, facts)) => {
                *self = Self::Taken(content);
                Found::New(Box::new(identity), facts)
            }
            Err(why) => {
                let (is_same, was_told) = match self {
                    Self::Broken { content: before, told } => (*before == content, *told),
                    Self::Unknown | Self::Taken(_) => (false, false),
                };
                let tell = if is_same { !was_told } else { is_asked };
                *self = Self::Broken { content, told: tell || (is_same && was_told) };
                Found::Broken { why, tell }
            }
        }
    }
}

fn not_ended(
    read: (Identity, Facts),
    chain: &Path,
    ended_by: Option<Timestamp>,
) -> Result<(Identity, Facts), String> {
    let until = read.1.not_after;
    match ended_by {
        Some(now) if until <= now => Err(format!("{} expired at {until}", chain.display())),
        Some(_) | None => Ok(read),
    }
}

fn pair(chain: &Path, key: &Path, chain_bytes: &[u8], key_bytes: &[u8]) -> Result<(Identity, Facts), String> {
    let (chain, key) = (chain.display(), key.display());
    let what = format!("{chain} with {key}");
    let identity = tls::identity(chain_bytes, key_bytes, &what).map_err(|error| error.to_string())?;
    Presenter::new(&identity).map_err(|error| format!("{what}: {error}"))?;
    let leaf = identity.chain.first().ok_or_else(|| format!("{chain} holds no certificate"))?;
    let facts = Facts::of(leaf, &chain.to_string()).map_err(|error| error.to_string())?;
    Ok((identity, facts))
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Bytes that are the same only if the file is the same. Lengths keep the two files apart.
fn content(read: &Result<Vec<u8>, String>) -> Vec<u8> {
    let (mark, text): (u8, &[u8]) = match read {
        Ok(bytes) => (1, bytes),
        Err(why) => (0, why.as_bytes()),
    };
    let mut content = vec![mark];
    content.extend((text.len() as u64).to_be_bytes());
    content.extend(text);
    content
}

#[cfg(test)]
mod tests;
