use crate::action;
use crate::secrets::action::CREATE_SECRET;
use iam::Pace;
use types::{Access, Action, Service};

const SYMMETRIC: &[Action] = &[
    action::ENCRYPT,
    action::DECRYPT,
    action::GENERATE_DATA_KEY,
    action::GENERATE_DATA_KEY_WITHOUT_PLAINTEXT,
    action::RE_ENCRYPT_FROM,
    action::RE_ENCRYPT_TO,
    action::EXPORT_DATA_KEY,
    action::GENERATE_AND_EXPORT_DATA_KEY,
    action::GENERATE_MAC,
    action::VERIFY_MAC,
    action::GENERATE_RANDOM,
];

const ASYMMETRIC: &[Action] =
    &[action::ASYMMETRIC_ENCRYPT, action::ASYMMETRIC_DECRYPT, action::ASYMMETRIC_SIGN, action::ASYMMETRIC_VERIFY];

const CREATE: &[Action] = &[action::CREATE_KEY, action::CREATE_KEY_VERSION, action::CREATE_ALIAS, CREATE_SECRET];

/// What the requests of an action are counted with, for the actions on keys and secrets (KMS quotas, "request rates").
pub fn pace(action: &Action) -> Option<Pace> {
    match action {
        Action { service: Service::Kms, .. } if SYMMETRIC.contains(action) => Some(Pace::Symmetric),
        Action { service: Service::Kms, .. } if ASYMMETRIC.contains(action) => Some(Pace::Asymmetric),
        Action { service: Service::Kms, .. } if CREATE.contains(action) => Some(Pace::Create),
        Action { service: Service::Kms, access: Access::Read, .. } => Some(Pace::Read),
        Action { service: Service::Kms, access: Access::Write, .. } => Some(Pace::Write),
        Action { service: Service::Oss | Service::Ram | Service::Sts | Service::ActionTrail, .. } => None,
    }
}
