//! The vectors of `docs/formats/identity.md`: records as they are written, looked up on the page; and that what was written
//! before a field was added is read still.

use crate::people::records::{
    AccountAliasRecord, AliasRecord, MfaDeviceRecord, PasskeyOwnerRecord, PasskeyRecord, SignInRecord, UserDeviceRecord,
};
use crate::people::{PasswordPolicy, SecurityPreference};
use crate::records::{
    AccessKeyRecord, AccountRecord, AttachmentRecord, ControlPolicyRecord, GenerationRecord, GroupRecord, KeyHolder,
    KeyNetworks, KeyOwnerRecord, KeyUseRecord, MembershipRecord, NonceRecord, PolicyRecord, PolicyRef,
    PolicyVersionRecord, RoleRecord, StoredSecret, UserRecord,
};
use crate::recycling::records::{RecycledKeyRecord, RecycledUserRecord};
use crate::tags::Tags;
use store::Record;
use types::Timestamp;

const PAGE: &str = include_str!("../../../docs/formats/identity.md");
const MADE: Timestamp = Timestamp::from_secs(1_795_305_600);
const TEXT: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#;

/// A record's line on the page. What was read again is written as before.
fn line<R: Record>(tag: u8, record: &R) -> String {
    let bytes = rmp_serde::to_vec_named(record).unwrap();
    let again = R::decode(R::VERSION, &bytes).unwrap();
    assert_eq!(rmp_serde::to_vec_named(&again).unwrap(), bytes);
    format!("{tag:<3} {:02x}{}", R::VERSION, hex::encode(bytes))
}

fn tags() -> Tags {
    Tags::new("Tags", [("team".to_owned(), "red".to_owned())]).unwrap()
}

fn user(tags: Tags, boundary: Option<PolicyRef>) -> UserRecord {
    UserRecord {
        id: "200000000000000001".parse().unwrap(),
        name: "alice".parse().unwrap(),
        display_name: "Alice".to_owned(),
        comments: String::new(),
        mobile_phone: String::new(),
        email: "alice@example.com".to_owned(),
        tags,
        boundary,
        created: MADE,
        updated: MADE,
    }
}

fn policy() -> PolicyRecord {
    PolicyRecord {
        name: "mine".parse().unwrap(),
        description: "d".to_owned(),
        document: TEXT.to_owned(),
        original: None,
        version: "v2".to_owned(),
        version_created: Some(MADE),
        newest: 3,
        tags: tags(),
        created: MADE,
        updated: MADE,
    }
}

fn role() -> RoleRecord {
    RoleRecord {
        id: "300000000000000001".parse().unwrap(),
        name: "reader".parse().unwrap(),
        description: String::new(),
        trust: TEXT.to_owned(),
        original: None,
        max_session_secs: 3_600,
        tags: Tags::default(),
        boundary: Some(PolicyRef::System("AdministratorAccess".to_owned())),
        created: MADE,
        updated: MADE,
    }
}

fn passkey() -> PasskeyRecord {
    PasskeyRecord {
        id: "aec070645fe53ee3b3763059376134f0".parse().unwrap(),
        name: "phone".to_owned(),
        credential: "AQ".to_owned(),
        key: "pAEBAycgBiFYIA".to_owned(),
        model: "00000000000000000000000000000000".to_owned(),
        count: 7,
        backup_eligible: false,
        backed_up: false,
        created: MADE,
        used: Some(MADE),
    }
}

fn recycled_key() -> RecycledKeyRecord {
    let key = AccessKeyRecord {
        id: "LTAI5tAAAAAAAAAAAAAAAAAA".parse().unwrap(),
        holder: KeyHolder::User("alice".parse().unwrap()),
        secret: StoredSecret::new("s3cr3t".to_owned()),
        active: true,
        created: MADE,
    };
    let (user, user_name) = ("200000000000000001".parse().unwrap(), "alice".parse().unwrap());
    RecycledKeyRecord { key, user, user_name, networks: None, since: MADE }
}

fn lines() -> Vec<String> {
    let account = "1234567890123456".parse().unwrap();
    let attached = AttachmentRecord { attached: MADE };
    let key = AccessKeyRecord {
        id: "LTAI5tAAAAAAAAAAAAAAAAAA".parse().unwrap(),
        holder: KeyHolder::User("alice".parse().unwrap()),
        secret: StoredSecret::new("s3cr3t".to_owned()),
        active: true,
        created: MADE,
    };
    let group = GroupRecord {
        id: "400000000000000001".parse().unwrap(),
        name: "staff".parse().unwrap(),
        comments: String::new(),
        created: MADE,
        updated: MADE,
    };
    let device = MfaDeviceRecord {
        name: "phone".parse().unwrap(),
        seed: StoredSecret::new("JBSWY3DPEHPK3PXP".to_owned()),
        user: Some("alice".parse().unwrap()),
        created: MADE,
        bound: Some(MADE),
        step: 59_843_520,
    };
    let version = PolicyVersionRecord { document: TEXT.to_owned(), original: Some("{}".to_owned()), created: MADE };
    let networks = KeyNetworks { active: true, networks: vec!["198.51.100.0/24".to_owned()] };
    vec![
        line(1, &AccountRecord { id: account, name: "first".to_owned(), created: MADE }),
        line(2, &KeyOwnerRecord { account }),
        line(3, &GenerationRecord { generation: 7 }),
        line(4, &user(Tags::default(), None)),
        line(4, &user(tags(), Some(PolicyRef::Custom("mine".parse().unwrap())))),
        line(5, &key),
        line(6, &attached),
        line(7, &policy()),
        line(8, &role()),
        line(11, &group),
        line(12, &MembershipRecord { joined: MADE }),
        line(14, &version),
        line(16, &PasswordPolicy::default()),
        line(18, &SecurityPreference::default()),
        line(19, &device),
        line(20, &UserDeviceRecord { device: "phone".parse().unwrap() }),
        line(21, &AliasRecord { account }),
        line(22, &AccountAliasRecord { alias: "chosen".to_owned() }),
        line(23, &KeyUseRecord { used: MADE }),
        line(51, &ControlPolicyRecord { document: TEXT.to_owned(), set: MADE }),
        line(52, &networks),
        line(70, &passkey()),
        line(71, &PasskeyOwnerRecord { account, user: "alice".parse().unwrap() }),
        line(72, &SignInRecord { at: MADE }),
        line(73, &RecycledUserRecord { user: user(Tags::default(), None), since: MADE }),
        line(74, &recycled_key()),
        line(0, &NonceRecord {}),
    ]
}

#[test]
fn records_are_written_as_documented() {
    let missing: Vec<String> = lines().into_iter().filter(|line| !PAGE.lines().any(|other| other == line)).collect();
    assert!(missing.is_empty(), "docs/formats/identity.md does not have\n{}", missing.join("\n"));
}

/// Fields that came later are missing in older records.
#[test]
fn older_records_are_read() {
    #[derive(serde::Serialize)]
    struct Older<'a> {
        id: &'a str,
        name: &'a str,
        created: Timestamp,
        updated: Timestamp,
    }
    let older = Older { id: "200000000000000001", name: "alice", created: MADE, updated: MADE };
    let read = UserRecord::decode(1, &rmp_serde::to_vec_named(&older).unwrap()).unwrap();
    assert!(read.tags.is_empty() && read.boundary.is_none() && read.email.is_empty());
    assert!(UserRecord::decode(2, &rmp_serde::to_vec_named(&older).unwrap()).is_none());
}
