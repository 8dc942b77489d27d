use super::{
    FILE, FileSeal, OpenSeal, PassphraseSeal, Seal, SealConfig, SealError, SealKeys, SealShare, SharesSeal,
    check_shares, kind_in, open, set_in,
};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use types::{Clock, Secret, SystemClock, SystemRng};

fn keys() -> SealKeys {
    SealKeys::random(&SystemRng, SystemClock::new().now())
}

/// The root key, as the file shows it.
fn root(keys: &SealKeys) -> String {
    shown(&text(&FileSeal.close(keys, &SystemRng).unwrap()))
}

fn shown(file: &str) -> String {
    file.split('"').find(|part| part.len() == 44).unwrap().to_owned()
}

fn open_or_create(folder: &Path, config: SealConfig) -> types::Result<(OpenSeal, bool)> {
    super::open_or_create(folder, config, Arc::new(SystemClock::new()), Arc::new(SystemRng))
}

fn kept(seal: &OpenSeal) -> String {
    seal.with_keys(root)
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
    let newer = changed(&file, "\"version\":1", "\"version\":3");
    assert!(matches!(open(&FileSeal, &newer), Err(SealError::VersionUnknown(3))));
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
    let (made, created) = open_or_create(&folder, SealConfig::File).unwrap();
    assert!(created);
    let mode = fs::metadata(folder.join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::create_dir(folder.join("local-1")).unwrap();
    let (opened, created) = open_or_create(&folder, SealConfig::File).unwrap();
    assert!(!created);
    assert_eq!(kept(&opened), kept(&made));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing is left over");
}

#[test]
fn an_unfinished_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("seal.json.new"), "{\"vers").unwrap();
    assert!(open_or_create(folder.path(), SealConfig::File).unwrap().1);
    assert!(!open_or_create(folder.path(), SealConfig::File).unwrap().1);
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open_or_create(folder.path(), SealConfig::File).unwrap();
    fs::set_permissions(folder.path().join(FILE), fs::Permissions::from_mode(0o644)).unwrap();
    let error = open_or_create(folder.path(), SealConfig::File).err().unwrap();
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn data_without_its_seal_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("lost+found")).unwrap();
    fs::write(folder.path().join("lock"), "").unwrap();
    assert!(open_or_create(folder.path(), SealConfig::File).unwrap().1);
    fs::create_dir(folder.path().join("local-1")).unwrap();
    fs::remove_file(folder.path().join(FILE)).unwrap();
    let error = open_or_create(folder.path(), SealConfig::File).err().unwrap();
    assert!(error.to_string().contains("put the file back"), "{error}");
}

/// The real cost, once.
#[test]
fn a_passphrase_opens_the_folder_it_made() {
    let folder = tempfile::tempdir().unwrap();
    let (made, created) = open_or_create(folder.path(), passphrase("correct horse")).unwrap();
    assert!(created);
    let (opened, created) = open_or_create(folder.path(), passphrase("correct horse")).unwrap();
    assert!(!created);
    assert_eq!(kept(&opened), kept(&made));
    let error = open_or_create(folder.path(), passphrase("battery staple")).err().unwrap();
    assert!(error.to_string().contains("passphrase is wrong"), "{error}");
    let error = open_or_create(folder.path(), SealConfig::File).err().unwrap();
    assert!(error.to_string().contains("sealed by a passphrase"), "{error}");
}

fn epochs(seal: &OpenSeal) -> Vec<u32> {
    seal.status().epochs.iter().map(|(number, _)| *number).collect()
}

#[test]
fn epochs_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    let unsealed = seal.unsealed();
    assert_eq!((epochs(&seal), unsealed.newest()), (vec![1], Some(1)));
    seal.begin_epoch().unwrap();
    seal.begin_epoch().unwrap();
    assert_eq!((epochs(&seal), unsealed.newest()), (vec![1, 2], Some(2)), "one ends at a time");
    drop(seal);
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    assert_eq!(epochs(&seal), [1, 2]);
    assert!(seal.status().epochs.iter().all(|(_, since)| since.is_some()));
    seal.end_epochs().unwrap();
    assert!(!seal.unsealed().holds(1));
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    assert_eq!((epochs(&seal), seal.unsealed().newest()), (vec![2], Some(2)));
}

#[test]
fn a_root_key_takes_the_place_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    let before = kept(&seal);
    seal.begin_root().unwrap();
    seal.begin_root().unwrap();
    let file = fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert!(file.contains("\"version\":2") && file.contains("\"next\":\""), "older programs would open only half");
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    assert!(seal.status().rotating);
    assert_eq!(kept(&seal), before);
    seal.end_root().unwrap();
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    assert!(!seal.status().rotating);
    assert_ne!(kept(&seal), before);
    assert!(fs::read_to_string(folder.path().join(FILE)).unwrap().contains("\"version\":1"));
}

