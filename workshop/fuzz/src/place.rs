//! Placement: a byte of the text that is no half of a character, whatever the text.

use signatures::place::{ClientSignature, PlaceOptions, Placement, place_html, place_text};

/// The first byte chooses the options.
pub(crate) fn place(data: &[u8]) {
    let [choice, bytes @ ..] = data else { return };
    let text = String::from_utf8_lossy(bytes);
    let options = PlaceOptions {
        writer_marker: (choice & 1 == 1).then_some("{SIG}"),
        client_signature: match choice >> 1 & 3 {
            0 => ClientSignature::Keep,
            1 => ClientSignature::Skip,
            _ => ClientSignature::Replace,
        },
    };
    for placed in [place_html(&text, &options), place_text(&text, &options)] {
        holds(&text, &placed);
    }
    assert_eq!(place_html(&text, &options), place_html(&text, &options), "the same text, the same place");
}

fn holds(text: &str, placed: &Placement) {
    assert!(text.is_char_boundary(placed.offset), "{placed:?} is no place in the text");
    let ranges = [
        Some(&placed.newest),
        placed.client_signature.as_ref(),
        placed.writer_marker.as_ref(),
        placed.ours.as_ref(),
    ];
    for range in ranges.into_iter().flatten() {
        assert!(text.get(range.clone()).is_some(), "{range:?} is no piece of the text");
    }
}
