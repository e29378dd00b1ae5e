//! A day like that of the seed, written as Exim would have logged it, by a fixed die, with the truth counted beside it.
//!
//! One relay address is listed at 15:58:51 on a Saturday and delisted at 13:20 on Sunday. Microsoft and one receiver refuse for good, another one
//! for now; Google and the rest take mail all the time. Unknown mailboxes and greylisting go on as every day. Times are UTC without a zone, as
//! a default log has them. All names end in `.example`, all our addresses are of RFC 5737.

use model::{Duration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// Of the listing, from the first refused recipient that could meet it.
pub(crate) const LISTED: &str = "2024-10-19T15:58:51Z";
pub(crate) const DELISTED: &str = "2024-10-20T13:20:00Z";
const FIRST: &str = "2024-10-19T10:00:00Z";
const LAST: &str = "2024-10-20T15:30:00Z";
const RETRY: Duration = Duration::from_secs(45 * 60);

/// What was really done, counted where it was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) lines: u64,
    pub(crate) messages: u64,
    pub(crate) delivered: u64,
    /// Attempts refused for the address.
    pub(crate) refused: u64,
    pub(crate) refused_messages: BTreeSet<String>,
    pub(crate) refused_recipients: u64,
    pub(crate) given_up: u64,
    pub(crate) delivered_later: u64,
    /// Refused for the address first, then found to be unknown.
    pub(crate) given_up_otherwise: u64,
    /// Reports on messages that were refused for the address.
    pub(crate) reports: u64,
    pub(crate) senders: BTreeSet<String>,
    pub(crate) recipient_domains: BTreeSet<String>,
    pub(crate) first_refusal: Option<Timestamp>,
    pub(crate) last_refusal: Option<Timestamp>,
    pub(crate) delays: Vec<u64>,
}

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 16) % bound
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A recipient that is offered to its host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Offer {
    id: String,
    sender: String,
    recipient: String,
    kind: u64,
    first_refused: Option<Timestamp>,
}

/// A day with so many messages; each line is handed over as it is written.
pub(crate) fn write(messages: u64, seed: u64, line: &mut dyn FnMut(&str)) -> Truth {
    let mut day = Day {
        dice: Dice(seed),
        truth: Truth::default(),
        waiting: BinaryHeap::new(),
        left: BTreeMap::new(),
        number: 0,
        line,
    };
    let (from, to) = (time(FIRST), time(LAST));
    let span = u64::try_from(to.as_micros() - from.as_micros()).expect("the day has a length");
    for number in 0..messages {
        // In the order of time; a seventh of a step of jitter.
        let step = span / messages;
        let at = from + Duration::from_micros(number * step + day.dice.below(step / 7 + 1));
        day.pass(at);
        day.arrive(at);
    }
    day.pass(to + Duration::from_secs(3600 * 24));
    day.truth
}

struct Day<'a> {
    dice: Dice,
    truth: Truth,
    waiting: BinaryHeap<Reverse<(Timestamp, u64, Offer)>>,
    /// Recipients without an end, for each message.
    left: BTreeMap<String, u64>,
    number: u64,
    line: &'a mut dyn FnMut(&str),
}