#[test]
fn a_seal_becomes_another_and_keeps_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(kind_in(folder.path()).unwrap(), None);
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    let before = kept(&seal);
    seal.begin_epoch().unwrap();
    assert!(seal.migrate(passphrase("short")).is_err(), "nothing changes");
    assert!(open_or_create(folder.path(), SealConfig::File).is_ok());
    seal.migrate(passphrase("correct horse")).unwrap();
    assert_eq!(kind_in(folder.path()).unwrap().as_deref(), Some("passphrase"));
    assert!(!fs::read_to_string(folder.path().join(FILE)).unwrap().contains(&before));
    seal.end_epochs().unwrap();
    let (seal, _) = open_or_create(folder.path(), passphrase("correct horse")).unwrap();
    assert_eq!((kept(&seal), epochs(&seal), seal.status().kind), (before.clone(), vec![2], "passphrase"));
    seal.migrate(passphrase("battery staple")).unwrap();
    assert!(open_or_create(folder.path(), passphrase("correct horse")).is_err());
    assert!(open_or_create(folder.path(), passphrase("battery staple")).is_ok());
    seal.migrate(SealConfig::File).unwrap();
    assert_eq!(kept(&open_or_create(folder.path(), SealConfig::File).unwrap().0), before);
    let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, fs::read_dir(folder.path()).unwrap().count()), (0o600, 1));
}

/// The old file's bytes are overwritten: whoever held it open sees no key.
#[test]
fn what_is_replaced_is_wiped() {
    use std::io::Read;
    let folder = tempfile::tempdir().unwrap();
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    let mut old = fs::File::open(folder.path().join(FILE)).unwrap();
    seal.begin_epoch().unwrap();
    let mut bytes = Vec::new();
    old.read_to_end(&mut bytes).unwrap();
    assert!(!bytes.is_empty() && bytes.iter().all(|byte| *byte == 0));
}

fn share(text: &Secret<String>) -> SealShare {
    SealShare::parse(text.expose()).unwrap()
}

fn joined(texts: &[Secret<String>]) -> Result<SharesSeal, SealError> {
    SharesSeal::join(&texts.iter().map(share).collect::<Vec<_>>())
}

#[test]
fn enough_shares_open_and_fewer_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let (seal, _) = open_or_create(folder.path(), SealConfig::File).unwrap();
    let before = kept(&seal);
    let texts = SharesSeal::split(3, 5, &SystemRng).unwrap();
    seal.migrate(SealConfig::Shares(joined(&texts).unwrap())).unwrap();
    assert_eq!((seal.status().kind, kind_in(folder.path()).unwrap().as_deref()), ("shares", Some("shares")));
    let set = set_in(folder.path()).unwrap();
    assert_eq!((set.threshold, set.count), (3, 5));
    assert!(!fs::read_to_string(folder.path().join(FILE)).unwrap().contains(&before));
    for from in 0..3 {
        let config = SealConfig::Shares(joined(&texts[from..from + 3]).unwrap());
        assert_eq!(kept(&open_or_create(folder.path(), config).unwrap().0), before);
    }
    assert!(matches!(joined(&texts[..2]), Err(SealError::SharesNeeded)));
    let twice = SharesSeal::join(&[share(&texts[0]), share(&texts[1]), share(&texts[1])]);
    assert!(matches!(twice, Err(SealError::ShareWrong(_))));
    for config in [SealConfig::File, passphrase("correct horse")] {
        let failure = open_or_create(folder.path(), config).err().unwrap();
        assert!(failure.to_string().contains("sealed by shares"), "{failure}");
    }
    // New shares: the old ones open no more.
    let new = SharesSeal::split(2, 2, &SystemRng).unwrap();
    seal.migrate(SealConfig::Shares(joined(&new).unwrap())).unwrap();
    assert!(check_shares(folder.path(), &joined(&texts).unwrap()).is_err());
    assert!(check_shares(folder.path(), &joined(&new).unwrap()).is_ok());
    let mixed = SharesSeal::join(&[share(&texts[0]), share(&new[0]), share(&new[1])]);
    assert!(matches!(mixed, Err(SealError::ShareWrong(_))));
}

#[test]
fn a_misspelt_share_is_told() {
    let texts = SharesSeal::split(2, 3, &SystemRng).unwrap();
    let text = texts[0].expose();
    assert!(SealShare::parse(&format!("  {text}\n")).is_ok());
    for (at, _) in text.char_indices() {
        let mut wrong = text.clone().into_bytes();
        wrong[at] = if wrong[at] == b'7' { b'8' } else { b'7' };
        let error = SealShare::parse(&String::from_utf8(wrong).unwrap()).err().unwrap();
        assert!(!error.to_string().contains(&text[40..60]));
    }
    for wrong in ["", "bailee-share", "bailee-share-a-b", &text[..text.len() - 1]] {
        assert!(SealShare::parse(wrong).is_err(), "{wrong}");
    }
    for (threshold, count) in [(0, 0), (1, 1), (1, 2), (3, 2)] {
        assert!(SharesSeal::split(threshold, count, &SystemRng).is_err());
    }
}
