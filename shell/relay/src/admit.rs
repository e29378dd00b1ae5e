//! Who is allowed to hand us mail, and for which tenant: nobody, until the tenant's checks hold.
//!
//! MAIL FROM names the tenant, its networks must hold the peer, and every check of its `connector.require` must hold: so there is never an
//! open relay, and two tenants behind the same addresses are told apart. A null sender's tenant is found by the header's From. What the
//! connection proves is asked at MAIL, what the header proves at the end of data. Whose fault a failed check is, and so whether the
//! refusal is final, follows from what else is proven.

mod checks;
mod claims;
mod header;
mod login;
mod pace;
mod refusal;

pub(crate) use pace::Seat;
pub(crate) use refusal::{Ground, Refusal, Tell};

use crate::Tenants;
use crate::accept::Caller;
use crate::hints::Hints;
use crate::proofs::DomainProofs;
use checks::{Evidence, Failed};
use claims::Claims;
use header::Header;
use login::{Failures, Hashing, Turn};
use model::{Address, ByteCount, Domain, EnhancedCode, Envelope, Reply, ReversePath, TenantName, Timestamp};
use pace::{Pace, Sessions};
use smtp::{Credentials, TlsInfo};
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::{Check, is_microsoft};

/// What is known of the tenant after MAIL.
#[derive(Debug, Clone)]
pub(crate) enum Admitted {
    Tenant(Arc<Snapshot>),
    /// A null sender from a network of these tenants: the header's From decides.
    OneOf(Vec<Arc<Snapshot>>),
    /// A sender of nobody's domain: refused at the end, finally unless the header proves a tenant who forgot it.
    Nobodys(Domain),
}

/// What every session shares.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    pace: Pace,
    sessions: Arc<Sessions>,
    failures: Failures,
    hashing: Hashing,
    pub(crate) proofs: Arc<DomainProofs>,
    pub(crate) hints: Arc<Hints>,
}

/// One session, as admission looks at it.
#[derive(Clone, Copy)]
pub(crate) struct Visit<'v> {
    pub(crate) tenants: &'v Tenants,
    pub(crate) caller: &'v Caller,
    /// The tenant as whom it has logged in.
    pub(crate) login: Option<&'v TenantName>,
    pub(crate) now: Timestamp,
}

/// A message at its end.
pub(crate) struct Ended<'m> {
    pub(crate) envelope: &'m Envelope,
    /// The beginning, to the end of the header at least, unless it is longer than what is kept.
    pub(crate) beginning: &'m [u8],
    pub(crate) header_is_whole: bool,
    pub(crate) size: ByteCount,
}

impl Admission {
    pub(crate) fn new(proofs: DomainProofs) -> Self {
        Self { proofs: Arc::new(proofs), ..Self::default() }
    }

    /// Whether the peer is in some tenant's networks.
    pub(crate) fn knows(tenants: &Tenants, caller: &Caller) -> bool {
        tenants.all().iter().any(|one| checks::has_peer(one, caller))
    }

    /// Whether AUTH is of any use here.
    pub(crate) fn takes_logins(tenants: &Tenants, caller: &Caller) -> bool {
        let may = |one: &Arc<Snapshot>| {
            !one.settings.connector.accounts.is_empty() && checks::has_peer(one, caller)
        };
        tenants.all().iter().any(may)
    }

    /// A turn to judge AUTH, which takes a processor; none if too many wait for theirs.
    pub(crate) async fn turn_to_hash(&self) -> Option<Turn> {
        self.hashing.turn().await
    }

    /// What is said where no turn came in time.
    pub(crate) fn too_many_logins() -> Reply {
        login::too_many()
    }

