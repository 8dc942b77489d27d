use crate::access::audit_bucket;
use crate::actions::{DELETE_BUCKET_CORS, GET_BUCKET_CORS, OPTION_OBJECT, PUT_BUCKET_CORS};
use crate::cors::{CorsGrant, CorsRules};
use crate::objects::Objects;
use crate::tables::CORS;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Resource, Result, Service};

/// Says pages of which origins may ask a bucket for what, in place of what was said before.
#[derive(Clone, Debug)]
pub struct PutBucketCors {
    /// The bucket.
    pub bucket: BucketName,
    /// The rules.
    pub rules: CorsRules,
}

impl Operation for PutBucketCors {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_CORS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        let origins = self.rules.rules().iter().flat_map(|rule| rule.origins.iter().cloned());
        audit.parameter("allowedOrigins", origins.collect::<Vec<_>>());
    }
}

#[async_trait]
impl Run<PutBucketCors> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketCors, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_CORS).await
    }

    async fn run(&self, permit: &Permit<PutBucketCors>, op: &PutBucketCors, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let record = self.hold(txn, &bucket).await?;
        txn.put(CORS, bucket.owner, record.id.bytes(), &op.rules).await
    }
}

/// Shows a bucket's rules for pages of other origins. An error if it has none.
#[derive(Clone, Debug)]
pub struct GetBucketCors {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetBucketCors {
    type Output = CorsRules;

    fn action(&self) -> Action {
        GET_BUCKET_CORS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketCors> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketCors, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_CORS).await
    }

    async fn run(&self, permit: &Permit<GetBucketCors>, op: &GetBucketCors, txn: &mut Txn) -> Result<CorsRules> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let rules = txn.view().get(CORS, bucket.owner, bucket.record.id.bytes()).await?;
        rules.ok_or_else(|| Failure::of(Reason::CorsNotFound).with("BucketName", op.bucket.as_str()))
    }
}

/// Takes a bucket's rules for pages of other origins off. No error if it has none.
#[derive(Clone, Debug)]
pub struct DeleteBucketCors {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for DeleteBucketCors {
    type Output = ();

    fn action(&self) -> Action {
        DELETE_BUCKET_CORS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<DeleteBucketCors> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteBucketCors, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, DELETE_BUCKET_CORS).await
    }

    async fn run(&self, permit: &Permit<DeleteBucketCors>, op: &DeleteBucketCors, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let record = self.hold(txn, &bucket).await?;
        txn.delete(CORS, bucket.owner, record.id.bytes());
        Ok(())
    }
}

/// Asks, for a page of another origin and before its request, whether that will be let. Everybody may: browsers ask it
/// without a signature, and the answer holds nothing but rules that were made to be told to strangers.
#[derive(Clone, Debug)]
pub struct Preflight {
    /// The bucket.
    pub bucket: BucketName,
    /// The page's origin.
    pub origin: String,
    /// The method of the request to come.
    pub method: String,
    /// The headers that it is to have, in lower case.
    pub headers: Vec<String>,
}

impl Operation for Preflight {
    type Output = CorsGrant;

    fn action(&self) -> Action {
        OPTION_OBJECT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("origin", self.origin.as_str());
        audit.parameter("requestMethod", self.method.as_str());
    }
}

#[async_trait]
impl Run<Preflight> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    /// A bucket that is not there is one without rules.
    async fn target(&self, op: &Preflight, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await.map_err(|failure| match failure.reason() {
            Reason::BucketNotFound => Failure::of(Reason::CorsForbidden),
            _ => failure,
        })?;
        let resource = Resource::regional(Service::Oss, self.store.region(), bucket.owner, op.bucket.as_str());
        Ok(Target { open: true, ..Target::one(OPTION_OBJECT, resource) })
    }

    async fn run(&self, permit: &Permit<Preflight>, op: &Preflight, txn: &mut Txn) -> Result<CorsGrant> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let rules = txn.view().shared(CORS, bucket.owner, bucket.record.id.bytes()).await?;
        let grant = rules.and_then(|rules| rules.grant(&op.origin, &op.method, &op.headers));
        grant.ok_or_else(|| Failure::of(Reason::CorsForbidden))
    }
}

impl Objects {
    /// A bucket's rules for pages of other origins, for the headers of an answer that is made already. Whoever asks by
    /// [`Preflight`] is told them, so there is no permission to ask for.
    pub async fn cors_rules(&self, bucket: &BucketName) -> Result<Option<Arc<CorsRules>>> {
        let view = self.store.view().await?;
        let found = self.bucket(&view, bucket).await?;
        view.shared(CORS, found.owner, found.record.id.bytes()).await
    }
}
