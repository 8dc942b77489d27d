//! Encryption at rest, of a bucket and of an object.

use super::context::Context;
use super::convert::bucket;
use objects::Encryption;
use s3s::S3Request;
use s3s::dto::{
    DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput, GetBucketEncryptionInput, GetBucketEncryptionOutput,
    PutBucketEncryptionInput, PutBucketEncryptionOutput, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use std::sync::Arc;
use types::{Failure, Reason, Result};

/// What a request asks an object, or a bucket's objects, to be encrypted under.
pub(super) fn asked(algorithm: Option<&str>, key: Option<&String>) -> Result<Option<Encryption>> {
    match (algorithm, key) {
        (None, None) => Ok(None),
        (Some(ServerSideEncryption::AES256), None) => Ok(Some(Encryption::Service)),
        (Some(ServerSideEncryption::AWS_KMS), key) => Ok(Some(Encryption::Kms { key: key.map(|k| local(k)) })),
        (Some(ServerSideEncryption::AWS_KMS_DSSE), _) => {
            Err(Failure::new(Reason::NotImplemented, "Encryption by aws:kms:dsse is not supported."))
        }
        (None | Some(ServerSideEncryption::AES256), Some(_)) => {
            Err(Failure::new(Reason::EncryptionInvalid, "A key id goes with the algorithm aws:kms only."))
        }
        (Some(_), _) => Err(Failure::new(Reason::EncryptionInvalid, "The algorithm is AES256 or aws:kms.")),
    }
}

/// The key's id or alias, out of an ARN in Amazon's spelling.
fn local(key: &str) -> String {
    let path = key.strip_prefix("arn:aws:kms:").and_then(|rest| rest.splitn(3, ':').nth(2));
    path.map_or(key, |path| path.strip_prefix("key/").unwrap_or(path)).to_owned()
}

/// Tells what a bucket's objects are encrypted under.
pub(super) async fn get(
    cx: &Arc<Context>,
    request: S3Request<GetBucketEncryptionInput>,
) -> Result<GetBucketEncryptionOutput> {
    let encryption = cx.perform(objects::GetBucketEncryption { bucket: bucket(&request.input.bucket)? }).await?;
    let (name, key) = match encryption {
        Encryption::Service => (ServerSideEncryption::AES256, None),
        Encryption::Kms { key } => (ServerSideEncryption::AWS_KMS, key),
    };
    let default = ServerSideEncryptionByDefault {
        kms_master_key_id: key,
        sse_algorithm: ServerSideEncryption::from_static(name),
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(default),
        bucket_key_enabled: Some(false),
    };
    let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
    Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
}

/// Says what a bucket's objects are to be encrypted under.
pub(super) async fn put(
    cx: &Arc<Context>,
    request: S3Request<PutBucketEncryptionInput>,
) -> Result<PutBucketEncryptionOutput> {
    let rules = &request.input.server_side_encryption_configuration.rules;
    let [rule] = rules.as_slice() else {
        return Err(Failure::new(Reason::BodyMalformed, "There is exactly one rule of encryption."));
    };
    let default = rule.apply_server_side_encryption_by_default.as_ref();
    let default = default
        .ok_or_else(|| Failure::new(Reason::BodyMalformed, "The rule needs an ApplyServerSideEncryptionByDefault."))?;
    let encryption = asked(Some(default.sse_algorithm.as_str()), default.kms_master_key_id.as_ref())?;
    let encryption = encryption.unwrap_or(Encryption::Service);
    cx.perform(objects::PutBucketEncryption { bucket: bucket(&request.input.bucket)?, encryption }).await?;
    Ok(PutBucketEncryptionOutput::default())
}

/// Takes that back.
pub(super) async fn delete(
    cx: &Arc<Context>,
    request: S3Request<DeleteBucketEncryptionInput>,
) -> Result<DeleteBucketEncryptionOutput> {
    cx.perform(objects::DeleteBucketEncryption { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(DeleteBucketEncryptionOutput::default())
}

#[cfg(test)]
mod tests {
    use super::{asked, local};
    use objects::Encryption;

    #[test]
    fn algorithms_and_keys() {
        let key = "arn:aws:kms:local-1:1234567890123456:key/abc".to_owned();
        assert_eq!(asked(None, None).unwrap(), None);
        assert_eq!(asked(Some("AES256"), None).unwrap(), Some(Encryption::Service));
        assert_eq!(asked(Some("aws:kms"), None).unwrap(), Some(Encryption::Kms { key: None }));
        assert_eq!(asked(Some("aws:kms"), Some(&key)).unwrap(), Some(Encryption::Kms { key: Some("abc".into()) }));
        for (algorithm, key) in [(None, Some(&key)), (Some("AES256"), Some(&key)), (Some("aes"), None)] {
            assert!(asked(algorithm, key).is_err());
        }
        assert_eq!(local("arn:aws:kms:r:1:alias/a"), "alias/a");
        assert_eq!(local("alias/a"), "alias/a");
    }
}
