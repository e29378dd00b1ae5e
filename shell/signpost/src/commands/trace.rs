//! `trace`: what became of messages, from the ledger of a running node.

mod story;

use super::{ask_node, print, print_json, text_of};
use crate::cli::TraceArgs;
use crate::control::{Request, TraceWish};
use anyhow::{Result, bail};

pub(crate) fn trace(args: &TraceArgs) -> Result<()> {
    let wish = TraceWish {
        query: args.query.clone(),
        sender: args.sender.clone(),
        recipient: args.recipient.clone(),
        message_id: args.message_id.clone(),
        site: args.site.clone(),
        class: args.class.clone(),
        tenant: args.tenant.clone(),
        since: args.since,
        until: args.until,
        limit: args.limit,
    };
    if wish.is_empty() {
        bail!(
            "say what to look for: an id or an address, or one of the options that `signpost trace --help` lists"
        );
    }
    let answer = ask_node(&args.data, &Request::Trace(wish))?;
    if args.json {
        return print_json(&answer);
    }
    let stories = answer["stories"].as_array().cloned().unwrap_or_default();
    let notes = notes(&answer, args.limit);
    if stories.is_empty() {
        bail!("nothing is found; the ledger holds what happened within `ledger.keep`\n{notes}");
    }
    let told: String = stories.iter().map(story::told).collect();
    print(&format!("{told}{notes}"))
}

/// What limits the answer.
fn notes(answer: &serde_json::Value, limit: usize) -> String {
    let mut notes = String::new();
    if answer["more"] == true {
        notes += &format!(
            "There are older ones: the newest {limit} are shown; --limit shows more, --until goes back.\n"
        );
    }
    if let Some(text) = answer["too_many"].as_str() {
        notes += &format!(
            "More than 200 addresses or hosts contain `{text}`: the newest of them were looked at.\n"
        );
    }
    if answer["unread_records"].as_u64().is_some_and(|unread| unread > 0) {
        notes += &format!("The ledger lags: {} records are not in it yet.\n", answer["unread_records"]);
    }
    for gap in answer["gaps"].as_array().into_iter().flatten() {
        notes += &format!("A gap, noticed {}: {}.\n", text_of(gap, "noticed"), text_of(gap, "what"));
    }
    notes
}
