use super::*;

#[test]
fn a_title_cannot_begin_a_header() {
    assert_eq!(one_line("a\r\nBcc: kim@customer.example"), "a  Bcc: kim@customer.example");
}

impl Mail {
    pub(crate) fn for_test(to: &str) -> Self {
        Self {
            to: to.to_owned(),
            subject: "Grüße".to_owned(),
            body: "Text.\n".to_owned(),
            message_id: "1@relay.example".to_owned(),
            thread: None,
            leave: None,
            list: "status.relay.example".to_owned(),
            date: Timestamp::from_micros(0),
        }
    }
}
