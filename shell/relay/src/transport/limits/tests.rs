//! Questions and times in, permissions out.

use super::*;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn way(source: &str, host: &str) -> Way {
    Way { source: source.parse().unwrap(), provider: Provider::of(host) }
}

fn microsoft() -> Way {
    way("eu-1", "acme-example.mail.protection.outlook.com")
}

fn tenant(name: &str) -> TenantName {
    name.parse().unwrap()
}

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// How many of 100 that ask now may go.
fn burst(limits: &mut Limits, way: &Way, from: Ticket, now: Timestamp) -> usize {
    let asked = (from..from + 100).filter(|ticket| {
        let gone = limits.ask(way, *ticket, &tenant("acme"), now) == Ask::Go;
        if !gone {
            limits.leave(way, *ticket, &tenant("acme"));
        }
        gone
    });
    asked.count()
}

fn end(limits: &mut Limits, way: &Way, count: usize) {
    (0..count).for_each(|_| limits.end(way));
}

#[test]
fn smart_hosts_of_one_provider_share_its_budget_and_sources_do_not() {
    let mut limits = Limits::default();
    assert_eq!(burst(&mut limits, &microsoft(), 0, START), CEILING as usize);
    assert_eq!(burst(&mut limits, &way("eu-1", "other.mail.protection.outlook.com"), 100, START), 0);
    assert_eq!(burst(&mut limits, &way("eu-2", "acme-example.mail.protection.outlook.com"), 200, START), 60);
    assert_eq!(burst(&mut limits, &way("eu-1", "smtp-relay.gmail.com"), 300, START), 60);
}

#[test]
fn providers_are_known_by_whole_labels() {
    for (host, provider) in [
        ("acme.mail.protection.outlook.com.", Provider::Microsoft),
        ("acme-com.a-v1.MX.microsoft", Provider::Microsoft),
        ("aspmx.l.google.com", Provider::Google),
        ("notgoogle.com", Provider::Host("notgoogle.com".to_owned())),
        ("evilprotection.outlook.com", Provider::Host("evilprotection.outlook.com".to_owned())),
    ] {
        assert_eq!(Provider::of(host), provider, "{host}");
    }
}

#[test]
fn too_many_connections_make_us_fewer_once_for_one_crowd() {
    let mut limits = Limits::default();
    let way = microsoft();
    let active = burst(&mut limits, &way, 0, START);
    for _ in 0..5 {
        limits.hear(&way, Sign::Crowded, START);
    }
    end(&mut limits, &way, active);
    assert_eq!(burst(&mut limits, &way, 100, START), 0, "a pause first");
    let next = START + PAUSE_CROWDED;
    assert_eq!(burst(&mut limits, &way, 200, next), 30);
    limits.hear(&way, Sign::Crowded, next);
    end(&mut limits, &way, 30);
    assert_eq!(burst(&mut limits, &way, 300, next + PAUSE_CROWDED), 15);
}

#[test]
fn a_busy_server_gets_them_further_apart() {
    let mut limits = Limits::default();
    let way = microsoft();
    limits.hear(&way, Sign::Busy, START);
    assert_eq!(limits.ask(&way, 1, &tenant("acme"), START), Ask::Wait(Some(START + PAUSE_BUSY)));
    let now = START + PAUSE_BUSY;
    assert_eq!(limits.ask(&way, 1, &tenant("acme"), now), Ask::Go);
    assert_eq!(limits.ask(&way, 2, &tenant("acme"), now), Ask::Wait(Some(now + GAP_MIN)));
    for second in 10..40 {
        limits.hear(&way, Sign::Busy, at(second));
    }
    let now = at(39) + PAUSE_BUSY;
    assert_eq!(limits.ask(&way, 2, &tenant("acme"), now), Ask::Wait(None), "one at a time");
    limits.end(&way);
    assert_eq!(limits.ask(&way, 2, &tenant("acme"), now), Ask::Go);
    limits.end(&way);
    assert_eq!(limits.ask(&way, 3, &tenant("acme"), now), Ask::Wait(Some(now + GAP_MAX)));
}

#[test]
fn quiet_time_brings_us_back_step_by_step() {
    let mut limits = Limits::default();
    let way = microsoft();
    let active = burst(&mut limits, &way, 0, START);
    limits.hear(&way, Sign::Crowded, START);
    end(&mut limits, &way, active);
    let mut before = 0;
    for step in 1..5 {
        let count = burst(&mut limits, &way, step * 100, at(step * 30));
        assert!(count > before || count == CEILING as usize, "{step}: {count} after {before}");
        end(&mut limits, &way, count);
        before = count;
    }
    assert_eq!(before, CEILING as usize);
    assert!(limits.0.is_empty(), "nothing is kept of a way that is as before");
}

#[test]
fn tenants_go_in_turn_however_many_one_of_them_has() {
    let mut limits = Limits::default();
    let way = microsoft();
    let active = burst(&mut limits, &way, 0, START);
    limits.hear(&way, Sign::Busy, START);
    end(&mut limits, &way, active);
    let mut now = START + PAUSE_BUSY;
    let mut waiting: Vec<(Ticket, &str)> = (1_000..1_010).map(|ticket| (ticket, "acme")).collect();
    waiting.extend([(2_000, "beta"), (2_001, "beta"), (3_000, "gamma")]);
    for (ticket, name) in &waiting {
        assert_ne!(limits.ask(&way, *ticket, &tenant(name), START), Ask::Go);
    }
    let mut gone = Vec::new();
    while gone.len() < 6 {
        let went = waiting
            .iter()
            .position(|(ticket, name)| limits.ask(&way, *ticket, &tenant(name), now) == Ask::Go);
        gone.extend(went.map(|place| waiting.remove(place).1));
        now = now + GAP_MIN;
    }
    assert_eq!(gone, ["beta", "gamma", "acme", "beta", "acme", "acme"]);
}

#[test]
fn one_that_waits_long_is_told_when_to_come_again_in_seconds() {
    let mut limits = Limits::default();
    let way = microsoft();
    assert_eq!(limits.come_again(&way, START), START + COME_AGAIN_MIN);
    for second in 0..20 {
        limits.hear(&way, Sign::Busy, at(second));
    }
    for ticket in 0..500 {
        assert_ne!(limits.ask(&way, ticket, &tenant("acme"), at(20)), Ask::Go);
    }
    assert_eq!(limits.come_again(&way, at(20)), at(20) + COME_AGAIN_MAX);
}
