//! Ports: do our listeners speak SMTP, and do the tenants' own hosts answer from every source.
//!
//! A listener is asked from this machine, so a firewall before it stays unseen. A next hop is greeted and left: no message is begun. Some
//! greet with the time, which is the only other clock within reach.

use super::look::{Look, Looked, View};
use jiff::fmt::rfc2822;
use model::Source;
use net::Clock;
use setup::State;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tenant::settings::{EgressMode, SmartHost};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

const CONNECT_WITHIN: Duration = Duration::from_secs(8);
const SPEAK_WITHIN: Duration = Duration::from_secs(8);
/// Lines of one reply that are read.
const LINES_MAX: usize = 100;
/// Clocks that differ by less are the same: a greeting has whole seconds and takes its way.
const CLOCK_GOOD: i64 = 10;
/// From here on certificates and signatures of others look expired or not yet valid.
const CLOCK_BAD: i64 = 300;

/// Each listener of the running node.
pub(super) fn listeners(view: &Arc<View>) -> Vec<Look> {
    let Some(running) = &view.site.running else {
        let reason = "no node runs, so nobody listens";
        let one = Looked::new(
            "listener",
            "all",
            State::Unknown,
            reason,
            "start it with `signpost up`, then look again",
        );
        return vec![Look::new("listener", "all", async move { vec![one] })];
    };
    let looks = running.iter().map(|address| {
        let address = *address;
        Look::new("listener", address.to_string(), async move {
            let (state, reason) = match greet(reachable(address), None).await {
                Ok(heard) if heard.starttls => {
                    (State::Ok, format!("greets and offers STARTTLS: {}", heard.greeting))
                }
                Ok(heard) => (State::Fail, format!("offers no STARTTLS: {}", heard.greeting)),
                Err(error) => (State::Fail, format!("does not answer on this machine: {error}")),
            };
            let mend =
                "see the log of the node; then look from outside too: a firewall cannot be seen from here";
            vec![Looked::new("listener", address.to_string(), state, reason, mend)]
        })
    });
    looks.collect()
}

/// An address that a listener on all addresses can be reached at.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), address.port()),
        IpAddr::V4(_) | IpAddr::V6(_) => address,
    }
}

/// Each tenant's own host, from each of its sources.
pub(super) fn next_hops(view: &Arc<View>) -> Vec<Look> {
    let looks = view.tenants.values().map(|snapshot| {
        let name = snapshot.settings.name.to_string();
        let host = snapshot.settings.egress.smart_host.clone();
        let is_return = snapshot.settings.egress.mode == EgressMode::Return;
        let (view, sources) = (Arc::clone(view), view.sources_of(&snapshot.settings));
        Look::new("next_hop", name.clone(), async move {
            if !is_return {
                let reason = "delivers to recipients' hosts, which are not tried here";
                return vec![Looked::new(
                    "next_hop",
                    name,
                    State::Unknown,
                    reason,
                    "see /metrics of the node",
                )];
            }
            from_sources(&view, &name, &host, &sources).await
        })
    });
    looks.collect()
}

async fn from_sources(view: &View, tenant: &str, host: &SmartHost, sources: &[Source]) -> Vec<Looked> {
    let mend_name = "correct egress.smart_host of the tenant, or its address records";
    let address = match next_hop(view, host).await {
        Ok(address) => address,
        Err(reason) => {
            return vec![Looked::new(
                "next_hop",
                format!("{tenant} to {host}"),
                State::Fail,
                reason,
                mend_name,
            )];
        }
    };
    let mut looked = Vec::new();
    let mut clock = None;
    for source in sources.iter().filter(|source| source.address.is_ipv4() == address.is_ipv4()) {
        let subject = format!("{tenant} from {} to {host}", source.name);
        let (state, reason) = match greet(address, Some(source.address)).await {
            Ok(heard) => {
                clock = clock.or_else(|| offset(&heard.greeting));
                (State::Ok, heard.greeting)
            }
            Err(error) => (State::Fail, format!("{address}: {error}")),
        };
        let mend =
            "many networks block port 25 to the outside: ask your provider; else see the tenant's firewall";
        looked.push(Looked::new("next_hop", subject, state, reason, mend));
    }
    if let Some(seconds) = clock {
        looked.push(judged(seconds, &host.to_string()));
    }
    looked
}

