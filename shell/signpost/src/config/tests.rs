use super::{DaneUse, LogFormat, OperatorConfig, read};
use certificates::Wish;
use model::Duration;
use std::path::Path;
use tlspolicy::Destination;

mod sites;

const EXAMPLE: &str = include_str!("../../../../docs/example/signpost.toml");

fn problems(text: &str) -> Vec<String> {
    let (config, problems, _) = read("signpost.toml", text.as_bytes(), Path::new("/etc/signpost"));
    assert_eq!(config.is_none(), !problems.is_empty());
    problems.iter().map(ToString::to_string).collect()
}

fn example() -> OperatorConfig {
    let (config, problems, _) = read("signpost.toml", EXAMPLE.as_bytes(), Path::new("/etc/signpost"));
    assert_eq!(problems, []);
    config.unwrap()
}

#[test]
fn the_example_is_read_whole() {
    let config = example();
    assert_eq!(config.data_dir, Path::new("/etc/signpost/signpost-data"));
    assert_eq!((config.listeners.len(), config.sources.len()), (1, 2));
    assert_eq!(config.queue.retry_return[0], Duration::from_secs(5));
    assert_eq!(config.queue.expire, Duration::from_secs(5 * 86_400));
    assert_eq!((config.dnsbl.zones.len(), config.dnsbl.zones[0].tier), (2, 'a'));
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!((config.notices, config.roots), (crate::config::Notices::default(), None));
}

