//! The example folder compiles; every way to break it is told with file, line and what to do.

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
#[expect(clippy::too_many_lines, reason = "a table")]
fn settings_that_are_wrong_are_told() {
    const FILE: &str = "tenant.toml";
    check(&[
        (
            FILE,
            "display_name =",
            "displayname =",
            "acme/tenant.toml:2: `displayname` is not a known key; did you mean `display_name`?",
        ),
        (
            FILE,
            "cross_region = false",
            "cross_region = \"no\"",
            "acme/tenant.toml:5: `cross_region`: needs true or false without quotes, this is a text",
        ),
        (
            FILE,
            "\"acme.test\"",
            "\"acme..test\"",
            "acme/tenant.toml:3: `domains`: `acme..test` is neither labels of letters, digits and inner dashes joined by dots nor a literal in brackets",
        ),
        (
            FILE,
            "\"acme.test\"",
            "\"ACME.example\"",
            "acme/tenant.toml:3: `domains`: `acme.example` is listed twice",
        ),
        (
            FILE,
            "\"acme.test\"",
            "\"[192.0.2.1]\"",
            "acme/tenant.toml:3: `domains`: `[192.0.2.1]` is an address in brackets; write a domain name",
        ),
        (
            FILE,
            "language     = \"de\"",
            "language     = \"german language\"",
            "acme/tenant.toml:6: `language`: `german language` is not a language tag such as `de` or `pt-BR`",
        ),
        (
            FILE,
            "postmaster@acme.example",
            "postmaster",
            "acme/tenant.toml:8: `contacts`: `postmaster` has no `@` between a local part and a domain",
        ),
        (
            FILE,
            "\"m365\" ",
            "\"m364\" ",
            "acme/tenant.toml:11: `connector.kind`: `m364` is not one of m365, google, postfix, exim, exchange, address; did you mean `m365`?",
        ),
        (
            FILE,
            "7c1a2f60-0000",
            "7c1a2f60-000",
            "acme/tenant.toml:12: `connector.m365_tenants`: `7c1a2f60-000-4000-8000-0000000acae1` is not the id \
             of an organisation such as 7c1a2f60-0000-4000-8000-0000000acae1",
        ),
        (
            FILE,
            "X-Signpost-Key",
            "X Key",
            "acme/tenant.toml:13: `connector.secret_header.name`: `X Key` is not the name of a header such as X-Signpost-Key",
        ),
        (
            FILE,
            "127.0.0.0/8",
            "127.0.0.1/8",
            "acme/tenant.toml:14: `connector.networks`: `127.0.0.1/8` has bits behind its prefix; write 127.0.0.0/8",
        ),
        (
            FILE,
            "127.0.0.0/8",
            "localhost",
            "acme/tenant.toml:14: `connector.networks`: `localhost` is not a network such as 192.0.2.0/24 or 2001:db8::/32",
        ),
        (
            FILE,
            "\"return\" ",
            "\"bounce\" ",
            "acme/tenant.toml:24: `egress.mode`: `bounce` is not one of return, deliver",
        ),
        (
            FILE,
            "outlook.com:25",
            "outlook.com:0",
            "acme/tenant.toml:25: `egress.smart_host`: `acme-example.mail.protection.outlook.com:0` is not a host such as mail.example:25, nor mx:DOMAIN",
        ),
        (
            FILE,
            "\"verify\"",
            "\"verified\"",
            "acme/tenant.toml:26: `egress.tls`: `verified` is not one of opportunistic, require, verify; did you mean `verify`?",
        ),
        (
            FILE,
            "certificate = \"\"",
            "certificate = \"acme.pem\"",
            "acme/tenant.toml:27: `egress.certificate`: `acme.pem` does not exist; put the file into the tenant's folder, or write \"\" for none",
        ),
        (
            FILE,
            "\"20s\"",
            "\"20\"",
            "acme/tenant.toml:29: `egress.cut_through.wait`: `20` is not a span of time: write a whole number and one of ms, s, m, h, d",
        ),
        (
            FILE,
            "\"20s\"",
            "\"20h\"",
            "acme/tenant.toml:29: `egress.cut_through.wait`: `20h` is not from 1s to 300s",
        ),
        (
            FILE,
            "fallback    = \"\"",
            "fallback    = \"smtps://acme\"",
            "acme/tenant.toml:31: `egress.fallback`: needs the form smtps://USER:env:NAME@HOST:465 or smtp://USER:env:NAME@HOST:587",
        ),
        (
            FILE,
            "acme-4f1c",
            "acme 4f1c",
            "acme/tenant.toml:35: `stamping.processed_word`: `acme 4f1c` is not 4 to 64 letters, digits and dashes",
        ),
        (
            FILE,
            "\"25MiB\"",
            "\"25 apples\"",
            "acme/tenant.toml:36: `stamping.size_max`: `25 apples` is not a size: write a whole number and one of B, KB, MB, GB, KiB, MiB, GiB",
        ),
        (
            FILE,
            "\"25MiB\"",
            "\"25GiB\"",
            "acme/tenant.toml:36: `stamping.size_max`: is not from 0B to 150MiB",
        ),
        (
            FILE,
            "messages_per_minute   = 0",
            "messages_per_minute   = -1",
            "acme/tenant.toml:40: `limits.messages_per_minute`: is not from 0 to 4294967295",
        ),
        (
            FILE,
            "[limits] ",
            "[limit] ",
            "acme/tenant.toml:39: `limit` is not a known key; did you mean `limits`?",
        ),
        (
            FILE,
            "region       = \"eu\"",
            "region       = \"e u\"",
            "acme/tenant.toml:4: `region`: a name consists of letters a-z, digits and dashes, `e u` has something else",
        ),
        (FILE, "[\"network\", \"domain\"]", "[\"tenant_id\", \"network\"]", ""),
    ]);
}

