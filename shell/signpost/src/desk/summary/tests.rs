use super::gist;

#[test]
fn reasons_that_differ_in_ids_only_are_one() {
    let one = "450 4.2.1 try later [AM6EUR05FT012.eop-eur05.prod.example] for kim@customer.example";
    let other = "450 4.2.1 try later [VE1EUR01FT077.eop-eur01.prod.example] for lee@customer.example";
    assert_eq!(gist(one), gist(other));
    assert_eq!(gist(one), "450 4.2.1 try later … for …");
    assert_ne!(gist("451 4.7.500 busy"), gist("451 4.7.1 busy"));
    assert_eq!(gist(&"long ".repeat(100)).chars().count(), 160);
}
