//! `subscriber`: listed, added and removed by the operator. A webhook's secret is printed once, when it is added.

use super::{ask_node, print, print_json, table, text_of};
use crate::cli::{AddArgs, KindWord, LanguageWord, SeverityWord, SubscriberCommand};
use crate::control::{Request, SubscriberWay};
use anyhow::{Result, bail};
use incident::Language;
use serde_json::Value;
use status::subscribe::HookKind;
use vendor::{AlertRule, Severity};

pub(crate) fn subscriber(command: SubscriberCommand) -> Result<()> {
    match command {
        SubscriberCommand::Ls { data, json } => {
            let answer = ask_node(&data, &Request::SubscriberList)?;
            if json { print_json(&answer) } else { print(&list(&answer)) }
        }
        SubscriberCommand::Add(args) => add(args),
        SubscriberCommand::Rm { id, data } => {
            ask_node(&data, &Request::SubscriberRemove { id: id.clone() })?;
            print(&format!("{id} is told nothing more and forgotten\n"))
        }
    }
}

fn add(args: AddArgs) -> Result<()> {
    let language = match args.language {
        LanguageWord::En => Language::En,
        LanguageWord::De => Language::De,
    };
    let kind = match args.kind {
        KindWord::Statuspage => HookKind::Statuspage,
        KindWord::Slack => HookKind::Slack,
    };
    let way = match (args.who.mail, args.who.webhook) {
        (Some(address), _) => SubscriberWay::Mail { address, language },
        (None, Some(url)) => SubscriberWay::Webhook { url, kind },
        (None, None) => bail!("name an address with --mail, or a URL with --webhook"),
    };
    let is_of_vendors = args.all_vendors || !args.vendors.is_empty();
    if !is_of_vendors && (args.severity.is_some() || !args.regions.is_empty() || !args.words.is_empty()) {
        bail!("--severity, --region and --word are of vendors: name them with --vendor, or --all-vendors");
    }
    let severity = args.severity.map(|word| match word {
        SeverityWord::Minor => Severity::Minor,
        SeverityWord::Major => Severity::Major,
        SeverityWord::Critical => Severity::Critical,
    });
    let (vendors, parts) = if is_of_vendors {
        let (vendors, components) = (args.vendors, args.components);
        let rule = AlertRule { vendors, components, regions: args.regions, severity, words: args.words };
        (Some(Box::new(rule)), Vec::new())
    } else {
        (None, args.components)
    };
    let request = Request::SubscriberAdd { way, contact: args.contact, parts, vendors };
    let answer = ask_node(&args.data, &request)?;
    if args.json {
        return print_json(&answer);
    }
    let text = match answer["secret"].as_str() {
        Some(secret) => format!(
            "{} is called from the next update on.\nIts calls are signed with this secret, which is shown only now:\n{secret}\n",
            text_of(&answer, "id")
        ),
        None => "A letter is on its way; updates are sent once its reader confirms.\n".to_owned(),
    };
    print(&text)
}

fn list(answer: &Value) -> String {
    let row = |one: &Value| {
        let joined = |list: &Value| {
            list.as_array().map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        };
        let rule = &one["vendors"];
        let parts = if rule.is_null() {
            joined(&one["components"]).unwrap_or_else(|| "all".to_owned())
        } else {
            let kinds = ["vendors", "components", "regions", "words"];
            let said = kinds.iter().filter_map(|kind| joined(&rule[kind]).filter(|said| !said.is_empty()));
            let said: Vec<String> = said.chain(rule["severity"].as_str().map(str::to_owned)).collect();
            format!("vendors: {}", if said.is_empty() { "all".to_owned() } else { said.join("; ") })
        };
        ["id", "kind", "to", "standing", "since", "why"]
            .iter()
            .map(|key| text_of(one, key))
            .chain([parts])
            .collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = answer["subscribers"].as_array().into_iter().flatten().map(row).collect();
    let mut text = table(&["id", "kind", "to", "standing", "since", "why", "components"], &rows);
    text += &format!("\nLetters still to be sent: {}\n", text_of(answer, "waiting"));
    text
}
