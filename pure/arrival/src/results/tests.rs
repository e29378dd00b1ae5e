use super::{comment, forged, property};
use message::HeaderBlock;

const OURS: &str = "in.eu.relay.example";

#[test]
fn a_field_in_our_name_is_found_in_every_form_and_no_other_one() {
    for (value, is_forged) in [
        (" in.eu.relay.example; spf=pass", true),
        (" in.eu.relay.example", true),
        ("in.eu.relay.example;spf=pass", true),
        (" IN.EU.Relay.Example; none", true),
        (" in.eu.relay.example 1; spf=pass", true),
        (" in.eu.relay.example/1; spf=pass", true),
        (" in.eu.relay.example.; spf=pass", true),
        ("\r\n\t in.eu.relay.example\r\n ; spf=pass", true),
        (" (comment) in.eu.relay.example; spf=pass", true),
        (" (a (nested; one) \\) of) (another)\r\n in.eu.relay.example(c); spf=pass", true),
        (" \"in.eu.relay.example\"; spf=pass", true),
        (" \"in.\\eu.relay\\.example\"; spf=pass", true),
        (" \" in.eu.relay.example \"; spf=pass", true),
        // Nobody can tell what these say; a lenient reader may find our name.
        (" (never ends in.eu.relay.example; spf=pass", true),
        (" \"in.eu.relay.example; spf=pass", true),
        (" in.eu.\"relay.example\"; b=in.eu.relay.example", true),
        (" \u{fffd}in.eu.relay.example; spf=pass", true),
        (" mx.other.example; spf=pass", false),
        (" mx.other.example; spf=pass smtp.helo=in.eu.relay.example", false),
        (" (in.eu.relay.example) mx.other.example; spf=pass", false),
        (" not.in.eu.relay.example; spf=pass", false),
        (" in.eu.relay.example.other.example; spf=pass", false),
        (" dkim=none (message not signed) header.d=none", false),
        ("", false),
        (" (only a comment)", false),
    ] {
        let header = format!("X: 1\r\nAUTHENTICATION-results:{value}\r\nFrom: a@b.example\r\n\r\n");
        let block = HeaderBlock::of(header.as_bytes());
        assert_eq!(forged(header.as_bytes(), &block, &[OURS]).len(), usize::from(is_forged), "{value:?}");
    }
    let header = "ARC-Authentication-Results: i=1; in.eu.relay.example; spf=pass\r\n\r\n";
    assert!(forged(header.as_bytes(), &HeaderBlock::of(header.as_bytes()), &[OURS]).is_empty());
}

#[test]
fn what_a_peer_wrote_cannot_write_a_result() {
    for name in ["a.example; dmarc=pass", "a (b", "a\r\nX: y", "\"a\"", "", &"a".repeat(254)] {
        assert_eq!(property("header.d", Some(name)), "", "{name:?}");
    }
    assert_eq!(property("header.d", Some("a_b.example")), " header.d=a_b.example");
    assert_eq!(comment("x) ; dkim=pass (\r\n\\"), "x  dkim=pass ");
}
