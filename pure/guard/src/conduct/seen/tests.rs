use super::*;

#[test]
fn a_recipient_is_new_once() {
    let mut seen = Seen::default();
    assert!(seen.is_new("Ann@partner.example"));
    assert!(!seen.is_new("ann@partner.example"), "whatever its letters");
    assert!(seen.is_new("ben@partner.example"));
}

#[test]
fn a_recipient_outlives_one_filter_and_memory_stays() {
    let mut seen = Seen::default();
    assert!(seen.is_new("ann@partner.example"));
    let strangers = (0..FILL_MAX).filter(|number| seen.is_new(&format!("r{number}@partner.example"))).count();
    assert!(strangers > FILL_MAX as usize * 6 / 10, "{strangers}");
    assert!(!seen.is_new("ann@partner.example"));
    assert_eq!(seen.filling.words.len().max(seen.before.words.len()), WORDS);
}
