use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;

/// A future that runs to its end: where the task that drives it is dropped halfway, as when a client goes away, the rest
/// runs in a task of its own. A task for every future would do the same, at the price of a task for every future.
pub(crate) struct Finishing<F>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    rest: Option<Pin<Box<F>>>,
}

impl<F> Finishing<F>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    pub(crate) fn new(future: F) -> Self {
        Self { rest: Some(Box::pin(future)) }
    }
}

impl<F> Future for Finishing<F>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // After its end there is nothing to wait for; nobody polls again, and nobody is woken.
        let Some(future) = self.rest.as_mut() else { return Poll::Pending };
        let polled = future.as_mut().poll(cx);
        if polled.is_ready() {
            self.rest = None;
        }
        polled
    }
}

impl<F> Drop for Finishing<F>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn drop(&mut self) {
        // Without a runtime the process is ending, and what is not committed never happened.
        if let (Some(rest), Ok(runtime)) = (self.rest.take(), Handle::try_current()) {
            runtime.spawn(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Finishing;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn what_was_begun_is_finished_without_whoever_waited() {
        let (go, wait) = oneshot::channel::<()>();
        let (done, seen) = oneshot::channel();
        let mut begun = Box::pin(Finishing::new(async move {
            let _ = wait.await;
            let _ = done.send(7);
        }));
        assert!(futures::poll!(begun.as_mut()).is_pending());
        drop(begun);
        go.send(()).unwrap();
        assert_eq!(seen.await, Ok(7));
    }

    #[tokio::test]
    async fn who_waits_gets_the_result() {
        assert_eq!(Finishing::new(async { 3 }).await, 3);
    }
}
