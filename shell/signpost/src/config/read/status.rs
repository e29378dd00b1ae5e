//! `[status]`: what the public page is called, shows, and where its copy goes.

use super::{path, set};
use crate::config::StatusFile;
use model::Duration;
use status::Settings;
use std::net::SocketAddr;
use std::path::Path;
use tenant::written::{Report, Table};

const NAME_LEN_MAX: usize = 100;
const URL_LEN_MAX: usize = 500;

/// The table; `address` is where the page is served.
pub(super) fn status(
    top: &mut Table<'_>,
    beside: &Path,
    address: SocketAddr,
    report: &mut Report,
) -> StatusFile {
    let mut file = StatusFile { settings: Settings::new(format!("http://{address}")), publish: None };
    let Some(mut table) = top.table("status", report) else { return file };
    let settings = &mut file.settings;
    if let Some(name) = table.take("name").and_then(|value| value.line(NAME_LEN_MAX, report)) {
        settings.name = name.to_owned();
    }
    if let Some(value) = table.take("url") {
        let url = value.line(URL_LEN_MAX, report).unwrap_or_default();
        if !url.is_empty() {
            if !is_url(url) {
                value.problem(report, "is not of the form https://status.relay.example");
            }
            settings.url = url.trim_end_matches('/').to_owned();
        }
    }
    if let Some(value) = table.take("help") {
        let help = value.line(URL_LEN_MAX, report).unwrap_or_default();
        if !help.is_empty() && !is_url(help) && !help.contains('@') {
            value.problem(report, "is neither a URL such as https://relay.example/help nor an address");
        }
        settings.help = Some(help.to_owned()).filter(|help| !help.is_empty());
    }
    let bounds = Duration::from_secs(30)..=Duration::from_secs(3600);
    set(&mut settings.fresh_for, &mut table, "fresh_for", bounds, report);
    for (key, flag) in [
        ("show_addresses", &mut settings.show_addresses),
        ("show_absorbed", &mut settings.show_absorbed),
        ("vendors", &mut settings.offers_vendors),
    ] {
        if let Some(wanted) = table.take(key).and_then(|value| value.flag(report)) {
            *flag = wanted;
        }
    }
    let publish = path(&mut table, "publish", "", report);
    file.publish = (!publish.is_empty()).then(|| super::plain(&beside.join(publish)));
    table.finish(report);
    file
}

/// A scheme that browsers follow, and nothing that would end an attribute or a line.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.chars().all(|letter| letter.is_ascii_graphic() && !matches!(letter, '"' | '<' | '>'))
    })
}
