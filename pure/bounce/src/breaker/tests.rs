use super::*;

const LIKE: &str = "550 5.7.1 access denied";

struct World {
    breaker: Breaker<&'static str>,
    now: Timestamp,
}

impl World {
    fn new(has_one_tenant: bool) -> Self {
        let mut breaker = Breaker::default();
        breaker.serve(if has_one_tenant { 1 } else { 50 });
        Self { breaker, now: Timestamp::from_micros(1_000_000_000_000) }
    }

    fn later(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    fn refused(&mut self, tenant: &str, sender: &str, text: &str, category: Category) -> Trust {
        let refusal = Some(Refusal { text, category });
        self.breaker.meet(&"path", &Answer { tenant: &tenant.parse().unwrap(), sender, refusal }, self.now)
    }

    fn accepted(&mut self, tenant: &str) {
        let answer = Answer { tenant: &tenant.parse().unwrap(), sender: "a@acme.example", refusal: None };
        assert_eq!(self.breaker.meet(&"path", &answer, self.now), Trust::Alone);
    }
}

#[test]
fn the_third_unrelated_sender_with_the_same_refusal_parks() {
    let mut world = World::new(false);
    assert_eq!(world.refused("one", "a@one.example", LIKE, Category::Policy), Trust::Alone);
    assert_eq!(world.refused("one", "b@one.example", LIKE, Category::Policy), Trust::Alone, "one tenant");
    assert_eq!(world.refused("two", "a@two.example", LIKE, Category::Policy), Trust::Alone);
    assert_eq!(world.refused("three", "a@three.example", "550 other", Category::Policy), Trust::Alone);
    assert_eq!(
        world.refused("three", "a@three.example", LIKE, Category::Policy),
        Trust::Alike { senders: 3 }
    );
}

#[test]
fn with_one_tenant_different_senders_are_unrelated() {
    let mut world = World::new(true);
    for sender in ["a@one.example", "a@one.example", "b@one.example"] {
        assert_eq!(world.refused("one", sender, LIKE, Category::AuthFailure), Trust::Alone);
    }
    assert_eq!(
        world.refused("one", "c@one.example", LIKE, Category::AuthFailure),
        Trust::Alike { senders: 3 }
    );
}

#[test]
fn what_is_over_five_minutes_old_does_not_count() {
    let mut world = World::new(false);
    world.refused("one", "a@one.example", LIKE, Category::Policy);
    world.refused("two", "a@two.example", LIKE, Category::Policy);
    world.later(301);
    assert_eq!(world.refused("three", "a@three.example", LIKE, Category::Policy), Trust::Alone);
}

#[test]
fn unknown_mailboxes_of_several_tenants_are_no_sign_by_themselves() {
    let mut world = World::new(false);
    for tenant in ["one", "two", "three", "four"] {
        let trust =
            world.refused(tenant, "a@acme.example", "550 5.1.1 user unknown", Category::MailboxUnknown);
        assert_eq!(trust, Trust::Alone, "{tenant}");
    }
}

#[test]
fn over_half_of_twenty_recipients_of_three_tenants_refused_parks_whatever_is_said() {
    let mut world = World::new(false);
    (0..9).for_each(|_| world.accepted("one"));
    for n in 0..10 {
        let tenant = ["one", "two", "three"][n % 3];
        let trust = world.refused(tenant, "a@acme.example", "550 5.1.1 unknown", Category::MailboxUnknown);
        assert_eq!(trust, Trust::Alone, "{n}");
    }
    let trust = world.refused("two", "a@acme.example", "550 5.1.1 unknown", Category::MailboxUnknown);
    assert_eq!(trust, Trust::Share { refused: 11, of: 20 });
}

#[test]
fn half_of_the_recipients_of_two_tenants_is_not_enough() {
    let mut world = World::new(false);
    for n in 0..40 {
        let tenant = ["one", "two"][n % 2];
        let trust = world.refused(tenant, "a@acme.example", "550 5.1.1 unknown", Category::MailboxUnknown);
        assert_eq!(trust, Trust::Alone, "{n}");
    }
}

#[test]
fn one_path_knows_nothing_of_another_and_memory_has_a_bound() {
    let mut breaker = Breaker::default();
    let now = Timestamp::from_micros(1_000_000_000_000);
    let refusal = Some(Refusal { text: LIKE, category: Category::Policy });
    for path in 0..5_000_u32 {
        let tenant = format!("t{}", path % 7).parse().unwrap();
        let answer = Answer { tenant: &tenant, sender: "a@acme.example", refusal };
        assert_eq!(breaker.meet(&path, &answer, now), Trust::Alone);
    }
    assert!(breaker.paths.len() <= PATHS_MAX, "{}", breaker.paths.len());
    assert!(breaker.paths.len() >= PATHS_MAX - FORGOTTEN_AT_ONCE, "{}", breaker.paths.len());
    for _ in 0..5_000 {
        let answer = Answer { tenant: &"one".parse().unwrap(), sender: "a@acme.example", refusal };
        breaker.meet(&0, &answer, now);
    }
    assert_eq!(breaker.paths[&0].len(), ANSWERS_MAX);
}

#[test]
fn the_paths_that_were_quiet_longest_go_first() {
    let mut breaker = Breaker::default();
    let tenant = "one".parse().unwrap();
    let answer = Answer { tenant: &tenant, sender: "a@acme.example", refusal: None };
    let at = |second: u32| Timestamp::from_micros(1_000_000_000_000) + Duration::from_secs(u64::from(second));
    for path in 0..1_024_u32 {
        breaker.meet(&path, &answer, at(path / 8));
    }
    breaker.meet(&0, &answer, at(128));
    breaker.meet(&9_999, &answer, at(129));
    assert!([0, 300, 1_023, 9_999].iter().all(|path| breaker.paths.contains_key(path)));
    assert!((1..=256).all(|path| !breaker.paths.contains_key(&path)));
}
