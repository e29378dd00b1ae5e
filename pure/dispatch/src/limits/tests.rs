//! Questions and times in, permissions out.

mod set;

use super::limit::*;
use super::*;
use model::Duration;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

/// What a smart host takes.
const CEILING: u32 = 60;

fn way(source: &str, host: &str) -> Way {
    Way { source: source.parse().unwrap(), site: Site::of([host]) }
}

fn smart_host() -> Shape {
    Site::of(["any.example"]).shape(Reach::SmartHost)
}

fn exchanger() -> Shape {
    Site::of(["mx.any.example"]).shape(Reach::Exchanger)
}

fn ask(limits: &mut Limits, way: &Way, ticket: Ticket, name: &str, now: Timestamp) -> Ask {
    ask_of(limits, way, smart_host(), (ticket, name), now)
}

fn ask_of(
    limits: &mut Limits,
    way: &Way,
    shape: Shape,
    (ticket, name): (Ticket, &str),
    now: Timestamp,
) -> Ask {
    let tenant = tenant(name);
    limits.ask(way, shape, Asking { ticket, message: None, tenant: &tenant, is_last_try: false }, now)
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
        let gone = ask(limits, way, *ticket, "acme", now) == Ask::Go;
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
fn too_many_connections_make_us_fewer_once_for_one_crowd() {
    let mut limits = Limits::default();
    let way = microsoft();
    let active = burst(&mut limits, &way, 0, START);
    for _ in 0..5 {
        limits.hear(&way, smart_host(), Sign::Crowded, START);
    }
    end(&mut limits, &way, active);
    assert_eq!(burst(&mut limits, &way, 100, START), 0, "a pause first");
    let next = START + PAUSE_CROWDED;
    assert_eq!(burst(&mut limits, &way, 200, next), 30);
    limits.hear(&way, smart_host(), Sign::Crowded, next);
    end(&mut limits, &way, 30);
    assert_eq!(burst(&mut limits, &way, 300, next + PAUSE_CROWDED), 15);
}

#[test]
fn a_busy_server_gets_them_further_apart() {
    let mut limits = Limits::default();
    let way = microsoft();
    limits.hear(&way, smart_host(), Sign::Busy, START);
    assert_eq!(ask(&mut limits, &way, 1, "acme", START), Ask::Wait(Some(START + PAUSE_BUSY)));
    let now = START + PAUSE_BUSY;
    assert_eq!(ask(&mut limits, &way, 1, "acme", now), Ask::Go);
    assert_eq!(ask(&mut limits, &way, 2, "acme", now), Ask::Wait(Some(now + GAP_MIN)));
    for second in 10..40 {
        limits.hear(&way, smart_host(), Sign::Busy, at(second));
    }
    let now = at(39) + PAUSE_BUSY;
    assert_eq!(ask(&mut limits, &way, 2, "acme", now), Ask::Wait(None), "one at a time");
    limits.end(&way);
    assert_eq!(ask(&mut limits, &way, 2, "acme", now), Ask::Go);
    limits.end(&way);
    assert_eq!(ask(&mut limits, &way, 3, "acme", now), Ask::Wait(Some(now + GAP_MAX)));
}

#[test]
fn quiet_time_brings_us_back_step_by_step() {
    let mut limits = Limits::default();
    let way = microsoft();
    let active = burst(&mut limits, &way, 0, START);
    limits.hear(&way, smart_host(), Sign::Crowded, START);
    end(&mut limits, &way, active);
    let mut before = 0;
    for step in 1..5 {
        let count = burst(&mut limits, &way, step * 100, at(step * 30));
        assert!(count > before || count == CEILING as usize, "{step}: {count} after {before}");
        end(&mut limits, &way, count);
        before = count;
    }
    assert_eq!(before, CEILING as usize);
    assert!(limits.ways.is_empty(), "nothing is kept of a way that is as before");
}

#[test]
fn tenants_go_in_turn_however_many_one_of_them_has() {
    let mut limits = Limits::default();
    let way = microsoft();
    let active = burst(&mut limits, &way, 0, START);
    limits.hear(&way, smart_host(), Sign::Busy, START);
    end(&mut limits, &way, active);
    let mut now = START + PAUSE_BUSY;
    let mut waiting: Vec<(Ticket, &str)> = (1_000..1_010).map(|ticket| (ticket, "acme")).collect();
    waiting.extend([(2_000, "beta"), (2_001, "beta"), (3_000, "gamma")]);
    for (ticket, name) in &waiting {
        assert_ne!(ask(&mut limits, &way, *ticket, name, START), Ask::Go);
    }
    let mut gone = Vec::new();
    while gone.len() < 6 {
        let went =
            waiting.iter().position(|(ticket, name)| ask(&mut limits, &way, *ticket, name, now) == Ask::Go);
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
        limits.hear(&way, smart_host(), Sign::Busy, at(second));
    }
    for ticket in 0..500 {
        assert_ne!(ask(&mut limits, &way, ticket, "acme", at(20)), Ask::Go);
    }
    assert_eq!(limits.come_again(&way, at(20)), at(20) + smart_host().away_max);
}

#[test]
fn a_stranger_is_met_with_few_and_with_more_for_each_round_that_goes_well() {
    let (mut limits, way, shape) = (Limits::default(), way("eu-1", "mx.host.example"), exchanger());
    let mut ticket = 0;
    let mut goes = |limits: &mut Limits, now| {
        ticket += 1;
        let gone = ask_of(limits, &way, shape, (ticket, "acme"), now) == Ask::Go;
        limits.leave(&way, ticket, &tenant("acme"));
        gone
    };
    let mut active = (0..50).filter(|_| goes(&mut limits, START)).count();
    assert_eq!(active, shape.first as usize);
    for _ in 0..1_000 {
        limits.went_well(&way);
        limits.end(&way);
        active -= 1;
        active += (0..3).filter(|_| goes(&mut limits, START)).count();
    }
    assert_eq!(active, shape.most as usize, "and no more than its figure");
}

#[test]
fn a_site_that_is_not_reached_rests_and_one_message_finds_out() {
    let (mut limits, way, shape) = (Limits::default(), way("eu-1", "mx.host.example"), exchanger());
    let ask = |limits: &mut Limits, ticket, now| ask_of(limits, &way, shape, (ticket, "acme"), now);
    let rests = Ask::Rests("no answer".to_owned());
    for ticket in 0..3 {
        assert_eq!(ask(&mut limits, ticket, START), Ask::Go);
        limits.was_not_reached(&way, shape, "no answer", START);
        limits.end(&way);
    }
    assert_eq!(ask(&mut limits, 10, START), rests);
    let tenant = tenant("acme");
    let last = Asking { ticket: 11, message: None, tenant: &tenant, is_last_try: true };
    assert_eq!(limits.ask(&way, shape, last, START), Ask::Go, "nothing is left to lose");
    limits.end(&way);
    let now = START + REST_MIN;
    assert_eq!(ask(&mut limits, 12, now), Ask::Go);
    assert_eq!(ask(&mut limits, 13, now), rests, "one is enough");
    limits.was_not_reached(&way, shape, "no answer", now);
    limits.end(&way);
    assert_eq!(ask(&mut limits, 14, now + REST_MIN), rests, "it rests longer");
    assert_eq!(ask(&mut limits, 15, now + REST_MIN * 2), Ask::Go);
    limits.went_well(&way);
    limits.end(&way);
    assert!(limits.ways.is_empty(), "and is as before");
}

#[test]
fn a_crowd_is_sent_away_to_its_turns_and_another_tenants_message_is_not() {
    let (mut limits, way, shape) = (Limits::default(), way("eu-1", "mx.host.example"), exchanger());
    let ask = |limits: &mut Limits, ticket, name, now| ask_of(limits, &way, shape, (ticket, name), now);
    let answers: Vec<Ask> = (0..1_000).map(|ticket| ask(&mut limits, ticket, "bulk", START)).collect();
    let stands = answers.iter().filter(|answer| matches!(answer, Ask::Go | Ask::Wait(_))).count();
    assert_eq!(stands, (shape.first + LINE_MIN) as usize);
    assert_eq!(ask(&mut limits, 2_000, "acme", START), Ask::Wait(None), "it stands in the line");
    // One goes each second: the pace is known.
    for second in 1..=8 {
        limits.end(&way);
        let turn = (0..=2_000).rev().find(|ticket| {
            let name = if *ticket == 2_000 { "acme" } else { "bulk" };
            answers.get(*ticket as usize) == Some(&Ask::Wait(None))
                && ask(&mut limits, *ticket, name, at(second)) == Ask::Go
                || *ticket == 2_000 && ask(&mut limits, 2_000, name, at(second)) == Ask::Go
        });
        assert!(turn.is_some(), "{second}");
    }
    let first = limits.come_again(&way, at(8));
    let later: Vec<Timestamp> = (0..20).map(|_| limits.come_again(&way, at(8))).collect();
    assert!(later.is_sorted() && later.last().unwrap().since(first) >= Duration::from_secs(5), "{later:?}");
    let much_later = (0..10_000).map(|_| limits.come_again(&way, at(8))).max().unwrap();
    assert_eq!(much_later, at(8) + shape.away_max);
}

#[test]
fn what_is_of_no_use_any_more_is_forgotten() {
    let (mut limits, shape) = (Limits::default(), exchanger());
    for number in 0..SWEEP_AT {
        let way = way("eu-1", &format!("mx{number}.host.example"));
        limits.was_not_reached(&way, shape, "no answer", START);
    }
    limits.was_not_reached(&way("eu-1", "mx.other.example"), shape, "no answer", START + REMEMBERED);
    assert_eq!(limits.ways.len(), 1);
}

/// A message of a tenant, by number; its ticket has the same number.
fn message(number: u64) -> MessageId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    MessageId::new(START, random)
}

