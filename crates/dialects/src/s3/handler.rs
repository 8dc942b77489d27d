use super::context::Context;
use super::convert::refuse_unsupported;
use super::{
    acl, bucket, cors, delete, encryption, lifecycle, listing, locks, multipart, policy, public_access, read, tagging,
    versions, write,
};
use async_trait::async_trait;
use s3s::{S3, S3Request, S3Response, S3Result, dto};
use std::future::Future;
use std::sync::Arc;
use types::Result;

/// What `s3s` calls once it has decoded a request. What is not here answers NotImplemented.
pub(super) struct Handler(pub(super) Arc<Context>);

impl Handler {
    async fn answered<I, O, F>(
        &self,
        method: &str,
        request: S3Request<I>,
        run: impl FnOnce(S3Request<I>) -> F,
    ) -> S3Result<S3Response<O>>
    where
        F: Future<Output = Result<O>>,
    {
        let result = match refuse_unsupported(method, &request.headers) {
            Ok(()) => run(request).await,
            Err(failure) => Err(failure),
        };
        result.map(S3Response::new).map_err(|failure| self.0.fail(failure))
    }
}

macro_rules! operations {
    ($($method:ident: $input:ident -> $output:ident = $run:path;)+) => {
        #[async_trait]
        impl S3 for Handler {
            $(async fn $method(&self, request: S3Request<dto::$input>) -> S3Result<S3Response<dto::$output>> {
                self.answered(stringify!($method), request, |request| $run(&self.0, request)).await
            })+
        }
    };
}

