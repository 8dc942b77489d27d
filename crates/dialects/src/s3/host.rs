use super::context::Context;
use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};
use s3s::validation::NameValidation;
use std::sync::Arc;
use types::BucketName;

/// Finds the bucket in the host, as the deployment is addressed.
pub(super) struct Host(pub(super) Arc<Context>);

impl S3Host for Host {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        // The path is of no interest here: what a host means does not depend on it.
        let location = self.0.domains.addressing.resolve(host, "/").map_err(|failure| self.0.fail(failure))?;
        let virtual_host = VirtualHost::new(host);
        Ok(match location.bucket {
            Some(bucket) => virtual_host.with_bucket(bucket),
            None => virtual_host,
        })
    }
}

/// What is a bucket's name is the same in every dialect.
pub(super) struct Names;

impl NameValidation for Names {
    fn validate_bucket_name(&self, name: &str) -> bool {
        name.parse::<BucketName>().is_ok()
    }
}
