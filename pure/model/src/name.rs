//! Names that a person chose in a configuration: tenants, sources, regions, listeners.
//!
//! One grammar for all: 1 to 63 letters, digits and dashes, beginning and ending with a letter or digit. It is safe
//! as a folder name, a metric label and a word in a header. Each kind is its own type, so they cannot be mixed up.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest name, the same as a DNS label.
const NAME_LEN_MAX: usize = 63;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name has 1 to {NAME_LEN_MAX} characters, `{0}` has {n}", n = .0.chars().count())]
    Length(String),
    #[error("a name consists of letters a-z, digits and dashes, `{0}` has something else")]
    Character(String),
    #[error("a name begins and ends with a letter or digit, `{0}` does not")]
    Edge(String),
}

fn check(text: &str) -> Result<(), NameError> {
    if text.is_empty() || text.len() > NAME_LEN_MAX {
        return Err(NameError::Length(text.to_owned()));
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(NameError::Character(text.to_owned()));
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err(NameError::Edge(text.to_owned()));
    }
    Ok(())
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                check(text).map(|()| Self(Arc::from(text)))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::parsed(deserializer)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

names! {
    /// One customer organisation.
    TenantName;
    /// One egress address.
    SourceName;
    /// A residency boundary: a node, its spool, ledger and logs belong to one.
    RegionName;
    /// One address on which connectors reach us.
    ListenerName;
    /// One kind of canary: where it goes and how often.
    CanaryName;
    /// One vendor whose status is watched.
    VendorName;
}

#[cfg(test)]
mod tests;