    /// Judges AUTH. What it takes of the processor is the caller's to put aside, in its turn.
    pub(crate) fn login(
        &self,
        visit: &Visit<'_>,
        credentials: &Credentials,
    ) -> Result<(TenantName, Reply), Refusal> {
        let (peer, now) = (visit.caller.peer, visit.now);
        // Before the hash: what is under way in other sessions counts too.
        if !self.failures.charge(peer, &credentials.user, now) {
            let tell = Tell::Operator(format!("logins from {peer} fail again and again"));
            return Err(Refusal { reply: login::too_many(), ground: Ground::Login, tell });
        }
        if let Some(tenant) = login::owner(visit.tenants, visit.caller, credentials) {
            self.failures.forgive(peer, &credentials.user);
            return Ok((tenant, login::welcome()));
        }
        let tell = match login::known(visit.tenants, visit.caller, &credentials.user) {
            Some(tenant) => Tell::Tenant(tenant, format!("a login from {peer} had the wrong password")),
            None => Tell::Nobody,
        };
        Err(Refusal { reply: login::wrong(), ground: Ground::Login, tell })
    }

    /// Judges MAIL.
    pub(crate) fn sender(&self, visit: &Visit<'_>, envelope: &Envelope) -> Result<Admitted, Refusal> {
        let admitted = match &envelope.mail_from {
            ReversePath::Mailbox(address) => self.mailbox(visit, address)?,
            ReversePath::Null => {
                let here = neighbours(visit);
                if here.is_empty() {
                    let text = format!("{} is in no tenant's networks", visit.caller.peer);
                    return Err(Refusal::stranger(Ground::Check(Check::Network), text, Tell::Nobody));
                }
                Admitted::OneOf(here)
            }
        };
        if let Admitted::Tenant(snapshot) = &admitted {
            self.pace.has_room(snapshot, &envelope.mail_from, 1, visit.now)?;
            pace::fits(snapshot, envelope.size.unwrap_or_default())?;
        }
        Ok(admitted)
    }