#[test]
fn further_roots_stand_beside_the_file() {
    let (config, ..) = read(
        "signpost.toml",
        EXAMPLE.replace("roots       = \"\"", "roots = \"ca.pem\"").as_bytes(),
        Path::new("/etc/signpost"),
    );
    assert_eq!(config.unwrap().roots.unwrap(), Path::new("/etc/signpost/ca.pem"));
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_line() {
    let text = EXAMPLE
        .replace("127.0.0.1:2525", "localhost")
        .replace("retry_return   =", "retry_retrun   =")
        .replace("\"127.0.0.1:8025\"", "\"0.0.0.0:8025\"")
        .replace("expire         = \"5d\"", "expire         = \"5y\"");
    let found = problems(&text).join("\n");
    for part in ["signpost.toml:9", "retry_retrun", "did you mean `retry_return`", "loopback", "expire"] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
}

#[test]
fn the_status_page_may_be_reached_from_outside_and_names_itself() {
    let more = "[status]\nname = \"Relay\"\nurl = \"https://status.relay.example/\"\nhelp = \"help@relay.example\"\n\
                publish = \"public\"\nshow_addresses = false\nfresh_for = \"2m\"\n";
    let (before, after) = (EXAMPLE.find("[status]").unwrap(), EXAMPLE.find("[notices]").unwrap());
    let example_without = format!("{}{}", &EXAMPLE[..before], &EXAMPLE[after..]);
    let text = example_without.replace("127.0.0.1:8026", "0.0.0.0:8026");
    let (config, problems, _) =
        read("signpost.toml", format!("{text}\n{more}").as_bytes(), Path::new("/etc/signpost"));
    assert_eq!(problems, []);
    let status = config.unwrap().status;
    assert_eq!(
        (status.settings.name.as_str(), status.settings.url.as_str()),
        ("Relay", "https://status.relay.example")
    );
    assert_eq!(status.publish.as_deref(), Some(Path::new("/etc/signpost/public")));
    assert!(!status.settings.show_addresses && status.settings.show_absorbed);
    assert_eq!(example().status.settings.url, "http://127.0.0.1:8026");
    let wrong = more.replace("https://", "javascript:").replace("2m", "2s");
    let found = self::problems(&format!("{example_without}\n{wrong}")).join("\n");
    assert!(found.contains("https://status.relay.example") && found.contains("fresh_for"), "{found}");
}

#[test]
fn a_file_without_listener_and_source_is_told_so() {
    let found = problems("region = \"eu\"\n").join("\n");
    assert!(found.contains("[[listener]]") && found.contains("[[source]]"), "{found}");
}

#[test]
fn a_dead_block_list_is_refused_with_its_day() {
    let text = EXAMPLE.replace("bl.spamcop.net", "dnsbl.sorbs.net");
    assert!(problems(&text).join("\n").contains("closed on 2024-06-05"));
}

#[test]
fn two_of_one_name_are_refused() {
    let text = EXAMPLE.replace("\"eu-2\"", "\"eu-1\"");
    assert!(problems(&text).join("\n").contains("two [[source]] with the name `eu-1`"));
}

#[test]
fn what_has_a_default_may_be_left_out() {
    let least = "region = \"eu\"\n[[listener]]\nname = \"in\"\naddress = \"127.0.0.1:0\"\n\
        [[source]]\nname = \"a\"\naddress = \"127.0.1.1\"\nehlo = \"a.example\"\n";
    let (config, problems, _) = read("signpost.toml", least.as_bytes(), Path::new("."));
    assert_eq!(problems, []);
    let config = config.unwrap();
    assert!(!config.listeners[0].hostname.is_empty());
    assert_eq!((config.sources[0].weight, config.resolver.timeout), (10, Duration::from_secs(3)));
}

#[test]
fn a_notice_source_is_marked_and_is_not_the_only_kind() {
    let text = EXAMPLE.replace("notice  = false", "notice  = true ");
    let (config, problems_found, _) = read("signpost.toml", text.as_bytes(), Path::new("."));
    assert_eq!(problems_found, []);
    let marked: Vec<bool> = config.unwrap().sources.iter().map(|source| source.notice).collect();
    assert_eq!(marked, [true, false]);
    let all = text.replace("network = \"provider-b\"", "network = \"provider-b\"\nnotice = true");
    assert!(problems(&all).join("\n").contains("only sources with `notice = true`"));
}

/// The example with `listener` in place of its certificate lines, and `more` at its end.
fn with_certificate(listener: &str, more: &str) -> String {
    let without: String = EXAMPLE
        .lines()
        .filter(|line| !line.starts_with("certificate  ") && !line.starts_with("key  "))
        .map(|line| format!("{line}\n"))
        .collect();
    without.replace("name                = \"eu-in\"", &format!("name = \"eu-in\"\n{listener}")) + more
}

const ACME: &str = "[acme]\ndirectory = \"https://ca.example/dir\"\ncontact = [\"mailto:a@relay.example\"]\n\
    terms_agreed = true\nchallenge_address = \"0.0.0.0:80\"\nroot = \"ca.pem\"\n";

#[test]
fn a_listener_names_files_an_authority_or_nothing() {
    let text = with_certificate(
        "certificate = \"acme\"\nalso = [ { hostname = \"b.example\", certificate = \"b.pem\", key = \"b.key\" } ]",
        ACME,
    );
    let (config, problems, _) = read("signpost.toml", text.as_bytes(), Path::new("/etc/signpost"));
    assert_eq!(problems, []);
    let config = config.unwrap();
    assert_eq!(config.listeners[0].certificate, Wish::Acme);
    let files = Wish::Files { chain: "/etc/signpost/b.pem".into(), key: "/etc/signpost/b.key".into() };
    assert_eq!(config.listeners[0].further[0].certificate, files);
    assert_eq!(config.acme.unwrap().root.unwrap(), Path::new("/etc/signpost/ca.pem"));
    assert_eq!((example().listeners[0].certificate.clone(), example().acme), (Wish::SelfSigned, None));
}

#[test]
fn what_is_wrong_with_certificates_is_told_with_what_to_write() {
    for (listener, more, told) in [
        ("certificate = \"acme\"", "", "needs an [acme]"),
        ("certificate = \"a.pem\"", "", "both `certificate` and `key`"),
        ("key = \"a.key\"", "", "both `certificate` and `key`"),
        ("certificate = \"acme\"\nkey = \"a.key\"", ACME, "leave `key` out"),
        ("also = [ { certificate = \"acme\" } ]", ACME, "`listener.also.hostname` is missing"),
        (
            "also = [ { hostname = \"b.example\" }, { hostname = \"B.example\" } ]",
            "",
            "stands in two entries",
        ),
        ("", &ACME.replace("true", "false"), "terms_agreed = true"),
        ("", &ACME.replace("https:", "http:"), "is not a URL such as https://"),
        ("", &ACME.replace("mailto:", ""), "mailto:postmaster@relay.example"),
        ("", &ACME.replace("challenge_address", "challenge_adress"), "did you mean `challenge_address`"),
    ] {
        let found = problems(&with_certificate(listener, more)).join("\n");
        assert!(found.contains(told), "{told} is not in\n{found}");
    }
}

#[test]
fn lists_and_canaries_are_read_and_what_is_wrong_with_them_is_told() {
    let canary = "[[canary]]\nname = \"way\"\nfrom = \"canary@acme.example\"\nto = \"canary@acme.example\"\nsink = \"127.0.0.1:2600\"\n";
    let text = format!("{EXAMPLE}\n{canary}every = \"1m\"\nlost = \"10m\"\n");
    let (config, problems, _) = read("signpost.toml", text.as_bytes(), Path::new("."));
    assert_eq!(problems, []);
    let canary_read = &config.unwrap().canaries[0];
    let times = [canary_read.every, canary_read.late, canary_read.lost].map(|time| time.as_secs());
    assert_eq!(times, [60, 60, 600]);
    let told = self::problems(&format!("{EXAMPLE}\n{canary}lost = \"1m\"\n{canary}"));
    assert!(told.join("\n").contains("`lost` has to be longer than `late`"), "{told:?}");
    assert!(told.join("\n").contains("two [[canary]] with the name `way`"), "{told:?}");
    let told = self::problems(&EXAMPLE.replace("bl.spamcop.net", "Zen.spamhaus.org"));
    assert!(told.join("\n").contains("stands twice in dnsbl.zones"), "{told:?}");
}

#[test]
fn a_key_goes_to_its_own_operator_only() {
    let text = EXAMPLE
        .replace("bl.spamcop.net\", tier = \"a\"", "combined.mail.abusix.zone\", tier = \"a\"")
        .replace("dqs_key = \"\" ", "dqs_key = \"spamhauskey\" ");
    let keys = |text: &str| -> Vec<Option<String>> {
        let (config, problems, _) = read("signpost.toml", text.as_bytes(), Path::new("."));
        assert_eq!(problems, []);
        config.unwrap().dnsbl.zone_configs().into_iter().map(|zone| zone.key).collect()
    };
    assert_eq!(keys(&text), [Some("spamhauskey".to_owned()), None]);
    let text =
        text.replace("abusix.zone\", tier = \"a\"", "abusix.zone\", tier = \"a\", key = \"abusixkey\"");
    assert_eq!(keys(&text), [Some("spamhauskey".to_owned()), Some("abusixkey".to_owned())]);
}

#[test]
fn a_notices_route_is_read_without_showing_its_password_and_a_wrong_one_is_told() {
    let with = |route: &str| EXAMPLE.replace("route = \"\" ", &format!("route = \"{route}\" "));
    let (config, problems, _) = read(
        "signpost.toml",
        with("smtps://status@relay.example:geheim@mail.other.example").as_bytes(),
        Path::new("."),
    );
    assert_eq!(problems, []);
    let notices = config.unwrap().notices;
    assert_eq!(notices.route.as_ref().unwrap().user_address(), Some("status@relay.example"));
    assert!(!format!("{notices:?}").contains("geheim"));
    for wrong in ["mail.other.example", "smtp://user@mail.other.example", "https://mail.other.example"] {
        let found = self::problems(&with(wrong)).join("\n");
        assert!(found.contains("notices.route"), "{wrong}: {found}");
    }
}

#[test]
fn vendors_come_from_the_catalogue_or_by_their_address() {
    let with = |more: &str| format!("{EXAMPLE}\n{more}");
    let good = with(
        "[[vendor]]\ncatalogue = \"xink\"\n[[vendor]]\nname = \"hosting\"\nurl = \"https://status.hosting.example/summary.json\"\n\
         every = \"10m\"\nallow_private = true\n",
    );
    let (config, problems, _) = read("signpost.toml", good.as_bytes(), Path::new("/etc/signpost"));
    assert_eq!(problems, []);
    let vendors = config.unwrap().vendors;
    let of = |index: usize| {
        let one: &watch::VendorConfig = &vendors[index];
        (one.name.as_str(), one.url.as_str(), one.every.as_secs(), one.allow_private)
    };
    assert_eq!(of(0), ("xink", "https://status.xink.io/api/v2/summary.json", 300, false));
    assert_eq!(of(1), ("hosting", "https://status.hosting.example/summary.json", 600, true));
    let rows = [
        ("catalogue = \"xnk\"", "did you mean `xink`"),
        ("catalogue = \"xink\"\nurl = \"https://a.example\"", "one of them"),
        ("name = \"a\"", "needs `catalogue`"),
        ("url = \"https://a.example/x\"", "needs `name`"),
        ("name = \"a\"\nurl = \"ftp://a.example/x\"", "no http or https URL"),
        ("name = \"a/b\"\nurl = \"https://a.example/x\"", "letters a-z"),
        ("catalogue = \"xink\"\nevery = \"5s\"", "every"),
        ("catalogue = \"xink\"\nmapping = \"gone.json\"", "cannot be read"),
        ("catalogue = \"xink\"\n[[vendor]]\ncatalogue = \"xink\"", "two [[vendor]] with the name `xink`"),
    ];
    for (entry, part) in rows {
        let found = self::problems(&with(&format!("[[vendor]]\n{entry}\n"))).join("\n");
        assert!(found.contains("signpost.toml") && found.contains(part), "{entry}: {found}");
    }
}

#[test]
fn what_other_vendors_say_stands_beside_the_status_page_only_if_the_file_says_so() {
    let line = "vendors        = false";
    for (said, is_offered) in [(line, false), ("vendors        = true", true), ("", false)] {
        let text = EXAMPLE.replace(line, said);
        let (config, problems, _) = read("signpost.toml", text.as_bytes(), Path::new("."));
        assert_eq!(problems, []);
        assert_eq!(config.unwrap().status.settings.offers_vendors, is_offered, "{said}");
    }
    let found = self::problems(&EXAMPLE.replace(line, "vendors        = \"yes\"")).join("\n");
    assert!(found.contains("status") && found.contains("vendors"), "{found}");
}

#[test]
fn private_networks_are_named_one_by_one() {
    let text = EXAMPLE.replace("private_networks = []", "private_networks = [\"10.1.0.0/16\", \"fd00::/8\"]");
    let (config, problems_found, _) = read("signpost.toml", text.as_bytes(), Path::new("."));
    assert_eq!(problems_found, []);
    let networks = config.unwrap().deliver.private_networks;
    assert_eq!(networks.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.1.0.0/16", "fd00::/8"]);
    let text = EXAMPLE.replace("private_networks = []", "private_networks = [\"10.1\"]");
    assert_eq!(read("signpost.toml", text.as_bytes(), Path::new(".")).1.len(), 1);
}

#[test]
fn what_destinations_have_to_prove_is_read_and_what_is_wrong_with_it_is_told() {
    let with = |lines: &str| EXAMPLE.replace("mta_sts = true ", &format!("{lines}\n#"));
    let text =
        with("mta_sts = false\ndestinations = { \"partner.example\" = \"dane\", \"*.test\" = \"none\" }");
    let (config, problems_found, _) = read("signpost.toml", text.as_bytes(), Path::new("."));
    assert_eq!(problems_found, []);
    let deliver = config.unwrap().deliver;
    assert!(!deliver.mta_sts && deliver.dane == DaneUse::Auto);
    let word = |domain: &str| deliver.destinations.of(&domain.parse().unwrap());
    assert_eq!(word("partner.example"), Some(Destination::Dane));
    assert_eq!((word("a.test"), word("other.example")), (Some(Destination::None), None));
    let rows = [
        (
            "destinations = { \"partner.example\" = \"tls\" }",
            "write none, opportunistic, require, verify or dane",
        ),
        ("destinations = { \"*\" = \"none\" }", "is no domain, nor `*.` in front of one"),
    ];
    for (line, part) in rows {
        let found = self::problems(&with(line)).join("\n");
        assert!(found.contains("signpost.toml") && found.contains(part), "{line}: {found}");
    }
}

#[test]
fn reports_on_tls_are_made_once_a_key_signs_for_them_and_not_before() {
    const KEY: &str = include_str!("../../../../pure/signing/fixtures/rsa-2048.pem");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.pem"), KEY).unwrap();
    std::fs::create_dir(folder.path().join("folder.pem")).unwrap();
    let read = |own: &str, reports: &str| {
        let text = EXAMPLE.replace("[own] ", &format!("[own]\n{own}\n#"));
        let text = text
            .replace("domain = \"\"  ", "#")
            .replace("[tls_reports] ", &format!("[tls_reports]\n{reports}\n#"));
        let text = text.replace("send         = \"auto\"", "#").replace("from         = \"\"", "#");
        let (config, problems, _) = read("signpost.toml", text.as_bytes(), folder.path());
        (config.map(|config| config.own), problems.iter().map(ToString::to_string).collect::<String>())
    };
    assert_eq!(example().own.tls_reports, None);
    assert_eq!(example().own.domain, "in.eu.relay.example");
    let key = "[[own.dkim.key]]\nselector = \"s1\"\nfile = \"own.pem\"";
    let (own, problems) = read(&format!("domain = \"relay.example\"\n{key}"), "");
    let own = own.unwrap_or_else(|| panic!("{problems}"));
    let reports = own.tls_reports.unwrap();
    assert_eq!(
        (reports.from.as_str(), reports.organization.as_str()),
        ("tlsrpt@relay.example", "relay.example")
    );
    assert_eq!(reports.contact, "postmaster@relay.example");
    let (own, _) = read(key, "send = \"never\"");
    assert_eq!(own.unwrap().tls_reports, None);
    let (_, problems) = read("", "send = \"always\"");
    assert!(problems.contains("needs a key") && problems.contains("signpost.toml:"), "{problems}");
    let (own, problems) = read(key, "from = \"tls@elsewhere.example\"");
    assert!(own.is_some_and(|own| own.tls_reports.is_some()), "its domain has the key too: {problems}");
    let (_, problems) = read(&format!("{key}\ndomains = [\"elsewhere.example\"]"), "");
    assert!(problems.contains("neither a domain of [own]"), "{problems}");
    let (_, problems) = read(&key.replace("own.pem", "none.pem"), "");
    assert!(problems.contains("`none.pem` does not exist"), "{problems}");
    let (_, problems) = read(&key.replace("own.pem", "folder.pem"), "");
    assert!(problems.contains("`folder.pem` cannot be read: "), "{problems}");
    let (_, problems) = read("domain = \"a b\"", "from = \"nobody\"");
    assert!(problems.contains("such as relay.example") && problems.contains("such as tlsrpt@"), "{problems}");
}
