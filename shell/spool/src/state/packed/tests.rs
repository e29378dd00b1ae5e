//! What is packed reads back as it was, whatever a message may be; and what many have alike is there once.

use super::*;
use crate::event::{Before, HeaderFacts, Kept, Proved, Undoable};
use crate::state::{ChunkPlace, Entry};
use model::{
    ActId, BodyType, ByteCount, Category, Discard, Domain, DsnReturn, Duration, Envelope, Final, HostPort,
    LastTry, MessageId, Notify, Outcome, Owner, ParkReason, Recipient, Redirect, ReversePath, Stage,
};

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 16) as usize % bound
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.coin().then(|| make(self))
    }

    fn text(&mut self) -> String {
        let texts =
            ["", "451 4.7.1 Greylisted", "näh \"quoted\" \u{1}\u{1f4e7}", "mx.example.net [192.0.2.25]"];
        if self.coin() { "x".repeat(self.below(300)) } else { self.one(&texts).to_owned() }
    }

    fn time(&mut self) -> Timestamp {
        let times = [0, -1, i64::MAX, i64::MIN];
        if self.coin() { self.likely_time() } else { Timestamp::from_micros(self.one(&times)) }
    }

    /// One that the log can write.
    fn likely_time(&mut self) -> Timestamp {
        Timestamp::from_micros(1_790_000_000_000_000 + self.below(1 << 40) as i64)
    }

    fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(&mut self) -> T {
        self.one(&["a", "eu-1", "acme"]).parse().unwrap()
    }

    fn id(&mut self) -> MessageId {
        MessageId::from_bytes(std::array::from_fn(|_| self.below(256) as u8))
    }

    fn address(&mut self) -> model::Address {
        self.one(&["a@b.example", "\"b \\\" c\"@näh.example", "x@[192.0.2.1]", "Anna.B@Sub.Example.NET"])
            .parse()
            .unwrap()
    }

    fn stage(&mut self) -> Stage {
        let early = [Stage::Resolve, Stage::Connect, Stage::Banner, Stage::Ehlo, Stage::Tls];
        let late = [Stage::Mail, Stage::Rcpt, Stage::Data, Stage::EndOfData];
        if self.coin() { self.one(&early) } else { self.one(&late) }
    }

    fn reason(&mut self) -> ParkReason {
        let (detail, host, reply) = (self.text(), self.text(), self.text());
        match self.below(7) {
            0 => ParkReason::Refused {
                stage: self.stage(),
                host,
                reply,
                category: self.maybe(|dice| dice.one(Category::ALL)),
                owner: self.maybe(|dice| dice.one(Owner::ALL)),
                source: self.maybe(Self::name),
            },
            1 => ParkReason::TenantSetup { stage: self.stage(), host, reply },
            2 => ParkReason::Loop { detail },
            3 => ParkReason::Policy { detail },
            4 => ParkReason::Conduct { sender: self.maybe(Self::text), detail },
            5 => ParkReason::Damaged { detail },
            _ => ParkReason::Operator { by: host, note: reply },
        }
    }

    fn outcome(&mut self) -> Outcome {
        match self.below(5) {
            0 => Outcome::Final(Final::Delivered {
                host: self.text(),
                source: self.name(),
                reply: self.text(),
            }),
            1 => Outcome::Final(Final::Bounced { report: self.id(), reply: self.text() }),
            2 => Outcome::Final(Final::Discarded { because: Discard::NullSender, reply: self.text() }),
            3 => Outcome::Final(Final::Operator { act: self.text(), by: self.text() }),
            _ => Outcome::Pending,
        }
    }

    fn redirect(&mut self) -> Redirect {
        let host: Domain = "relay.example".parse().unwrap();
        Redirect { to: HostPort::Name { host, port: 26 }, tls: None }
    }

    fn last_try(&mut self) -> LastTry {
        let met = self.maybe(|dice| model::Met {
            stage: dice.stage(),
            kind: dice.text(),
            text: dice.text(),
            category: dice.maybe(|dice| dice.one(Category::ALL)),
            owner: dice.maybe(|dice| dice.one(Owner::ALL)),
            judgement: dice.text(),
        });
        LastTry { host: self.maybe(Self::text), source: self.maybe(Self::name), met }
    }

    fn proved(&mut self) -> Proved {
        let results = (0..self.below(3)).map(|_| self.text()).collect();
        Proved { results, chain: self.text(), why: self.maybe(Self::text) }
    }

    fn accepted(&mut self) -> Accepted {
        let recipients = (0..1 + self.below(3)).map(|_| Recipient {
            address: self.address(),
            notify: self.maybe(|dice| Notify {
                success: dice.coin(),
                failure: dice.coin(),
                delay: dice.coin(),
            }),
            orcpt: self.maybe(Self::text),
        });
        let recipients: Vec<_> = recipients.collect();
        let bodies = [BodyType::SevenBit, BodyType::EightBitMime, BodyType::BinaryMime];
        let mail_from = if self.coin() { ReversePath::Null } else { ReversePath::Mailbox(self.address()) };
        Accepted {
            tenant: self.name(),
            snapshot: SnapshotNumber(self.below(1 << 40) as u64),
            envelope: Envelope {
                mail_from,
                recipients,
                body: self.one(&bodies),
                smtputf8: self.coin(),
                require_tls: self.coin(),
                size: self.maybe(|dice| ByteCount(dice.below(1 << 40) as u64)),
                ret: self.maybe(|dice| dice.one(&[DsnReturn::Full, DsnReturn::Headers])),
                envid: self.maybe(Self::text),
            },
            received: self.time(),
            due: self.time(),
            expires: self.time(),
            trace: TraceInfo {
                peer: self.one(&["192.0.2.1", "2001:db8::1"]).parse().unwrap(),
                helo: self.text(),
                tls: self.maybe(Self::text),
                listener: self.name(),
                by: self.text(),
                esmtp: self.coin(),
            },
            header: HeaderFacts {
                message_id: self.maybe(Self::text),
                subject: self.maybe(Self::text),
                waives_tls: self.coin(),
            },
            about: self.maybe(Self::id),
            avoid: self.maybe(Self::name),
        }
    }

    fn progress(&mut self, accepted: &Accepted) -> Progress {
        let usual = Progress::new(accepted);
        let is_rare = self.below(4) == 0;
        let last_try = self.maybe(Self::last_try);
        let text = last_try.as_ref().and_then(|tried| tried.met.as_ref()).map(|met| met.text.clone());
        let tries = self.below(1_000) as u32;
        let progress = Progress {
            in_flight: (0..self.below(3)).collect(),
            maybe_duplicate: (0..self.below(200)).step_by(7).collect(),
            tries,
            losses: self.below(2) as u32,
            due: self.time(),
            parked: self.maybe(Self::reason),
            why: if self.coin() { text } else { self.maybe(Self::text) },
            tried: self.maybe(Self::time),
            parked_since: self.maybe(Self::time),
            sender_told: self.maybe(Self::time),
            tenant_told: self.maybe(Self::time),
            last_try,
            proved: self.maybe(Self::proved),
            ..usual
        };
        if is_rare { self.rare(progress) } else { progress }
    }

    fn rare(&mut self, mut progress: Progress) -> Progress {
        // A damaged record may tell of more recipients than there are.
        progress.outcomes = (0..1 + self.below(4)).map(|_| self.outcome()).collect();
        progress.kept = (0..self.below(2)).map(|recipient| Kept { recipient, why: self.reason() }).collect();
        progress.redirect = self.maybe(Self::redirect);
        let act = ActId::new(Timestamp::from_micros(1_790_000_000_000_000), [1; 10]);
        let stood =
            Before::Standing { due: self.likely_time(), parked: self.maybe(Self::reason), kept: Vec::new() };
        let went = Before::Route { redirect: self.maybe(Self::redirect) };
        progress.acts = self
            .one(&[vec![], vec![stood, went]])
            .into_iter()
            .map(|before| Undoable { act, before })
            .collect();
        progress
    }

    fn whole(&mut self) -> Whole {
        let accepted = Arc::new(self.accepted());
        let progress = self.progress(&accepted);
        let chunk = |dice: &mut Self| ChunkPlace {
            segment: dice.below(1 << 20) as u64,
            offset: 8 * dice.below(1 << 30) as u64,
        };
        Whole {
            body: Body {
                chunks: (0..self.below(4)).map(|_| chunk(self)).collect(),
                length: self.below(1 << 40) as u64,
            },
            phase: if progress.parked.is_some() { Phase::Parked } else { Phase::Waiting },
            accepted,
            progress,
            lease: 0,
            event_segments: (0..self.below(4)).map(|_| self.below(1 << 20) as u64).collect(),
        }
    }
}