impl Day<'_> {
    fn log(&mut self, at: Timestamp, text: &str) {
        self.truth.lines += 1;
        let stamp = at.to_string()[..19].replace('T', " ");
        (self.line)(&format!("{stamp} {text}\n"));
    }

    /// Whatever was to be tried again until now.
    fn pass(&mut self, now: Timestamp) {
        while self.waiting.peek().is_some_and(|Reverse((due, ..))| *due <= now) {
            let Some(Reverse((due, _, offer))) = self.waiting.pop() else { return };
            self.offer(due, offer);
        }
    }

    fn id(&mut self) -> String {
        self.number += 1;
        let digits = |mut value: u64, length: usize| {
            let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
            let mut text = vec![b'0'; length];
            for place in text.iter_mut().rev() {
                *place = letters[usize::try_from(value % 62).expect("below 62")];
                value /= 62;
            }
            String::from_utf8(text).expect("letters")
        };
        format!(
            "{}-{}-{}",
            digits(26_000_000_000 + self.number, 6),
            digits(self.number * 37, 11),
            digits(self.number % 9_000, 4)
        )
    }

    fn arrive(&mut self, at: Timestamp) {
        let id = self.id();
        let tenant = self.dice.below(12);
        let sender = format!("user{}@tenant{tenant}.example", self.dice.below(40));
        let size = 2_000 + self.dice.below(90_000);
        self.truth.messages += 1;
        self.log(at, &format!(
            "{id} <= {sender} H=mail-eu{}.outbound.protection.outlook.com [40.107.{}.{}] P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no \
             S={size} id=AM0PR{}.eurprd0{}.prod.outlook.com",
            tenant, tenant + 1, self.number % 250, self.number, tenant % 5
        ));
        let count = 1 + self.dice.below(3);
        self.left.insert(id.clone(), count);
        for number in 0..count {
            let kind = self.dice.below(100);
            let domain = match kind {
                0..60 => format!("customer{}.example", kind % 15),
                60..75 => format!("mailer{}.example", kind % 3),
                75..79 => "strict.example".to_owned(),
                79..83 => "patient.example".to_owned(),
                _ => format!("office{}.example", kind % 4),
            };
            // No recipient twice: the number of the place is in the name.
            let recipient = format!("person{}.{number}@{domain}", self.dice.below(500));
            let offer =
                Offer { id: id.clone(), sender: sender.clone(), recipient, kind, first_refused: None };
            self.offer(at + Duration::from_millis(400 + 250 * number), offer);
        }
    }

    fn offer(&mut self, at: Timestamp, offer: Offer) {
        let is_listed = at >= time(LISTED) && at < time(DELISTED);
        let is_known = self.dice.below(120) != 0;
        match offer.kind {
            0..60 if is_listed => self.refuse(at, &offer, &microsoft(at, &offer, self.number)),
            75..79 if is_listed => self.refuse(at, &offer, STRICT),
            79..83 if is_listed => self.put_off(at, offer),
            83..86 if offer.first_refused.is_none() && self.dice.below(3) == 0 => self.greylist(at, offer),
            _ if !is_known => self.unknown(at, &offer),
            _ => self.deliver(at, &offer),
        }
    }

    fn deliver(&mut self, at: Timestamp, offer: &Offer) {
        self.truth.delivered += 1;
        if let Some(first) = offer.first_refused.filter(|_| (79..83).contains(&offer.kind)) {
            self.truth.delivered_later += 1;
            self.truth.delays.push(at.since(first).as_secs());
        }
        let text = format!(
            "{} => {} R=dnslookup T=remote_smtp {} X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes C=\"250 2.6.0 <m{}@relay.example> Queued mail for delivery\"",
            offer.id,
            offer.recipient,
            host(offer.kind),
            self.number
        );
        self.log(at, &text);
        self.complete(at, offer);
    }

    /// A message is over with its last recipient.
    fn complete(&mut self, at: Timestamp, offer: &Offer) {
        let left = self.left.get_mut(&offer.id).expect("it came in");
        *left -= 1;
        if *left == 0 {
            self.left.remove(&offer.id);
            self.log(at, &format!("{} Completed", offer.id));
        }
    }

    fn count_refusal(&mut self, at: Timestamp, offer: &Offer) {
        self.truth.refused += 1;
        self.truth.first_refusal.get_or_insert(at);
        self.truth.last_refusal = Some(at);
        if offer.first_refused.is_none() {
            self.truth.refused_recipients += 1;
            self.truth.refused_messages.insert(offer.id.clone());
            self.truth.senders.insert(offer.sender.clone());
            let domain = offer.recipient.split_once('@').expect("an address").1;
            self.truth.recipient_domains.insert(domain.to_owned());
        }
    }

    /// For good, and the sender gets a report.
    fn refuse(&mut self, at: Timestamp, offer: &Offer, reply: &str) {
        self.count_refusal(at, offer);
        self.truth.given_up += 1;
        self.log(at, &format!(
            "{} ** {} R=dnslookup T=remote_smtp {} X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes: SMTP error from remote mail server after RCPT TO:<{}>: {reply}",
            offer.id, offer.recipient, host(offer.kind), offer.recipient
        ));
        self.truth.reports += 1;
        self.report(at, offer);
    }

    fn report(&mut self, at: Timestamp, offer: &Offer) {
        let report = self.id();
        self.truth.messages += 1;
        self.log(
            at,
            &format!("{report} <= <> R={} U=Debian-exim P=local S=8{:03}", offer.id, self.number % 1000),
        );
        self.complete(at, offer);
        self.truth.delivered += 1;
        let tenant = offer.sender.split_once('@').expect("an address").1;
        self.log(
            at,
            &format!(
                "{report} => {} R=back T=remote_smtp H=mail.{tenant} [198.51.100.20] C=\"250 2.0.0 Ok\"",
                offer.sender
            ),
        );
        self.log(at, &format!("{report} Completed"));
    }

    /// The receiver says: later. Exim tells the host first, then the recipient.
    fn put_off(&mut self, at: Timestamp, mut offer: Offer) {
        self.count_refusal(at, &offer);
        let said =
            format!("SMTP error from remote mail server after RCPT TO:<{}>: {PATIENT}", offer.recipient);
        self.log(at, &format!("{} H=mx.patient.example [198.51.100.7]: {said}", offer.id));
        self.log(
            at,
            &format!(
                "{} == {} R=dnslookup T=remote_smtp defer (-44) H=mx.patient.example [198.51.100.7]: {said}",
                offer.id, offer.recipient
            ),
        );
        offer.first_refused.get_or_insert(at);
        self.number += 1;
        self.waiting.push(Reverse((at + RETRY, self.number, offer)));
    }

    fn greylist(&mut self, at: Timestamp, mut offer: Offer) {
        self.log(at, &format!(
            "{} == {} R=dnslookup T=remote_smtp defer (-44) {}: SMTP error from remote mail server after RCPT TO:<{}>: 450 4.2.0 <{}>: \
             Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/office.example.html",
            offer.id, offer.recipient, host(offer.kind), offer.recipient, offer.recipient
        ));
        offer.first_refused = Some(at);
        self.number += 1;
        self.waiting.push(Reverse((at + Duration::from_secs(900), self.number, offer)));
    }

    fn unknown(&mut self, at: Timestamp, offer: &Offer) {
        let was_refused = offer.first_refused.is_some() && (79..83).contains(&offer.kind);
        self.truth.given_up_otherwise += u64::from(was_refused);
        self.log(at, &format!(
            "{} ** {} R=dnslookup T=remote_smtp {} : SMTP error from remote mail server after RCPT TO:<{}>: \
             550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table",
            offer.id, offer.recipient, host(offer.kind), offer.recipient, offer.recipient
        ));
        self.report(at, offer);
    }
}

