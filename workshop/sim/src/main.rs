//! The simulator by hand: one seed again, or many for a while.

use clap::Parser;
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[derive(Debug, Parser)]
#[command(
    name = "sim",
    about = "One seed, one world: the pure parts together, with everything that can go wrong"
)]
struct Cli {
    /// Live this world only
    #[arg(long)]
    seed: Option<u64>,
    /// Live so many worlds
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// End after so many seconds
    #[arg(long)]
    seconds: Option<u64>,
    /// Fail if a transition is taken less often
    #[arg(long, default_value_t = 0)]
    least: u64,
    /// Print every transition with its count
    #[arg(long)]
    table: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let began = Instant::now();
    let seeds = cli.seed.map_or(cli.from..cli.from + cli.seeds, |seed| seed..seed + 1);
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let until = cli.seconds.map(|seconds| began + Duration::from_secs(seconds));
    let lived = sim::live_all(seeds, threads, until);
    let mut out = std::io::stdout().lock();
    let told = tell(&mut out, &cli, &lived, began.elapsed());
    let is_short = !lived.tally.short(cli.least).is_empty();
    if told.is_ok() && lived.broken.is_none() && !is_short { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(out: &mut impl std::io::Write, cli: &Cli, lived: &sim::Lived, took: Duration) -> std::io::Result<()> {
    if cli.table {
        write!(out, "{}", lived.tally.markdown())?;
    }
    for (step, count) in lived.tally.strange() {
        writeln!(out, "not in the table: {step} ({count})")?;
    }
    for (step, count) in lived.tally.short(cli.least) {
        writeln!(out, "taken {count} times only: {step}")?;
    }
    writeln!(out, "{} worlds in {:.1} s", lived.worlds, took.as_secs_f64())?;
    match &lived.broken {
        Some((seed, breach)) => writeln!(out, "{breach}\nagain: {}", sim::replay(*seed)),
        None => writeln!(out, "every law held"),
    }
}
