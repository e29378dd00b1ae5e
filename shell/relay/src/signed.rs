//! The form of a message that leaves, signed where it has to be.
//!
//! It stands between the stamp and the way out, and only for the form that is sent: making a signature of RSA costs more than everything else that is done to a
//! message. A signature that cannot be made is never a reason to keep mail back here; that choice is the stamp's.

pub(crate) mod bytes;
mod sign;

use crate::Parts;
use crate::arrived::Arrived;
use crate::custody::Custody;
use crate::hints::Concern;
use crate::stamp::{Content, Plan, Signers};
use model::TenantName;
use tenant::settings::Seals;

/// The word under which hints and their alarms are told.
const HINT: &str = "dkim";

/// Why the signatures could not be made.
#[derive(Debug, thiserror::Error)]
enum Unsigned {
    #[error("the header does not end within {} bytes", bytes::HEAD_LEN_MAX)]
    Header,
    #[error(transparent)]
    Key(#[from] signing::SignError),
    #[error(transparent)]
    Body(#[from] spool::SpoolError),
}

/// `content` with the signatures that `plan` wants; `arrival`, of a changed one, is what it proved as it came.
pub(crate) async fn form(
    parts: &Parts,
    custody: Custody<'_>,
    tenant: &TenantName,
    (plan, arrival): (&Plan, Option<&Arrived>),
    content: Content,
) -> Content {
    let why = match plan {
        Plan::Plain => return content,
        Plan::Wanting(why) => why.clone(),
        Plan::Signed(signers) => match signed(custody, (signers, arrival), &content).await {
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

async fn signed(
    custody: Custody<'_>,
    (signers, arrival): (&Signers, Option<&Arrived>),
    content: &Content,
) -> Result<Content, Unsigned> {
    let goes_on = signers.dkim().is_some_and(|dkim| dkim.arc == Seals::Chain);
    let chain = arrival.filter(|_| goes_on).and_then(Arrived::chain);
    sign::sign(signers, content, custody, chain).await
}
