//! The relays that are measured, each fresh for each run: configured, started, waited for, stopped.

use crate::mail;
use anyhow::{Context as _, Result, bail};
use playground::peers::{Postfix, PostfixSettings};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const READY_WITHIN: Duration = Duration::from_secs(20);
/// Between the tries of a deferred message, for both relays.
const RETRY: &str = "5s";
const STOP_WITHIN: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub(crate) enum Kind {
    /// Stamps every message.
    Signpost,
    /// A tenant without rules.
    SignpostPlain,
    /// Debian's, default settings; stamps nothing.
    Postfix,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Signpost => "Signpost, stamping",
            Self::SignpostPlain => "Signpost, not stamping",
            Self::Postfix => "Postfix",
        }
    }
}

/// Where a relay sends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Next {
    /// Everything to one host.
    Host(SocketAddr),
    /// To the recipients' own exchangers, as this name server says; deferred mail again after `RETRY`.
    Exchangers(SocketAddr),
}

/// What a relay is told.
pub(crate) struct Wish<'a> {
    pub(crate) kind: Kind,
    pub(crate) signpost: &'a Path,
    /// Where spools and queues are made.
    pub(crate) directory: &'a Path,
    pub(crate) next: Next,
    /// Certificate and key for both sides, as files.
    pub(crate) tls: Option<(&'a Path, &'a Path)>,
    /// In front of the program's own words, for instance strace.
    pub(crate) under: &'a [String],
    pub(crate) environment: &'a [(String, String)],
}

pub(crate) enum Relay {
    Signpost { process: Child, address: SocketAddr, console: SocketAddr, folder: tempfile::TempDir },
    Postfix(Postfix),
}

