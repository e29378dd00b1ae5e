//! The certificate of a listener whose operator gave none: made once, kept, used again.
//!
//! Two files, `HOSTNAME.crt` and `HOSTNAME.key`, in the directory handed in. The key is written first, under its final mode, and
//! the certificate last under a temporary name, so a crash between leaves either a whole pair or one that is made anew.

use super::{Identity, TlsError, identity};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The kept certificate for `hostname` in `directory`, made if there is none.
///
/// # Errors
/// If the directory cannot be written or a kept file is damaged.
pub fn self_signed(directory: &Path, hostname: &str) -> Result<Identity, TlsError> {
    let (certificate, key) = (path(directory, hostname, "crt"), path(directory, hostname, "key"));
    if !certificate.exists() {
        make(directory, hostname, &certificate, &key)?;
    }
    let read =
        |path: &Path| std::fs::read(path).map_err(|error| TlsError::Read { path: path.to_owned(), error });
    identity(&read(&certificate)?, &read(&key)?, &certificate.display().to_string())
}

fn path(directory: &Path, hostname: &str, extension: &str) -> PathBuf {
    // A hostname from a configuration could hold a slash.
    directory.join(format!("{}.{extension}", hostname.replace(['/', '\\'], "_")))
}

fn make(directory: &Path, hostname: &str, certificate: &Path, key: &Path) -> Result<(), TlsError> {
    let made = rcgen::generate_simple_self_signed(vec![hostname.to_owned()])
        .map_err(|error| TlsError::SelfSigned { hostname: hostname.to_owned(), error })?;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| TlsError::Write { path: directory.to_owned(), error })?;
    write(key, &made.signing_key.serialize_pem())?;
    let partial = certificate.with_extension("crt.new");
    write(&partial, &made.cert.pem())?;
    std::fs::rename(&partial, certificate)
        .map_err(|error| TlsError::Write { path: certificate.to_owned(), error })
}

fn write(path: &Path, text: &str) -> Result<(), TlsError> {
    let at_path = |error| TlsError::Write { path: path.to_owned(), error };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).map_err(at_path)?;
    file.write_all(text.as_bytes()).map_err(at_path)?;
    file.sync_all().map_err(at_path)
}
