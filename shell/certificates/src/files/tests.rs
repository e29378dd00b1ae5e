use super::*;
use model::Duration;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

struct Pair {
    directory: tempfile::TempDir,
    last: Last,
}

impl Pair {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), last: Last::default() }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn look(&mut self, is_asked: bool) -> Found {
        let (chain, key) = (self.path("chain.pem"), self.path("key.pem"));
        self.last.look(&chain, &key, Some(NOW), is_asked)
    }

    fn broken(&mut self, is_asked: bool) -> (String, bool) {
        match self.look(is_asked) {
            Found::Broken { why, tell } => (why, tell),
            Found::Unchanged | Found::New(..) => panic!("the pair was not broken"),
        }
    }
}

fn made(days: u32) -> tls::Pem {
    tls::self_signed("in.example", NOW - 10 * DAY, NOW - 10 * DAY + days * DAY).unwrap()
}

#[test]
fn a_new_pair_is_read_once() {
    let (mut pair, made) = (Pair::new(), made(90));
    pair.write("chain.pem", &made.chain);
    pair.write("key.pem", &made.key);
    assert!(matches!(pair.look(false), Found::New(_, facts) if facts.names == ["in.example"]));
    assert!(matches!(pair.look(false), Found::Unchanged));
    assert!(matches!(pair.look(true), Found::Unchanged));
}

#[test]
fn half_of_a_change_is_told_only_if_it_stays_so_or_somebody_asks() {
    let (mut pair, before, after) = (Pair::new(), made(90), made(180));
    pair.write("chain.pem", &before.chain);
    pair.write("key.pem", &before.key);
    assert!(matches!(pair.look(false), Found::New(..)));
    pair.write("chain.pem", &after.chain);
    let (why, tell) = pair.broken(false);
    assert!(!tell && why.contains("do not fit together") && why.contains("key.pem"), "{why}");
    pair.write("key.pem", &after.key);
    assert!(matches!(pair.look(false), Found::New(..)), "the other half has come");
    pair.write("key.pem", &before.key);
    assert_eq!([pair.broken(false).1, pair.broken(false).1, pair.broken(false).1], [false, true, false]);
    pair.write("key.pem", "nonsense");
    assert!(pair.broken(true).1, "who asks is told at once");
    assert!(!pair.broken(true).1, "and once");
}

#[test]
fn a_missing_file_and_an_ended_certificate_are_named() {
    let (mut pair, made) = (Pair::new(), made(10));
    pair.write("chain.pem", &made.chain);
    let (why, _) = pair.broken(true);
    assert!(why.contains("cannot read") && why.contains("key.pem"), "{why}");
    pair.write("key.pem", &made.key);
    let (why, _) = pair.broken(true);
    assert!(why.contains("expired at"), "{why}");
    assert!(
        read_pair(&pair.path("chain.pem"), &pair.path("key.pem")).is_ok(),
        "at a start there is no better one"
    );
}
