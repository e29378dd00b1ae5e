use super::{Due, Lane};
use model::{MessageId, Timestamp};

fn tenant(name: &str) -> Lane {
    Lane { tenant: name.parse().unwrap(), redirected: false, ours: false }
}

fn id(number: u8) -> MessageId {
    MessageId::new(Timestamp::from_micros(0), [number; 10])
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

#[test]
fn tenants_take_turns_however_much_each_one_has() {
    let mut due = Due::default();
    for number in 0..10 {
        due.insert(&tenant("busy"), at(1), id(number));
    }
    due.insert(&tenant("quiet"), at(5), id(99));
    let first_two = [due.take(at(9), |_| true), due.take(at(9), |_| true)];
    assert!(first_two.contains(&Some(id(99))));
}

#[test]
fn a_tenant_that_may_not_be_served_is_passed_over_and_sets_no_alarm() {
    let mut due = Due::default();
    due.insert(&tenant("full"), at(1), id(1));
    due.insert(&tenant("open"), at(7), id(2));
    let may = |lane: &Lane| lane.tenant.as_str() != "full";
    assert_eq!(due.next(may), Some(at(7)));
    assert_eq!(due.take(at(6), may), None);
    assert_eq!(due.take(at(7), may), Some(id(2)));
    assert_eq!(due.next(may), None);
    assert_eq!(due.take(at(7), |_| true), Some(id(1)));
}

#[test]
fn nothing_is_taken_before_its_time_and_what_is_removed_is_gone() {
    let mut due = Due::default();
    due.insert(&tenant("a"), at(5), id(1));
    assert_eq!(due.take(at(4), |_| true), None);
    due.remove(&tenant("a"), at(5), id(1));
    assert_eq!(due.take(at(9), |_| true), None);
}

#[test]
fn what_was_redirected_goes_while_the_rest_of_its_tenant_stands() {
    let mut due = Due::default();
    due.insert(&tenant("acme"), at(1), id(1));
    let redirected = Lane { redirected: true, ..tenant("acme") };
    due.insert(&redirected, at(2), id(2));
    let may = |lane: &Lane| lane.redirected;
    assert_eq!(due.next(may), Some(at(2)));
    assert_eq!(due.take(at(9), may), Some(id(2)));
    assert_eq!(due.take(at(9), may), None);
}
