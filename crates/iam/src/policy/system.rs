use super::document::Document;
use super::error::PolicyError;
use super::kind::Kind;

/// A policy that every account has from the start and no one can change, under the name clients know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemPolicy {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// A row whose text is the file of the same name.
macro_rules! system {
    ($name:literal, $description:literal) => {
        SystemPolicy { name: $name, description: $description, text: include_str!(concat!("system/", $name, ".json")) }
    };
}

impl SystemPolicy {
    /// All of them, in the order listings show them.
    pub const ALL: &'static [Self] = &[
        system!("AdministratorAccess", "Everything, in every service."),
        system!("AliyunOSSFullAccess", "Everything with buckets and objects."),
        system!("AliyunOSSReadOnlyAccess", "Reading and listing buckets and objects."),
        system!("AliyunKMSFullAccess", "Everything with keys and secrets."),
        system!(
            "AliyunKMSReadOnlyAccess",
            "Listing and describing keys and secrets; using no key and reading no secret."
        ),
        system!("AliyunKMSCryptoAccess", "Using keys to encrypt, decrypt, sign and verify; managing none."),
        system!("AliyunKMSSecretAdminAccess", "Managing and reading secrets."),
        system!(
            "AliyunRAMFullAccess",
            "Everything with users, groups, roles and policies: as much as being administrator."
        ),
        system!("AliyunRAMReadOnlyAccess", "Reading and listing users, groups, roles and policies."),
        system!("AliyunSTSAssumeRoleAccess", "Assuming the roles whose trust policies say so."),
        system!("AliyunActionTrailFullAccess", "Everything with the trail of what was done."),
    ];

    /// The one of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|policy| policy.name == name)
    }

    /// Reads it.
    pub fn document(&self) -> Result<Document, PolicyError> {
        Document::parse(self.text, Kind::Identity)
    }
}
