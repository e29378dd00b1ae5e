//! The committed corpora, and what a fixed die makes of them: no promise is broken.
//!
//! An input that once broke one stays in its corpus.

use std::path::Path;
use std::time::{Duration, Instant};

/// Changed inputs for each target; fewer where they take longer than this.
const CHANGED: usize = 3_000;
const TIME: Duration = Duration::from_secs(4);

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) >> 16).expect("48 bits") % bound.max(1)
    }
}

/// A piece of one input put into another, bytes flipped, cut or doubled.
fn changed(inputs: &[&[u8]], dice: &mut Dice) -> Vec<u8> {
    let mut input = inputs[dice.below(inputs.len())].to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(input.len() + 1);
        match dice.below(4) {
            0 => input.truncate(at),
            1 => input.insert(at, u8::try_from(dice.below(256)).expect("below 256")),
            2 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            _ => {
                let other = inputs[dice.below(inputs.len())];
                let from = dice.below(other.len() + 1);
                let to = from + dice.below(other.len() - from + 1).min(200);
                input.splice(at..at, other[from..to].iter().copied());
            }
        }
    }
    input
}

fn replay(name: &str) {
    let target = fuzz::find(name).expect("a target");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(format!("{name}.corpus"));
    let packed = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let inputs = fuzz::corpus::unpack(&packed);
    assert!(inputs.len() > 20, "the corpus of {name} holds {} inputs", inputs.len());
    inputs.iter().for_each(|input| target(input));
    let (mut dice, began) = (Dice(0x5167), Instant::now());
    for _ in 0..CHANGED {
        if began.elapsed() > TIME {
            break;
        }
        let input = changed(&inputs, &mut dice);
        let outcome = std::panic::catch_unwind(|| target(&input));
        assert!(outcome.is_ok(), "{name} fails on {:?}", input.escape_ascii().to_string());
    }
}

macro_rules! replayed {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })*

        #[test]
        fn every_target_is_replayed() {
            let replayed = [$(stringify!($name)),*];
            let known: Vec<&str> = fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(known, replayed);
        }
    };
}

replayed!(
    server,
    client,
    bodies,
    replies,
    structure,
    place,
    stamping,
    templates,
    configuration,
    recovery,
    settings,
    logs,
    vendors,
    signatures,
    policies,
    arrival
);
