use crate::body::ResponseBody;
use crate::domains::{Domains, Region};
use iam::{Caller, Claim, Operation, Run};
use objects::Objects;
use s3s::{S3Error, S3ErrorCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use types::{Failure, Result};

/// One request, as all who have a hand in it see it.
pub(super) struct Context {
    /// Everything there is.
    pub(super) domains: Arc<Domains>,
    /// The region it went to.
    pub(super) region: Arc<Region>,
    /// Who claims to have signed it; `None` for a request without a signature.
    pub(super) claim: Option<Claim>,
    nobody: Caller,
    /// Who signed it, if the signature is right. Counts for nothing before that was verified.
    claimed: Mutex<Option<Caller>>,
    caller: OnceLock<Caller>,
    failure: Mutex<Option<Failure>>,
    content: Mutex<Option<ResponseBody>>,
    tags: AtomicUsize,
}

impl Context {
    pub(super) fn new(domains: Arc<Domains>, region: Arc<Region>, nobody: Caller, claim: Option<Claim>) -> Self {
        Self {
            domains,
            region,
            claim,
            nobody,
            claimed: Mutex::default(),
            caller: OnceLock::new(),
            failure: Mutex::default(),
            content: Mutex::default(),
            tags: AtomicUsize::default(),
        }
    }

    /// Who calls: nobody, until a signature was verified.
    pub(super) fn caller(&self) -> &Caller {
        self.caller.get().unwrap_or(&self.nobody)
    }

    /// Whether the request got as far as an operation.
    pub(super) fn is_decoded(&self) -> bool {
        self.caller.get().is_some()
    }

    /// A copy of nobody, to make somebody of.
    pub(super) fn nobody(&self) -> Caller {
        self.nobody.clone()
    }

    /// Keeps aside who it will be if the signature is right.
    pub(super) fn set_claimed(&self, caller: Caller) {
        *lock(&self.claimed) = Some(caller);
    }

    /// Makes the caller somebody, if it is verified, and names the operation.
    pub(super) fn set_caller(&self, verified: bool, operation: Option<&'static str>) {
        let claimed = lock(&self.claimed).take().filter(|_| verified);
        let mut caller = claimed.unwrap_or_else(|| self.nobody());
        if let Some(operation) = operation {
            caller.set_operation(operation);
        }
        // It is set once: s3s checks access once in a request.
        let _ = self.caller.set(caller);
    }

    /// Runs an operation on buckets or objects through the gate.
    pub(super) async fn perform<Op: Operation>(&self, operation: Op) -> Result<Op::Output>
    where
        Objects: Run<Op>,
    {
        self.domains.gate.perform(self.caller(), &*self.region.objects, operation).await
    }

    /// Notes why the request failed, unless that was noted already, and gives what `s3s` passes on in its place.
    pub(super) fn fail(&self, failure: Failure) -> S3Error {
        lock(&self.failure).get_or_insert(failure);
        S3Error::new(S3ErrorCode::InternalError)
    }

    /// Why the request failed, where it was one of us who said so.
    pub(super) fn take_failure(&self) -> Option<Failure> {
        lock(&self.failure).take()
    }

    /// Leaves the number of the object's tags, which the model of HEAD's answer has no field for.
    pub(super) fn set_tags(&self, tags: usize) {
        self.tags.store(tags, Ordering::Relaxed);
    }

    /// How many tags the answer is to say that the object has; `None` if it is to say nothing of them.
    pub(super) fn tags(&self) -> Option<usize> {
        Some(self.tags.load(Ordering::Relaxed)).filter(|tags| *tags > 0)
    }

    /// Leaves the content that the answer is to have.
    pub(super) fn set_content(&self, content: ResponseBody) {
        *lock(&self.content) = Some(content);
    }

    /// The content of the answer, if it has one beside what `s3s` wrote.
    pub(super) fn take_content(&self) -> Option<ResponseBody> {
        lock(&self.content).take()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
