//! The first three stations in order: what a session asks is answered by admission, and what is admitted is made safe.
//!
//! One door serves one session. It refuses by the words of the station that refuses, counts, and tells the operator where a
//! refusal needs a person.

use crate::Parts;
use crate::accept::{Caller, Door};
use crate::admit::{Admission, Admitted, Ended, Ground, Refusal, Seat, Tell, Visit};
use crate::commit::{self, Receiving};
use crate::conduct;
use crate::cut_through;
use crate::refused::{RefusedAt, RefusedSession};
use dispatch::Passage;
use model::{
    ByteCount, Duration, EnhancedCode, Envelope, MessageId, Recipient, Reply, ReversePath, TenantName,
};
use smtp::{Credentials, Framing};
use spool::TraceInfo;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tenant::Snapshot;

/// How late a wrong password is answered.
const LOGIN_PENALTY: Duration = Duration::from_secs(1);
/// Bytes of a body that are kept before its header is judged: what nobody proves never fills the disk.
const UNPROVEN_BYTES_MAX: u64 = 512 << 10;

/// The door of one session.
pub(crate) struct Entrance {
    parts: Arc<Parts>,
    caller: Option<Caller>,
    /// The tenant as whom the session has logged in.
    login: Option<TenantName>,
    seat: Option<Seat>,
    admitted: Option<Admitted>,
    /// Of a held tenant the message may be the one that finds out; that is taken when all else holds.
    passage: Passage,
    mail_from: Option<ReversePath>,
    recipients: Vec<String>,
    receiving: Option<Receiving>,
    /// What the header of a long body says of it, before it is whole.
    early: Option<Result<(), Refusal>>,
}

impl Entrance {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        let (caller, login, seat, admitted) = (None, None, None, None);
        Self {
            parts,
            caller,
            login,
            seat,
            admitted,
            passage: Passage::Free,
            mail_from: None,
            recipients: Vec::new(),
            receiving: None,
            early: None,
        }
    }

    fn refused(&self, refusal: Refusal, at: RefusedAt, recipients: &[String]) -> Reply {
        self.tell(at, &refusal.reply.to_string(), recipients);
        let metrics = &self.parts.metrics;
        if refusal.ground != Ground::Login {
            metrics.mail_refused.add_one();
        }
        refusal.ground.figure(metrics).add_one();
        let (tenant, text) = match &refusal.tell {
            Tell::Nobody => return refusal.reply,
            Tell::Operator(text) => (None, text),
            Tell::Tenant(tenant, text) => (Some(tenant), text),
        };
        let (word, now) = (refusal.ground.word(), self.parts.clock.now());
        if self.parts.admission.hints.tell((tenant, refusal.concern()), word, text, now) {
            metrics.alarms.add_one();
            let tenant = tenant.map_or("none", TenantName::as_str);
            tracing::warn!(check = word, tenant, reply = %refusal.reply, "{text}");
        }
        refusal.reply
    }

    /// The tenant's own system does not take our mail: the connector keeps what is new.
    fn not_now(&self, at: RefusedAt) -> Reply {
        self.parts.metrics.mail_refused.add_one();
        let text = "this organisation's inbound connector does not take mail from us, its administrator is told; try again later";
        let reply = Reply::new(451, Some(EnhancedCode::new(4, 7, 1)), text);
        self.tell(at, &reply.to_string(), &self.recipients);
        reply
    }

    /// What does not enter the spool is told from here.
    fn tell(&self, stage: RefusedAt, reply: &str, recipients: &[String]) {
        let Some(caller) = &self.caller else { return };
        self.parts.refusals.tell(|| {
            let refused = RefusedSession::new(caller, stage, reply.to_owned(), self.parts.clock.now());
            refused.of(self.mail_from.as_ref(), recipients.to_vec())
        });
    }

    /// Whether a long body is worth storing; what is refused here is answered at its end.
    fn look_early(&mut self) {
        let (Some(receiving), Some(caller), None) = (&self.receiving, &self.caller, &self.early) else {
            return;
        };
        if receiving.length() < UNPROVEN_BYTES_MAX {
            return;
        }
        let visit = visit(&self.parts, caller, self.login.as_ref());
        let proven = self.parts.admission.proven(&visit, &receiving.admitted, &ended(receiving)).map(drop);
        if proven.is_err() {
            self.receiving = None;
        }
        self.early = Some(proven);
    }

    /// The whole message's tenant, with a seat for the session.
    fn judge(&mut self, caller: &Caller, receiving: &Receiving) -> Result<Arc<Snapshot>, Refusal> {
        let message = ended(receiving);
        let visit = visit(&self.parts, caller, self.login.as_ref());
        let admission = &self.parts.admission;
        admission.message(&visit, &receiving.admitted, &message, &mut self.seat)
    }
}

