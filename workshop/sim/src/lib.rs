//! One seed, one world: the pure parts together, with everything that can go wrong around them.
//!
//! ```text
//!   seed -> scene.rs, faults.rs -> world.rs (the loop) -> laws.rs, coverage.rs
//!             clients.rs  offered mail        lists.rs, polls.rs   block lists and name servers
//!             carry.rs    one try             receiver.rs, words.rs  hosts that answer
//!             settle.rs   what becomes of it  spool.rs, disk.rs    what a power cut leaves
//!             wake.rs     what wakes          guarded.rs, facts.rs  the guard and the incidents told
//! ```
//! Real are guard, classification and judgement, choice of source, schedule, probes, holds, breaker, block lists and incidents; simulated are clock,
//! network, disk, receivers and lists. The composition follows the relay and is this crate's own. A world is a function of its seed.

mod carry;
mod clients;
mod coverage;
mod dice;
mod disk;
mod facts;
mod faults;
mod guarded;
mod laws;
mod lists;
mod lives;
mod mail;
mod node;
mod polls;
mod receiver;
mod scene;
mod settle;
mod spool;
mod wake;
mod words;
mod world;

pub use coverage::{Step, TABLE, Tally};
pub use laws::{Breach, Law};

use std::time::Instant;

/// What a number of worlds came to.
#[derive(Debug, Default)]
pub struct Lived {
    pub worlds: u64,
    pub tally: Tally,
    /// The first world in which a law was broken.
    pub broken: Option<(u64, Breach)>,
}

/// Lives one world.
#[must_use]
pub fn live(seed: u64) -> (Tally, Option<Breach>) {
    world::World::new(seed).live()
}

/// The line that shows a broken world again.
#[must_use]
pub fn replay(seed: u64) -> String {
    format!("cargo run -p sim -- --seed {seed}")
}

/// Lives worlds of these seeds on so many threads, until a law is broken or the time is over.
#[must_use]
pub fn live_all(seeds: std::ops::Range<u64>, threads: u64, until: Option<Instant>) -> Lived {
    let lanes = (0..threads.max(1)).map(|lane| {
        let seeds = seeds.clone();
        std::thread::spawn(move || {
            let mut lived = Lived::default();
            for seed in seeds.filter(|seed| seed % threads.max(1) == lane) {
                if until.is_some_and(|until| Instant::now() >= until) {
                    break;
                }
                let (tally, breach) = live(seed);
                lived.worlds += 1;
                lived.tally.merge(&tally);
                if let Some(breach) = breach {
                    lived.broken = Some((seed, breach));
                    break;
                }
            }
            lived
        })
    });
    let lanes: Vec<_> = lanes.collect();
    let mut all = Lived::default();
    for lane in lanes {
        let lived = lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        all.worlds += lived.worlds;
        all.tally.merge(&lived.tally);
        let broken = all.broken.take().into_iter().chain(lived.broken);
        all.broken = broken.min_by_key(|(seed, _)| *seed);
    }
    all
}
