//! What policies call each operation on secrets.

use types::{Action, Service};

const fn read(name: &'static str) -> Action {
    Action::read(Service::Kms, name)
}

const fn write(name: &'static str) -> Action {
    Action::write(Service::Kms, name)
}

/// Make a secret.
pub const CREATE_SECRET: Action = write("CreateSecret");
/// See what is known of a secret besides its values.
pub const DESCRIBE_SECRET: Action = read("DescribeSecret");
/// See which secrets there are.
pub const LIST_SECRETS: Action = read("ListSecrets");
/// See a secret's value.
pub const GET_SECRET_VALUE: Action = read("GetSecretValue");
/// Give a secret a new value.
pub const PUT_SECRET_VALUE: Action = write("PutSecretValue");
/// See which versions a secret has.
pub const LIST_SECRET_VERSION_IDS: Action = read("ListSecretVersionIds");
/// Change what is said of a secret.
pub const UPDATE_SECRET: Action = write("UpdateSecret");
/// Move a stage from one version to another.
pub const UPDATE_SECRET_VERSION_STAGE: Action = write("UpdateSecretVersionStage");
/// Have a secret deleted, now or later.
pub const DELETE_SECRET: Action = write("DeleteSecret");
/// Call that off.
pub const RESTORE_SECRET: Action = write("RestoreSecret");
/// Have a password made up.
pub const GET_RANDOM_PASSWORD: Action = read("GetRandomPassword");
/// Say who may do what with a secret.
pub const SET_SECRET_POLICY: Action = write("SetSecretPolicy");
/// See that.
pub const GET_SECRET_POLICY: Action = read("GetSecretPolicy");
/// Have a secret rotated now.
pub const ROTATE_SECRET: Action = write("RotateSecret");
/// Say how often a secret is rotated.
pub const UPDATE_SECRET_ROTATION_POLICY: Action = write("UpdateSecretRotationPolicy");
/// Mark a secret.
pub const TAG_RESOURCE: Action = write("TagResource");
/// Take marks away.
pub const UNTAG_RESOURCE: Action = write("UntagResource");
/// See the marks.
pub const LIST_RESOURCE_TAGS: Action = read("ListResourceTags");
/// Remove a secret whose recovery window is over. No client can ask for it.
pub const DESTROY_SECRET: Action = write("DestroySecret");
/// Begin a rotation that is due. No client can ask for it.
pub const START_SECRET_ROTATION: Action = write("StartSecretRotation");
/// Put what a rotation gave. No client can ask for it.
pub const FINISH_SECRET_ROTATION: Action = write("FinishSecretRotation");
/// Note that a rotation did not work and when it is tried again. No client can ask for it.
pub const DEFER_SECRET_ROTATION: Action = write("DeferSecretRotation");
