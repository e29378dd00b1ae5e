//! Every drill of the book in its short form: it holds, and under sabotage it says that it did not.

#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

use std::process::Command;

fn run(name: &str, sabotage: bool) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
    command.args(["drill", name, "--short"]);
    if sabotage {
        command.arg("--sabotage");
    }
    let done = command.output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    (done.status.success(), told)
}

fn holds(name: &str) {
    let (held, told) = run(name, false);
    assert!(held && told.contains("**It held.**"), "{told}");
    if name == "spamhaus-eu" {
        // The relay of the real day is beside it and costs what it cost then.
        assert!(
            told.contains("non-delivery reports to senders.") && !told.contains(" 0 refused for good"),
            "{told}"
        );
    }
}

fn fails_under_sabotage(name: &str) {
    let (held, told) = run(name, true);
    assert!(!held && told.contains("**It did NOT hold.**"), "{told}");
}

macro_rules! drills {
    ($($module:ident $name:literal;)*) => {$(
        mod $module {
            #[test]
            fn holds() {
                super::holds($name);
            }

            #[test]
            fn says_so_when_what_it_tests_is_undone() {
                super::fails_under_sabotage($name);
            }
        }
    )*};
}

drills! {
    spamhaus_eu "spamhaus-eu";
    spamhaus_eu_one_ip "spamhaus-eu-one-ip";
    open_resolver "open-resolver";
    dnsbl_lists_the_world "dnsbl-lists-the-world";
    banned_at_one_provider "banned-at-one-provider";
    provider_down "provider-down";
    provider_down_deliver "provider-down-deliver";
    resolver_gone "resolver-gone";
    resolver_gone_deliver "resolver-gone-deliver";
    power_cut "power-cut";
    connector_broken "connector-broken";
    spool_disk_full "spool-disk-full";
    spool_disk_slow "spool-disk-slow";
    certificate_expired "certificate-expired";
    runaway_tenant "runaway-tenant";
    echo_spoofing "echo-spoofing";
    header_bomb "header-bomb";
    listing_spreads "listing-spreads";
    stamped_form_refused "stamped-form-refused";
    mitigation_loses_mail "mitigation-loses-mail";
    cold_spare "cold-spare";
}
