//! How long one reply takes: `cargo run --release -p bounce --example classify_speed`.
//!
//! Real replies of `tests/corpus`, over and over; the best of many short rounds: everything else on the machine only adds.

use bounce::{ReplyContext, classify};
use std::process::ExitCode;

const ROUNDS: usize = 1000;
const REPEATS: usize = 2;

fn main() -> ExitCode {
    let text = include_str!("../tests/corpus/replies.jsonl");
    let values = text.lines().map(serde_json::from_str::<serde_json::Value>);
    let replies: Vec<String> =
        values.filter_map(|value| Some(value.ok()?.get("reply")?.as_str()?.to_owned())).collect();
    let context = ReplyContext::default();
    let mut best = f64::MAX;
    let mut known = 0;
    for _ in 0..ROUNDS {
        #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
        let start = std::time::Instant::now();
        for _ in 0..REPEATS {
            known = replies.iter().filter(|reply| classify(reply, &context).rule != "none").count();
        }
        best = best.min(start.elapsed().as_secs_f64() / (REPEATS * replies.len()) as f64);
    }
    let bytes: usize = replies.iter().map(String::len).sum();
    let mean = bytes / replies.len().max(1);
    #[expect(clippy::print_stdout, reason = "the figure is what this program is for")]
    {
        println!(
            "{:.2} microseconds for a reply of {mean} bytes, {known} of {} known",
            best * 1e6,
            replies.len()
        );
    }
    ExitCode::SUCCESS
}
