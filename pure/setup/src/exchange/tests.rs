//! What the script says first, and that a step has its undo.

use crate::support::{Nasty, plan, plan_with};
use crate::{Secrets, System, instructions};

#[test]
fn a_way_back_to_the_same_exchange_is_warned_of() {
    let script = instructions(System::Exchange, &plan(), Secrets::Hidden);
    assert!(script.starts_with(
        "# NOTE: Signpost hands this tenant's mail to acme-example.mail.protection.outlook.com:25."
    ));
    let deliver = |text: &str| text.replace("mode        = \"return\"", "mode        = \"deliver\"");
    let script = instructions(System::Exchange, &plan_with(&Nasty::all()[0], deliver, true), Secrets::Hidden);
    assert!(script.starts_with("#requires"));
    assert!(script.contains("-Usage Custom -Enabled $false") && script.contains("Undo: -Step enable"));
}
