//! The static copy: complete, signed, honest about its age, and careful with what is not its own.

use crate::browser;
use crate::world::{self, MINUTE};
use net::Clock;
use status::{SigningKey, copy};
use std::path::Path;

fn key(directory: &Path) -> SigningKey {
    SigningKey::open(&directory.join("page.key")).unwrap()
}

#[tokio::test]
async fn a_copy_is_complete_and_signed_and_writes_only_what_changed() {
    let place = tempfile::tempdir().unwrap();
    let (target, key) = (place.path().join("public"), key(place.path()));
    let clock = Clock::start(1);
    let (now, settings) = (clock.now(), world::settings());
    let made = copy::publish(&target, &world::view(now), &settings, &key, now).unwrap();
    assert_eq!(made.written, made.files);
    for path in world::site(&clock).paths() {
        let file = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path };
        assert!(target.join(&file).is_file(), "{file} is missing");
    }
    assert_eq!(copy::check(&target, None).unwrap().files, made.files);
    assert_eq!(copy::check(&target, Some(&made.public_key)).unwrap().made_at, made.made_at);
    let again = copy::publish(&target, &world::view(now), &settings, &key, now).unwrap();
    assert_eq!((again.written, again.removed), (0, 0));
    let mut view = world::view(now);
    let gone = view.incidents.remove(0);
    let less = copy::publish(&target, &view, &settings, &key, now).unwrap();
    assert!(less.removed >= 4, "{less:?}");
    assert!(!target.join("incidents").join(gone.id.as_str()).exists());
    copy::check(&target, Some(&made.public_key)).unwrap();
}

#[tokio::test]
async fn a_changed_file_a_foreign_key_and_a_missing_file_are_told() {
    let place = tempfile::tempdir().unwrap();
    let (target, own) = (place.path().join("public"), key(place.path()));
    let now = Clock::start(1).now();
    let made = copy::publish(&target, &world::view(now), &world::settings(), &own, now).unwrap();
    let other = SigningKey::open(&place.path().join("other.key")).unwrap();
    let elsewhere = place.path().join("elsewhere");
    let foreign = copy::publish(&elsewhere, &world::view(now), &world::settings(), &other, now).unwrap();
    let wrong = copy::check(&target, Some(&foreign.public_key)).unwrap_err().to_string();
    assert!(wrong.contains("signature does not fit"), "{wrong}");
    std::fs::write(target.join("badge.svg"), "<svg/>").unwrap();
    let wrong = copy::check(&target, Some(&made.public_key)).unwrap_err().to_string();
    assert!(wrong.contains("badge.svg") && wrong.contains("not the file that was signed"), "{wrong}");
    std::fs::remove_file(target.join("badge.svg")).unwrap();
    assert!(copy::check(&target, None).unwrap_err().to_string().contains("badge.svg"));
}

#[tokio::test]
async fn a_directory_of_somebody_else_is_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("public");
    std::fs::create_dir(&target).unwrap();
    std::fs::write(target.join("thesis.txt"), "mine").unwrap();
    let now = Clock::start(1).now();
    let refused = copy::publish(&target, &world::view(now), &world::settings(), &key(place.path()), now);
    assert!(refused.unwrap_err().to_string().contains("thesis.txt"));
    assert_eq!(std::fs::read_dir(&target).unwrap().count(), 1);
}

#[tokio::test]
async fn the_key_is_made_once_and_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let first = key(place.path()).public().to_vec();
    assert_eq!(key(place.path()).public(), first);
    let mode = std::fs::metadata(place.path().join("page.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::write(place.path().join("page.key"), "no key").unwrap();
    let Err(wrong) = SigningKey::open(&place.path().join("page.key")) else { panic!("a damaged key opened") };
    assert!(wrong.to_string().contains("PKCS #8"), "{wrong}");
}

#[tokio::test]
async fn a_kept_view_comes_back_as_it_was() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("view.json");
    assert_eq!(status::kept::load(&path), None);
    let view = world::view(Clock::start(1).now());
    status::kept::save(&path, &view).unwrap();
    assert_eq!(status::kept::load(&path), Some(view));
    std::fs::write(&path, "{\"schema\":9").unwrap();
    assert_eq!(status::kept::load(&path), None);
}

/// In a browser, from files alone: a fresh copy shows its states, an old one turns every row to unknown.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_copy_turns_unknown_in_the_browser_and_says_its_time_without_scripts() {
    let place = tempfile::tempdir().unwrap();
    let key = key(place.path());
    let now = Clock::start(1).now();
    let old = now - 10 * MINUTE;
    for (name, at) in [("fresh", now), ("old", old)] {
        let target = place.path().join(name);
        copy::publish(&target, &world::calm(at), &world::settings(), &key, at).unwrap();
        let file = std::fs::read_to_string(target.join("index.html")).unwrap();
        assert!(file.contains("This is a copy, made on") && file.contains("script-src 'sha256-"), "{file}");
        let url = format!("file://{}", target.join("index.html").display());
        let shown = browser::dump(place.path(), &url);
        let is_green = shown.contains("data-state=\"operational\"");
        assert_eq!(is_green, name == "fresh", "{name}: {shown}");
        assert_eq!(shown.contains("We cannot say at the moment whether all mail flows.</h1>"), name == "old");
    }
}
