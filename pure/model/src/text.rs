//! How a type that is a text outside is written and read: straight, without an owned copy on the way.
//!
//! Each message's records are written once and read once more for the trace, and every one holds ids, times, names and addresses.

use core::fmt::{self, Display};
use core::marker::PhantomData;
use core::str::FromStr;
use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Reads a text and parses it.
pub(crate) fn parsed<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Text(PhantomData))
}

struct Text<T>(PhantomData<T>);

impl<T: FromStr<Err: Display>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