    /// Whether one more recipient is within the tenant's limit.
    pub(crate) fn recipient(admitted: &Admitted, recipients: usize) -> Result<(), Refusal> {
        let Admitted::Tenant(snapshot) = admitted else { return Ok(()) };
        let settings = &snapshot.settings;
        match settings.limits.recipients_per_message {
            Some(max) if recipients >= max as usize => {
                let text = format!("more than {max} recipients");
                let reply = Reply::new(452, Some(EnhancedCode::new(4, 5, 3)), text);
                Err(Refusal { reply, ground: Ground::Limit, tell: Tell::Nobody })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Judges the whole message, and gives the session a seat of its tenant. Only now, because whoever only says MAIL could take
    /// all seats of somebody else.
    pub(crate) fn message(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted,
        message: &Ended<'_>,
        seat: &mut Option<Seat>,
    ) -> Result<Arc<Snapshot>, Refusal> {
        let snapshot = self.proven(visit, admitted, message)?;
        let recipients = message.envelope.recipients.len();
        // At RCPT a null sender's tenant was not known.
        Self::recipient(&Admitted::Tenant(Arc::clone(&snapshot)), recipients.saturating_sub(1))?;
        pace::fits(&snapshot, message.size)?;
        self.pace.has_room(&snapshot, &message.envelope.mail_from, recipients, visit.now)?;
        if seat.as_ref().is_none_or(|seat| seat.tenant != snapshot.settings.name) {
            *seat = Some(self.sessions.enter(&snapshot)?);
        }
        self.pace.count(&snapshot, &message.envelope.mail_from, recipients, visit.now);
        Ok(snapshot)
    }

    /// Whose message it is, by its header and all that is known of the session. It counts nothing: it may be asked before the body ends.
    pub(crate) fn proven(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted,
        message: &Ended<'_>,
    ) -> Result<Arc<Snapshot>, Refusal> {
        let sender = message.envelope.mail_from.mailbox().map(Address::domain);
        let header = || Header::of(message.beginning, message.header_is_whole);
        Ok(match admitted {
            Admitted::Tenant(snapshot) => {
                let asks_header = checks::of_the_header(snapshot).next().is_some();
                let header = asks_header.then(header);
                self.check(visit, snapshot, sender.as_ref(), header.as_ref())?;
                Arc::clone(snapshot)
            }
            Admitted::OneOf(here) => {
                let header = header();
                let (snapshot, domain) = self.author(visit, here, &header)?;
                self.check(visit, &snapshot, Some(&domain), Some(&header))?;
                snapshot
            }
            Admitted::Nobodys(domain) => return Err(self.nobodys(visit, domain, Some(&header()))),
        })
    }

    fn evidence<'e>(
        &'e self,
        visit: &Visit<'e>,
        sender: Option<&'e Domain>,
        header: Option<&'e Header<'e>>,
    ) -> Evidence<'e> {
        let Visit { caller, login, now, .. } = *visit;
        Evidence { caller, login, sender, header, proofs: &self.proofs, now }
    }

    fn mailbox(&self, visit: &Visit<'_>, address: &Address) -> Result<Admitted, Refusal> {
        let domain = address.domain();
        let owner = visit.tenants.owner(&domain).filter(|one| checks::owned(one, address).is_some());
        let Some(snapshot) = owner else {
            if may_be_proven_later(visit) {
                return Ok(Admitted::Nobodys(domain));
            }
            return Err(self.nobodys(visit, &domain, None));
        };
        let evidence = self.evidence(visit, Some(&domain), None);
        other_session(visit, &snapshot, &evidence)?;
        match checks::first_failed(&snapshot, &evidence) {
            Err(failed) if !waits(visit, &snapshot, &failed) => {
                Err(verdict(visit, &snapshot, failed, &Claims::of(visit.tenants, &evidence)))
            }
            Ok(()) | Err(_) => Ok(Admitted::Tenant(snapshot)),
        }
    }

    /// Every check of the tenant, now that everything is known.
    fn check(
        &self,
        visit: &Visit<'_>,
        snapshot: &Snapshot,
        sender: Option<&Domain>,
        header: Option<&Header<'_>>,
    ) -> Result<(), Refusal> {
        let evidence = self.evidence(visit, sender, header);
        other_session(visit, snapshot, &evidence)?;
        checks::first_failed(snapshot, &evidence)
            .map_err(|failed| verdict(visit, snapshot, failed, &Claims::of(visit.tenants, &evidence)))
    }

    /// The one of `here` to which the single author of a null sender's mail belongs.
    fn author(
        &self,
        visit: &Visit<'_>,
        here: &[Arc<Snapshot>],
        header: &Header<'_>,
    ) -> Result<(Arc<Snapshot>, Domain), Refusal> {
        let refused = |why: &str| {
            let text = format!("a null sender's tenant is found by its From field, and {why}");
            let tell = Tell::Operator(format!("mail of a null sender from {}: {why}", visit.caller.peer));
            Refusal::stranger(Ground::Check(Check::From), text, tell)
        };
        let authors = header.authors().map_err(|why| refused(&why))?;
        let [author] = authors.as_slice() else { return Err(refused("it names several people")) };
        let owner = here.iter().find_map(|one| Some((one, checks::owned(one, author)?)));
        match owner {
            Some((snapshot, domain)) => Ok((Arc::clone(snapshot), domain.clone())),
            None => Err(self.nobodys(visit, &author.domain(), Some(header))),
        }
    }

    /// A domain that is no tenant's here: forgotten, if what else came along proves one tenant.
    fn nobodys(&self, visit: &Visit<'_>, domain: &Domain, header: Option<&Header<'_>>) -> Refusal {
        let ground = Ground::Check(Check::Domain);
        let here = neighbours(visit);
        let claims = Claims::of(visit.tenants, &self.evidence(visit, Some(domain), header));
        let is_free = visit.tenants.owner(domain).is_none();
        let is_here = |tenant: &TenantName| here.iter().any(|one| one.settings.name == *tenant);
        if let Some(tenant) = claims.only().filter(|tenant| is_free && is_here(tenant)) {
            let mend = format!("mail with this tenant's proof has a sender in {domain}; add it to `domains`");
            return Refusal::set_up(ground, "the sender's domain is not set up", tenant, mend);
        }
        not_from_there(visit, ground, domain)
    }
}

/// One text for an unknown domain, for another tenant's, and for one's own from another place: strangers learn nothing of who is a customer.
fn not_from_there(visit: &Visit<'_>, ground: Ground, domain: &Domain) -> Refusal {
    let peer = visit.caller.peer;
    if neighbours(visit).is_empty() {
        let text = format!("{peer} is in no tenant's networks");
        return Refusal::stranger(Ground::Check(Check::Network), text, Tell::Nobody);
    }
    let text = format!(
        "the domain {domain} is not one that may send from {peer}; the tenant's `domains` and `networks` decide"
    );
    let told = format!("mail from {peer} has a sender in {domain}, which may not send from there");
    Refusal::stranger(ground, text, Tell::Operator(told))
}

/// A session that logged in or showed a certificate as somebody else sends nothing of this tenant.
fn other_session(visit: &Visit<'_>, snapshot: &Snapshot, evidence: &Evidence<'_>) -> Result<(), Refusal> {
    let tenant = &snapshot.settings.name;
    let of_session = Evidence { header: None, ..*evidence };
    // Microsoft's certificate is everybody's, and comes with every session of Exchange Online.
    let shows_own =
        |tls: &TlsInfo| tls.peer_certificate.as_ref().is_some_and(|shown| !is_microsoft(&shown.names));
    let shows = visit.login.is_some() || visit.caller.tls.as_ref().is_some_and(shows_own);
    if !shows || !Claims::of(visit.tenants, &of_session).contradict(tenant) {
        return Ok(());
    }
    let text = "the session belongs to another tenant than the sender".to_owned();
    let peer = visit.caller.peer;
    let told =
        format!("mail from {peer} has a sender of this tenant and the login or certificate of another one");
    Err(Refusal::stranger(Ground::OtherTenant, text, Tell::Tenant(tenant.clone(), told)))
}

/// What a failed check leads to.
fn verdict(visit: &Visit<'_>, snapshot: &Snapshot, failed: Failed, claims: &Claims) -> Refusal {
    let tenant = &snapshot.settings.name;
    let ground = Ground::Check(failed.check);
    let word = failed.check.word();
    if failed.is_mendable && claims.prove(tenant) && !claims.contradict(tenant) {
        let mend = format!("mail of this tenant waits: {}; check {word} of connector.require", failed.why);
        return Refusal::set_up(ground, &failed.why, tenant.clone(), mend);
    }
    if failed.check == Check::Network {
        return not_from_there(visit, ground, &snapshot.settings.domains[0]);
    }
    let told =
        format!("somebody without proof sends as this tenant: {}; check {word} refused it", failed.why);
    Refusal::stranger(ground, failed.why, Tell::Tenant(tenant.clone(), told))
}

/// Whether a check that failed at MAIL is looked at again at the end, because the header may prove the tenant and so make the
/// refusal one that comes again. A peer outside the networks gets that only with a certificate of Exchange Online.
fn waits(visit: &Visit<'_>, snapshot: &Snapshot, failed: &Failed) -> bool {
    let require = &snapshot.settings.connector.require;
    let header_proves = require.contains(&Check::Secret) || require.contains(&Check::TenantId);
    header_proves && (failed.check != Check::Network || is_from_microsoft(visit.caller))
}

/// Whether a sender of nobody's domain may still turn out to be a tenant's.
fn may_be_proven_later(visit: &Visit<'_>) -> bool {
    let is_from_microsoft = is_from_microsoft(visit.caller);
    let may = |one: &Arc<Snapshot>| {
        let require = &one.settings.connector.require;
        require.contains(&Check::Secret) || (is_from_microsoft && require.contains(&Check::TenantId))
    };
    neighbours(visit).iter().any(may)
}

fn is_from_microsoft(caller: &Caller) -> bool {
    let shown = caller.tls.as_ref().and_then(|tls| tls.peer_certificate.as_ref());
    shown.is_some_and(|shown| is_microsoft(&shown.names))
}

fn neighbours(visit: &Visit<'_>) -> Vec<Arc<Snapshot>> {
    let mut here = visit.tenants.all();
    here.retain(|snapshot| checks::has_peer(snapshot, visit.caller));
    here
}

#[cfg(test)]
mod tests;
