//! Each fixture against its golden result, which a person has read.
//!
//! `SIGNPOST_BLESS=1` writes the results anew; what changed is then read in the diff.

use crate::support::{NOW, fixtures, read};
use std::path::{Path, PathBuf};
use vendor::{Format, Given, Mapping};

fn fixture_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            fixture_files(&path, found);
        } else if !name.ends_with(".golden.json")
            && !name.ends_with(".mapping.json")
            && !name.ends_with(".md")
        {
            found.push(path);
        }
    }
}

fn all() -> Vec<PathBuf> {
    let mut found = Vec::new();
    fixture_files(&fixtures(), &mut found);
    found.sort();
    found
}

#[test]
fn every_fixture_gives_its_golden_result() {
    let is_blessed = std::env::var_os("SIGNPOST_BLESS").is_some();
    for path in all() {
        let bytes = std::fs::read(&path).unwrap();
        let beside = path.with_extension("mapping.json");
        let mapping =
            beside.exists().then(|| Mapping::parse(&std::fs::read_to_string(&beside).unwrap()).unwrap());
        let given = Given { mapping: mapping.as_ref(), ..Given::at(NOW.parse().unwrap()) };
        let document =
            vendor::read(&bytes, &given).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let golden = path.with_file_name(format!("{name}.golden.json"));
        if is_blessed {
            std::fs::write(&golden, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert!(expected == text, "{} differs from what is read now:\n{text}", golden.display());
    }
}

#[test]
fn every_format_has_a_fixture() {
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        read(&bytes, NOW).map(|document| document.format)
    };
    let formats: Vec<Format> = all().iter().filter_map(|path| read(path).ok()).collect();
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Mapped) {
        assert!(formats.contains(&format), "no fixture is {}", format.as_str());
    }
}
