//! Access control lists. The domain has three: for nobody else, for everybody to read, for everybody to read and write.
//! A list of grants is taken if it says one of these, and refused if it says more.

use super::context::Context;
use super::convert::{bucket, owner, place, version};
use objects::Acl;
use s3s::S3Request;
use s3s::dto::{
    AccessControlPolicy, BucketCannedACL, GetBucketAclInput, GetBucketAclOutput, GetObjectAclInput, GetObjectAclOutput,
    Grant, Grantee, ObjectCannedACL, Permission, PutBucketAclInput, PutBucketAclOutput, PutObjectAclInput,
    PutObjectAclOutput, Type,
};
use std::sync::Arc;
use types::{AccountId, Failure, Reason, Result};

const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

/// The list of a bucket that a canned name means.
pub(super) fn of_bucket(canned: &str) -> Result<Acl> {
    match canned {
        BucketCannedACL::PRIVATE => Ok(Acl::Private),
        BucketCannedACL::PUBLIC_READ => Ok(Acl::PublicRead),
        BucketCannedACL::PUBLIC_READ_WRITE => Ok(Acl::PublicReadWrite),
        BucketCannedACL::AUTHENTICATED_READ => Err(unsupported()),
        _ => Err(Failure::of(Reason::AclInvalid)),
    }
}

/// The list of an object that a canned name means; `None`: as the bucket. Objects always are their bucket's owner's, so
/// the names that give that owner something say nothing.
pub(super) fn of_object(canned: &str) -> Result<Option<Acl>> {
    match canned {
        ObjectCannedACL::BUCKET_OWNER_FULL_CONTROL | ObjectCannedACL::BUCKET_OWNER_READ => Ok(None),
        ObjectCannedACL::AWS_EXEC_READ => Err(unsupported()),
        other => of_bucket(other).map(Some),
    }
}

fn unsupported() -> Failure {
    Failure::new(Reason::NotImplemented, "The access control lists are private, public-read and public-read-write.")
}

/// The list that grants mean, if it is one of the three.
fn of_grants(policy: &AccessControlPolicy) -> Result<Acl> {
    let (mut reads, mut writes) = (false, false);
    for grant in policy.grants.iter().flatten() {
        let grantee = grant.grantee.as_ref().ok_or_else(|| Failure::of(Reason::AclInvalid))?;
        let permission = grant.permission.as_ref().map(Permission::as_str);
        let everybody = grantee.uri.as_deref() == Some(EVERYBODY);
        let is_owner = grantee.id.is_some() && policy.owner.as_ref().is_some_and(|o| o.id == grantee.id);
        match permission {
            Some(Permission::FULL_CONTROL) if is_owner => {}
            Some(Permission::READ) if everybody => reads = true,
            Some(Permission::WRITE) if everybody => writes = true,
            _ => return Err(unsupported()),
        }
    }
    match (reads, writes) {
        (false, false) => Ok(Acl::Private),
        (true, false) => Ok(Acl::PublicRead),
        (true, true) => Ok(Acl::PublicReadWrite),
        (false, true) => Err(unsupported()),
    }
}

fn grants(account: AccountId, acl: Acl) -> Vec<Grant> {
    let grant =
        |grantee, permission| Grant { grantee: Some(grantee), permission: Some(Permission::from_static(permission)) };
    let owner = Grantee {
        display_name: Some(account.to_string()),
        email_address: None,
        id: Some(account.to_string()),
        type_: Type::from_static(Type::CANONICAL_USER),
        uri: None,
    };
    let everybody = || Grantee {
        display_name: None,
        email_address: None,
        id: None,
        type_: Type::from_static(Type::GROUP),
        uri: Some(EVERYBODY.to_owned()),
    };
    let mut grants = vec![grant(owner, Permission::FULL_CONTROL)];
    if acl.opens_reading() {
        grants.push(grant(everybody(), Permission::READ));
    }
    if acl.opens_writing() {
        grants.push(grant(everybody(), Permission::WRITE));
    }
    grants
}

fn nothing_said() -> Failure {
    Failure::new(Reason::ParameterMissing, "Either the header x-amz-acl or an AccessControlPolicy is needed.")
}

/// Tells who may touch a bucket.
pub(super) async fn get_bucket(cx: &Arc<Context>, request: S3Request<GetBucketAclInput>) -> Result<GetBucketAclOutput> {
    let info = cx.perform(objects::GetBucketAcl { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(GetBucketAclOutput { grants: Some(grants(info.owner, info.acl)), owner: Some(owner(info.owner)) })
}

/// Says who may touch a bucket.
pub(super) async fn put_bucket(cx: &Arc<Context>, request: S3Request<PutBucketAclInput>) -> Result<PutBucketAclOutput> {
    let acl = match (&request.input.acl, &request.input.access_control_policy) {
        (Some(canned), _) => of_bucket(canned.as_str())?,
        (None, Some(policy)) => of_grants(policy)?,
        (None, None) => return Err(nothing_said()),
    };
    cx.perform(objects::PutBucketAcl { bucket: bucket(&request.input.bucket)?, acl }).await?;
    Ok(PutBucketAclOutput::default())
}

/// Tells who may touch an object.
pub(super) async fn get_object(cx: &Arc<Context>, request: S3Request<GetObjectAclInput>) -> Result<GetObjectAclOutput> {
    let (bucket, key) = place(&request.input.bucket, &request.input.key)?;
    let version = version(request.input.version_id.as_deref())?;
    let access = cx.perform(objects::GetObjectAcl { bucket, key, version }).await?;
    // There is no way here to say that the bucket's list counts, so that list itself is shown.
    let grants = grants(access.owner, access.effective);
    Ok(GetObjectAclOutput { grants: Some(grants), owner: Some(owner(access.owner)), ..GetObjectAclOutput::default() })
}

/// Says who may touch an object.
pub(super) async fn put_object(cx: &Arc<Context>, request: S3Request<PutObjectAclInput>) -> Result<PutObjectAclOutput> {
    let acl = match (&request.input.acl, &request.input.access_control_policy) {
        (Some(canned), _) => of_object(canned.as_str())?,
        (None, Some(policy)) => Some(of_grants(policy)?),
        (None, None) => return Err(nothing_said()),
    };
    let (bucket, key) = place(&request.input.bucket, &request.input.key)?;
    let version = version(request.input.version_id.as_deref())?;
    cx.perform(objects::PutObjectAcl { bucket, key, version, acl }).await?;
    Ok(PutObjectAclOutput::default())
}
