//! The steps hold this tenant's values, and nothing is left to fill.

use crate::support::plan;
use crate::{Secrets, System, instructions};

#[test]
fn the_steps_hold_every_value_and_hide_the_secret() {
    let steps = instructions(System::Google, &plan(), Secrets::Hidden);
    for value in [
        "in.eu.relay.example  port 25",
        "127.0.1.1",
        "127.0.1.2",
        "X-Signpost-Processed: v1 acme-4f1c",
        "smart_host = \"smtp-relay.gmail.com:25\"",
    ] {
        assert!(steps.contains(value), "{value} is not in\n{steps}");
    }
    assert!(steps.contains("X-Signpost-Key: PUT-THE-SECRET-HERE") && !steps.contains("@@"));
    let shown = instructions(System::Google, &plan(), Secrets::Shown);
    assert!(shown.contains("X-Signpost-Key: 0123456789abcdef0123456789abcdef"));
}
