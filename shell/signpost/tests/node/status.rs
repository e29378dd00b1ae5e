//! The status page of a real node: truthful before, during and after its life.

use crate::support::{Place, output};
use std::net::SocketAddr;
use std::process::Command;

const GET: &str =
    "import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())";

/// Where the status site is.
pub(crate) fn base(place: &Place) -> String {
    let status = place.ask("{\"request\":\"status\"}").unwrap();
    format!("http://{}", status["done"]["status"].as_str().unwrap())
}

/// A page of the status site.
pub(crate) fn get(place: &Place, path: &str) -> String {
    let url = format!("{}{path}", base(place));
    let done = output(Command::new("python3").args(["-c", GET, &url]), b"");
    assert_eq!(done.code, 0, "{}", done.err);
    done.text()
}

#[test]
fn a_node_shows_what_it_measured_and_its_copy_outlives_it() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    place.edit("signpost.toml", "publish        = \"\"", "publish        = \"public\"");
    let node = place.up(&["--playground"]);
    place.wait("a delivery is never shown", || {
        let own: serde_json::Value = serde_json::from_str(&get(&place, "/api/v1/status.json")).unwrap();
        own["state"] == "operational"
    });
    let page = get(&place, "/");
    assert!(page.contains("Mail is flowing.") && !page.contains("acme") && !page.contains("Acme"), "{page}");
    let public = place.directory.path().join("public");
    let check = || place.command(&["status", "check", public.to_str().unwrap()]);
    place.wait("no copy is published", || check().code == 0);
    node.kill();
    let elsewhere = place.directory.path().join("elsewhere");
    let config = place.directory.path().join("signpost.toml");
    let published = place.command(&[
        "status",
        "publish",
        elsewhere.to_str().unwrap(),
        "--config",
        config.to_str().unwrap(),
    ]);
    assert_eq!(published.code, 0, "{}", published.err);
    let key = published.text().rsplit(' ').next().unwrap().trim().to_owned();
    let checked = place.command(&["status", "check", elsewhere.to_str().unwrap(), "--key", &key]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    std::fs::write(elsewhere.join("status.txt"), "all is well\n").unwrap();
    let checked = place.command(&["status", "check", elsewhere.to_str().unwrap(), "--key", &key]);
    assert!(checked.code == 1 && checked.err.contains("status.txt"), "{}", checked.err);
}