const STRICT: &str = "554 5.7.1 Service unavailable; Client host [192.0.2.243] blocked using zen.spamhaus.org; \
             https://www.spamhaus.org/query/ip/192.0.2.243";
const PATIENT: &str = "450 4.7.1 Service unavailable; Client host [192.0.2.243] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.243";

/// The form of the seed, 2024-10-20.
fn microsoft(at: Timestamp, offer: &Offer, number: u64) -> String {
    let stamp = &at.to_string()[..23];
    format!(
        "550 5.7.1 Service unavailable, Client host [192.0.2.243] blocked using Spamhaus. To request removal from this list see \
         https://www.spamhaus.org/query/ip/192.0.2.243 AS(1440) [DB5PEPF0001{:04X}.eurprd0{}.prod.outlook.com {stamp}Z 08DCF05E{number:08X}]",
        number % 65_536,
        offer.kind % 5
    )
}

fn host(kind: u64) -> String {
    match kind {
        0..60 => format!(
            "H=customer{}-example.mail.protection.outlook.com [52.101.{}.36]",
            kind % 15,
            60 + kind % 15
        ),
        60..75 => "H=aspmx.l.google.com [142.250.27.26]".to_owned(),
        75..79 => "H=mx.strict.example [198.51.100.5]".to_owned(),
        79..83 => "H=mx.patient.example [198.51.100.7]".to_owned(),
        _ => format!("H=mx.office{}.example [198.51.100.{}]", kind % 4, 30 + kind % 4),
    }
}
