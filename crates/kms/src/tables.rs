use crate::alias_record::AliasRecord;
use crate::grant_record::GrantRecord;
use crate::key_record::KeyRecord;
use crate::key_rewrap::{KeyRewrap, LateRecord, RetiredRecord};
use crate::version_record::{KeyVersionRecord, VersionHolder, VersionOwner};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Range, Record, Space, Table};
use types::{AccountId, KeyId, Timestamp};

/// Keys, by id.
pub(crate) const KEYS: Table<KeyRecord> = Table::new(Space::Keys, 1, "a key");
/// Versions, by the key's id and then their own.
pub(crate) const VERSIONS: Table<KeyVersionRecord> = Table::new(Space::Keys, 2, "a key version");
/// Versions' keys, by the version's id.
pub(crate) const VERSION_OWNERS: Table<VersionOwner> = Table::new(Space::Keys, 3, "the owner of a key version");
/// Versions' accounts, by the version's id, under the platform's account: how a ciphertext of a key that is shared finds it.
pub(crate) const VERSION_HOLDERS: Table<VersionHolder> = Table::new(Space::Keys, 27, "the account of a key version");
/// Aliases, by name.
pub(crate) const ALIASES: Table<AliasRecord> = Table::new(Space::Keys, 4, "an alias");
/// Keys that get a new version by themselves, by when; kept as those to be destroyed are.
pub(crate) const ROTATIONS: Table<Due> = Table::new(Space::Keys, 16, "the keys to be rotated");
/// Keys whose imported material is to be forgotten, by when; kept as those to be destroyed are.
pub(crate) const EXPIRIES: Table<Due> = Table::new(Space::Keys, 17, "the key material to be forgotten");
/// Key policies, by the key's id.
pub(crate) const POLICIES: Table<PolicyRecord> = Table::new(Space::Keys, 18, "a key policy");
/// Grants, by the key's id and then their own.
pub(crate) const GRANTS: Table<GrantRecord> = Table::new(Space::Keys, 19, "a grant on a key");
/// Objects to be destroyed in the token, by when, so those that may turn out to have been made in vain; kept as keys to be
/// destroyed are.
pub(crate) const WASTE: Table<Waste> = Table::new(Space::Keys, 24, "the objects to be destroyed in the token");

/// An object in the token that is to be destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waste {
    /// Its id: that of the key version it was, or was to be, the material of.
    pub(crate) object: KeyId,
    /// Whether nothing can save it any more. Otherwise whoever had it made may still commit.
    pub(crate) doomed: bool,
}

impl Record for Waste {}

/// Where [`WASTE`] keeps an object.
pub(crate) fn waste_suffix(at: Timestamp, object: &KeyId) -> Vec<u8> {
    [&due_before(at)[..], object.as_str().as_bytes()].concat()
}

/// How far the rewrapping of a key is, by the key's id.
pub(crate) const REWRAPS: Table<KeyRewrap> = Table::new(Space::Keys, 20, "the rewrapping of a key");
/// Keys that are being rewrapped, by account and id: under the platform's account, so that one scan finds those of every
/// tenant.
pub(crate) const REWRAPPING: Table<Due> = Table::new(Space::Keys, 21, "the keys to be rewrapped");
/// Versions whose material was destroyed before their key's, by the key's id and then their own.
pub(crate) const RETIRED: Table<RetiredRecord> = Table::new(Space::Keys, 22, "a retired key version");
/// Versions that data keys came under when they were not the primary one any more, by the key's id and then their own.
pub(crate) const LATE: Table<LateRecord> = Table::new(Space::Keys, 23, "late data keys of a key version");

/// A key's policy, as its owner wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    /// The text that is decided by.
    pub(crate) text: String,
    /// The same as its author wrote it, if that was in another grammar.
    #[serde(default)]
    pub(crate) original: Option<String>,
}

impl Record for PolicyRecord {}

/// How much of its quotas an account uses: one record.
pub(crate) const USED: Table<Used> = Table::new(Space::Keys, 5, "the number of keys");
/// Keys to be destroyed, by when: kept under the platform's account, so that one scan finds those of every tenant.
pub(crate) const DUE: Table<Due> = Table::new(Space::Keys, 6, "the keys to be destroyed");

/// How much of its quotas an account uses. A record of its own, so that two calls that each take the last place conflict,
/// and calls that change other things do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    /// Keys its callers made.
    pub(crate) keys: u32,
    /// Aliases its callers made.
    pub(crate) aliases: u32,
    /// Versions of its keys beyond each one's first.
    #[serde(default)]
    pub(crate) versions: u32,
}

