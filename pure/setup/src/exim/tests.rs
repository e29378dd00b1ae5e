//! The script's variable parts; a real Exim runs it in the tests of the binary.

use crate::support::{Nasty, plan, plan_of};
use crate::{Secrets, System, instructions};

#[test]
fn router_and_acl_name_domains_sources_and_word() {
    let script = instructions(System::Exim, &plan(), Secrets::Hidden);
    assert!(script.contains("  senders = *@acme.example : *@acme.test\n"));
    assert!(script.contains("hostlist signpost_sources = <; 127.0.1.1 ; 127.0.1.2\n"));
    assert!(script.contains("(^|\\s)acme-4f1c(\\s|$)"));
    assert!(script.contains("route_list = * in.eu.relay.example::25\n"));
    assert!(script.contains("tls_verify_hosts = *"));
}

#[test]
fn a_secret_lies_in_a_file_of_its_own_and_is_no_command() {
    let hidden = instructions(System::Exim, &plan(), Secrets::Hidden);
    assert!(hidden.contains(
        "[ -s \"$CONF/signpost.key\" ] || cat > \"$CONF/signpost.key\" <<'END_OF_FILE'\nPUT-THE-SECRET-HERE\n"
    ));
    for nasty in Nasty::all() {
        let shown = instructions(System::Exim, &plan_of(&nasty), Secrets::Shown);
        let lines: Vec<&str> = shown.lines().filter(|line| line.contains(&nasty.secret)).collect();
        assert_eq!(lines, [nasty.secret.as_str()], "the value stands alone, between quoted marks");
    }
}
