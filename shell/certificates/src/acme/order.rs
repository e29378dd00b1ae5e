//! One order: prove the name, ask for the certificate, fetch it.
//!
//! The key is made for the order and belongs to what it brings; an order that fails leaves nothing behind.

use super::OrderError;
use super::challenge::Answers;
use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Identifier, NewOrder, Order, OrderStatus, RetryPolicy,
};
use net::tls::Pem;
use std::time::Duration;

/// How long the authority may take to look, and to sign; within the wait of the whole order.
const POLL: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(250))
    .backoff(1.6)
    .timeout(Duration::from_secs(120));

pub(super) async fn order(account: &Account, hostname: &str, answers: &Answers) -> Result<Pem, OrderError> {
    let names = [Identifier::Dns(hostname.to_owned())];
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    prove(&mut order, answers).await?;
    let status = order.poll_ready(&POLL).await;
    match status {
        Ok(OrderStatus::Ready) => {}
        Ok(_) | Err(instant_acme::Error::Api(_)) => {
            if let Some(why) = why_not(&mut order).await {
                return Err(OrderError::Refused(format!(
                    "it could not prove the name: {why}. It asks http://{hostname}/.well-known/acme-challenge/ on port 80, \
                     which must reach `challenge_address`"
                )));
            }
            status?;
            return Err(OrderError::Refused("the order is not valid any more".to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    let key = order.finalize().await?;
    let chain = order.poll_certificate(&POLL).await?;
    Ok(Pem { chain, key })
}

/// Has an answer ready for every name that is not proven yet, and says so.
async fn prove(order: &mut Order, answers: &Answers) -> Result<(), OrderError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        match authorization.status {
            AuthorizationStatus::Pending => {}
            // The authority remembers an earlier proof.
            AuthorizationStatus::Valid => continue,
            status @ (AuthorizationStatus::Invalid
            | AuthorizationStatus::Revoked
            | AuthorizationStatus::Expired
            | AuthorizationStatus::Deactivated) => {
                return Err(OrderError::Refused(format!("the authorization is {status:?}")));
            }
        }
        let offered = authorization.challenge(ChallengeType::Http01);
        let mut challenge =
            offered.ok_or_else(|| OrderError::Refused("it does not offer http-01".to_owned()))?;
        answers.add(&challenge.token, challenge.key_authorization().as_str());
        challenge.set_ready().await?;
    }
    Ok(())
}

/// What the authority met when it looked.
async fn why_not(order: &mut Order) -> Option<String> {
    let mut authorizations = order.authorizations();
    let mut authorization = authorizations.next().await?.ok()?;
    let state = authorization.refresh().await.ok()?;
    let error = state.challenges.iter().find_map(|challenge| challenge.error.as_ref())?;
    error.detail.clone().or_else(|| error.r#type.clone())
}
