//! Records, policies and patterns as RFC 8461 writes them and as people write them.

use super::*;

fn record(texts: &[&str]) -> Option<String> {
    announced(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
}

#[test]
fn a_domain_announces_one_policy_or_none() {
    let id = Some("20160831085700Z".to_owned());
    assert_eq!(record(&["v=STSv1; id=20160831085700Z;"]), id);
    assert_eq!(record(&["v=STSv1;id=20160831085700Z"]), id);
    assert_eq!(record(&["v=spf1 -all", "v=STSv1 ; a=b; id=20160831085700Z ; id=2"]), id);
    assert_eq!(record(&[]), None);
    assert_eq!(record(&["v=STSv1; id=1", "v=STSv1; id=2"]), None);
    for bad in [
        "v=STSv1",
        "v=STSv1;",
        "v=STSv1; id=;",
        "v=STSv1; id=a-b",
        "v=STSv2; id=1",
        "id=1; v=STSv1",
        "v=stsv1; id=1",
    ] {
        assert_eq!(record(&[bad]), None, "{bad}");
    }
    assert_eq!(record(&[&format!("v=STSv1; id={}", "1".repeat(33))]), None);
}

#[test]
fn a_policy_is_read_as_the_rfc_shows_it() {
    let text = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n";
    for text in [text.to_owned(), text.replace('\r', ""), format!("extra:field:x\n{text}")] {
        let policy = Policy::read(text.as_bytes()).unwrap();
        assert_eq!((policy.mode, policy.max_age), (Mode::Enforce, Duration::from_secs(604_800)));
        assert!(policy.names("mail.example.com") && policy.names("MX1.example.net."));
    }
    let none = Policy::read(b"version: STSv1\nmode: none\nmax_age: 86400\n").unwrap();
    assert_eq!(none.mode, Mode::None);
    let long = Policy::read(b"version:STSv1\nmode:none\nmode:enforce\nmax_age:9999999999").unwrap();
    assert_eq!((long.mode, long.max_age), (Mode::None, MAX_AGE_MAX));
}

#[test]
fn what_is_no_policy_is_an_error_and_never_a_weaker_one() {
    let good = "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1";
    assert!(Policy::read(good.as_bytes()).is_ok());
    for (from, to, error) in [
        ("STSv1", "STSv2", PolicyError::Version),
        ("version: STSv1\n", "", PolicyError::Version),
        ("enforce", "Enforce", PolicyError::Mode),
        ("mode: enforce\n", "", PolicyError::Mode),
        ("mx: a.example\n", "", PolicyError::NoMx),
        ("a.example", "*.*.example", PolicyError::Mx("*.*.example".to_owned())),
        ("a.example", "*", PolicyError::Mx("*".to_owned())),
        ("a.example", "", PolicyError::Mx(String::new())),
        ("max_age: 1", "", PolicyError::MaxAge),
        ("max_age: 1", "max_age: -1", PolicyError::MaxAge),
        ("max_age: 1", "max_age: 99999999999", PolicyError::MaxAge),
        ("mode", "<html>\nmode", PolicyError::NoField),
    ] {
        assert_eq!(Policy::read(good.replace(from, to).as_bytes()), Err(error), "{from} -> {to}");
    }
    assert_eq!(Policy::read(&[0xff]), Err(PolicyError::NoText));
    assert_eq!(Policy::read(&[b' '; POLICY_BYTES_MAX + 1]), Err(PolicyError::TooLong));
}

#[test]
fn a_star_stands_for_one_label_and_names_may_be_international() {
    let names = |pattern: &str, host: &str| {
        let text = format!("version: STSv1\nmode: testing\nmx: {pattern}\nmax_age: 1");
        Policy::read(text.as_bytes()).unwrap().names(host)
    };
    for (pattern, host, is_named) in [
        ("mx.example", "mx.example", true),
        ("MX.example", "mx.EXAMPLE.", true),
        ("mx.example", "a.mx.example", false),
        ("*.example", "mx.example", true),
        ("*.example", "a.mx.example", false),
        ("*.example", "example", false),
        ("*.example", ".example", false),
        ("*.xn--bcher-kva.example", "mx.bücher.example", true),
        ("*.bücher.example", "mx.xn--bcher-kva.example", true),
        ("mx.bücher.example", "mx.xn--bcher-kva.example", true),
        ("mx.example", "mx.example.evil", false),
    ] {
        assert_eq!(names(pattern, host), is_named, "{pattern} {host}");
    }
}

#[test]
fn only_plain_text_is_a_policy() {
    for (content_type, is_good) in
        [("text/plain", true), ("Text/Plain; charset=utf-8", true), ("text/html", false), ("", false)]
    {
        assert_eq!(is_policys_type(content_type), is_good, "{content_type}");
    }
}

#[test]
fn a_kept_policy_outlives_an_announcement_that_is_gone_and_no_longer_than_it_says() {
    let policy = Policy::read(b"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1000").unwrap();
    let fetched = Timestamp::from_micros(1_000_000_000_000);
    let kept = Kept { id: "1".to_owned(), policy, fetched };
    let after = |seconds| fetched + Duration::from_secs(seconds);
    for (announced, seconds, expected) in [
        (Some("1"), 0, Next::Use),
        (Some("1"), 499, Next::Use),
        (Some("1"), 500, Next::Renew),
        (Some("1"), 1000, Next::Fetch),
        (Some("2"), 0, Next::Fetch),
        (None, 999, Next::Use),
        (None, 1000, Next::None),
    ] {
        assert_eq!(next(Some(&kept), announced, after(seconds)), expected, "{announced:?} after {seconds} s");
    }
    assert_eq!((next(None, None, fetched), next(None, Some("1"), fetched)), (Next::None, Next::Fetch));
}