operations! {
    list_buckets: ListBucketsInput -> ListBucketsOutput = bucket::list;
    create_bucket: CreateBucketInput -> CreateBucketOutput = bucket::create;
    delete_bucket: DeleteBucketInput -> DeleteBucketOutput = bucket::delete;
    head_bucket: HeadBucketInput -> HeadBucketOutput = bucket::head;
    get_bucket_location: GetBucketLocationInput -> GetBucketLocationOutput = bucket::location;
    get_bucket_versioning: GetBucketVersioningInput -> GetBucketVersioningOutput = versions::get;
    put_bucket_versioning: PutBucketVersioningInput -> PutBucketVersioningOutput = versions::put;
    list_object_versions: ListObjectVersionsInput -> ListObjectVersionsOutput = versions::list;
    put_bucket_request_payment: PutBucketRequestPaymentInput -> PutBucketRequestPaymentOutput = bucket::put_payment;
    get_bucket_request_payment: GetBucketRequestPaymentInput -> GetBucketRequestPaymentOutput = bucket::payment;
    get_bucket_acl: GetBucketAclInput -> GetBucketAclOutput = acl::get_bucket;
    put_bucket_acl: PutBucketAclInput -> PutBucketAclOutput = acl::put_bucket;
    get_object_acl: GetObjectAclInput -> GetObjectAclOutput = acl::get_object;
    put_object_acl: PutObjectAclInput -> PutObjectAclOutput = acl::put_object;
    get_bucket_policy: GetBucketPolicyInput -> GetBucketPolicyOutput = policy::get;
    put_bucket_policy: PutBucketPolicyInput -> PutBucketPolicyOutput = policy::put;
    delete_bucket_policy: DeleteBucketPolicyInput -> DeleteBucketPolicyOutput = policy::delete;
    get_bucket_policy_status: GetBucketPolicyStatusInput -> GetBucketPolicyStatusOutput = public_access::policy_status;
    get_bucket_encryption: GetBucketEncryptionInput -> GetBucketEncryptionOutput = encryption::get;
    put_bucket_encryption: PutBucketEncryptionInput -> PutBucketEncryptionOutput = encryption::put;
    delete_bucket_encryption: DeleteBucketEncryptionInput -> DeleteBucketEncryptionOutput = encryption::delete;
    list_objects: ListObjectsInput -> ListObjectsOutput = listing::v1;
    list_objects_v2: ListObjectsV2Input -> ListObjectsV2Output = listing::v2;
    get_object: GetObjectInput -> GetObjectOutput = read::get;
    head_object: HeadObjectInput -> HeadObjectOutput = read::head;
    get_object_attributes: GetObjectAttributesInput -> GetObjectAttributesOutput = read::attributes;
    get_object_tagging: GetObjectTaggingInput -> GetObjectTaggingOutput = tagging::get_object;
    put_object_tagging: PutObjectTaggingInput -> PutObjectTaggingOutput = tagging::put_object;
    delete_object_tagging: DeleteObjectTaggingInput -> DeleteObjectTaggingOutput = tagging::delete_object;
    get_bucket_tagging: GetBucketTaggingInput -> GetBucketTaggingOutput = tagging::get_bucket;
    put_bucket_tagging: PutBucketTaggingInput -> PutBucketTaggingOutput = tagging::put_bucket;
    delete_bucket_tagging: DeleteBucketTaggingInput -> DeleteBucketTaggingOutput = tagging::delete_bucket;
    get_object_lock_configuration: GetObjectLockConfigurationInput -> GetObjectLockConfigurationOutput = locks::get_bucket;
    put_object_lock_configuration: PutObjectLockConfigurationInput -> PutObjectLockConfigurationOutput = locks::put_bucket;
    get_object_retention: GetObjectRetentionInput -> GetObjectRetentionOutput = locks::get_retention;
    put_object_retention: PutObjectRetentionInput -> PutObjectRetentionOutput = locks::put_retention;
    get_object_legal_hold: GetObjectLegalHoldInput -> GetObjectLegalHoldOutput = locks::get_hold;
    put_object_legal_hold: PutObjectLegalHoldInput -> PutObjectLegalHoldOutput = locks::put_hold;
    get_bucket_lifecycle_configuration: GetBucketLifecycleConfigurationInput -> GetBucketLifecycleConfigurationOutput = lifecycle::get;
    put_bucket_lifecycle_configuration: PutBucketLifecycleConfigurationInput -> PutBucketLifecycleConfigurationOutput = lifecycle::put;
    delete_bucket_lifecycle: DeleteBucketLifecycleInput -> DeleteBucketLifecycleOutput = lifecycle::delete;
    get_bucket_cors: GetBucketCorsInput -> GetBucketCorsOutput = cors::get;
    put_bucket_cors: PutBucketCorsInput -> PutBucketCorsOutput = cors::put;
    delete_bucket_cors: DeleteBucketCorsInput -> DeleteBucketCorsOutput = cors::delete;
    put_public_access_block: PutPublicAccessBlockInput -> PutPublicAccessBlockOutput = public_access::put;
    get_public_access_block: GetPublicAccessBlockInput -> GetPublicAccessBlockOutput = public_access::get;
    delete_public_access_block: DeletePublicAccessBlockInput -> DeletePublicAccessBlockOutput = public_access::delete;
    put_bucket_ownership_controls: PutBucketOwnershipControlsInput -> PutBucketOwnershipControlsOutput
        = public_access::put_ownership;
    get_bucket_ownership_controls: GetBucketOwnershipControlsInput -> GetBucketOwnershipControlsOutput
        = public_access::get_ownership;
    delete_bucket_ownership_controls: DeleteBucketOwnershipControlsInput -> DeleteBucketOwnershipControlsOutput
        = public_access::delete_ownership;
    put_object: PutObjectInput -> PutObjectOutput = write::put;
    copy_object: CopyObjectInput -> CopyObjectOutput = write::copy;
    delete_object: DeleteObjectInput -> DeleteObjectOutput = delete::one;
    delete_objects: DeleteObjectsInput -> DeleteObjectsOutput = delete::many;
    create_multipart_upload: CreateMultipartUploadInput -> CreateMultipartUploadOutput = multipart::create;
    upload_part: UploadPartInput -> UploadPartOutput = multipart::part;
    upload_part_copy: UploadPartCopyInput -> UploadPartCopyOutput = multipart::part_copy;
    complete_multipart_upload: CompleteMultipartUploadInput -> CompleteMultipartUploadOutput = multipart::complete;
    abort_multipart_upload: AbortMultipartUploadInput -> AbortMultipartUploadOutput = multipart::abort;
    list_parts: ListPartsInput -> ListPartsOutput = multipart::parts;
    list_multipart_uploads: ListMultipartUploadsInput -> ListMultipartUploadsOutput = multipart::uploads;
}
