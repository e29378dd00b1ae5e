//! What tests of instructions share: the example tenant's plan, values made to break quoting, and a grammar of PowerShell.

use crate::{Entry, Plan};
use model::{ByteCount, Source};
use tenant::Folder;

/// Values that stand in scripts, each as hostile as its own grammar allows.
#[derive(Debug, Clone)]
pub(crate) struct Nasty {
    pub(crate) display_name: String,
    pub(crate) secret: String,
}

impl Nasty {
    pub(crate) fn all() -> Vec<Self> {
        let names = [
            "Acme GmbH",
            "O'Neil & Sons",
            "$(Remove-Mailbox anna)",
            "`\"; Remove-Mailbox anna; #",
            "\u{2018}\u{2019}\u{201a}\u{201b} quotes",
            "\u{1f600} \u{674e}\u{4f1f} \u{111}",
            "#> } ) '' @' '@ @\"",
            "'",
            "@@TENANT@@ <# %",
        ];
        let secrets = [
            "0123456789abcdef0123456789abcdef",
            "a'b\"c$(d)`e#f;g|h",
            "''''''''''''''''",
            "@@WORD@@&&{}[]()<>",
        ];
        names
            .iter()
            .flat_map(|name| {
                secrets
                    .iter()
                    .map(|secret| Self { display_name: (*name).to_owned(), secret: (*secret).to_owned() })
            })
            .collect()
    }
}

/// The example tenant with a certificate, and the example's sources.
pub(crate) fn plan() -> Plan {
    plan_of(&Nasty::all()[0])
}

pub(crate) fn plan_of(nasty: &Nasty) -> Plan {
    plan_with(nasty, |settings| settings.to_owned(), true)
}

/// The example tenant, its `tenant.toml` changed.
pub(crate) fn plan_with(nasty: &Nasty, change: impl Fn(&str) -> String, verified: bool) -> Plan {
    let certified = rcgen::generate_simple_self_signed(vec!["acme.relay.example".to_owned()]).unwrap();
    let pem = certified.cert.pem() + &certified.signing_key.serialize_pem();
    let quoted = nasty.display_name.replace('\\', "\\\\").replace('"', "\\\"");
    let text = include_str!("../../../docs/example/acme/tenant.toml")
        .replace("\"Acme GmbH\"", &format!("\"{quoted}\""))
        .replace("certificate = \"\" ", "certificate = \"relay.pem\" ");
    let mut folder = Folder::default();
    folder.0.insert("tenant.toml".to_owned(), change(&text).into_bytes());
    folder.0.insert("relay.pem".to_owned(), pem.into_bytes());
    let secret = nasty.secret.clone();
    let snapshot =
        tenant::compile(&folder, model::SnapshotNumber(1), &move |_| Some(secret.clone())).unwrap();
    let source = |name: &str, address: &str| Source {
        name: name.parse().unwrap(),
        address: address.parse().unwrap(),
        ehlo: format!("{name}.relay.example"),
        weight: 10,
        network: String::new(),
        notice: name == "eu-notice",
    };
    let sources =
        [source("eu-1", "127.0.1.1"), source("eu-2", "127.0.1.2"), source("eu-notice", "127.0.1.3")];
    let entry =
        Entry { host: "in.eu.relay.example".to_owned(), port: 25, verified, size_max: ByteCount(150 << 20) };
    Plan::new(&snapshot.settings, &sources, entry).unwrap()
}

/// Where the grammar of PowerShell finds something that it does not know.
pub(crate) fn parse_errors(script: &str) -> Vec<String> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
    let tree = parser.parse(script, None).unwrap();
    let mut errors = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        if node.is_error() || node.is_missing() {
            let line = node.start_position().row;
            errors.push(format!("line {}: {}", line + 1, script.lines().nth(line).unwrap_or_default()));
        }
        let mut cursor = node.walk();
        waiting.extend(node.children(&mut cursor));
    }
    errors
}
