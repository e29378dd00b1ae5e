//! The clock under the runtime's paused time: scale and deadlines without waiting.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_scaled_clock_runs_ahead_and_wakes_at_its_own_time() {
    let clock = Clock::start(60);
    let start = clock.now();
    clock.sleep_until(start + Duration::from_secs(120)).await;
    assert!(clock.now().since(start) >= Duration::from_secs(120));
    let real = Instant::now();
    clock.sleep(Duration::from_secs(60)).await;
    assert!(real.elapsed() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_passed_point_does_not_wait() {
    let clock = Clock::start(0);
    let before = Instant::now();
    clock.sleep_until(clock.now() - Duration::from_secs(5)).await;
    assert!(before.elapsed() < Duration::from_millis(5));
}
