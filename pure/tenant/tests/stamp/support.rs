//! The example tenant, messages as mail clients write them, and the checks that every stamped message has to pass.

use message::{Index, TextBody};
use model::{Address, ByteCount, ReversePath, SnapshotNumber};
use signatures::{Decision, Explain, Group, PassReason, StampInput};
use tenant::{Folder, Snapshot};

macro_rules! example {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_bytes!(concat!("../../../../docs/example/acme/", $path)).as_slice())),*]
    };
}

pub(crate) const ANNA: &str = "anna.berg@acme.example";
pub(crate) const LI: &str = "li.wei@acme.example";
pub(crate) const OUTSIDE: &str = "bob@other.example";
pub(crate) const INSIDE: &str = "jonas.lind@acme.example";
/// Outside of the example's campaign, so that the rule `everyone` decides.
pub(crate) const QUIET: &str = "2026-03-01T12:00:00Z";
/// Within the campaign.
pub(crate) const CAMPAIGN: &str = "2026-10-01T12:00:00Z";

/// The example, changed.
pub(crate) fn acme_with(edits: &[(&str, &str, &str)]) -> Snapshot {
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
    let mut folder =
        Folder(files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect());
    for (file, from, to) in edits {
        let bytes = folder.0.remove(*file).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        folder.0.insert((*file).to_owned(), text.replace(from, to).into_bytes());
    }
    let compiled = tenant::compile(&folder, SnapshotNumber(7), &|_| None);
    compiled.map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
}

pub(crate) fn acme() -> Snapshot {
    acme_with(&[])
}

/// One run of stamping.
pub(crate) struct Run<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) mail_from: &'a str,
    pub(crate) recipients: &'a [&'a str],
    pub(crate) received: &'a str,
    pub(crate) next_hop_size_max: Option<u64>,
}

impl Run<'_> {
    pub(crate) fn groups(&self, original: &[u8]) -> Vec<Group> {
        let mail_from = match self.mail_from {
            "" => ReversePath::Null,
            address => ReversePath::Mailbox(address.parse().unwrap()),
        };
        let recipients: Vec<Address> = self.recipients.iter().map(|text| text.parse().unwrap()).collect();
        let input = StampInput {
            original,
            mail_from: &mail_from,
            recipients: &recipients.iter().collect::<Vec<_>>(),
            received: self.received.parse().unwrap(),
            snapshot: self.snapshot.number,
            next_hop_size_max: self.next_hop_size_max.map(ByteCount),
        };
        let groups = signatures::stamp(&input, &self.snapshot.signatures);
        assert_eq!(
            groups,
            signatures::stamp(&input, &self.snapshot.signatures),
            "the same inputs, the same outcome"
        );
        groups
    }

    /// The only group.
    pub(crate) fn group(&self, original: &[u8]) -> Group {
        let mut groups = self.groups(original);
        assert_eq!(groups.len(), 1, "{groups:#?}");
        groups.remove(0)
    }

    /// The stamped message, after every check that holds for all of them.
    pub(crate) fn stamped(&self, original: &[u8]) -> (Vec<u8>, Explain) {
        let group = self.group(original);
        let bytes = applied(&group, original);
        (bytes, group.explain)
    }

    /// Why the message is passed.
    pub(crate) fn passed(&self, original: &[u8]) -> PassReason {
        let group = self.group(original);
        match group.decision {
            Decision::Pass(reason) => reason,
            Decision::Stamped(_) | Decision::Hold(_) => panic!("{:#?}", group.explain),
        }
    }
}

/// Anna writes to somebody outside, in a quiet time.
pub(crate) fn anna(snapshot: &Snapshot) -> Run<'_> {
    Run { snapshot, mail_from: ANNA, recipients: &[OUTSIDE], received: QUIET, next_hop_size_max: None }
}

/// Applies a group's splices and holds what is promised of them.
pub(crate) fn applied(group: &Group, original: &[u8]) -> Vec<u8> {
    let Decision::Stamped(splices) = &group.decision else { panic!("{:#?}", group.explain) };
    let stamped = splices.apply(original);
    assert_eq!(splices.undo(&stamped, original).as_deref(), Some(original), "undoing gives the original");
    let told: Vec<_> =
        group.explain.splices.iter().map(|one| (one.offset, one.removed, one.inserted)).collect();
    let made: Vec<_> = splices.iter().map(|one| (one.offset, one.removed, one.inserted.len())).collect();
    assert_eq!(told, made, "the account names every change");
    let index = Index::of(&stamped);
    assert_eq!(index.problems.ambiguity(), None, "{}", String::from_utf8_lossy(&stamped));
    if !original.contains(&b'\r') {
        assert!(!stamped.contains(&b'\r'), "LF input stays LF");
    } else {
        let bare = stamped.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r');
        assert!(!bare, "CRLF input stays CRLF");
    }
    stamped
}

/// The decoded HTML and plain bodies.
pub(crate) fn bodies(bytes: &[u8]) -> (Option<String>, Option<String>) {
    let index = Index::of(bytes);
    let found = index.bodies();
    let read = |id| TextBody::read(bytes, &index, id).unwrap().text().replace("\r\n", "\n");
    (found.html.map(read), found.plain.map(read))
}

/// The media types of all parts, children in brackets.
pub(crate) fn tree(bytes: &[u8]) -> String {
    let index = Index::of(bytes);
    fn branch(index: &Index, id: message::PartId) -> String {
        let part = index.part(id);
        let children: Vec<String> = part.children.iter().map(|child| branch(index, *child)).collect();
        let name = part.content_type.media_type.rsplit('/').next().unwrap_or_default().to_owned();
        if children.is_empty() { name } else { format!("{name}[{}]", children.join(",")) }
    }
    branch(&index, message::PartId::MESSAGE)
}

/// Lines joined by CRLF.
pub(crate) fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// A message of Anna with these further header fields and this body.
pub(crate) fn mail(header: &str, body: &str) -> Vec<u8> {
    mail_of(ANNA, header, body)
}

pub(crate) fn mail_of(from: &str, header: &str, body: &str) -> Vec<u8> {
    crlf(&format!(
        "From: Somebody <{from}>\nTo: {OUTSIDE}\nSubject: Hello\nMessage-ID: <1@acme.example>\nMIME-Version: 1.0\n{header}\n{body}"
    ))
}
