use super::public;
use crate::settings::Settings;

#[test]
fn people_are_taken_out_and_addresses_of_machines_stay() {
    let settings = Settings::new("http://x.example");
    let cases = [
        ("550 <kim@customer.example>: no", "550 <[address]>: no"),
        ("a@b c", "[address] c"),
        (
            "see https://lists.example/query/ip/192.0.2.1 and ask",
            "see https://lists.example/query/ip/192.0.2.1 and ask",
        ),
        ("[xxxx@](mailto:x@y.example)domain", "[[address]]([address])domain"),
        ("kim%40customer.example", "[address]"),
        ("Client host [192.0.2.243] blocked.", "Client host [192.0.2.243] blocked."),
    ];
    for (text, expected) in cases {
        assert_eq!(public(text, &settings), expected);
    }
}

#[test]
fn addresses_of_machines_go_too_where_the_operator_wants_it() {
    let settings = Settings { show_addresses: false, ..Settings::new("http://x.example") };
    let shown = public("Client host [192.0.2.243] blocked, 2001:db8::1. at 06:15:40", &settings);
    assert_eq!(shown, "Client host [[IP address]] blocked, [IP address]. at 06:15:40");
}
