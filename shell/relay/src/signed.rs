//! The form of a message that leaves, signed where it has to be.
//!
//! It stands between the stamp and the way out, and only for the form that is sent: making a signature of RSA costs more than everything else that is done to a
//! message. A signature that cannot be made is never a reason to keep mail back here; that choice is the stamp's.

use crate::Parts;
use crate::custody::Custody;
use crate::hints::Concern;
use crate::stamp::{Content, Plan};
use model::TenantName;

/// The word under which hints and their alarms are told.
const HINT: &str = "dkim";

/// `content` with the signatures that `plan` wants.
pub(crate) async fn form(
    parts: &Parts,
    custody: Custody<'_>,
    tenant: &TenantName,
    plan: &Plan,
    content: Content,
) -> Content {
    let why = match plan {
        Plan::Plain => return content,
        Plan::Wanting(why) => why.clone(),
        Plan::Signed(seal) => match seal.sign(&content, custody).await {
            Ok(signed) => {
                parts.metrics.dkim_signed.add_one();
                return signed;
            }
            Err(error) => error.to_string(),
        },
    };
    parts.metrics.dkim_unsigned.add_one();
    let now = parts.clock.now();
    let text = format!("mail goes unsigned: {why}");
    if parts.admission.hints.tell((Some(tenant), Concern::Waiting), HINT, &text, now) {
        parts.metrics.alarms.add_one();
        tracing::warn!(%tenant, id = %custody.id(), why, "mail goes without our DKIM signature");
    }
    content
}