/// What is known of a message by now.
fn ended(receiving: &Receiving) -> Ended<'_> {
    Ended {
        envelope: &receiving.envelope,
        beginning: receiving.header(),
        header_is_whole: receiving.header_is_whole(),
        size: ByteCount(receiving.length()),
    }
}

fn visit<'v>(parts: &'v Parts, caller: &'v Caller, login: Option<&'v TenantName>) -> Visit<'v> {
    Visit { tenants: &parts.tenants, caller, login, now: parts.clock.now() }
}

fn ok(text: &str) -> Reply {
    Reply::new(250, Some(EnhancedCode::new(2, 1, 0)), text)
}

impl Door for Entrance {
    fn knows(&self, caller: &Caller) -> bool {
        Admission::knows(&self.parts.tenants, caller)
    }

    fn takes_logins(&self, caller: &Caller) -> bool {
        Admission::takes_logins(&self.parts.tenants, caller)
    }

    async fn login(&mut self, caller: &Caller, credentials: Credentials) -> Reply {
        let (parts, caller) = (Arc::clone(&self.parts), caller.clone());
        let Some(turn) = parts.admission.turn_to_hash().await else { return Admission::too_many_logins() };
        // A hash takes a tenth of a second of a processor, which others need for their mail.
        let judged = tokio::task::spawn_blocking(move || {
            let _until_the_hash_is_done = turn;
            parts.admission.login(&visit(&parts, &caller, None), &credentials)
        });
        match judged.await {
            Ok(Ok((tenant, reply))) => {
                self.login = Some(tenant);
                reply
            }
            Ok(Err(refusal)) => {
                self.parts.clock.sleep(LOGIN_PENALTY).await;
                self.refused(refusal, RefusedAt::Login, &[])
            }
            Err(_panicked_or_stopping) => out_of_order(),
        }
    }

    async fn mail(&mut self, caller: &Caller, envelope: &Envelope) -> Reply {
        self.caller = Some(caller.clone());
        self.recipients.clear();
        self.admitted = None;
        self.passage = Passage::Free;
        self.mail_from = Some(envelope.mail_from.clone());
        if self.parts.parked_is_full.load(Ordering::Relaxed) {
            let text = "too much mail is parked here, try again later";
            let reply = Reply::new(451, Some(EnhancedCode::new(4, 3, 1)), text);
            self.tell(RefusedAt::Mail, &reply.to_string(), &[]);
            return reply;
        }
        let visit = visit(&self.parts, caller, self.login.as_ref());
        match self.parts.admission.sender(&visit, envelope) {
            Ok(admitted) => {
                if let Admitted::Tenant(snapshot) = &admitted {
                    let (holds, name) = (self.parts.tenants.holds(), &snapshot.settings.name);
                    self.passage = holds.entry(name, self.parts.clock.now());
                    if self.passage == Passage::Closed {
                        return self.not_now(RefusedAt::Mail);
                    }
                }
                self.admitted = Some(admitted);
                ok("sender ok")
            }
            Err(refusal) => self.refused(refusal, RefusedAt::Mail, &[]),
        }
    }

    async fn recipient(&mut self, recipient: &Recipient) -> Reply {
        let Some(admitted) = &self.admitted else { return out_of_order() };
        match Admission::recipient(admitted, self.recipients.len()) {
            Ok(()) => {
                self.recipients.push(recipient.address.to_string());
                Reply::new(250, Some(EnhancedCode::new(2, 1, 5)), "recipient ok")
            }
            Err(refusal) => self.refused(refusal, RefusedAt::Rcpt, &[recipient.address.to_string()]),
        }
    }

