use super::*;

#[test]
fn every_name_of_a_list_leads_to_one() {
    for said in ["zen.spamhaus.org", "SBL.spamhaus.org.", "Spamhaus", "xbl.spamhaus.org"] {
        assert_eq!(list_name(said), "zen.spamhaus.org", "{said}");
    }
    assert_eq!(list_name("SpamCop"), "bl.spamcop.net");
}

#[test]
fn a_list_that_nobody_knows_keeps_its_name() {
    assert_eq!(list_name("dnsbl.unknown.example"), "dnsbl.unknown.example");
}

#[test]
fn a_list_of_domains_is_no_list_of_addresses() {
    assert_eq!(list_name("dbl.spamhaus.org"), "dbl.spamhaus.org");
}
