use super::splices;

const HEADER: &str = "Subject: Grüße\r\nContent-Type: text/plain; charset=utf-8\r\n";

#[test]
fn bodies_are_touched_only_where_eight_bits_are_lacking() {
    let message = format!("{HEADER}\r\nGrüße\r\n");
    for (to_seven_bits, is_ascii) in [(true, true), (false, false)] {
        let (splices, at_fault) = splices(message.as_bytes(), to_seven_bits);
        let after = String::from_utf8(splices.apply(message.as_bytes())).unwrap();
        assert!(at_fault.is_none() && after.starts_with("Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"), "{after}");
        assert_eq!(after.is_ascii(), is_ascii, "{after}");
    }
}

#[test]
fn the_header_of_an_ambiguous_message_is_written_and_its_body_stays() {
    let message = format!("{HEADER}Content-Type: text/html\r\n\r\nGrüße\r\n");
    let (splices, at_fault) = splices(message.as_bytes(), true);
    let after = String::from_utf8(splices.apply(message.as_bytes())).unwrap();
    assert!(at_fault.is_none() && after.ends_with("\r\n\r\nGrüße\r\n"), "{after}");
    assert!(after.starts_with("Subject: =?utf-8?B?"), "{after}");
}

#[test]
fn a_header_with_an_address_that_has_no_form_is_told() {
    let message = format!("To: jörg@x.example\r\n{HEADER}\r\nGrüße\r\n");
    for to_seven_bits in [true, false] {
        let (_, at_fault) = splices(message.as_bytes(), to_seven_bits);
        assert_eq!(at_fault.unwrap().to_string(), "the address `jörg@x.example` in the field To");
    }
}
