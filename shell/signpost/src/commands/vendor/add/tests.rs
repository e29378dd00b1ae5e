use super::*;
use crate::cli::SiteArgs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

const SEED: &[u8] = include_bytes!("../../../../../../pure/vendor/tests/fixtures/statuspage/seed.json");
const FILE: &str = "# mine\nregion = \"eu\"   # stays\n[[listener]]\nname = \"in\"\naddress = \"127.0.0.1:0\"\n\
    [[source]]\nname = \"a\"\naddress = \"127.0.0.2\"\nehlo = \"a.relay.example\"";

fn args(file: &Path, source: &str) -> WatchArgs {
    WatchArgs {
        source: source.to_owned(),
        name: None,
        every: None,
        mapping: None,
        providers: Vec::new(),
        allow_private: true,
        site: SiteArgs { config: Some(file.to_owned()), data: Some(beside(file).join("none")) },
    }
}

/// A page whose document lies under it; answers for ever.
fn served() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let body =
                if first.contains("/api/v2/summary.json") { SEED } else { b"<!doctype html><p>All well" };
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        }
    });
    format!("http://{address}")
}

#[test]
fn a_page_is_found_read_and_added_and_the_rest_of_the_file_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (file, page) = (dir.path().join("signpost.toml"), served());
    std::fs::write(&file, FILE).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = add(&args(&file, &page)).unwrap_err().to_string();
    assert!(refused.contains("--name"), "an address is no name: {refused}");
    let named = WatchArgs {
        name: Some("seed".parse().unwrap()),
        every: Some("10m".to_owned()),
        providers: vec!["microsoft".to_owned()],
        ..args(&file, &page)
    };
    add(&named).unwrap();
    let after = std::fs::read_to_string(&file).unwrap();
    let wanted = format!(
        "{FILE}\n\n[[vendor]]\nname = \"seed\"\nurl = \"{page}/api/v2/summary.json\"\nevery = \"10m\"\nproviders = [\"microsoft\"]\nallow_private = true\n"
    );
    assert_eq!(after, wanted);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    for (what, args) in [
        ("watched already, at", named.clone()),
        ("watched already, as seed", WatchArgs { name: Some("other".parse().unwrap()), ..named.clone() }),
    ] {
        let error = add(&args).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    let bad = WatchArgs {
        every: Some("2s".to_owned()),
        name: Some("third".parse().unwrap()),
        ..args(&file, &format!("{page}/api/v2/summary.json?"))
    };
    let error = format!("{:#}", add(&bad).unwrap_err());
    assert!(error.contains("it is as it was") && error.contains("every"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), wanted, "a refusal changes nothing");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_cannot_be_read_or_is_not_public_is_not_added() {
    let dir = tempfile::tempdir().unwrap();
    let (file, page) = (dir.path().join("signpost.toml"), served());
    std::fs::write(&file, FILE).unwrap();
    let name = Some("x".parse().unwrap());
    for (what, args) in [
        ("cannot be read now", WatchArgs { name: name.clone(), ..args(&file, &format!("{page}/elsewhere")) }),
        ("public internet", WatchArgs { name, allow_private: false, ..args(&file, &page) }),
        ("Did you mean xink", args(&file, "xnk")),
        ("cannot find", args(&dir.path().join("other.toml"), &page)),
    ] {
        let error = format!("{:#}", add(&args).unwrap_err());
        assert!(error.contains(what), "{what}: {error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), FILE);
    }
}

#[test]
fn a_host_names_its_vendor() {
    for (host, name) in [
        ("status.hosting.example", Some("hosting")),
        ("hosting.statuspage.io", Some("hosting")),
        ("www.hosting.co.uk", Some("hosting")),
        ("hosting.example", Some("hosting")),
        ("127.0.0.1", None),
    ] {
        assert_eq!(named_by(host).map(|name| name.to_string()).as_deref(), name, "{host}");
    }
}
