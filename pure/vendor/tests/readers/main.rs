//! Documents of every format, read as they come: fixtures against golden results, the seed's page, and the whole collection.

mod golden;
mod seed;
mod shared;
mod support;
