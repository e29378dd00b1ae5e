//! How the operator's file may be written.
//!
//! Every problem is told with file and line, all of them in one pass; a key that nobody knows is a problem with the nearest known one.

mod certificates;
mod deliver;
mod incidents;
mod own;
mod sites;
mod status;
mod vendors;
mod watching;

use super::{Guard, Http, Ledger, ListenerFile, Log, LogFormat, Notices, OperatorConfig, ResolverFile};
use ::status::subscribe::Route;
use model::{ByteCount, Duration, Source};
use net::tls::ClientCertificates;
use relay::{Patience, QueueConfig};
use smtp::BareLf;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use tenant::Problem;
use tenant::written::{self, Report, Table, Value};
use tracing::level_filters::LevelFilter;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
const NAME_LEN_MAX: usize = 253;
const WORD_LEN_MAX: usize = 100;
const RETRY_RETURN: [u64; 6] = [5, 15, 30, 60, 120, 300];
const RETRY_DELIVER: [u64; 7] = [60, 300, 900, 1_800, 3_600, 7_200, 14_400];
const RETRIES_MAX: usize = 50;

/// What was read, if nothing prevents its use, and everything that was found: problems first, then warnings.
pub(crate) fn read(
    file: &str,
    bytes: &[u8],
    beside: &Path,
) -> (Option<OperatorConfig>, Vec<Problem>, Vec<Problem>) {
    let (config, report) = written::read_file(file, bytes, |top, report| whole(top, beside, report));
    let is_good = report.is_good();
    let (problems, warnings) = report.into_parts();
    (config.filter(|_| is_good), problems, warnings)
}

fn whole(mut top: Table<'_>, beside: &Path, report: &mut Report) -> Option<OperatorConfig> {
    let region = top.require("region", report).and_then(|value| value.parse(report));
    let data_dir = path(&mut top, "data_dir", "signpost-data", report);
    let tenants_dir = path(&mut top, "tenants_dir", ".", report);
    let roots = optional(&mut top, "roots", report).map(|file| plain(&beside.join(file)));
    let listeners = tables(&mut top, "listener", report, |table, report| listener(table, beside, report));
    let sources = tables(&mut top, "source", report, source);
    distinct(listeners.iter().map(|listener| listener.name.as_str()), "[[listener]]", report);
    distinct(sources.iter().map(|source| source.name.as_str()), "[[source]]", report);
    if !sources.is_empty() && sources.iter().all(|source| source.notice) {
        report
            .whole("has only sources with `notice = true`; mail of tenants needs one without it".to_owned());
    }
    let http = http(&mut top, report);
    let own = own::own(&mut top, beside, listeners.first(), report);
    let config = OperatorConfig {
        file: None,
        // A missing region is a problem already, and nothing made of this is used then.
        region: region.or_else(|| "none".parse().ok())?,
        data_dir: plain(&beside.join(data_dir)),
        tenants_dir: plain(&beside.join(tenants_dir)),
        roots,
        listeners,
        sources,
        resolver: resolver(&mut top, report),
        deliver: deliver::deliver(&mut top, report),
        acme: certificates::acme(&mut top, beside, report),
        queue: queue(&mut top, report),
        status: status::status(&mut top, beside, http.status, report),
        incidents: incidents::incidents(&mut top, report),
        http,
        dnsbl: watching::dnsbl(&mut top, report),
        canaries: watching::canaries(&mut top, report),
        vendors: vendors::vendors(&mut top, beside, report),
        ledger: ledger(&mut top, report),
        guard: guard(&mut top, report),
        notices: notices(&mut top, report),
        own,
        log: log(&mut top, report),
    };
    let wants_acme = config.listeners.iter().any(ListenerFile::wants_acme);
    if wants_acme && config.acme.is_none() && report.is_good() {
        report
            .whole("has a listener with `certificate = \"acme\"`, which needs an [acme] with its directory");
    }
    top.finish(report);
    Some(config)
}

fn path(top: &mut Table<'_>, key: &'static str, default: &str, report: &mut Report) -> String {
    let text = top.take(key).and_then(|value| value.line(4096, report)).filter(|text| !text.is_empty());
    text.unwrap_or(default).to_owned()
}

/// Without `.` in the middle.
fn plain(path: &Path) -> PathBuf {
    path.components().collect()
}

