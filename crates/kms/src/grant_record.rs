use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Record;
use types::{KeyId, Timestamp};

/// Something that a grant allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GrantedAction {
    /// To encrypt.
    Encrypt,
    /// To decrypt.
    Decrypt,
    /// To make a data key.
    GenerateDataKey,
    /// To make a data key without seeing it.
    GenerateDataKeyWithoutPlaintext,
    /// To make a key pair.
    GenerateDataKeyPair,
    /// To make a key pair without seeing its private key.
    GenerateDataKeyPairWithoutPlaintext,
    /// To have something of this key encrypted under another.
    ReEncryptFrom,
    /// To have something encrypted under this key that was under another.
    ReEncryptTo,
    /// To sign.
    Sign,
    /// To verify.
    Verify,
    /// To see the public key.
    GetPublicKey,
    /// To make a message authentication code.
    GenerateMac,
    /// To verify one.
    VerifyMac,
    /// To see what is known of the key.
    DescribeKey,
    /// To give grants on.
    CreateGrant,
    /// To end the grant.
    RetireGrant,
}

/// What an encryption context must be for a grant to count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantConstraint {
    /// It must hold at least this.
    #[serde(default)]
    pub subset: BTreeMap<String, String>,
    /// It must be just this, if given.
    #[serde(default)]
    pub equals: Option<BTreeMap<String, String>>,
}

/// Leave to use a key, given to one principal beside all policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRecord {
    /// Its id.
    pub id: KeyId,
    /// The key.
    pub key: KeyId,
    /// Who may, as policies name them.
    pub grantee: String,
    /// Who may end it besides those who may revoke it.
    #[serde(default)]
    pub retiring: Option<String>,
    /// What.
    pub actions: Vec<GrantedAction>,
    /// With which encryption contexts.
    #[serde(default)]
    pub constraint: GrantConstraint,
    /// Its name, by which asking for it twice gives one.
    #[serde(default)]
    pub name: String,
    /// When it was given.
    pub created: Timestamp,
    /// Who gave it.
    #[serde(default)]
    pub issuer: String,
}

impl Record for GrantRecord {}
