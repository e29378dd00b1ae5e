//! The example folder compiles; every way to break it is told with file, line and what to do.

mod files;
mod rules;
mod settings;

use super::*;
use crate::settings::{
    Check, ConnectorKind, CutThrough, EgressMode, Handover, OnFailure, Otherwise, SmartHost, TlsPolicy,
};
use model::{ByteCount, Duration};

macro_rules! example {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_bytes!(concat!("../../../../docs/example/acme/", $path)).as_slice())),*]
    };
}

fn acme() -> Folder {
    let files = example![
        "tenant.toml",
        "people.csv",
        "rules.toml",
        "images/logo.png",
        "images/banner.png",
        "signatures/standard.html",
        "signatures/standard.txt",
        "signatures/short.html",
        "signatures/sales.html",
    ];
    Folder(files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect())
}

fn no_secrets(_: &str) -> Option<String> {
    None
}

fn told(found: &[Problem]) -> Vec<String> {
    found.iter().map(ToString::to_string).collect()
}

/// What compiling says of the example with every `from` in `file` replaced.
fn broken(file: &str, from: &str, to: &str) -> Vec<String> {
    let mut folder = acme();
    let text = String::from_utf8(folder.0[file].clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    folder.0.insert(file.to_owned(), text.replace(from, to).into_bytes());
    compile(&folder, SnapshotNumber(1), &no_secrets).map_or_else(|found| told(&found), |_| Vec::new())
}

fn check(rows: &[(&str, &str, &str, &str)]) {
    for (file, from, to, expected) in rows {
        let expected: Vec<&str> = if expected.is_empty() { Vec::new() } else { vec![expected] };
        assert_eq!(broken(file, from, to), expected, "{from} -> {to}");
    }
}

#[test]
fn the_example_compiles_to_what_its_comments_say() {
    let snapshot = compile(&acme(), SnapshotNumber(7), &|name| {
        (name == "env:ACME_KEY").then(|| "0123456789abcdef0123456789abcdef\n".to_owned())
    });
    let snapshot = snapshot.map_err(|found| told(&found)).unwrap();
    let settings = &snapshot.settings;
    assert_eq!(told(&snapshot.warnings), Vec::<String>::new());
    assert_eq!(snapshot.number, SnapshotNumber(7));
    assert_eq!(snapshot.folder_hash, acme().hash());
    assert_eq!(settings.name.as_str(), "acme");
    assert_eq!(
        settings.domains.iter().map(|domain| domain.as_str()).collect::<Vec<_>>(),
        ["acme.example", "acme.test"]
    );
    assert_eq!(
        (settings.region.as_str(), settings.cross_region, settings.language.as_str()),
        ("eu", false, "de")
    );
    assert_eq!(settings.contacts[0].as_str(), "postmaster@acme.example");
    assert_eq!(settings.connector.kind, ConnectorKind::M365);
    assert_eq!(settings.connector.networks[0].to_string(), "127.0.0.0/8");
    assert_eq!(settings.connector.require, [Check::Network, Check::Domain].into());
    let secret = settings.connector.secret_header.as_ref().unwrap();
    assert_eq!(secret.values[0].reveal(), "0123456789abcdef0123456789abcdef");
    assert_eq!(format!("{:?}", secret.values), "[Secret(..)]");
    assert_eq!((settings.egress.mode, settings.egress.tls), (EgressMode::Return, TlsPolicy::Verify));
    assert_eq!(settings.egress.smart_host.to_string(), "acme-example.mail.protection.outlook.com:25");
    assert_eq!(settings.egress.handover, Handover::Spool);
    let cut_through = CutThrough { wait: Duration::from_secs(20), otherwise: Otherwise::Spool };
    assert_eq!(settings.egress.cut_through, cut_through);
    assert_eq!((settings.egress.certificate.as_ref(), settings.egress.fallback.as_ref()), (None, None));
    assert_eq!(settings.stamping.on_failure, OnFailure::Pass);
    assert_eq!(settings.stamping.processed_word, "acme-4f1c");
    assert_eq!(settings.stamping.size_max, ByteCount(25 << 20));
    assert_eq!(settings.limits.messages_per_minute, None);
    assert_eq!(settings.limits.recipients_per_message, Some(1000));
    let person = snapshot.signatures.people().find(&"Sales@ACME.example".parse().unwrap()).unwrap();
    assert_eq!(person.mail.as_str(), "anna.berg@acme.example");
}

#[test]
fn an_unset_secret_is_a_warning_until_a_check_requires_it() {
    let snapshot = compile(&acme(), SnapshotNumber(1), &no_secrets).unwrap();
    let warning = "acme/tenant.toml:13: `env:ACME_KEY` is not set; no required check needs it";
    assert_eq!(told(&snapshot.warnings), [warning]);
    let found = broken("tenant.toml", r#"["network", "domain"]"#, r#"["network", "domain", "secret"]"#);
    let reason = "`connector.secret_header.values`: `env:ACME_KEY` is not set, and a required check needs it; \
                  set it and try again";
    assert_eq!(found, [format!("acme/tenant.toml:13: {reason}")]);
}

#[test]
fn a_folder_with_the_required_keys_alone_compiles() {
    let text = b"name = \"tiny\"\ndomains = [\"tiny.example\"]\nregion = \"eu\"\n".to_vec();
    let folder = Folder([("tenant.toml".to_owned(), text)].into());
    let snapshot = compile(&folder, SnapshotNumber(1), &no_secrets).unwrap();
    assert_eq!(snapshot.settings.display_name, "tiny");
    assert_eq!(snapshot.settings.egress.smart_host, SmartHost::Mx("tiny.example".parse().unwrap()));
    assert_eq!(snapshot.settings.stamping.processed_word, "tiny-signed");
    assert_eq!(
        told(&snapshot.warnings),
        [
            "tiny/people.csv: is missing: nobody is known, so nobody gets a signature by a rule",
            "tiny/rules.toml: is missing: no message gets a signature",
            "tiny/tenant.toml:1: `connector.networks` is empty: nobody can hand over mail; name the tenant's networks",
            "tiny/tenant.toml:1: `contacts` is empty: nobody can be told when mail waits; name an address",
        ]
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let mut folder = acme();
    folder.0.insert("people.csv".to_owned(), b"mail\nanna\n".to_vec());
    folder.0.insert("rules.toml".to_owned(), b"[[rule]]\nsignature = \"x\"\nthem = 1\n".to_vec());
    folder.0.insert("images/a.gif".to_owned(), b"no".to_vec());
    let settings = b"name = \"acme\"\nregion = 5\n".to_vec();
    folder.0.insert("tenant.toml".to_owned(), settings);
    assert_eq!(
        told(&compile(&folder, SnapshotNumber(1), &no_secrets).unwrap_err()),
        [
            "acme/images/a.gif: the content is not image/gif; the name and the content have to agree",
            "acme/people.csv:2: `mail`: `anna` has no `@` between a local part and a domain",
            "acme/rules.toml:2: `rule.signature`: there is no signatures/x.html or signatures/x.txt",
            "acme/rules.toml:3: `rule.them` is not a known key; did you mean `then`?",
            "acme/tenant.toml:1: `domains` is missing; it is required",
            "acme/tenant.toml:2: `region`: needs a text in quotes, this is a whole number",
        ]
    );
}

#[test]
fn a_missing_settings_file_is_told_with_what_it_needs() {
    let found = compile(&Folder::default(), SnapshotNumber(1), &no_secrets).unwrap_err();
    assert_eq!(told(&found), ["tenant.toml: is missing; it needs at least `name`, `domains` and `region`"]);
}

#[test]
fn to_the_world_tls_is_opportunistic_unless_the_file_says_more() {
    for (mode, tls, expected) in [
        ("return", "", TlsPolicy::Verify),
        ("deliver", "", TlsPolicy::Opportunistic),
        ("deliver", "tls = \"verify\"", TlsPolicy::Verify),
        ("deliver", "tls = \"require\"", TlsPolicy::Require),
    ] {
        let mut folder = acme();
        let text = String::from_utf8(folder.0["tenant.toml"].clone()).unwrap();
        let text = text.replace("mode        = \"return\"", &format!("mode = \"{mode}\""));
        let text = text.replace("tls         = \"verify\"", tls);
        folder.0.insert("tenant.toml".to_owned(), text.into_bytes());
        let snapshot =
            compile(&folder, SnapshotNumber(1), &|_| Some("a-secret-of-the-test".to_owned())).unwrap();
        assert_eq!(snapshot.settings.egress.tls, expected, "{mode} {tls}");
    }
}
