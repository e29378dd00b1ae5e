//! The relay of the seed: Debian's Exim over one address, for mail of the same kind, with the same list at the same receivers.
//!
//! Reports that it writes come to a maildir of their own, the senders' mailboxes.

use crate::ends::{Course, Met};
use crate::traffic::{Load, STRICT, Traffic};
use playground::peers::{EximServer, EximSettings};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The address over which it sends.
pub(crate) const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 9);
/// A share of signpost's pace: a process for each message would take both cores of a small machine.
const SHARE: f64 = 0.1;
const ENDS_WITHIN: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

/// An Exim that relays, and mail for it.
pub(crate) struct Relay {
    exim: EximServer,
    traffic: Traffic,
}

/// What it cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) messages: usize,
    pub(crate) refused: usize,
    pub(crate) reports: usize,
    pub(crate) undelivered: usize,
}

impl Relay {
    pub(crate) fn begin(next: SocketAddr, pace: f64, corpus: &Arc<Vec<Vec<u8>>>) -> Self {
        let main = "smtp_accept_max = 100\nsmtp_accept_queue_per_connection = 0\nsmtp_accept_max_per_connection = 0\n";
        let router = format!(
            "senders:\n  driver = accept\n  domains = {STRICT}\n  transport = keep\n\
             out:\n  driver = manualroute\n  route_list = * {}\n  self = send\n  transport = out\n  no_more\n",
            next.ip()
        );
        let transport = format!(
            "out:\n  driver = smtp\n  port = {}\n  interface = {ADDRESS}\n  allow_localhost\n  hosts_avoid_tls = *\n",
            next.port()
        );
        let parts = vec![("main", main.to_owned()), ("router", router), ("transport", transport)];
        let exim = EximServer::start_as(&EximSettings { parts, ..EximSettings::default() }).unwrap();
        let (address, corpus, pace) = (exim.address(), Arc::clone(corpus), pace * SHARE);
        let traffic = Traffic::begin(Load { address, pace, corpus, letter: 'x', is_mixed: false });
        Self { exim, traffic }
    }

    /// Ends its traffic and counts at the ends: what receivers met, and what senders got.
    pub(crate) fn end(self, met: impl Fn() -> Vec<Met>) -> Cost {
        let (sent, _) = self.traffic.end();
        let of = |course: Course| -> BTreeSet<String> {
            let met =
                met().into_iter().filter(|one| one.from == IpAddr::from(ADDRESS) && one.course == course);
            met.map(|one| one.to).collect()
        };
        let recipients = || sent.iter().flatten();
        let began = Instant::now();
        let (mut taken, mut refused) = (of(Course::Taken), of(Course::Refused));
        while recipients().any(|to| !taken.contains(to) && !refused.contains(to)) {
            assert!(began.elapsed() < ENDS_WITHIN, "Exim does not end\n{}", self.exim.log());
            std::thread::sleep(LOOK);
            (taken, refused) = (of(Course::Taken), of(Course::Refused));
        }
        // One report tells of all recipients of a message.
        let failed = sent.iter().filter(|one| one.iter().any(|to| refused.contains(to))).count();
        let reports = self.exim.wait_for(failed, ENDS_WITHIN).unwrap();
        let undelivered = recipients().filter(|to| !taken.contains(*to)).count();
        Cost { messages: sent.len(), refused: refused.len(), reports, undelivered }
    }
}