/// A site with a line, asked by messages.
struct Crowd {
    limits: Limits,
    way: Way,
}

impl Crowd {
    fn new() -> Self {
        Self { limits: Limits::default(), way: way("eu-1", "mx.host.example") }
    }

    fn ask(&mut self, number: u64, name: &str, now: Timestamp) -> Ask {
        let tenant = tenant(name);
        let asking =
            Asking { ticket: number, message: Some(message(number)), tenant: &tenant, is_last_try: false };
        self.limits.ask(&self.way, exchanger(), asking, now)
    }

    /// As the relay does: who is sent away goes on the list.
    fn come(&mut self, number: u64, name: &str, now: Timestamp) -> Ask {
        let asked = self.ask(number, name, now);
        if let Ask::Away(due) = asked {
            self.limits.list(&self.way, exchanger(), (message(number), &tenant(name)), due, now);
        }
        asked
    }

    fn call(&mut self, now: Timestamp) -> Option<MessageId> {
        self.limits.call(|_, _| true, now).map(|called| called.message)
    }
}

#[test]
fn who_was_sent_away_is_called_up_in_order_as_soon_as_one_ends() {
    let mut crowd = Crowd::new();
    let asked: Vec<Ask> = (0..100).map(|number| crowd.come(number, "acme", START)).collect();
    let stands = u64::from(exchanger().first + LINE_MIN);
    assert!(asked[..stands as usize].iter().all(|asked| !matches!(asked, Ask::Away(_))), "{asked:?}");
    assert!(asked[stands as usize..].iter().all(|asked| matches!(asked, Ask::Away(_))), "{asked:?}");
    assert_eq!(crowd.call(START), None, "the line is full");
    for step in 0..20 {
        crowd.limits.end(&crowd.way);
        assert_eq!(crowd.limits.next_up(&crowd.way), Some(u64::from(exchanger().first) + step));
        assert_eq!(crowd.ask(u64::from(exchanger().first) + step, "acme", START), Ask::Go);
        assert_eq!(crowd.call(START), Some(message(stands + step)));
        assert_eq!(crowd.call(START), None, "no more than there is room for");
        assert_eq!(crowd.ask(stands + step, "acme", START), Ask::Wait(None), "it finds its place");
    }
}

