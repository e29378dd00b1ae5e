//! `corpus list | unpack TARGET DIRECTORY | pack TARGET DIRECTORY`: corpora between their committed form and what libFuzzer wants.

use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => {
            let names: String = fuzz::TARGETS.iter().map(|(name, _)| format!("{name}\n")).collect();
            std::io::Write::write_all(&mut std::io::stdout(), names.as_bytes())?;
        }
        ["unpack", target, directory] => unpack(target, Path::new(directory))?,
        ["pack", target, directory] => pack(target, Path::new(directory))?,
        _ => return Err("corpus list | unpack TARGET DIRECTORY | pack TARGET DIRECTORY".into()),
    }
    Ok(())
}

fn packed(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(format!("{target}.corpus"))
}

fn unpack(target: &str, directory: &Path) -> Result<(), Failure> {
    let bytes = std::fs::read(packed(target)).unwrap_or_default();
    for (number, input) in fuzz::corpus::unpack(&bytes).into_iter().enumerate() {
        std::fs::write(directory.join(format!("committed-{number:05}")), input)?;
    }
    Ok(())
}

fn pack(target: &str, directory: &Path) -> Result<(), Failure> {
    let mut inputs = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        inputs.push(std::fs::read(entry?.path())?);
    }
    Ok(std::fs::write(packed(target), fuzz::corpus::pack(inputs))?)
}