async fn next_hop(view: &View, host: &SmartHost) -> Result<SocketAddr, String> {
    let (name, port) = match host {
        SmartHost::Address(address) => return Ok(*address),
        SmartHost::Name { host, port } => (host.as_str().to_owned(), *port),
        SmartHost::Mx(domain) => {
            let found = view.resolver.exchangers(domain).await.map_err(|error| error.to_string())?;
            (found.hosts.first().map_or_else(|| domain.to_string(), |first| first.host.clone()), 25)
        }
    };
    let addresses = view.resolver.addresses(&name).await.map_err(|error| error.to_string())?;
    let first = addresses.first().ok_or_else(|| format!("{name} has no address"))?;
    Ok(SocketAddr::new(*first, port))
}

/// What a host said.
struct Heard {
    greeting: String,
    starttls: bool,
}

/// Greets, asks what is offered, and leaves.
async fn greet(to: SocketAddr, from: Option<IpAddr>) -> io::Result<Heard> {
    let stream = match from {
        Some(from) => {
            let clock = Clock::start(1);
            let connected = net::connect(from, to, &clock, clock.now() + CONNECT_WITHIN).await;
            connected.map_err(io::Error::other)?
        }
        None => within(CONNECT_WITHIN, TcpStream::connect(to)).await?,
    };
    within(SPEAK_WITHIN, talk(stream)).await
}

async fn within<T>(wait: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let late = || io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", wait.as_secs()));
    tokio::time::timeout(wait, work).await.unwrap_or_else(|_elapsed| Err(late()))
}

async fn talk(stream: TcpStream) -> io::Result<Heard> {
    let mut stream = BufReader::new(stream);
    let greeting = reply(&mut stream).await?;
    stream.write_all(b"EHLO localhost\r\n").await?;
    let offers = reply(&mut stream).await?;
    stream.write_all(b"QUIT\r\n").await?;
    let starttls =
        offers.iter().any(|line| line.get(4..).is_some_and(|word| word.eq_ignore_ascii_case("STARTTLS")));
    Ok(Heard { greeting: greeting.join(" "), starttls })
}

/// The lines of one reply that is positive.
async fn reply(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        let read = stream.read_line(&mut line).await?;
        let line = line.trim_end().to_owned();
        let is_last = line.as_bytes().get(3) != Some(&b'-');
        let is_good = line.starts_with('2');
        lines.push(line);
        if read == 0 || !is_good || lines.len() > LINES_MAX {
            return Err(io::Error::other(format!("it says: {}", lines.join(" "))));
        }
        if is_last {
            return Ok(lines);
        }
    }
}

/// Seconds by which our clock is ahead of the time in a greeting such as `220 .. ready at Tue, 25 Nov 2026 02:05:25 +0000`.
fn offset(greeting: &str) -> Option<i64> {
    let (_, date) = greeting.rsplit_once(" at ")?;
    let theirs = rfc2822::DateTimeParser::new().parse_timestamp(date.trim()).ok()?;
    Some(jiff::Timestamp::now().as_second() - theirs.as_second())
}

fn judged(seconds: i64, host: &str) -> Looked {
    let state = match seconds.abs() {
        0..CLOCK_GOOD => State::Ok,
        CLOCK_GOOD..CLOCK_BAD => State::Warn,
        _ => State::Fail,
    };
    let reason = format!("differs by {seconds} s from the clock of {host}");
    Looked::new(
        "clock",
        "this machine",
        state,
        reason,
        "let chrony or systemd-timesyncd set the clock: `timedatectl`",
    )
}

#[cfg(test)]
mod tests;
