//! Requests recorded from boto3 1.x, s3cmd and rclone on S3: the checks before `s3s` let them pass, and refuse each once any
//! header that means something is not signed. And from boto3, the AWS CLI and sops (Go SDK 2) on KMS: their signatures are
//! right, and no longer once anything is changed that they cover.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::PathBuf;
use types::{Reason, Timestamp};
use wire::signature::{Scheme, aws, recognise};
use wire::{Head, Params};

const SECRET: &[u8] = b"TestAccessKeySecret0000000001";

fn captures() -> Vec<(String, String)> {
    recorded("captures-s3")
}

fn recorded(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

fn now() -> Timestamp {
    Timestamp::parse_iso("2026-11-22T08:03:00Z").unwrap()
}

fn check(text: &str, now: Timestamp) -> Result<aws::AwsIdentity, types::Failure> {
    aws::precheck(&Head::read(text.as_bytes()).unwrap().0, now)
}

#[test]
fn what_the_clients_send_passes() {
    let all = captures();
    assert_eq!(all.len(), 6);
    for (name, text) in &all {
        let (head, _) = Head::read(text.as_bytes()).unwrap();
        assert_eq!(recognise(&head, &Params::default()), Scheme::Aws, "{name}");
        let identity = check(text, now()).unwrap();
        assert_eq!(identity.access_key_id.as_str(), "LTAI5tTestAccessKeyId001", "{name}");
        assert_eq!((identity.scope.region.as_str(), identity.scope.product.as_str()), ("local-1", "s3"), "{name}");
        assert_eq!(identity.security_token.as_deref(), name.contains("-sts").then_some("STSTOKEN+/=="), "{name}");
        assert_eq!(identity.expires.is_some(), name.contains("presign"), "{name}");
    }
}

/// Whether the signature of a call of a JSON service is right.
fn verified(text: &str) -> Option<Reason> {
    let now = Timestamp::parse_iso("2026-11-24T08:25:00Z").unwrap();
    let (head, body) = Head::read(text.as_bytes()).unwrap();
    let result = aws::read(&head, body).and_then(|signed| signed.verify(SECRET, now, &["local-1"]));
    result.err().map(|failure| failure.reason())
}

#[test]
fn calls_of_the_key_service_are_verified() {
    let all = recorded("captures-kms");
    assert_eq!(all.len(), 4);
    for (name, text) in &all {
        let (head, body) = Head::read(text.as_bytes()).unwrap();
        assert_eq!(recognise(&head, &Params::default()), Scheme::AwsJson, "{name}");
        let signed = aws::read(&head, body).unwrap();
        assert_eq!(signed.security_token.as_deref(), name.contains("-sts").then_some("STSTOKEN+/=="), "{name}");
        assert_eq!(signed.scope.unwrap().product, "kms", "{name}");
        assert_eq!(verified(text), None, "{name}");
        for header in &signed.signed_headers {
            let changed = with_another_value(text, header);
            assert!(verified(&changed).is_some(), "{name} {header}");
        }
        let mut body = text.clone();
        body.push(' ');
        assert_eq!(verified(&body), Some(Reason::SignatureMismatch), "{name}");
        let added = text.replacen("\r\n", "\r\nx-amz-security-token: t\r\n", 1);
        let expected = !name.contains("-sts");
        assert!(!expected || verified(&added) == Some(Reason::SignatureIncomplete), "{name}");
    }
}

/// The request with something added to a header.
fn with_another_value(text: &str, name: &str) -> String {
    let line = |line: &str| match line.split_once(':') {
        Some((own, _)) if own.eq_ignore_ascii_case(name) => format!("{line}0"),
        _ => line.to_owned(),
    };
    text.split("\r\n").map(line).collect::<Vec<_>>().join("\r\n")
}

#[test]
fn every_meaning_header_must_be_signed() {
    for (name, text) in captures() {
        for signed in check(&text, now()).unwrap().signed_headers {
            let reason = check(&without(&text, &signed), now()).err().map(|failure| failure.reason());
            let expected = (signed == "host" || signed.starts_with("x-amz-")).then_some(Reason::SignatureIncomplete);
            assert_eq!(reason, expected, "{name} {signed}");
        }
        let added = text.replacen("\r\n", "\r\nx-amz-server-side-encryption: AES256\r\n", 1);
        assert_eq!(check(&added, now()).err().map(|f| f.reason()), Some(Reason::SignatureIncomplete), "{name}");
    }
}

#[test]
fn clocks_and_lives_are_checked() {
    for (name, text) in captures() {
        let reason = |secs| check(&text, Timestamp::from_secs(now().secs() + secs)).err().map(|f| f.reason());
        let late = if name.contains("presign") { Reason::RequestExpired } else { Reason::ClockSkewed };
        assert_eq!((reason(-1000), reason(1000)), (Some(Reason::ClockSkewed), Some(late)), "{name}");
    }
}

/// The request with one name taken out of its signed headers.
fn without(text: &str, name: &str) -> String {
    let start = text.find("SignedHeaders=").unwrap() + "SignedHeaders=".len();
    let end = start + text[start..].find([',', '&']).unwrap();
    let mut list: Vec<&str> = text[start..end].split(';').filter(|n| *n != name).collect();
    if list.is_empty() {
        list.push("accept");
    }
    format!("{}{}{}", &text[..start], list.join(";"), &text[end..])
}
