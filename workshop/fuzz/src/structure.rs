//! The index of a message: every part lies within its parent, bodies are read without harm, a splice anywhere can be taken back.

use message::{Index, PartId, Splices, TextBody, decode_words, mailboxes};

pub(crate) fn structure(data: &[u8]) {
    let index = Index::of(data);
    for (id, part) in index.iter() {
        assert!(part.body.start <= part.body.end && part.body.end <= data.len(), "{id:?} lies outside");
        if let Some(parent) = part.parent {
            let parent = index.part(parent);
            // A delimiter right behind a header leaves a part without a line of its own: its empty body lies where the delimiter begins.
            let is_odd = part.body.is_empty();
            assert!(
                is_odd || parent.body.start <= part.body.start && part.body.end <= parent.body.end,
                "{id:?} {:?} leaves its parent {:?}",
                part.body,
                parent.body
            );
            assert!(parent.children.contains(&id), "{id:?} is no child of its parent");
        }
        let ordered = part
            .children
            .windows(2)
            .all(|pair| index.part(pair[0]).body.end <= index.part(pair[1]).body.start);
        assert!(ordered, "children of {id:?} overlap");
        assert!(index.ancestors(id).count() <= index.parts.len(), "ancestors without end");
        drop(index.section(id));
        for field in &part.header.fields {
            assert!(field.whole.end <= data.len());
        }
        let read = TextBody::read(data, &index, id);
        drop(read.map(|body| body.text().len()));
    }
    for name in ["from", "to", "subject", "content-type"] {
        if let Some(value) = index.header().value(data, name) {
            drop(decode_words(&value));
            drop(mailboxes(&value));
        }
    }
    splices(data, &index);
}

/// Inserts in front of and behind every body, replaces what lies between two of them, and takes it back.
fn splices(data: &[u8], index: &Index) {
    let mut splices = Splices::new();
    for (number, (_, part)) in index.iter().enumerate() {
        // Overlaps are refused; what is refused changes nothing.
        let _may_overlap = match number % 3 {
            0 => splices.insert(part.body.start, b"inserted".to_vec()),
            1 => splices.insert_first(part.body.end, b"\r\n".to_vec()),
            _ => splices.replace(part.body.clone(), b"replaced".to_vec()),
        };
    }
    let changed = splices.apply(data);
    assert_eq!(changed.len(), splices.len_after(data.len()));
    assert_eq!(splices.undo(&changed, data).as_deref(), Some(data), "undoing gives the original");
    assert_eq!(index.part(PartId::MESSAGE).parent, None);
}
