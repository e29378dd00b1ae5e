use super::*;
use model::Duration;
use proptest::prelude::*;

mod ladder;
mod listing;

const HOUR: Duration = Duration::from_secs(3600);

/// A Monday in September 2026 would do as well as any: weeks are counted from 1970.
fn start() -> Timestamp {
    Timestamp::from_micros(1_788_220_800_000_000)
}

fn acme() -> TenantName {
    "acme".parse().unwrap()
}

/// One message to `count` recipients, of whom the first is number `from`.
fn message(conducts: &mut Conducts, sender: &str, from: u32, count: u32, now: Timestamp) -> Vec<Moved> {
    let recipients: Vec<String> = (from..from + count).map(|one| format!("r{one}@partner.example")).collect();
    conducts.came(&acme(), sender, recipients.iter().map(String::as_str), now)
}

fn step(conducts: &Conducts, sender: &str, now: Timestamp) -> Step {
    conducts.tenants()[&acme()].senders.get(sender).map_or(Step::Free, |life| life.standing.step(now))
}

fn tenant_step(conducts: &Conducts, now: Timestamp) -> Step {
    conducts.tenants()[&acme()].whole.standing.step(now)
}

/// `weeks` in which each of `senders` writes to five of its ten friends every working hour.
fn routine(conducts: &mut Conducts, senders: &[&str], weeks: u32) -> Timestamp {
    let mut now = start();
    for hour in 0..weeks * 168 {
        if (8..18).contains(&(hour % 24)) {
            for (number, sender) in senders.iter().enumerate() {
                message(conducts, sender, 100 * number as u32 + hour % 5, 5, now + Duration::from_secs(60));
            }
        }
        now = now + HOUR;
    }
    now + 9 * HOUR
}

fn answers(conducts: &mut Conducts, sender: &str, sign: Sign, count: u32, now: Timestamp) {
    for _ in 0..count {
        conducts.met(&acme(), sender, sign, now);
    }
}
