//! `status`: copies of the public page, made from what the node kept and checked by anybody.

use super::print;
use crate::cli::StatusCommand;
use crate::site::Site;
use crate::status_page;
use anyhow::{Context as _, Result};
use net::Clock;
use status::copy::{self, Copied};

pub(crate) fn status(command: StatusCommand) -> Result<()> {
    match command {
        StatusCommand::Publish { directory, site } => {
            let config = Site::find(&site)?.config;
            let place = status_page::Place::open(&config.data_dir)?;
            let view = status::kept::load(&place.view()).with_context(|| {
                format!("nothing was ever shown: {} is missing; start a node once", place.view().display())
            })?;
            // The tokio clock needs a runtime to be moved, not to be read.
            let now = Clock::start(1).now();
            let done = copy::publish(&directory, &view, &config.status.settings, &place.key()?, now)?;
            print(&told("published", &done))
        }
        StatusCommand::Check { directory, key } => {
            print(&told("whole and signed", &copy::check(&directory, key.as_deref())?))
        }
    }
}

fn told(what: &str, done: &Copied) -> String {
    format!("{what}: {} files of {}, key {}\n", done.files, done.made_at, done.public_key)
}