impl Record for Used {}

/// A key to be destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Due {
    /// Whose.
    pub(crate) account: AccountId,
    /// Which.
    pub(crate) key: KeyId,
}

impl Record for Due {}

/// Where [`VERSIONS`] keeps a version.
pub(crate) fn version_suffix(key: &KeyId, version: &KeyId) -> Vec<u8> {
    [key.as_str().as_bytes(), version.as_str().as_bytes()].concat()
}

/// Where [`DUE`] keeps a key. Times are after 1970, so their bytes sort as they do.
pub(crate) fn due_suffix(at: Timestamp, account: AccountId, key: &KeyId) -> Vec<u8> {
    [&due_before(at)[..], &account.get().to_be_bytes(), key.as_str().as_bytes()].concat()
}

/// What a table kept by time has up to a moment, that one included.
pub(crate) fn due_until(now: Timestamp, limit: usize) -> Range {
    let end = due_before(now.plus(Duration::from_millis(1)));
    Range { end: Some(end.to_vec()), ..Range::all(limit) }
}

/// The first place in [`DUE`] that is not before `at`.
pub(crate) fn due_before(at: Timestamp) -> [u8; 8] {
    u64::try_from(at.millis()).unwrap_or(0).to_be_bytes()
}

/// Where [`REWRAPPING`] keeps a key.
pub(crate) fn rewrapping_suffix(account: AccountId, key: &KeyId) -> Vec<u8> {
    [account.get().to_be_bytes().as_slice(), key.as_str().as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::{PolicyRecord, Record, Used};
    use crate::key_kind::{KeySpec, KeyUsage, Origin, Protection};
    use crate::key_record::{Creator, KeyRecord};
    use crate::key_state::KeyState;
    use crate::version_record::KeyVersionRecord;
    use serde::Serialize;
    use std::collections::BTreeMap;
    use store::Wrapped;
    use types::{KeyId, SystemRng, Timestamp};

    /// A key as it was written before keys had versions, imports, policies and grants.
    #[derive(Serialize)]
    struct FirstKey {
        id: KeyId,
        spec: KeySpec,
        usage: KeyUsage,
        origin: Origin,
        protection: Protection,
        state: KeyState,
        delete_at: Option<Timestamp>,
        description: String,
        creator: Creator,
        created: Timestamp,
        deletion_protection: bool,
        primary: KeyId,
        tags: BTreeMap<String, String>,
    }

    #[derive(Serialize)]
    struct FirstVersion {
        id: KeyId,
        key: KeyId,
        created: Timestamp,
        wrapped: Wrapped,
    }

    #[derive(Serialize)]
    struct FirstUsed {
        keys: u32,
        aliases: u32,
    }

    fn read<R: Record>(written: &impl Serialize) -> R {
        R::decode(1, &rmp_serde::to_vec_named(written).unwrap()).unwrap()
    }

    #[test]
    fn records_written_before_stay_readable() {
        let (id, primary) = (KeyId::random(&SystemRng), KeyId::random(&SystemRng));
        let created = Timestamp::from_secs(1_700_000_000);
        let key: KeyRecord = read(&FirstKey {
            id: id.clone(),
            spec: KeySpec::Aes256,
            usage: KeyUsage::EncryptDecrypt,
            origin: Origin::Own,
            protection: Protection::Software,
            state: KeyState::Disabled,
            delete_at: None,
            description: "old".to_owned(),
            creator: Creator::Service { service: "oss".to_owned() },
            created,
            deletion_protection: true,
            primary: primary.clone(),
            tags: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        });
        assert_eq!((&key.id, &key.primary, key.state, key.created), (&id, &primary, KeyState::Disabled, created));
        assert_eq!((key.versions, key.grants, key.rotation, key.policy, key.retired), (1, 0, None, None, 0));
        assert_eq!((key.external.is_none(), key.usable()), (true, KeyState::Enabled));
        let wrapped = Wrapped { epoch: 1, sealed: vec![7; 60] };
        let first = FirstVersion { id: primary.clone(), key: id.clone(), created, wrapped: wrapped.clone() };
        assert_eq!(
            read::<KeyVersionRecord>(&first),
            KeyVersionRecord { id: primary, key: id, created, wrapped, body: None, token: None, rotated: None }
        );
        let policy = read::<PolicyRecord>(&BTreeMap::from([("text", "{}")]));
        assert_eq!(policy, PolicyRecord { text: "{}".to_owned(), original: None });
        assert_eq!(read::<Used>(&FirstUsed { keys: 3, aliases: 4 }), Used { keys: 3, aliases: 4, versions: 0 });
    }
}