impl Relay {
    pub(crate) fn start(wish: &Wish<'_>) -> Result<Self> {
        match wish.kind {
            Kind::Signpost | Kind::SignpostPlain => signpost(wish),
            Kind::Postfix => postfix(wish),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        match self {
            Self::Signpost { address, .. } => *address,
            Self::Postfix(postfix) => postfix.address(),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        match self {
            Self::Signpost { process, .. } => process.id(),
            Self::Postfix(postfix) => postfix.pid(),
        }
    }

    pub(crate) fn is_one_process(&self) -> bool {
        matches!(self, Self::Signpost { .. })
    }

    /// How many messages it says it has stamped; nothing where it has no such figure.
    pub(crate) fn stamped(&self) -> Result<Option<u64>> {
        let Self::Signpost { console, .. } = self else { return Ok(None) };
        let mut stream = TcpStream::connect(console)?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let value = text.lines().find_map(|line| line.strip_prefix("signpost_messages_stamped_total "));
        Ok(value.and_then(|value| value.trim().parse().ok()))
    }

    pub(crate) fn stop(self) -> Result<()> {
        let Self::Signpost { mut process, folder, .. } = self else { return Ok(()) };
        // Under strace the program is a child of what was started.
        for pid in crate::process::tree(process.id()) {
            Command::new("kill").args(["-TERM", &pid.to_string()]).stderr(Stdio::null()).status()?;
        }
        let end = Instant::now() + STOP_WITHIN;
        while process.try_wait()?.is_none() {
            if Instant::now() > end {
                process.kill()?;
                process.wait()?;
                bail!("signpost did not stop; its log:\n{}", log(folder.path()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

fn postfix(wish: &Wish<'_>) -> Result<Relay> {
    let mut lines = match wish.next {
        Next::Host(next) => format!("relayhost = [{}]:{}\n", next.ip(), next.port()),
        // Otherwise it asks no MX: the playground's Postfix knows addresses only.
        Next::Exchangers(_) => format!(
            "smtp_dns_support_level = enabled\nsmtp_host_lookup = dns\nminimal_backoff_time = {RETRY}\n\
             maximal_backoff_time = {RETRY}\nqueue_run_delay = {RETRY}\n"
        ),
    };
    if let Some((certificate, key)) = wish.tls {
        lines.push_str(&format!(
            "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {}\nsmtpd_tls_key_file = {}\nsmtp_tls_security_level = encrypt\n",
            certificate.display(),
            key.display()
        ));
    }
    let name_server = match wish.next {
        Next::Host(_) => None,
        Next::Exchangers(server) => Some(server.ip()),
    };
    let settings = PostfixSettings { directory: wish.directory.to_owned(), lines, name_server };
    Ok(Relay::Postfix(Postfix::start_as(&settings)?))
}

fn signpost(wish: &Wish<'_>) -> Result<Relay> {
    let folder = tempfile::Builder::new().prefix("signpost-").tempdir_in(wish.directory)?;
    let (address, console) = (free_address()?, free_address()?);
    write_configuration(folder.path(), wish, address, console)?;
    let mut words: Vec<String> = wish.under.to_vec();
    words.push(wish.signpost.display().to_string());
    words.extend(["up", "--no-playground", "--config"].map(str::to_owned));
    words.push(folder.path().join("signpost.toml").display().to_string());
    let log_file = fs::File::create(folder.path().join("log"))?;
    let mut process = Command::new(&words[0])
        .args(&words[1..])
        .envs(wish.environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(log_file.try_clone()?)
        .stderr(log_file)
        .spawn()
        .with_context(|| format!("cannot start {}", words[0]))?;
    let end = Instant::now() + READY_WITHIN;
    while TcpStream::connect(address).is_err() {
        if process.try_wait()?.is_some() || Instant::now() > end {
            bail!("signpost does not come up:\n{}", log(folder.path()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(Relay::Signpost { process, address, console, folder })
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn write_configuration(folder: &Path, wish: &Wish<'_>, smtp: SocketAddr, console: SocketAddr) -> Result<()> {
    let status = free_address()?;
    let (egress, beside) = match wish.next {
        Next::Host(next) => (format!("mode = \"return\"\nsmart_host = \"{next}\""), String::new()),
        // Signpost writes to no private network of strangers' choice unless it is told to.
        Next::Exchangers(server) => (
            "mode = \"deliver\"".to_owned(),
            format!(
                "[resolver]\nservers = [\"{server}\"]\n[deliver]\nprivate_networks = [\"127.0.0.0/8\"]\n\
                 [queue]\nretry_deliver = [\"{RETRY}\"]\n"
            ),
        ),
    };
    fs::write(
        folder.join("signpost.toml"),
        format!(
            "region = \"eu\"\ndata_dir = \"data\"\ntenants_dir = \".\"\n[[listener]]\nname = \"in\"\naddress = \"{smtp}\"\n\
             client_certificates = \"none\"\n[[source]]\nname = \"eu-1\"\naddress = \"127.0.1.1\"\nehlo = \"eu-1.relay.example\"\n\
             weight = 10\nnetwork = \"a\"\n[dnsbl]\nzones = []\n[http]\nconsole = \"{console}\"\nstatus = \"{status}\"\n{beside}"
        ),
    )?;
    let tenant: PathBuf = folder.join("customer");
    fs::create_dir_all(tenant.join("signatures"))?;
    let tls = if wish.tls.is_some() { "require" } else { "opportunistic" };
    fs::write(
        tenant.join("tenant.toml"),
        format!(
            "name = \"customer\"\ndomains = [\"customer.example\"]\nregion = \"eu\"\n[connector]\nkind = \"address\"\n\
             networks = [\"127.0.0.0/8\"]\nrequire = [\"network\", \"domain\"]\n[egress]\n{egress}\n\
             tls = \"{tls}\"\n[stamping]\nprocessed_word = \"bench\"\n"
        ),
    )?;
    fs::write(
        tenant.join("people.csv"),
        format!(
            "mail,display_name,title,company,phone\n{},Anna Berg,Head of Sales,Customer Ltd,+49 30 1234-10\n",
            mail::SENDER
        ),
    )?;
    let rules = match wish.kind {
        Kind::Signpost => {
            "[[rule]]\nname = \"everyone\"\nsignature = \"standard\"\n[rule.when]\nmessage = [\"new\", \"reply\", \"forward\"]\n"
        }
        Kind::SignpostPlain | Kind::Postfix => "",
    };
    fs::write(tenant.join("rules.toml"), rules)?;
    fs::write(tenant.join("signatures/standard.html"), SIGNATURE_HTML)?;
    fs::write(tenant.join("signatures/standard.txt"), SIGNATURE_TEXT)?;
    Ok(())
}

const SIGNATURE_TEXT: &str =
    "{{ person.display_name }}\n{{ person.title }}, {{ person.company }}\n{{ person.phone }}\n";
const SIGNATURE_HTML: &str = "<table cellpadding=\"0\" cellspacing=\"0\" style=\"font-family:Arial,sans-serif;font-size:10pt\">\n\
    <tr><td style=\"border-right:2px solid #0a5;padding-right:12px\"><b>{{ person.display_name }}</b><br>{{ person.title }}</td>\n\
    <td style=\"padding-left:12px\">{{ person.company }}<br><a href=\"tel:{{ person.phone }}\">{{ person.phone }}</a><br>\n\
    <a href=\"https://customer.example\">customer.example</a></td></tr>\n\
    <tr><td colspan=\"2\" style=\"font-size:8pt;color:#666\">Registered at the local court of Example, 12345. \
    This message may be confidential.</td></tr>\n</table>\n";