#[test]
fn what_is_packed_reads_back_as_it_was() {
    let mut shelf = Shelf::default();
    for seed in 0..5_000 {
        let whole = Dice(seed).whole();
        let packed = shelf.pack(&whole);
        let read = packed.whole();
        assert_eq!(*read.accepted, *whole.accepted, "seed {seed}");
        assert_eq!(read.progress, whole.progress, "seed {seed}");
        assert_eq!((&read.body, &read.event_segments), (&whole.body, &whole.event_segments), "seed {seed}");
        assert_eq!((read.phase, packed.standing), (whole.phase, whole.standing()), "seed {seed}");
        assert_eq!(packed.size(), whole.body.length, "seed {seed}");
        let (lane, of_whole) = (packed.lane(), whole.lane());
        assert_eq!(lane, of_whole, "seed {seed}");
        let entries = [Entry::Packed(Box::new(packed)), Entry::Whole(Box::new(whole))];
        let beside = entries.each_ref().map(beside);
        assert_eq!(beside[0], beside[1], "seed {seed}");
        let [Entry::Packed(packed), _] = entries else { panic!("it was packed") };
        shelf.release(*packed);
    }
    assert_eq!((shelf.origins.len(), shelf.met.len()), (0, 0), "what nobody has any more is gone");
}

