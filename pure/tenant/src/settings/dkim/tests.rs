use super::*;
use crate::{Folder, Problem, compile};
use model::SnapshotNumber;

const RSA: &str = include_str!("../../../../signing/fixtures/rsa-2048.pem");
const ED25519: &str = include_str!("../../../../signing/fixtures/ed25519.pem");
const HEAD: &str = "name = \"acme\"\ndomains = [\"acme.example\", \"mail.acme.test\"]\nregion = \"eu\"\ncontacts = [\"a@acme.example\"]\n";

/// What `[dkim]` is read as, with `env:KEY` set to an RSA key and `env:NONSENSE` to no key.
fn read(dkim: &str) -> (Result<Option<Dkim>, Vec<String>>, Vec<String>) {
    let files = [
        ("tenant.toml", format!("{HEAD}{dkim}")),
        ("dkim/r1.pem", RSA.to_owned()),
        ("dkim/e1.pem", ED25519.to_owned()),
        ("dkim/short.pem", include_str!("../../../../signing/fixtures/rsa-1024.pem").to_owned()),
    ];
    let folder = Folder(files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect());
    let secrets = |reference: &str| match reference {
        "env:KEY" => Some(RSA.to_owned()),
        "env:NONSENSE" => Some("nonsense".to_owned()),
        _ => None,
    };
    let told = |found: &[Problem]| -> Vec<String> {
        let about = found.iter().map(ToString::to_string).filter(|text| text.contains("dkim"));
        about.collect()
    };
    match compile(&folder, SnapshotNumber(1), &secrets) {
        Ok(snapshot) => (Ok(snapshot.settings.dkim.clone()), told(&snapshot.warnings)),
        Err(problems) => (Err(told(&problems)), Vec::new()),
    }
}

fn good(dkim: &str) -> Dkim {
    read(dkim).0.unwrap().unwrap()
}

fn domain(text: &str) -> Domain {
    text.parse().unwrap()
}

#[test]
fn a_tenant_without_the_table_signs_nothing() {
    assert_eq!(read("").0, Ok(None));
}

#[test]
fn every_key_has_its_default() {
    let dkim = good("[[dkim.key]]\nselector = \"R1\"\nfile = \"dkim/r1.pem\"\n");
    assert_eq!((dkim.sign, dkim.on_failure, dkim.valid_for), (Signs::Deliver, OnFailure::Pass, None));
    assert_eq!(dkim.arc, Seals::Off);
    let [key] = dkim.keys.as_slice() else { panic!("{dkim:?}") };
    assert_eq!((key.selector.as_str(), key.used, &key.delegated), ("r1", KeyUse::Sign, &None));
    assert_eq!(key.domains, [domain("acme.example"), domain("mail.acme.test")]);
    assert_eq!(key.name(&key.domains[0]), "r1._domainkey.acme.example");
    assert!(key.record().unwrap().to_string().starts_with("v=DKIM1; k=rsa; p=MII"));
    assert_eq!(key.target(), None);
}

#[test]
fn what_is_written_is_read() {
    let dkim = good(
        "[dkim]\nsign = \"always\"\non_failure = \"hold\"\narc = \"chain\"\nvalid_for = \"30d\"\n\
         [[dkim.key]]\nselector = \"r1\"\nfile = \"env:KEY\"\nuse = \"old\"\ndelegated = \"acme.dkim.relay.example\"\n\
         [[dkim.key]]\nselector = \"e1\"\nfile = \"dkim/e1.pem\"\nuse = \"sign\"\ndomains = [\"acme.test\"]\n\
         [[dkim.key]]\nselector = \"r2\"\nfile = \"dkim/r1.pem\"\nuse = \"next\"\n",
    );
    assert_eq!((dkim.sign, dkim.on_failure, dkim.arc), (Signs::Always, OnFailure::Hold, Seals::Chain));
    assert_eq!(dkim.valid_for, Some(Duration::from_secs(30 * 86_400)));
    let uses: Vec<_> = dkim.keys.iter().map(|key| key.used).collect();
    assert_eq!(uses, [KeyUse::Old, KeyUse::Sign, KeyUse::Next]);
    assert_eq!(dkim.keys[0].target().unwrap(), "r1.acme.dkim.relay.example");
    assert_eq!(dkim.keys[1].domains, [domain("acme.test")], "a domain above one of the tenant's");
}

