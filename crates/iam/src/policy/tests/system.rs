use super::super::{Context, Labelled, Outcome, SystemPolicy};
use super::{alone, home};
use std::sync::Arc;
use types::{Action, Resource, Service};

const SAMPLES: &[Action] = &[
    Action::read(Service::Oss, "GetObject"),
    Action::read(Service::Oss, "ListObjects"),
    Action::write(Service::Oss, "PutObject"),
    Action::write(Service::Oss, "DeleteBucket"),
    Action::read(Service::Kms, "DescribeKey"),
    Action::read(Service::Kms, "ListKeys"),
    Action::write(Service::Kms, "CreateKey"),
    Action::write(Service::Kms, "ScheduleKeyDeletion"),
    Action::read(Service::Kms, "Encrypt"),
    Action::read(Service::Kms, "Decrypt"),
    Action::read(Service::Kms, "GenerateDataKey"),
    Action::write(Service::Kms, "CreateSecret"),
    Action::read(Service::Kms, "GetSecretValue"),
    Action::read(Service::Ram, "GetUser"),
    Action::read(Service::Ram, "ListUsers"),
    Action::write(Service::Ram, "CreateUser"),
    Action::write(Service::Ram, "AttachPolicyToUser"),
    Action::write(Service::Sts, "AssumeRole"),
    Action::read(Service::ActionTrail, "LookupEvents"),
    Action::write(Service::ActionTrail, "DeleteTrail"),
];

/// What each grants of the samples, and so all it does not.
const GRANTS: &[(&str, &[&str])] = &[
    ("AliyunOSSFullAccess", &["oss:GetObject", "oss:ListObjects", "oss:PutObject", "oss:DeleteBucket"]),
    ("AliyunOSSReadOnlyAccess", &["oss:GetObject", "oss:ListObjects"]),
    (
        "AliyunKMSFullAccess",
        &[
            "kms:DescribeKey",
            "kms:ListKeys",
            "kms:CreateKey",
            "kms:ScheduleKeyDeletion",
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "kms:CreateSecret",
            "kms:GetSecretValue",
        ],
    ),
    ("AliyunKMSReadOnlyAccess", &["kms:DescribeKey", "kms:ListKeys"]),
    ("AliyunKMSCryptoAccess", &["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"]),
    ("AliyunKMSSecretAdminAccess", &["kms:CreateSecret", "kms:GetSecretValue"]),
    ("AliyunRAMFullAccess", &["ram:GetUser", "ram:ListUsers", "ram:CreateUser", "ram:AttachPolicyToUser"]),
    ("AliyunRAMReadOnlyAccess", &["ram:GetUser", "ram:ListUsers"]),
    ("AliyunSTSAssumeRoleAccess", &["sts:AssumeRole"]),
    ("AliyunActionTrailFullAccess", &["actiontrail:LookupEvents", "actiontrail:DeleteTrail"]),
];

fn granted(name: &str) -> Vec<String> {
    let document = SystemPolicy::find(name).unwrap().document().unwrap_or_else(|error| panic!("{name}: {error}"));
    let own = [Labelled::new(name, Arc::new(document))];
    let allowed = |action: &&Action| {
        let resource = Resource::global(action.service, home(), "any/thing");
        alone(&own, action, &resource, &Context::new()) == Outcome::Allow
    };
    SAMPLES.iter().filter(allowed).map(ToString::to_string).collect()
}

#[test]
fn each_grants_what_its_name_says_and_no_more() {
    for (name, wanted) in GRANTS {
        assert_eq!(granted(name), *wanted, "{name}");
    }
    assert_eq!(granted("AdministratorAccess").len(), SAMPLES.len());
    assert_eq!(SystemPolicy::ALL.len(), GRANTS.len() + 1, "a policy without a row here");
}

#[test]
fn each_is_described_and_found() {
    for policy in SystemPolicy::ALL {
        assert!(policy.name.parse::<types::PolicyName>().is_ok() && !policy.description.is_empty());
        assert_eq!(SystemPolicy::find(policy.name), Some(policy));
    }
    assert_eq!(SystemPolicy::find("Nope"), None);
}
