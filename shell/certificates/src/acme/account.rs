//! The account at an authority: made once for each directory, kept in one file with its key.

use super::{AcmeConfig, Http, OrderError};
use crate::disk::{self, DiskError};
use instant_acme::{Account, AccountCredentials, NewAccount};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What the file says.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The account is good at this directory only.
    directory: String,
    credentials: AccountCredentials,
}

/// The kept account, or a new one.
pub(super) async fn open(config: &AcmeConfig, directory: &Path, http: &Http) -> Result<Account, OrderError> {
    let path = path(directory);
    let builder = Account::builder_with_http(Box::new(http.clone()));
    if let Some(kept) = kept(&path, &config.directory)? {
        return Ok(builder.from_credentials(kept.credentials).await?);
    }
    let contact: Vec<&str> = config.contact.iter().map(String::as_str).collect();
    // The operator's file is refused unless it says that the terms are agreed to.
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder.create(&new, config.directory.clone(), None).await?;
    let kept = Kept { directory: config.directory.clone(), credentials };
    let bytes = serde_json::to_vec(&kept).map_err(instant_acme::Error::Json)?;
    disk::replace(&path, &bytes)?;
    tracing::info!(directory = config.directory, account = account.id(), "an ACME account was made");
    Ok(account)
}

/// The next order makes a new one.
pub(super) fn forget(directory: &Path) -> Result<(), DiskError> {
    disk::remove(&path(directory))
}

fn kept(path: &Path, url: &str) -> Result<Option<Kept>, OrderError> {
    let Some(bytes) = disk::read(path)? else { return Ok(None) };
    match serde_json::from_slice::<Kept>(&bytes) {
        Ok(kept) => Ok(Some(kept).filter(|kept| kept.directory == url)),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the ACME account's file is damaged; a new account is made");
            Ok(None)
        }
    }
}

fn path(directory: &Path) -> PathBuf {
    directory.join("account.json")
}
