//! Times in, whether cut-through rests out.

use super::*;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

#[test]
fn a_slow_next_hop_is_left_alone_for_a_minute_and_only_its_tenant_is() {
    let pauses = Pauses::default();
    let (acme, beta) = ("acme".parse().unwrap(), "beta".parse().unwrap());
    assert!(!pauses.holds(&acme, START));
    pauses.begin(&acme, START);
    assert!(pauses.holds(&acme, START + Duration::from_secs(59)));
    assert!(!pauses.holds(&beta, START + Duration::from_secs(59)));
    assert!(!pauses.holds(&acme, START + PAUSE));
}
