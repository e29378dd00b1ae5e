//! A task that writes what others decide: it ends behind everybody who may still decide something, and writes what is left.

use std::pin::Pin;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Ready when the task has to end.
pub(super) type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(super) struct Writing {
    stop: oneshot::Sender<()>,
    task: JoinSet<()>,
}

impl Writing {
    pub(super) fn begin<F>(run: impl FnOnce(Stop) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let mut task = JoinSet::new();
        task.spawn(run(Box::pin(async {
            // A node that went away without a word stops it too.
            let _either_way = stopped.await.is_ok();
        })));
        Self { stop, task }
    }

    pub(super) async fn stop(mut self) {
        let _it_may_have_ended = self.stop.send(()).is_err();
        while self.task.join_next().await.is_some() {}
    }
}
