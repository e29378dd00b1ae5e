//! URLs that may be asked, and where redirects lead.
//!
//! A redirect is resolved as RFC 3986 §5.2 says, without dot segments: they are left to the server.

use super::HttpError;
use hyper::Uri;

/// The URL, if it is one of the web with a host.
pub(super) fn checked(url: &str) -> Result<Uri, HttpError> {
    // What stands behind `#` is never sent.
    let bare = url.split('#').next().unwrap_or_default();
    let uri: Uri = bare.parse().map_err(|_| HttpError::Url(url.to_owned()))?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    if is_web && uri.host().is_some_and(|host| !host.is_empty()) {
        Ok(uri)
    } else {
        Err(HttpError::Url(url.to_owned()))
    }
}

/// Where `location` leads from `from`.
pub(super) fn redirected(from: &str, location: &str) -> Result<String, HttpError> {
    let base = checked(from)?;
    let scheme = base.scheme_str().unwrap_or("https");
    let authority = base.authority().map_or("", |authority| authority.as_str());
    let location = location.trim();
    let to = if location.contains("://") {
        location.to_owned()
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.starts_with('?') {
        format!("{scheme}://{authority}{}{location}", base.path())
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let target = checked(&to)?;
    if scheme == "https" && target.scheme_str() != Some("https") {
        return Err(HttpError::Downgrade { from: from.to_owned(), to });
    }
    Ok(to)
}

#[cfg(test)]
mod tests;
