//! Stamping by a whole tenant: what comes out can be taken back, reads without ambiguity, and is the same each time.

use message::Index;
use model::{Address, ReversePath, SnapshotNumber, Timestamp};
use signatures::{Decision, StampInput};
use std::sync::OnceLock;
use tenant::{Folder, Snapshot};

const FILES: [(&str, &[u8]); 5] = [
    ("tenant.toml", include_bytes!("../../../docs/example/acme/tenant.toml")),
    ("people.csv", include_bytes!("../../../docs/example/acme/people.csv")),
    ("signatures/standard.html", include_bytes!("../../../docs/example/acme/signatures/standard.html")),
    ("images/logo.png", include_bytes!("../../../docs/example/acme/images/logo.png")),
    ("rules.toml", b"[[rule]]\nname = \"everyone\"\nsignature = \"standard\"\n[rule.when]\nmessage = [\"new\", \"reply\", \"forward\"]\n"),
];

fn acme() -> &'static Snapshot {
    static ACME: OnceLock<Snapshot> = OnceLock::new();
    ACME.get_or_init(|| {
        let folder = Folder(FILES.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect());
        let compiled = tenant::compile(&folder, SnapshotNumber(1), &|_| None);
        compiled.unwrap_or_else(|problems| panic!("{problems:?}"))
    })
}

/// The bytes are the message behind its From.
pub(crate) fn stamping(data: &[u8]) {
    let mut original = b"From: Anna <anna.berg@acme.example>\r\nTo: bob@other.example\r\n".to_vec();
    original.extend_from_slice(data);
    let sender: Address = "anna.berg@acme.example".parse().expect("an address");
    let recipient: Address = "bob@other.example".parse().expect("an address");
    let input = StampInput {
        original: &original,
        mail_from: &ReversePath::Mailbox(sender),
        recipients: &[&recipient],
        received: Timestamp::from_micros(1_790_000_000_000_000),
        snapshot: SnapshotNumber(1),
        next_hop_size_max: None,
    };
    let groups = signatures::stamp(&input, &acme().signatures);
    assert_eq!(groups, signatures::stamp(&input, &acme().signatures), "the same input, the same outcome");
    for group in groups {
        let Decision::Stamped(splices) = group.decision else { continue };
        let stamped = splices.apply(&original);
        assert_eq!(
            splices.undo(&stamped, &original).as_deref(),
            Some(original.as_slice()),
            "undoing gives the original"
        );
        assert_eq!(Index::of(&stamped).problems.ambiguity(), None, "the stamped form has one reading");
        assert!(
            stamped.len() < 4 * original.len() + 200_000,
            "{} bytes became {}",
            original.len(),
            stamped.len()
        );
    }
}
