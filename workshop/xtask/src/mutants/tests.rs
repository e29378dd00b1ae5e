use super::*;
use std::collections::BTreeSet;

#[test]
fn every_mutant_applies_to_the_present_source() {
    let mutants = read(&crate::root()).unwrap();
    assert!(mutants.len() >= 20, "{} mutants only", mutants.len());
    let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    assert_eq!(names.len(), mutants.len(), "a name stands twice");
}

#[test]
fn every_mutant_breaks_a_law_that_there_is_and_is_told_in_the_page() {
    let laws = std::fs::read_to_string(crate::root().join("workshop/sim/src/laws.rs")).unwrap();
    let page = std::fs::read_to_string(crate::root().join("docs/simulation.md")).unwrap();
    for Mutant { name, breaks, .. } in read(&crate::root()).unwrap() {
        assert!(laws.contains(&format!("Self::{breaks},")), "{name}: there is no law {breaks}");
        assert!(page.contains(&name), "{name} is not in docs/simulation.md");
    }
}