#[test]
fn proofs_that_are_wrong_are_told() {
    const FILE: &str = "tenant.toml";
    const REQUIRE: &str = "[\"network\", \"domain\"]";
    let connector = |key: &str, reason: &str| {
        let expected: Vec<String> = if reason.is_empty() { Vec::new() } else { vec![reason.to_owned()] };
        assert_eq!(broken(FILE, REQUIRE, &format!("{REQUIRE}\n{key}")), expected, "{key}");
    };
    let require = |checks: &str, reason: &str| {
        let checks = format!("[{checks}]");
        let expected: Vec<String> =
            if reason.is_empty() { Vec::new() } else { vec![format!("acme/tenant.toml:10: {reason}")] };
        assert_eq!(broken(FILE, REQUIRE, &checks), expected, "{checks}");
    };
    connector("certificate_names = [\"mx.acme.example\", \"*.acme.example\"]", "");
    connector(
        "certificate_names = [\"acme\"]",
        "acme/tenant.toml:16: `connector.certificate_names`: `acme` is not a name in a certificate such as mail.acme.example or *.acme.example",
    );
    connector(
        "certificate_names = [\"*.mail.protection.outlook.com\"]",
        "acme/tenant.toml:16: `connector.certificate_names`: `*.mail.protection.outlook.com` is shown by every organisation \
         of Exchange Online and proves no tenant",
    );
    connector(
        "certificate_fingerprints = [\"ab:cd\"]",
        "acme/tenant.toml:16: `connector.certificate_fingerprints`: `ab:cd` is not a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons",
    );
    connector(
        "domain_proof = \"short\"",
        "acme/tenant.toml:16: `connector.domain_proof`: is not 8 to 128 printable ASCII characters without blanks and quotes",
    );
    connector(
        "auth = [{ user = \"acme\", password = \"not-in-a-file-please\" }]",
        "acme/tenant.toml:10: `connector.auth` is of no use with kind m365: Exchange Online does not log in",
    );
    connector(
        "auth = [{ user = \"acme\" }]",
        "acme/tenant.toml:16: an account of `connector.auth` needs `password` or `hash`, one of them",
    );
    connector(
        "auth = [{ user = \"acme\", hash = \"pbkdf2-sha256:1:00:00\" }]",
        "acme/tenant.toml:16: `connector.auth.hash`: is not pbkdf2-sha256:ITERATIONS:SALT:HASH with 10000 to 10000000 iterations, \
         a salt of 8 to 64 bytes and a hash of 32 bytes, both in hexadecimal",
    );
    require("\"certificate\", \"tenant_id\"", "");
    require("\"from\", \"originator_org\"", "");
    require(
        "\"certificate\"",
        "`connector.require` names certificate, which with Exchange Online proves Microsoft and no tenant; add tenant_id or secret",
    );
    require(
        "\"auth\"",
        "`connector.require` names auth, but `connector.auth` has no account that can be used",
    );
    require(
        "\"server_name\"",
        "`connector.require` names server_name, but there is no `connector.server_name`",
    );
    require(
        "\"domain_proof\"",
        "`connector.require` names domain_proof, but there is no `connector.domain_proof`",
    );
    let found = broken(FILE, "kind          = \"m365\"", "kind = \"postfix\"\nauth = []");
    assert_eq!(found, Vec::<String>::new());
    let found = broken(FILE, REQUIRE, "[\"certifcate\"]");
    let words = "network, domain, certificate, server_name, auth, domain_proof, from, tenant_id, originator_org, secret";
    let reason = format!("`certifcate` is not one of {words}; did you mean `certificate`?");
    assert_eq!(found, [format!("acme/tenant.toml:15: `connector.require`: {reason}")]);
}

