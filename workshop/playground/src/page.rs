//! The mailbox page.
use crate::exchange::Exchange;
use std::sync::Arc;

pub(crate) fn router(exchange: Arc<Exchange>) -> axum::Router {
    axum::Router::new().with_state(exchange)
}