    async fn begin(&mut self, envelope: Envelope) -> Reply {
        let Some(admitted) = self.admitted.take() else { return out_of_order() };
        let id = MessageId::new(self.parts.clock.now(), net::random());
        match Receiving::begin(&self.parts.spool, id, admitted, envelope) {
            Ok(receiving) => {
                self.receiving = Some(receiving);
                self.early = None;
                Reply::new(250, None, "go on")
            }
            Err(reply) => {
                self.parts.metrics.body_refused.add_one();
                self.tell(RefusedAt::Data, &reply.to_string(), &self.recipients);
                reply
            }
        }
    }

    async fn body(&mut self, bytes: &[u8]) {
        if let Some(receiving) = &mut self.receiving {
            receiving.append(bytes).await;
        }
        self.look_early();
    }

    async fn end(&mut self, _framing: Framing, bare_lf: u64) -> Reply {
        if let Some(Err(refusal)) = self.early.take() {
            return self.refused(refusal, RefusedAt::Data, &self.recipients);
        }
        let (Some(mut receiving), Some(caller)) = (self.receiving.take(), self.caller.clone()) else {
            return out_of_order();
        };
        let snapshot = match self.judge(&caller, &receiving) {
            Ok(snapshot) => snapshot,
            Err(refusal) => return self.refused(refusal, RefusedAt::Data, &self.recipients),
        };
        let passage = self.parts.tenants.holds().exit(&snapshot.settings.name, self.parts.clock.now());
        if matches!(receiving.admitted, Admitted::OneOf(_)) && passage != Passage::Free {
            return self.not_now(RefusedAt::Data);
        }
        let is_probe = self.passage == Passage::Probe;
        let (holds, name) = (self.parts.tenants.holds(), &snapshot.settings.name);
        if is_probe && holds.enter(name, self.parts.clock.now()) == Passage::Closed {
            return self.not_now(RefusedAt::Data);
        }
        let metrics = &self.parts.metrics;
        let (received, length) = (self.parts.clock.now(), receiving.length());
        let expires = received + self.parts.queue.expire;
        let keep_subject = self.parts.keep_subject;
        let envelope = receiving.envelope.clone();
        let goes_through = cut_through::is_wanted(&self.parts, &snapshot)
            && receiving.is_short()
            && conduct::goes_through(&self.parts, &snapshot, &envelope);
        let taken = if goes_through && receiving.can_transit() {
            match receiving.into_transit(&snapshot, trace(&caller), received, expires, keep_subject) {
                Ok(transit) => cut_through::hand_over(&self.parts, transit, Arc::clone(&snapshot)).await,
                Err(reply) => Err(reply),
            }
        } else if goes_through && !cut_through::may_store(&snapshot) {
            Err(commit::no_space())
        } else {
            receiving.commit(&snapshot, trace(&caller), received, expires, keep_subject).await
        };
        match taken {
            Ok(reply) => {
                conduct::came(&self.parts, &snapshot, &envelope);
                metrics.accepted.add_one();
                metrics.accepted_bytes.add(length);
                if bare_lf > 0 {
                    metrics.bare_lf.add_one();
                }
                tracing::info!(tenant = %snapshot.settings.name, bytes = length, reply = %reply, "accepted");
                reply
            }
            Err(reply) => {
                if is_probe {
                    holds.not_entered(name, self.parts.clock.now());
                }
                metrics.body_refused.add_one();
                self.tell(RefusedAt::Data, &reply.to_string(), &self.recipients);
                reply
            }
        }
    }

    fn abort(&mut self) {
        let is_refused = matches!(self.early.take(), Some(Err(_)));
        if self.receiving.take().is_some() || is_refused {
            self.parts.metrics.body_refused.add_one();
            self.tell(RefusedAt::Data, "the body was broken off", &self.recipients);
        }
    }
}

/// What the session machine never lets happen; a peer that meets it may try again.
fn out_of_order() -> Reply {
    tracing::error!("a session asked out of order");
    Reply::new(451, Some(EnhancedCode::new(4, 3, 0)), "internal error, try again later")
}

fn trace(caller: &Caller) -> TraceInfo {
    TraceInfo {
        peer: caller.peer,
        helo: caller.helo.clone(),
        tls: caller.tls.as_ref().map(|tls| format!("{} {}", tls.protocol, tls.cipher)),
        listener: caller.listener.clone(),
        by: caller.hostname.clone(),
        esmtp: caller.is_esmtp,
    }
}
