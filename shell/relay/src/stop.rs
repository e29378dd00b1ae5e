//! The wish to stop, as every task waits for it.
//!
//! It is given once and holds from then on; a giver who is gone counts as having given it.

use tokio::sync::watch;

/// Who gives it.
pub(crate) struct Stopper(watch::Sender<bool>);

/// Who waits for it; clones wait for the same.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

pub(crate) fn channel() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Returns once it is given.
    pub(crate) async fn requested(&mut self) {
        let _gone_is_given = self.0.wait_for(|given| *given).await;
    }
}