#[test]
fn the_nearest_domain_with_a_signing_key_signs_with_all_of_its_keys() {
    let key = |selector: &str, usage: &str, domains: &str| {
        format!(
            "[[dkim.key]]\nselector = \"{selector}\"\nfile = \"dkim/e1.pem\"\nuse = \"{usage}\"\ndomains = [{domains}]\n"
        )
    };
    let keys = [
        key("a", "sign", "\"acme.test\""),
        key("b", "sign", "\"mail.acme.test\", \"acme.example\""),
        key("c", "sign", "\"mail.acme.test\""),
        key("d", "next", "\"mail.acme.test\""),
        key("e", "old", "\"mail.acme.test\""),
    ];
    let dkim = good(&keys.concat());
    for (author, wanted) in [
        ("mail.acme.test", &[("mail.acme.test", "b"), ("mail.acme.test", "c")][..]),
        ("a.mail.acme.test", &[("mail.acme.test", "b"), ("mail.acme.test", "c")][..]),
        ("other.acme.test", &[("acme.test", "a")][..]),
        ("acme.example", &[("acme.example", "b")][..]),
        ("notacme.example", &[][..]),
        ("example", &[][..]),
    ] {
        let signers = dkim.signers(&domain(author));
        let signers: Vec<_> = signers.iter().map(|(d, key)| (d.as_str(), key.selector.as_str())).collect();
        assert_eq!(signers, wanted, "{author}");
    }
}

#[test]
fn a_named_key_that_is_not_there_is_a_warning_and_one_in_the_folder_a_problem() {
    for (file, why) in
        [("env:MISSING", "it is not set"), ("env:NONSENSE", "there is no private key in PEM form in it")]
    {
        let (read, warnings) = read(&format!("[[dkim.key]]\nselector = \"r1\"\nfile = \"{file}\"\n"));
        assert_eq!(read.unwrap().unwrap().keys[0].key, None);
        let wanted = format!(
            "acme/tenant.toml:7: `dkim.key.file`: the key `{file}` cannot be used: {why}; nothing is signed with it"
        );
        assert_eq!(warnings, [wanted]);
    }
    for (file, wanted) in [
        (
            "dkim/none.pem",
            "acme/tenant.toml:7: `dkim.key.file`: `dkim/none.pem` does not exist; `signpost dkim keygen` makes one",
        ),
        (
            "dkim/short.pem",
            "acme/tenant.toml:7: `dkim.key.file`: `dkim/short.pem` cannot be used: the RSA key needs 2048 to 4096 bits",
        ),
    ] {
        let (read, _) = read(&format!("[[dkim.key]]\nselector = \"r1\"\nfile = \"{file}\"\n"));
        assert_eq!(read.unwrap_err(), [wanted]);
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let key = "[[dkim.key]]\nselector = \"r1\"\nfile = \"dkim/r1.pem\"\n";
    for (dkim, wanted) in [
        (key.repeat(2), "acme/tenant.toml:8: `dkim.key.selector`: `r1` is used twice in one domain"),
        (
            key.replace("r1\"\nf", "r 1\"\nf"),
            "acme/tenant.toml:6: `dkim.key.selector`: `r 1` is no selector: up to 63 letters, digits and dashes, with dots between labels",
        ),
        (
            format!("[dkim]\nvalid_for = \"1d\"\n{key}"),
            "acme/tenant.toml:6: `dkim.valid_for`: is shorter than 7 days: mail that waits would arrive with a signature that is over",
        ),
        (
            format!("{key}domains = [\"acme.example\", \"other.example\"]\n"),
            "acme/tenant.toml:8: `dkim.key.domains`: `other.example` is neither a domain of the tenant nor above one",
        ),
        (
            format!("{key}use = \"signs\"\n"),
            "acme/tenant.toml:8: `dkim.key.use`: `signs` is not one of next, sign, old; did you mean `sign`?",
        ),
    ] {
        assert_eq!(read(&dkim).0.unwrap_err(), [wanted], "{dkim}");
    }
}

#[test]
fn a_tenant_none_of_whose_keys_signs_is_warned() {
    let (_, warnings) = read("[[dkim.key]]\nselector = \"r1\"\nfile = \"dkim/r1.pem\"\nuse = \"next\"\n");
    let wanted = ["acme/tenant.toml:5: no key of `dkim` has use = \"sign\": nothing is signed"];
    assert_eq!(warnings, wanted);
    assert_eq!(read("[dkim]\n").1, wanted);
}