/// The tables `[[key]]`: at least one.
fn tables<T>(
    top: &mut Table<'_>,
    key: &'static str,
    report: &mut Report,
    read: impl Fn(Table<'_>, &mut Report) -> Option<T>,
) -> Vec<T> {
    let tables = top.take(key).map(|value| value.tables(report)).unwrap_or_default();
    if tables.is_empty() {
        report.whole(format!("needs at least one [[{key}]]"));
    }
    tables.into_iter().filter_map(|table| read(table, report)).collect()
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>, what: &str, report: &mut Report) {
    let mut known = BTreeSet::new();
    for name in names {
        if !known.insert(name) {
            report.whole(format!("has two {what} with the name `{name}`"));
        }
    }
}

fn listener(mut table: Table<'_>, beside: &Path, report: &mut Report) -> Option<ListenerFile> {
    let name = table.require("name", report).and_then(|value| value.parse(report));
    let address = table.require("address", report).and_then(|value| value.parse::<SocketAddr>(report));
    let hostname = table.take("hostname").map_or_else(|| Some(machine_name()), |value| host(&value, report));
    let certificate = certificates::wish(&mut table, beside, report);
    let further = certificates::further(&mut table, beside, report);
    let words = [
        ("none", ClientCertificates::None),
        ("request", ClientCertificates::Request),
        ("require", ClientCertificates::Require),
    ];
    let client_certificates = table.take("client_certificates").and_then(|value| value.word(&words, report));
    let sizes = ByteCount(64 << 10)..=ByteCount(1 << 30);
    let size_max = table.take("size_max").and_then(|value| value.size(sizes, report));
    let words = [("normalise", BareLf::Normalise), ("refuse", BareLf::Refuse)];
    let bare_lf = table.take("bare_lf").and_then(|value| value.word(&words, report));
    table.finish(report);
    Some(ListenerFile {
        name: name?,
        address: address?,
        certificate,
        further,
        client_certificates: client_certificates.unwrap_or_default(),
        hostname: hostname?,
        size_max: size_max.unwrap_or(ByteCount(150 << 20)),
        bare_lf: bare_lf.unwrap_or_default(),
    })
}

/// What the machine calls itself.
fn machine_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() { "localhost".to_owned() } else { name.trim().to_owned() }
}

fn source(mut table: Table<'_>, report: &mut Report) -> Option<Source> {
    let name = table.require("name", report).and_then(|value| value.parse(report));
    let address = table.require("address", report).and_then(|value| value.parse::<IpAddr>(report));
    let ehlo = table.require("ehlo", report).and_then(|value| host(&value, report));
    let weight = table.take("weight").and_then(|value| value.number(0..=1_000_000, report)).unwrap_or(10);
    let network =
        table.take("network").and_then(|value| value.line(WORD_LEN_MAX, report)).unwrap_or_default();
    let network = network.to_owned();
    let notice = table.take("notice").and_then(|value| value.flag(report)).unwrap_or(false);
    table.finish(report);
    let weight = u32::try_from(weight).unwrap_or(u32::MAX);
    Some(Source { name: name?, address: address?, ehlo: ehlo?, weight, network, notice })
}

/// A name that stands in EHLO and in `Received`.
fn host(value: &Value<'_>, report: &mut Report) -> Option<String> {
    let text = value.line(NAME_LEN_MAX, report)?;
    let good = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && text.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    if !good {
        value.problem(report, format!("`{text}` is not a host name such as in.eu.relay.example"));
    }
    good.then(|| text.to_owned())
}

fn resolver(top: &mut Table<'_>, report: &mut Report) -> ResolverFile {
    let mut resolver = ResolverFile { servers: Vec::new(), timeout: Duration::from_secs(3) };
    let Some(mut table) = top.table("resolver", report) else { return resolver };
    resolver.servers = table.take("servers").map(|value| value.parse_list(10, report)).unwrap_or_default();
    let bounds = Duration::from_millis(100)..=Duration::from_secs(30);
    set(&mut resolver.timeout, &mut table, "timeout", bounds, report);
    table.finish(report);
    resolver
}

fn queue(top: &mut Table<'_>, report: &mut Report) -> QueueConfig {
    let seconds = |list: &[u64]| list.iter().map(|seconds| Duration::from_secs(*seconds)).collect();
    let mut queue = QueueConfig {
        expire: 5 * DAY,
        retry_return: seconds(&RETRY_RETURN),
        retry_deliver: seconds(&RETRY_DELIVER),
        park_bytes_max: ByteCount(10 << 30),
        patience: Patience::default(),
    };
    let Some(mut table) = top.table("queue", report) else { return queue };
    set(&mut queue.expire, &mut table, "expire", MINUTE..=30 * DAY, report);
    waits(&mut queue.retry_deliver, &mut table, "retry_deliver", report);
    waits(&mut queue.retry_return, &mut table, "retry_return", report);
    let sizes = ByteCount(1 << 20)..=ByteCount(1 << 50);
    if let Some(size) = table.take("park_bytes_max").and_then(|value| value.size(sizes, report)) {
        queue.park_bytes_max = size;
    }
    table.finish(report);
    queue
}

