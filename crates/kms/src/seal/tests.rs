use super::{FILE, FileSeal, PassphraseSeal, Seal, SealConfig, SealError, SealKeys, open, open_or_create};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use store::Unsealed;
use types::{Secret, SystemRng};

fn keys() -> SealKeys {
    SealKeys::random(&SystemRng)
}

fn root(keys: &SealKeys) -> [u8; 32] {
    let Unsealed { root, .. } = keys.unsealed().unwrap();
    *root.expose()
}

fn passphrase(text: &str) -> SealConfig {
    SealConfig::Passphrase(Secret::new(text.into()))
}

fn text(content: &Secret<Vec<u8>>) -> String {
    String::from_utf8(content.expose().clone()).unwrap()
}

fn changed(content: &Secret<Vec<u8>>, from: &str, to: &str) -> Secret<Vec<u8>> {
    let changed = text(content).replacen(from, to, 1);
    assert_ne!(changed, text(content));
    Secret::new(changed.into())
}

#[test]
fn what_was_closed_opens() {
    let keys = keys();
    let seals: [&dyn Seal; 2] = [&FileSeal, &PassphraseSeal::weak("correct horse")];
    for seal in seals {
        let content = seal.close(&keys, &SystemRng).unwrap();
        let opened = open(seal, &content).unwrap();
        assert_eq!(root(&opened), root(&keys));
        assert_eq!(root(&opened), root(&opened), "it can be had more than once");
    }
}

#[test]
fn a_passphrase_file_shows_no_key() {
    let keys = keys();
    let file = text(&FileSeal.close(&keys, &SystemRng).unwrap());
    let root = file.split('"').find(|part| part.len() == 44).unwrap().to_owned();
    let sealed = text(&PassphraseSeal::weak("correct horse").close(&keys, &SystemRng).unwrap());
    assert!(!sealed.contains(&root));
    assert!(sealed.contains("\"memory_kib\": 64"));
}

#[test]
fn another_passphrase_does_not_open() {
    let content = PassphraseSeal::weak("correct horse").close(&keys(), &SystemRng).unwrap();
    let other = PassphraseSeal::weak("correct horsf");
    assert!(matches!(open(&other, &content), Err(SealError::PassphraseWrong)));
    let cheaper = changed(&content, "\"memory_kib\": 64", "\"memory_kib\": 32");
    assert!(matches!(open(&PassphraseSeal::weak("correct horse"), &cheaper), Err(SealError::PassphraseWrong)));
    let absurd = changed(&content, "\"memory_kib\": 64", "\"memory_kib\": 4294967295");
    assert!(matches!(open(&PassphraseSeal::weak("correct horse"), &absurd), Err(SealError::Damaged(_))));
    assert!(PassphraseSeal::weak("short").close(&keys(), &SystemRng).is_err());
}

#[test]
fn the_wrong_kind_is_told() {
    let file = FileSeal.close(&keys(), &SystemRng).unwrap();
    let sealed = PassphraseSeal::weak("correct horse").close(&keys(), &SystemRng).unwrap();
    assert!(matches!(open(&PassphraseSeal::weak("correct horse"), &file), Err(SealError::NoPassphraseNeeded)));
    assert!(matches!(open(&FileSeal, &sealed), Err(SealError::PassphraseNeeded)));
    assert!(matches!(open(&FileSeal, &changed(&file, "\"file\"", "\"hsm\"")), Err(SealError::KindUnknown)));
    let newer = changed(&file, "\"version\":1", "\"version\":2");
    assert!(matches!(open(&FileSeal, &newer), Err(SealError::VersionUnknown(2))));
}

#[test]
fn damage_is_told_and_never_panics() {
    let file = FileSeal.close(&keys(), &SystemRng).unwrap();
    for len in 0..file.expose().len() - 2 {
        let cut = Secret::new(file.expose()[..len].to_vec());
        assert!(matches!(open(&FileSeal, &cut), Err(SealError::Damaged(_))), "{len} bytes");
    }
    for (from, to) in [("=\"", "A\""), ("{\"1\":", "{\"x\":"), ("\"root\":", "\"boot\":")] {
        assert!(matches!(open(&FileSeal, &changed(&file, from, to)), Err(SealError::Damaged(_))), "{to}");
    }
    let none = Secret::new(br#"{"version":1,"kind":"file","root":"AAAA","epochs":{}}"#.to_vec());
    assert!(open(&FileSeal, &none).is_err());
}

#[test]
fn the_file_is_made_once_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("data");
    let (made, created) = open_or_create(&folder, SealConfig::File, &SystemRng).unwrap();
    assert!(created);
    let mode = fs::metadata(folder.join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::create_dir(folder.join("local-1")).unwrap();
    let (opened, created) = open_or_create(&folder, SealConfig::File, &SystemRng).unwrap();
    assert!(!created);
    assert_eq!(root(&opened), root(&made));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing is left over");
}

#[test]
fn an_unfinished_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("seal.json.new"), "{\"vers").unwrap();
    assert!(open_or_create(folder.path(), SealConfig::File, &SystemRng).unwrap().1);
    assert!(!open_or_create(folder.path(), SealConfig::File, &SystemRng).unwrap().1);
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open_or_create(folder.path(), SealConfig::File, &SystemRng).unwrap();
    fs::set_permissions(folder.path().join(FILE), fs::Permissions::from_mode(0o644)).unwrap();
    let error = open_or_create(folder.path(), SealConfig::File, &SystemRng).err().unwrap();
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn data_without_its_seal_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("lost+found")).unwrap();
    fs::write(folder.path().join("lock"), "").unwrap();
    assert!(open_or_create(folder.path(), SealConfig::File, &SystemRng).unwrap().1);
    fs::create_dir(folder.path().join("local-1")).unwrap();
    fs::remove_file(folder.path().join(FILE)).unwrap();
    let error = open_or_create(folder.path(), SealConfig::File, &SystemRng).err().unwrap();
    assert!(error.to_string().contains("put the file back"), "{error}");
}

/// The real cost, once.
#[test]
fn a_passphrase_opens_the_folder_it_made() {
    let folder = tempfile::tempdir().unwrap();
    let (made, created) = open_or_create(folder.path(), passphrase("correct horse"), &SystemRng).unwrap();
    assert!(created);
    let (opened, created) = open_or_create(folder.path(), passphrase("correct horse"), &SystemRng).unwrap();
    assert!(!created);
    assert_eq!(root(&opened), root(&made));
    let error = open_or_create(folder.path(), passphrase("battery staple"), &SystemRng).err().unwrap();
    assert!(error.to_string().contains("passphrase is wrong"), "{error}");
    let error = open_or_create(folder.path(), SealConfig::File, &SystemRng).err().unwrap();
    assert!(error.to_string().contains("sealed by a passphrase"), "{error}");
}