/// What is known without reading anything.
fn beside(entry: &Entry) -> (Timestamp, Timestamp, Timestamp, [bool; 4]) {
    let facts = [entry.is_parked(), entry.is_ours(), entry.is_tried(), entry.is_in_flight()];
    (entry.due(), entry.received(), entry.expires(), facts)
}

#[test]
fn a_session_and_a_reply_that_many_met_are_in_memory_once() {
    let mut shelf = Shelf::default();
    let mut whole = Dice(1).whole();
    whole.progress.why = Some("451 4.7.1 later".to_owned());
    let packed: Vec<Packed> = (0..100)
        .map(|number| {
            let accepted = Arc::make_mut(&mut whole.accepted);
            accepted.header.message_id = Some(format!("{number}@acme.example"));
            whole.progress.due = whole.progress.due + Duration::from_secs(1);
            shelf.pack(&whole)
        })
        .collect();
    assert_eq!((shelf.origins.len(), shelf.met.len()), (1, 1));
    let ids = packed.iter().filter_map(|one| one.accepted().header.message_id);
    assert_eq!(ids.collect::<std::collections::BTreeSet<_>>().len(), 100);
}

#[test]
fn a_stage_reads_back_as_itself() {
    for stage in [
        Stage::Resolve,
        Stage::Connect,
        Stage::Banner,
        Stage::Ehlo,
        Stage::Tls,
        Stage::Mail,
        Stage::Rcpt,
        Stage::Data,
        Stage::EndOfData,
    ] {
        let met = model::Met {
            stage,
            kind: "reply".to_owned(),
            text: String::new(),
            category: None,
            owner: None,
            judgement: String::new(),
        };
        let mut progress = Progress::new(&Dice(3).accepted());
        progress.last_try = Some(LastTry { host: None, source: None, met: Some(met) });
        let read = Met::read(&Met::write(&progress).unwrap());
        assert_eq!(read.last_try, progress.last_try);
    }
}
