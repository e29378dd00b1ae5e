//! The guard's writing task: it ends behind everybody who may still decide something, and writes what is left.

use tokio::sync::oneshot;
use tokio::task::JoinSet;

pub(super) struct Guarding {
    stop: oneshot::Sender<()>,
    keeper: JoinSet<()>,
}

impl Guarding {
    pub(super) fn begin(keeping: sentry::Keeper) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let mut keeper = JoinSet::new();
        keeper.spawn(keeping.run(async {
            // A node that went away without a word stops it too.
            let _either_way = stopped.await.is_ok();
        }));
        Self { stop, keeper }
    }

    pub(super) async fn stop(mut self) {
        let _it_may_have_ended = self.stop.send(()).is_err();
        while self.keeper.join_next().await.is_some() {}
    }
}