#[test]
fn networks_of_everybody_without_a_proof_are_warned_about() {
    let warned = |networks: &str, require: &str| {
        let mut folder = acme();
        let text = String::from_utf8(folder.0["tenant.toml"].clone()).unwrap();
        let text = text.replace("[\"127.0.0.0/8\"]", networks).replace("[\"network\", \"domain\"]", require);
        folder.0.insert("tenant.toml".to_owned(), text.into_bytes());
        let secret = |_: &str| Some("0123456789abcdef0123456789abcdef".to_owned());
        let snapshot = compile(&folder, SnapshotNumber(1), &secret).map_err(|found| told(&found)).unwrap();
        told(&snapshot.warnings).iter().any(|warning| warning.contains("shared with every other customer"))
    };
    assert!(warned("[\"40.92.0.0/15\"]", "[\"network\"]"));
    assert!(warned("[\"40.92.0.0/15\"]", "[\"originator_org\", \"from\"]"));
    assert!(!warned("[\"40.92.0.0/15\"]", "[\"secret\"]"));
    assert!(!warned("[\"40.92.0.0/15\"]", "[\"tenant_id\"]"));
    assert!(!warned("[\"127.0.0.0/8\", \"10.0.0.0/8\"]", "[\"network\"]"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn rules_that_are_wrong_are_told() {
    const FILE: &str = "rules.toml";
    check(&[
        (
            FILE,
            "signature       = \"sales\"",
            "signature       = \"salse\"",
            "acme/rules.toml:8: `rule.signature`: there is no signatures/salse.html or signatures/salse.txt; did you mean `sales`?",
        ),
        (
            FILE,
            "reply_signature = \"short\"              #",
            "reply_signature = \"brief\" #",
            "acme/rules.toml:9: `rule.reply_signature`: there is no signatures/brief.html or signatures/brief.txt",
        ),
        (
            FILE,
            "then            = \"stop\"",
            "then            = \"halt\"",
            "acme/rules.toml:10: `rule.then`: `halt` is not one of stop, continue",
        ),
        (
            FILE,
            "senders    = []",
            "sender    = []",
            "acme/rules.toml:12: `rule.when.sender` is not a known key; did you mean `senders`?",
        ),
        (
            FILE,
            "senders    = []",
            "senders    = [\"anna\"]",
            "acme/rules.toml:12: `rule.when.senders`: `anna` has no `@` between a local part and a domain",
        ),
        (
            FILE,
            "{ country =",
            "{ counrty =",
            "acme/rules.toml:15: `rule.when.attributes.counrty`: people.csv has no column `counrty`; did you mean `country`?",
        ),
        (
            FILE,
            "\"external\"",
            "\"outside\"",
            "acme/rules.toml:16: `rule.when.recipients`: `outside` is not one of any, internal, external, mixed",
        ),
        (
            FILE,
            "recipient_domains = []",
            "recipient_domains = \"a.example\"",
            "acme/rules.toml:18: `rule.when.recipient_domains`: needs a list in brackets, this is a text",
        ),
        (
            FILE,
            "subject    = [] ",
            "subject    = [\"re:/(/\"] ",
            "acme/rules.toml:19: `rule.when.subject`: the regular expression is wrong: unclosed group",
        ),
        (
            FILE,
            "subject    = [] ",
            "subject    = [\"re:/x\"] ",
            "acme/rules.toml:19: `rule.when.subject`: a regular expression ends with `/`: write re:/EXPRESSION/ (case is ignored without a flag)",
        ),
        (
            FILE,
            "subject    = [] ",
            "subject    = [\"\"] ",
            "acme/rules.toml:19: `rule.when.subject`: an empty pattern would match everything; write some text or leave the entry out",
        ),
        (
            FILE,
            "subject    = [] ",
            "subject    = [\"re:/(\\\\w{500}){500}/\"] ",
            "acme/rules.toml:19: `rule.when.subject`: the regular expression would take more than 1048576 bytes; write a simpler one",
        ),
        (
            FILE,
            "[\"new\", \"reply\", \"forward\"]\nfrom",
            "[\"newest\"]\nfrom",
            "acme/rules.toml:21: `rule.when.message`: `newest` is not one of new, reply, forward",
        ),
        (
            FILE,
            "2026-09-01T00:00:00+02:00",
            "2026-09-01T00:00:00",
            "acme/rules.toml:22: `rule.when.from`: needs date, time and time zone, for example 2026-09-01T00:00:00+02:00, without quotes",
        ),
        (
            FILE,
            "2026-09-01T00:00:00+02:00",
            "\"2026-09-01T00:00:00+02:00\"",
            "acme/rules.toml:22: `rule.when.from`: needs a time, for example 2026-09-01T00:00:00+02:00, without quotes, this is a text",
        ),
        (
            FILE,
            "2027-01-01T00:00:00+01:00",
            "2026-01-01T00:00:00+01:00",
            "acme/rules.toml:11: `until` is not after `from`; the rule would never match",
        ),
        (
            FILE,
            "\"everyone\"",
            "\"sales campaign\"",
            "acme/rules.toml:27: two rules have the name `sales campaign`; the trail could not tell them apart",
        ),
        (
            FILE,
            "\"replace\"",
            "\"replaced\"",
            "acme/rules.toml:36: `policy.client_signature`: `replaced` is not one of replace, keep, skip; did you mean `replace`?",
        ),
        (
            FILE,
            "{EMAILSIGNATURE}",
            "{E MAIL}",
            "acme/rules.toml:37: `policy.marker`: `{E MAIL}` is not 3 to 64 printable ASCII characters without space, <, > and &",
        ),
        (
            FILE,
            "\"nothing\"",
            "\"noting\"",
            "acme/rules.toml:38: `policy.unknown_person`: there is no signatures/noting.html or signatures/noting.txt",
        ),
        (FILE, "[policy]", "[[policy]]", "acme/rules.toml:35: `policy`: needs a table, this is a list"),
        (
            FILE,
            "signature = \"standard\"",
            "",
            "acme/rules.toml:27: `rule.signature` is missing; it is required",
        ),
    ]);
}

#[test]
fn people_that_are_wrong_are_told() {
    const FILE: &str = "people.csv";
    check(&[
        (
            FILE,
            "jonas.lind@acme.example",
            "jonas.lind",
            "acme/people.csv:3: `mail`: `jonas.lind` has no `@` between a local part and a domain",
        ),
        (
            FILE,
            "jonas.lind@acme.example",
            "Anna.Berg@acme.example",
            "acme/people.csv:3: `mail`: Anna.Berg@acme.example is already in line 2; one of them has to go",
        ),
        (
            FILE,
            "engineering,,",
            "engineering,sales@acme.example,",
            "acme/people.csv:3: `aliases`: sales@acme.example is already in line 2; one of them has to go",
        ),
        (
            FILE,
            "engineering,,",
            "engineering,sales,",
            "acme/people.csv:3: `aliases`: `sales` has no `@` between a local part and a domain",
        ),
        (
            FILE,
            "engineering,,",
            "engineering,",
            "acme/people.csv:3: has 16 columns, the first row has 17; quote values with commas",
        ),
        (
            FILE,
            "pronouns",
            "title",
            "acme/people.csv:1: the column `title` is there twice; rename or remove one",
        ),
        (
            FILE,
            "pronouns",
            "pro-nouns",
            "acme/people.csv:1: `pro-nouns` is no column name: use letters, digits and underscores, a letter first",
        ),
        (
            FILE,
            "Engineer,",
            "\"Engi\nneer\",",
            "acme/people.csv:3: `title`: holds a line end or another control character; write it on one line",
        ),
    ]);
}

#[test]
fn a_directory_without_the_column_mail_is_told_how_to_write_it() {
    let found = broken("people.csv", "mail,display_name", "Mail,display_name");
    assert_eq!(
        found[0],
        "acme/people.csv:1: the first row has no column `mail`; `Mail` has to be written `mail`"
    );
}

#[test]
fn signatures_that_are_wrong_are_told() {
    check(&[
        (
            "signatures/standard.html",
            "{% if title %}",
            "{% if title %",
            "acme/signatures/standard.html:3: the template does not parse: syntax error: unexpected `<`",
        ),
        (
            "signatures/standard.html",
            "| tel",
            "| telephone",
            "acme/signatures/standard.html:4: the template fails: unknown filter: filter telephone is unknown",
        ),
        (
            "signatures/standard.html",
            "logo.png",
            "lgoo.png",
            "acme/signatures/standard.html:5: there is no images/lgoo.png; did you mean `logo.png`?",
        ),
        (
            "signatures/standard.txt",
            "{{ company }}",
            "{{ company",
            "acme/signatures/standard.txt:5: the template does not parse: syntax error: unexpected end of input, expected end of variable block",
        ),
        (
            "signatures/short.html",
            "{{ display_name }}",
            "{% for a in range(100000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}",
            "acme/signatures/short.html:1: the template fails: engine ran out of fuel",
        ),
    ]);
}

#[test]
fn files_that_are_wrong_are_told() {
    let rows: [(&str, &[u8], &str); 8] = [
        (
            "images/logo.png",
            b"GIF89a",
            "acme/images/logo.png: the content is not image/png; the name and the content have to agree",
        ),
        (
            "images/logo.svg",
            b"<svg/>",
            "acme/images/logo.svg: the kind is not known by its name; use .png, .jpg, .jpeg or .gif",
        ),
        (
            "signatures/notes.md",
            b"",
            "acme/signatures/notes.md: is not a signature; use NAME.html or NAME.txt",
        ),
        (
            "signatures/two words.html",
            b"",
            "acme/signatures/two words.html: `two words` is not 1 to 63 letters, digits, dashes and underscores",
        ),
        (
            "signatures/hold.html",
            b"",
            "acme/signatures/hold.html: has a name that `policy.unknown_person` uses as a word; rename it",
        ),
        (
            "signatures/standard.txt",
            b"\xff",
            "acme/signatures/standard.txt: is not UTF-8; save the file as UTF-8",
        ),
        (
            "rules.toml",
            b"a = \n[policy\n",
            "acme/rules.toml:1: is not TOML here: string values must be quoted, expected literal string",
        ),
        ("tenant.toml", b"\xff", "tenant.toml:1: is not UTF-8 from this line on; save the file as UTF-8"),
    ];
    for (path, bytes, expected) in rows {
        let mut folder = acme();
        folder.0.insert(path.to_owned(), bytes.to_vec());
        let found = told(&compile(&folder, SnapshotNumber(1), &no_secrets).unwrap_err());
        assert!(found.iter().any(|line| line == expected), "{path}: {found:#?}");
    }
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
