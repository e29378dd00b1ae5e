//! The short run: worlds enough that each transition of the table is taken several times, and not one broken law among them.

use std::time::{Duration, Instant};

/// Worlds of the short run.
const WORLDS: u64 = 40;
/// The long run (`cargo xtask sim`) asks for a hundred.
const LEAST: u64 = 5;
/// What the run may take on a machine that has something else to do.
const MOST: Duration = Duration::from_secs(20);

#[test]
fn every_law_holds_and_every_transition_is_taken() {
    let began = Instant::now();
    let lived = sim::live_all(0..WORLDS, 2, None);
    if let Some((seed, breach)) = &lived.broken {
        panic!("{breach}\nagain: {}", sim::replay(*seed));
    }
    let told = |found: Vec<(sim::Step, u64)>| -> Vec<String> {
        found.iter().map(|(step, count)| format!("{step} ({count})")).collect()
    };
    assert_eq!(told(lived.tally.strange()), Vec::<String>::new(), "these are not in the table");
    assert_eq!(told(lived.tally.short(LEAST)), Vec::<String>::new(), "these were taken too seldom");
    println!("{} worlds in {:?}, at most {MOST:?} wanted", lived.worlds, began.elapsed());
}

#[test]
fn a_seed_is_the_same_world_each_time() {
    for seed in [3, 4] {
        let (first, second) = (sim::live(seed), sim::live(seed));
        assert_eq!(first.0.markdown(), second.0.markdown());
        assert_eq!(first.1, second.1);
    }
}
