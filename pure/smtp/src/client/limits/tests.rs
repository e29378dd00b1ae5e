//! Replies to EHLO in, limits out.

use super::*;
use crate::client::Capabilities;
use model::Reply;

fn check(line: &str, [mail_max, rcpt_max, rcpt_domain_max]: [Option<u32>; 3]) {
    let reply =
        Reply { lines: vec![b"mx.example".to_vec(), line.as_bytes().to_vec()], ..Reply::new(250, None, "") };
    let limits = Capabilities::of(&reply).limits;
    assert_eq!(limits, HostLimits { mail_max, rcpt_max, rcpt_domain_max }, "{line}");
}

#[test]
fn each_limit_that_is_said_is_known() {
    check("LIMITS RCPTMAX=20 MAILMAX=5", [Some(5), Some(20), None]);
    check("limits rcptdomainmax=1 RcptMax=100", [None, Some(100), Some(1)]);
    check("LIMITS  MAILMAX=999999", [Some(999_999), None, None]);
    check("LIMITS RCPTMAX=2 RCPTMAX=3", [None, Some(3), None]);
}

#[test]
fn what_is_no_limit_says_nothing() {
    for line in [
        "LIMITS",
        "LIMITS ",
        "LIMITS RCPTMAX",
        "LIMITS RCPTMAX=",
        "LIMITS RCPTMAX=0",
        "LIMITS RCPTMAX=-1",
        "LIMITS RCPTMAX=+1",
        "LIMITS RCPTMAX=1000000",
        "LIMITS RCPTMAX=many",
        "LIMITS RCPTMAX = 5",
        "LIMITS HOURMAX=5",
        "LIMITSRCPTMAX=5",
        "SIZE RCPTMAX=5",
    ] {
        check(line, [None, None, None]);
    }
    check("LIMITS RCPTMAX MAILMAX=3 RCPTDOMAINMAX=x", [Some(3), None, None]);
}