fn waits(list: &mut Vec<Duration>, table: &mut Table<'_>, key: &'static str, report: &mut Report) {
    let Some(value) = table.take(key) else { return };
    let entries = value.list(report);
    if entries.is_empty() || entries.len() > RETRIES_MAX {
        value.problem(report, format!("needs 1 to {RETRIES_MAX} waits such as \"5s\""));
        return;
    }
    let bounds = Duration::from_secs(1)..=DAY;
    *list = entries.iter().filter_map(|entry| entry.duration(bounds.clone(), report)).collect();
}

fn http(top: &mut Table<'_>, report: &mut Report) -> Http {
    let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let mut http = Http { console: local(8025), status: local(8026) };
    let Some(mut table) = top.table("http", report) else { return http };
    for (key, address) in [("console", &mut http.console), ("status", &mut http.status)] {
        let Some(value) = table.take(key) else { continue };
        let Some(wanted) = value.parse::<SocketAddr>(report) else { continue };
        if key == "console" && !wanted.ip().is_loopback() {
            value.problem(
                report,
                "is not a loopback address, and the console has no logins yet; put a proxy in front",
            );
        }
        *address = wanted;
    }
    table.finish(report);
    http
}

fn ledger(top: &mut Table<'_>, report: &mut Report) -> Ledger {
    let mut ledger = Ledger { keep: 30 * DAY, subject: false };
    let Some(mut table) = top.table("ledger", report) else { return ledger };
    set(&mut ledger.keep, &mut table, "keep", DAY..=3_650 * DAY, report);
    ledger.subject = table.take("subject").and_then(|value| value.flag(report)).unwrap_or(false);
    table.finish(report);
    ledger
}

fn guard(top: &mut Table<'_>, report: &mut Report) -> Guard {
    let mut guard = Guard { clean_polls: 3, clean_over: 15 * MINUTE, warm_wait: 15 * MINUTE };
    let Some(mut table) = top.table("guard", report) else { return guard };
    if let Some(polls) = table.take("clean_polls").and_then(|value| value.number(1..=100, report)) {
        guard.clean_polls = u32::try_from(polls).unwrap_or(3);
    }
    set(&mut guard.clean_over, &mut table, "clean_over", MINUTE..=DAY, report);
    set(&mut guard.warm_wait, &mut table, "warm_wait", Duration::ZERO..=DAY, report);
    table.finish(report);
    guard
}

fn notices(top: &mut Table<'_>, report: &mut Report) -> Notices {
    let mut notices = Notices::default();
    let Some(mut table) = top.table("notices", report) else { return notices };
    if let Some(url) = optional(&mut table, "route", report) {
        match Route::parse(&url) {
            Ok(route) => notices.route = Some(route),
            Err(error) => report.at(table.start(), error.to_string()),
        }
    }
    if let Some(value) = table.take("from") {
        let from = value.line(NAME_LEN_MAX, report).unwrap_or_default();
        if !from.is_empty() && from.parse::<model::Address>().is_err() {
            value.problem(report, "is not an address such as status@relay.example");
        }
        notices.from = Some(from.to_owned()).filter(|from| !from.is_empty());
    }
    notices.private_webhooks =
        table.take("private_webhooks").and_then(|value| value.flag(report)).unwrap_or(false);
    table.finish(report);
    notices
}

fn log(top: &mut Table<'_>, report: &mut Report) -> Log {
    let mut log = Log::default();
    let Some(mut table) = top.table("log", report) else { return log };
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    if let Some(format) = table.take("format").and_then(|value| value.word(&formats, report)) {
        log.format = format;
    }
    let levels = [
        ("error", LevelFilter::ERROR),
        ("warn", LevelFilter::WARN),
        ("info", LevelFilter::INFO),
        ("debug", LevelFilter::DEBUG),
        ("trace", LevelFilter::TRACE),
    ];
    if let Some(level) = table.take("level").and_then(|value| value.word(&levels, report)) {
        log.level = level;
    }
    table.finish(report);
    log
}

fn optional(table: &mut Table<'_>, key: &'static str, report: &mut Report) -> Option<String> {
    let text = table.take(key).and_then(|value| value.line(1_000, report))?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn set(
    duration: &mut Duration,
    table: &mut Table<'_>,
    key: &'static str,
    bounds: RangeInclusive<Duration>,
    report: &mut Report,
) {
    if let Some(value) = table.take(key).and_then(|value| value.duration(bounds, report)) {
        *duration = value;
    }
}
