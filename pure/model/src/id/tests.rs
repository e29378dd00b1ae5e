//! Ids survive their text form, sort by time and refuse what is not one.

use super::*;

fn id(micros: i64, fill: u8) -> MessageId {
    MessageId::new(Timestamp::from_micros(micros), [fill; 10])
}

#[test]
fn text_form_is_read_back() {
    for fill in [0, 1, 0x7f, 0xff] {
        let id = id(1_760_000_000_000_000, fill);
        assert_eq!(id.to_string().len(), TEXT_LEN);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        assert_eq!(MessageId::from_bytes(id.to_bytes()), id);
    }
}

#[test]
fn later_ids_sort_later_as_text() {
    assert!(id(1_760_000_000_000_000, 0xff).to_string() < id(1_760_000_000_001_000, 0).to_string());
}

#[test]
fn other_texts_are_refused_with_the_reason() {
    let check = |text: &str, error| assert_eq!(text.parse::<MessageId>(), Err(error), "{text}");
    check("", IdError::Length(0));
    check("0", IdError::Length(1));
    check("01k7000000000000000000000u", IdError::Character('u'));
    check("80000000000000000000000000", IdError::Overflow);
}

#[test]
fn an_id_tells_when_the_receipt_began() {
    assert_eq!(id(1_732_449_531_123_000, 7).time(), Timestamp::from_micros(1_732_449_531_123_000));
    assert_eq!(id(999, 255).time(), Timestamp::from_micros(0));
}