#[test]
fn nobody_passes_those_of_its_tenant_that_were_sent_away_before() {
    let mut crowd = Crowd::new();
    (0..50).for_each(|number| drop(crowd.come(number, "acme", START)));
    (0..u64::from(exchanger().first + LINE_MIN)).for_each(|number| {
        crowd.limits.end(&crowd.way);
        drop(crowd.ask(number, "acme", START));
        crowd.limits.leave(&crowd.way, number, &tenant("acme"));
    });
    assert!(matches!(crowd.ask(60, "acme", START), Ask::Away(_)), "others of it wait on the list");
    assert!(!matches!(crowd.ask(61, "beta", START), Ask::Away(_)), "none of this one does");
    let own = crowd.ask(40, "acme", START);
    assert!(!matches!(own, Ask::Away(_)), "one whose own time has come finds a place: {own:?}");
}

#[test]
fn tenants_are_called_in_turn_however_many_one_of_them_has() {
    let mut crowd = Crowd::new();
    (0..1_000).for_each(|number| drop(crowd.come(number, "bulk", START)));
    (2_000..2_010).for_each(|number| drop(crowd.come(number, "acme", START)));
    // The whole line goes and comes again, one for one.
    let mut called = Vec::new();
    for _ in 0..40 {
        crowd.limits.end(&crowd.way);
        let up = crowd.limits.next_up(&crowd.way).unwrap();
        let name = if up < 2_000 { "bulk" } else { "acme" };
        assert_eq!(crowd.ask(up, name, START), Ask::Go);
        if let Some(called_up) = crowd.limits.call(|_, _| true, START) {
            let number = (0..3_000).find(|number| message(*number) == called_up.message).unwrap();
            drop(crowd.ask(number, called_up.tenant.as_str(), START));
            called.push(called_up.tenant);
        }
    }
    let of_acme = called.iter().filter(|name| **name == tenant("acme")).count();
    assert_eq!(of_acme, 2, "both that found its line full, behind one of the other tenant each: {called:?}");
    assert!(called.iter().take(4).filter(|name| **name == tenant("acme")).count() == 2, "{called:?}");
}

