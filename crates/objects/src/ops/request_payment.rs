use crate::access::audit_bucket;
use crate::actions::{GET_BUCKET_REQUEST_PAYMENT, PUT_BUCKET_REQUEST_PAYMENT};
use crate::objects::Objects;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Result};

/// Who is billed for what is asked of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// Its owner.
    BucketOwner,
    /// Whoever asks.
    Requester,
}

/// Says who is billed. Nobody sends bills here, so it can only be the owner; to say so changes nothing.
#[derive(Clone, Debug)]
pub struct PutRequestPayment {
    /// The bucket.
    pub bucket: BucketName,
    /// Who.
    pub payer: Payer,
}

impl Operation for PutRequestPayment {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_REQUEST_PAYMENT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("payer", format!("{:?}", self.payer));
    }
}

#[async_trait]
impl Run<PutRequestPayment> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutRequestPayment, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_REQUEST_PAYMENT).await
    }

    async fn run(&self, permit: &Permit<PutRequestPayment>, op: &PutRequestPayment, txn: &mut Txn) -> Result<()> {
        self.permitted(permit, txn.view(), &op.bucket).await?;
        match op.payer {
            Payer::BucketOwner => Ok(()),
            Payer::Requester => {
                let text = "The payer Requester is not supported: nobody is billed for requests here.";
                Err(Failure::new(Reason::NotImplemented, text))
            }
        }
    }
}

/// Asks who is billed.
#[derive(Clone, Debug)]
pub struct GetRequestPayment {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetRequestPayment {
    type Output = Payer;

    fn action(&self) -> Action {
        GET_BUCKET_REQUEST_PAYMENT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetRequestPayment> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetRequestPayment, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_REQUEST_PAYMENT).await
    }

    async fn run(&self, permit: &Permit<GetRequestPayment>, op: &GetRequestPayment, txn: &mut Txn) -> Result<Payer> {
        self.permitted(permit, txn.view(), &op.bucket).await?;
        Ok(Payer::BucketOwner)
    }
}
