//! The pages as people see them: in Chromium at the width of a telephone and of a desk, light and dark, judged by axe-core.
//!
//! Pictures are left in `target/screenshots` to be looked at.

use crate::http::serve_all;
use crate::{affected, world};
use net::Clock;
use std::path::{Path, PathBuf};
use std::process::Command;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_a_barrier_that_axe_finds_and_none_is_wider_than_its_screen() {
    let clock = Clock::start(1);
    let hit = world::site(&clock);
    let calm = status::Site::new(world::settings(), clock.clone());
    calm.show(world::calm(clock.now()));
    let stale = status::Site::new(world::settings(), clock.clone());
    stale.show(world::view(clock.now() - 10 * world::MINUTE));
    let ids: Vec<String> =
        hit.view().incidents.iter().map(|incident| incident.id.as_str().to_owned()).collect();
    let work = hit.view().maintenances[0].id.as_str().to_owned();
    let pages = [
        ("status-hit", "/".to_owned()),
        ("status-hit-german", "/de/".to_owned()),
        ("status-history", "/history/".to_owned()),
        ("status-subscribe", "/subscribe/".to_owned()),
        ("status-incident-open", format!("/de/incidents/{}/", ids[0])),
        ("status-incident-seed", format!("/incidents/{}/", ids[2])),
        ("status-maintenance", format!("/maintenances/{work}/")),
        ("status-missing", "/nothing-here".to_owned()),
    ];
    look(hit.router(), &pages).await;
    look(calm.router(), &[("status-calm", "/".to_owned())]).await;
    look(stale.router(), &[("status-stale", "/".to_owned())]).await;
    let link = affected::link(&clock);
    let pages = [
        ("status-affected", link.clone()),
        ("status-affected-german", format!("/de{link}")),
        ("status-affected-shut", "/affected/nothing/".to_owned()),
    ];
    look(affected::router(&hit, &clock), &pages).await;
}

async fn look(router: axum::Router, pages: &[(&str, String)]) {
    let served = serve_all(router).await;
    let axe = repository("target/tools/node_modules/axe-core/axe.min.js");
    assert!(axe.is_file(), "axe-core is missing; `cargo xtask test --step install` installs it");
    let pictures = repository("target/screenshots");
    std::fs::create_dir_all(&pictures).unwrap();
    let mut command = Command::new("python3");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/look.py"));
    command.arg(format!("http://{}", served.address)).arg(&pictures).arg(axe);
    command.args(pages.iter().map(|(name, path)| format!("{name}={path}")));
    let done = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let found = String::from_utf8(done.stdout).unwrap();
    assert_eq!(found.trim(), "[]", "{found}");
}

/// The page as it is after its scripts ran.
pub(crate) fn dump(profile: &Path, url: &str) -> String {
    let options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--virtual-time-budget=2000",
        "--dump-dom",
    ];
    let data = format!("--user-data-dir={}", profile.join("chromium").display());
    let done = Command::new("chromium").args(options).arg(data).arg(url).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}