#[test]
fn a_tenant_without_room_is_passed_over_and_keeps_its_place() {
    let mut crowd = Crowd::new();
    (0..50).for_each(|number| drop(crowd.come(number, "bulk", START)));
    crowd.limits.end(&crowd.way);
    drop(crowd.ask(u64::from(exchanger().first), "bulk", START));
    assert_eq!(crowd.limits.call(|_, _| false, START), None);
    let first = crowd.limits.call(|_, under_way| under_way < 1, START).unwrap();
    assert_eq!(first.message, message(u64::from(exchanger().first + LINE_MIN)));
    crowd.limits.called_has_ended(&first);
    assert!(crowd.limits.call(|_, under_way| under_way < 1, START).is_some(), "its place is free again");
}

#[test]
fn a_site_that_says_it_is_busy_or_is_not_reached_has_nobody_called() {
    let mut crowd = Crowd::new();
    (0..50).for_each(|number| drop(crowd.come(number, "acme", START)));
    crowd.limits.hear(&crowd.way, exchanger(), Sign::Busy, START);
    (0..13).for_each(|number| {
        crowd.limits.end(&crowd.way);
        crowd.limits.leave(&crowd.way, number, &tenant("acme"));
    });
    assert_eq!(crowd.call(START), None, "nobody goes before the pause is over");
    let soon = START + PAUSE_BUSY - Duration::from_secs(1);
    assert!(crowd.call(soon).is_some(), "but comes to the line shortly before");
    for _ in 0..UNREACHABLE_ENOUGH {
        crowd.limits.was_not_reached(&crowd.way, exchanger(), "no answer", soon);
    }
    assert_eq!(crowd.call(soon + Duration::from_secs(2)), None, "one is on its way to find out");
}

#[test]
fn what_waits_on_a_list_is_not_forgotten_with_its_way() {
    let mut crowd = Crowd::new();
    (0..20).for_each(|number| drop(crowd.come(number, "acme", START)));
    assert_eq!(crowd.limits.list_of(message(15)), Some(&crowd.way.clone()));
    (0..13).for_each(|number| {
        crowd.limits.leave(&crowd.way, number, &tenant("acme"));
        crowd.limits.end(&crowd.way);
    });
    let called: Vec<Called> = std::iter::from_fn(|| crowd.limits.call(|_, _| true, START)).collect();
    assert_eq!(called.len(), 7);
    called.iter().for_each(|one| crowd.limits.called_has_ended(one));
    assert!(!crowd.limits.has_lists() && crowd.limits.ways.is_empty(), "and with the last one it is");
}

#[test]
fn how_a_way_stands_is_shown_with_what_is_set_for_it() {
    let mut crowd = Crowd::new();
    (0..50).for_each(|number| drop(crowd.come(number, "acme", START)));
    crowd.limits.hear(&crowd.way, exchanger(), Sign::Busy, START);
    let shown = crowd.limits.shown(START);
    let [WayShown { source, site, now }] = shown.as_slice() else { panic!("{shown:?}") };
    assert_eq!((source.as_str(), site.as_str()), ("eu-1", "mx.host.example"));
    assert_eq!((now.active, now.at_once, now.standing, now.listed), (5, 2, 8, 37));
    assert_eq!((now.gap, now.next, now.heard), (GAP_MIN, Some(START + PAUSE_BUSY), true));
    assert_eq!((now.limits.connections_first, now.limits.connections, now.rest.clone()), (5, 20, None));
    for _ in 0..UNREACHABLE_ENOUGH {
        crowd.limits.was_not_reached(&crowd.way, exchanger(), "no answer", at(1));
    }
    let rest = crowd.limits.shown_of(&crowd.way, at(1)).unwrap().rest.unwrap();
    assert_eq!((rest.until, rest.why.as_str()), (at(1) + REST_MIN, "no answer"));
}
