//! What is wrong in `tenant.toml`.

use super::*;

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
            "acme/tenant.toml:28: `egress.certificate`: `acme.pem` does not exist; put the file into the tenant's folder, or write \"\" for none",
        ),
        (
            FILE,
            "\"20s\"",
            "\"20\"",
            "acme/tenant.toml:31: `egress.cut_through.wait`: `20` is not a span of time: write a whole number and one of ms, s, m, h, d",
        ),
        (
            FILE,
            "\"20s\"",
            "\"20h\"",
            "acme/tenant.toml:31: `egress.cut_through.wait`: `20h` is not from 1s to 300s",
        ),
        (
            FILE,
            "fallback    = \"\"",
            "fallback    = \"smtps://acme\"",
            "acme/tenant.toml:33: `egress.fallback`: needs the form smtps://USER:env:NAME@HOST:465 or smtp://USER:env:NAME@HOST:587",
        ),
        (
            FILE,
            "acme-4f1c",
            "acme 4f1c",
            "acme/tenant.toml:37: `stamping.processed_word`: `acme 4f1c` is not 4 to 64 letters, digits and dashes",
        ),
        (
            FILE,
            "\"25MiB\"",
            "\"25 apples\"",
            "acme/tenant.toml:38: `stamping.size_max`: `25 apples` is not a size: write a whole number and one of B, KB, MB, GB, KiB, MiB, GiB",
        ),
        (
            FILE,
            "\"25MiB\"",
            "\"25GiB\"",
            "acme/tenant.toml:38: `stamping.size_max`: is not from 0B to 150MiB",
        ),
        (
            FILE,
            "messages_per_minute   = 0",
            "messages_per_minute   = -1",
            "acme/tenant.toml:43: `limits.messages_per_minute`: is not from 0 to 4294967295",
        ),
        (
            FILE,
            "[limits] ",
            "[limit] ",
            "acme/tenant.toml:42: `limit` is not a known key; did you mean `limits`?",
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
