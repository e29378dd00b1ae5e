//! Splices in order, refused where they overlap, applied and taken back.

use super::*;
use proptest::prelude::*;

#[test]
fn insertions_at_one_place_keep_their_order() {
    let mut splices = Splices::new();
    splices.insert(1, "x").unwrap();
    splices.insert(1, "y").unwrap();
    splices.insert(0, "<").unwrap();
    splices.replace(1..2, "B").unwrap();
    assert_eq!(splices.apply(b"abc"), b"<axyBc");
    assert_eq!(splices.undo(b"<axyBc", b"abc").unwrap(), b"abc");
}

#[test]
fn overlapping_changes_are_refused() {
    let mut splices = Splices::new();
    splices.replace(2..5, "").unwrap();
    assert_eq!(splices.insert(3, "x"), Err(Overlap { offset: 3 }));
    assert_eq!(splices.replace(1..3, "x"), Err(Overlap { offset: 1 }));
    splices.insert(2, "before").unwrap_err();
    splices.insert(5, "after").unwrap();
}

#[test]
fn foreign_bytes_are_not_undone() {
    let mut splices = Splices::new();
    splices.insert(1, "xyz").unwrap();
    assert_eq!(splices.undo(b"axyc", b"ac"), None);
    assert_eq!(splices.undo(b"", b"ac"), None);
}

proptest! {
    #[test]
    fn undo_gives_the_original_back(
        original in proptest::collection::vec(any::<u8>(), 0..200),
        changes in proptest::collection::vec((0usize..200, 0usize..20, proptest::collection::vec(any::<u8>(), 0..10)), 0..10),
    ) {
        let mut splices = Splices::new();
        for (at, removed, inserted) in changes {
            let start = at.min(original.len());
            let end = (start + removed).min(original.len());
            // An overlapping one is refused and changes nothing.
            let _refused = splices.replace(start..end, inserted);
        }
        let changed = splices.apply(&original);
        prop_assert_eq!(changed.len(), splices.len_after(original.len()));
        prop_assert_eq!(splices.undo(&changed, &original), Some(original.clone()));
    }
}
