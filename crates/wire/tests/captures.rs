//! Requests recorded from the official SDKs: each verifies from its raw bytes at its own time, and none does once any
//! byte that its signature covers is changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::{any, prop, proptest};
use std::ops::Range;
use std::path::PathBuf;
use types::{Failure, Reason, Timestamp};
use wire::signature::{Family, Scheme, Signed, acs, aws, oss, recognise, rpc};
use wire::{Addressing, Head, Params, form, parse_http_date};

const ACCESS_KEY_ID: &str = "LTAI5tTestAccessKeyId001";
const SECRET: &[u8] = b"TestAccessKeySecret000000000001";
const TOKEN: &str = "CAISTestSecurityToken+/==";
const REGIONS: &[&str] = &["cn-hangzhou"];
/// Parameters that OSS version 1 does not sign.
const V1_UNSIGNED: &[&str] = &["prefix", "marker", "max-keys", "list-type", "delimiter", "encoding-type"];

struct Capture {
    name: String,
    /// What the index calls its scheme.
    label: String,
    raw: Vec<u8>,
}

fn captures() -> Vec<Capture> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let index = std::fs::read_to_string(folder.join("INDEX.txt")).unwrap();
    let lines = index.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let raw = std::fs::read(folder.join(words[0])).unwrap();
            Capture { name: words[0].to_owned(), label: words[1].to_owned(), raw }
        })
        .collect()
}

fn expected(label: &str) -> Scheme {
    match label {
        "ACS3-HMAC-SHA256" | "ACS3-HMAC-SM3" => Scheme::Acs3,
        "ACS4-HMAC-SHA256" => Scheme::Acs4,
        "RPC-HMAC-SHA1" => Scheme::Rpc,
        "OSS-V1" | "OSS-V1-query" => Scheme::OssV1,
        "OSS-V2" | "OSS-V2-query" => Scheme::OssV2,
        "OSS-V4" | "OSS-V4-query" => Scheme::OssV4,
        "ROA-HMAC-SHA1" => Scheme::Unsupported(Family::Rpc),
        other => panic!("{other}"),
    }
}

fn signed_captures() -> Vec<Capture> {
    let mut all = captures();
    all.retain(|c| !c.label.starts_with("none") && !c.label.starts_with("ROA"));
    all
}

/// A chunked body put together, as the HTTP library does.
fn body_of(head: &Head, raw: &[u8]) -> Vec<u8> {
    if head.header("transfer-encoding").is_none() {
        return raw.to_vec();
    }
    let mut lines = std::str::from_utf8(raw).unwrap().split("\r\n");
    let mut body = String::new();
    while let Some(size) = lines.next().filter(|size| *size != "0") {
        let chunk = lines.next().unwrap();
        assert_eq!(chunk.len(), usize::from_str_radix(size, 16).unwrap());
        body.push_str(chunk);
    }
    body.into_bytes()
}

fn read(raw: &[u8]) -> Result<Signed, Failure> {
    let (head, rest) = Head::read(raw)?;
    let body = body_of(&head, rest);
    let form = form::parse(&head, &body)?;
    let addressing = Addressing::new(["oss.local.test"]).with_bound_domain("cdn.local.test", "examplebucket");
    match recognise(&head, &form) {
        Scheme::Acs3 | Scheme::Acs4 => acs::read(&head, &body),
        Scheme::Rpc => rpc::read(&head, &Params::parse(head.raw_query().as_bytes())?.merged(&form)?),
        Scheme::OssV1 | Scheme::OssV2 | Scheme::OssV4 => {
            let host = head.header("host").ok_or(Failure::missing("Host"))?;
            oss::read(&head, &addressing.resolve(host, head.raw_path())?)
        }
        _ => Err(Failure::of(Reason::MissingAuthentication)),
    }
}

fn judge(raw: &[u8], now: Timestamp, secret: &[u8], regions: &[&str]) -> Result<Signed, Failure> {
    let signed = read(raw)?;
    if signed.access_key_id.as_str() != ACCESS_KEY_ID {
        return Err(Failure::of(Reason::AccessKeyNotFound));
    }
    signed.verify(secret, now, regions).map(|()| signed)
}

/// The moment the request was made, or one at which its URL was good.
fn own_time(signed: &Signed) -> Timestamp {
    signed.time.or(signed.expires).unwrap()
}

#[test]
fn every_capture_is_recognised_for_what_it_is() {
    for capture in captures() {
        let (head, rest) = Head::read(&capture.raw).unwrap();
        let form = form::parse(&head, &body_of(&head, rest)).unwrap();
        let found = recognise(&head, &form);
        if !capture.label.starts_with("none") {
            assert_eq!(found, expected(&capture.label), "{}", capture.name);
        } else if capture.name == "dkms-encrypt.raw" {
            assert_eq!(found, Scheme::Unsupported(Family::Rpc));
        } else {
            assert_eq!(found, Scheme::Anonymous(Family::Rpc), "{}", capture.name);
        }
    }
}

#[test]
fn every_capture_verifies() {
    let captures = signed_captures();
    assert_eq!(captures.len(), 69);
    for Capture { name, raw, .. } in &captures {
        let now = own_time(&read(raw).unwrap_or_else(|f| panic!("{name}: {f}")));
        let signed = judge(raw, now, SECRET, REGIONS).unwrap_or_else(|f| panic!("{name}: {f} {:?}", f.details()));
        let token = (name.contains("sts.raw") || name.contains("ststoken") || name == "node-tea-sts-assumerole.raw")
            .then_some(TOKEN);
        assert_eq!(signed.security_token.as_deref(), token, "{name}");
        assert!(!signed.string_to_sign().is_empty(), "{name}");
    }
}

#[test]
fn a_wrong_secret_clock_or_region_is_told_apart() {
    for Capture { name, raw, .. } in signed_captures() {
        let signed = read(&raw).unwrap();
        let now = own_time(&signed);
        let failure = judge(&raw, now, b"TestAccessKeySecret000000000002", REGIONS).unwrap_err();
        assert_eq!(failure.reason(), Reason::SignatureMismatch, "{name}");
        assert_eq!(failure.detail("StringToSign"), Some(signed.string_to_sign()), "{name}");
        assert_eq!(failure.detail("CanonicalRequest"), signed.canonical_request(), "{name}");
        if signed.scheme == Scheme::Rpc {
            let text = "Specified signature is not matched with our calculation. server string to sign is:";
            assert_eq!(failure.to_string(), format!("{text}{}", signed.string_to_sign()), "{name}");
        }
        let late = Timestamp::from_secs(signed.expires.unwrap_or(now).secs() + 901);
        let reason = judge(&raw, late, SECRET, REGIONS).unwrap_err().reason();
        let expected = if signed.expires.is_some() { Reason::RequestExpired } else { Reason::ClockSkewed };
        assert_eq!(reason, expected, "{name}");
        if let Some(time) = signed.time {
            let early = Timestamp::from_secs(time.secs() - 901);
            assert_eq!(judge(&raw, early, SECRET, REGIONS).unwrap_err().reason(), Reason::ClockSkewed, "{name}");
        }
        if signed.scope.is_some() {
            let reason = judge(&raw, now, SECRET, &["cn-beijing"]).unwrap_err().reason();
            assert_eq!(reason, Reason::RegionMismatch, "{name}");
        }
    }
}

#[test]
fn changing_any_signed_byte_is_noticed() {
    let mut changes = 0;
    for Capture { name, raw, .. } in signed_captures() {
        let signed = read(&raw).unwrap();
        let now = own_time(&signed);
        for range in covered(&raw, &signed) {
            for at in range {
                for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x40, 0x80] {
                    let mut changed = raw.clone();
                    changed[at] ^= flip;
                    changes += 1;
                    assert!(
                        judge(&changed, now, SECRET, REGIONS).is_err(),
                        "{name}: byte {at} {:?} -> {:?}",
                        char::from(raw[at]),
                        char::from(changed[at])
                    );
                }
            }
        }
    }
    assert!(changes > 50_000, "{changes}");
}

/// Where the bytes are that the signature of a request covers.
fn covered(raw: &[u8], signed: &Signed) -> Vec<Range<usize>> {
    let (head, _) = Head::read(raw).unwrap();
    let head_end = raw.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let target = head.method().len() + 1;
    let path_end = target + head.raw_path().len();
    let mut ranges = vec![0..target - 1, target..path_end];
    let mut at = path_end + 1;
    for pair in head.raw_query().split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap();
        if signed.scheme != Scheme::OssV1 || !V1_UNSIGNED.contains(&name) {
            // With the separator in front.
            ranges.push(at - 1..at + pair.len());
        }
        at += pair.len() + 1;
    }
    let mut line = raw.windows(2).position(|w| w == b"\r\n").unwrap() + 2;
    while line < head_end {
        let end = line + raw[line..].windows(2).position(|w| w == b"\r\n").unwrap();
        let text = std::str::from_utf8(&raw[line..end]).unwrap();
        let (name, value) = text.split_once(": ").unwrap();
        let start = end - value.len();
        match name.to_ascii_lowercase().as_str() {
            "host" if is_virtual_host(value, signed.scheme) => ranges.push(start..start + value.find('.').unwrap()),
            name if is_covered(name, &head, signed) => ranges.push(start..end),
            _ => {}
        }
        line = end + 2;
    }
    if matches!(signed.scheme, Scheme::Acs3 | Scheme::Acs4 | Scheme::Rpc) {
        ranges.push(head_end + 4..raw.len());
    }
    ranges
}

fn is_virtual_host(host: &str, scheme: Scheme) -> bool {
    scheme.family() == Family::Oss && host.starts_with("examplebucket.")
}

fn is_covered(name: &str, head: &Head, signed: &Signed) -> bool {
    let dated = matches!(signed.scheme, Scheme::OssV1 | Scheme::OssV2) && signed.expires.is_none();
    match name {
        "date" => dated && head.header("x-oss-date").is_none(),
        "content-type" | "content-md5" if signed.scheme.family() == Family::Oss => true,
        "authorization" => true,
        name => signed.signed_headers.iter().any(|n| n == name),
    }
}

/// The same request with something added to its target or its headers.
fn with(name: &str, parameter: &str, header: &str) -> Result<Signed, Failure> {
    let capture = signed_captures().into_iter().find(|c| c.name == name).unwrap();
    let now = own_time(&read(&capture.raw).unwrap());
    let text = String::from_utf8(capture.raw).unwrap();
    let mark = if text.lines().next().unwrap().contains('?') { "&" } else { "?" };
    let added = if parameter.is_empty() { String::new() } else { format!("{mark}{parameter}") };
    let text = text.replacen(" HTTP/1.1\r\n", &format!("{added} HTTP/1.1\r\n{header}"), 1);
    judge(text.as_bytes(), now, SECRET, REGIONS)
}

#[test]
fn what_is_added_must_be_signed() {
    let reason = |name: &str, parameter: &str, header: &str| with(name, parameter, header).err().map(|f| f.reason());
    let mismatch = Some(Reason::SignatureMismatch);
    for name in ["oss2-v1-presigned.raw", "node-alioss-v4-presign.raw", "oss2-v2-presigned.raw"] {
        assert_eq!(reason(name, "", ""), None);
        assert_eq!(reason(name, "tagging", ""), mismatch, "{name}");
        assert_eq!(reason(name, "response-content-type=text/html", ""), mismatch, "{name}");
        assert_eq!(reason(name, "", "x-oss-object-acl: public-read\r\n"), mismatch, "{name}");
        assert_eq!(reason(name, "", "content-type: text/html\r\n"), mismatch, "{name}");
        assert_eq!(reason(name, "", "authorization: OSS a:b\r\n"), Some(Reason::SignatureMalformed), "{name}");
    }
    // Not every SDK knows this one, and it can do no harm.
    assert_eq!(reason("ossv2-v1-put.raw", "x-oss-traffic-limit=819200", ""), None);
    let acs = "node-tea-sts-assumerole.raw";
    assert_eq!(reason(acs, "RoleSessionName2=x", ""), mismatch);
    assert_eq!(
        reason("tea-ram-createpolicy.raw", "", "x-acs-security-token: x\r\n"),
        Some(Reason::SignatureIncomplete)
    );
    assert_eq!(reason("tea-ram-createpolicy.raw", "", "x-acs-accesskey-id: x\r\n"), Some(Reason::SignatureIncomplete));
    assert_eq!(reason("node-popcore-kms-post.raw", "RegionId=x", ""), mismatch);
    assert_eq!(reason("node-popcore-kms-post.raw", "Action=Decrypt", ""), Some(Reason::ParameterInvalid));
}

#[test]
fn a_signature_must_cover_what_decides() {
    let capture = signed_captures().into_iter().find(|c| c.name == "node-tea-sts-assumerole.raw").unwrap();
    let text = String::from_utf8(capture.raw).unwrap();
    for name in [
        "host",
        "x-acs-action",
        "x-acs-version",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-content-sha256",
        "x-acs-security-token",
        "x-acs-accesskey-id",
    ] {
        let (before, list) = text.split_once("SignedHeaders=").unwrap();
        let (list, after) = list.split_once(',').unwrap();
        let list: Vec<&str> = list.split(';').filter(|n| *n != name).collect();
        let text = format!("{before}SignedHeaders={},{after}", list.join(";"));
        let failure = read(text.as_bytes()).unwrap_err();
        assert_eq!((failure.reason(), failure.detail("Header")), (Reason::SignatureIncomplete, Some(name)));
    }
}

#[test]
fn a_nonce_is_short_and_not_empty() {
    let capture = signed_captures().into_iter().find(|c| c.name == "node-tea-sts-assumerole.raw").unwrap();
    let text = String::from_utf8(capture.raw).unwrap();
    let old = read(text.as_bytes()).unwrap().nonce.unwrap();
    for (bytes, expected) in [(0, false), (1, true), (128, true), (129, false)] {
        let text = text.replace(&old, &"n".repeat(bytes));
        let failure = read(text.as_bytes()).err().map(|f| (f.reason(), f.detail("Parameter").map(str::to_owned)));
        let refused = (Reason::ParameterInvalid, Some("SignatureNonce".to_owned()));
        assert_eq!(failure, (!expected).then_some(refused), "{bytes}");
    }
}

#[test]
fn a_changed_body_is_told_as_such() {
    let capture = signed_captures().into_iter().find(|c| c.name == "tea-kms-createsecret.raw").unwrap();
    let mut raw = capture.raw;
    *raw.last_mut().unwrap() = b'X';
    assert_eq!(read(&raw).unwrap_err().reason(), Reason::ContentHashMismatch);
}

#[test]
fn dates_of_captures_are_http_dates() {
    let date = "Sun, 22 Nov 2026 00:55:21 GMT";
    assert_eq!(parse_http_date(date), Timestamp::parse_http_date(date));
}

proptest! {
    /// Whatever is done to a request, it is refused or read, and reading never panics.
    #[test]
    fn spoiled_requests_never_panic(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let captures = signed_captures();
        let mut raw = which.get(&captures).raw.clone();
        for (at, byte, insert) in edits {
            let at = at.index(raw.len());
            if insert { raw.insert(at, byte) } else { raw[at] = byte }
        }
        let _ = judge_any(&raw);
        raw.truncate(cut.index(raw.len()));
        let _ = judge_any(&raw);
    }

    #[test]
    fn spoiled_credentials_never_panic(
        scheme in prop::sample::select(vec!["ACS3-HMAC-SHA256", "ACS4-HMAC-SHA256", "OSS", "OSS2", "OSS4-HMAC-SHA256", "AWS4-HMAC-SHA256"]),
        rest in "[ ,=:;/a-zA-Z0-9é]{0,80}",
        query in "[&=%+;/a-zA-Z0-9-]{0,80}",
    ) {
        let raw = format!("GET /b/k?{query} HTTP/1.1\r\nHost: h\r\nAuthorization: {scheme} {rest}\r\n\r\n");
        let _ = judge_any(raw.as_bytes());
        let raw = format!("GET /b/k?x-oss-signature=&{query} HTTP/1.1\r\nHost: h\r\n\r\n");
        let _ = judge_any(raw.as_bytes());
    }
}

/// As [`judge`], for requests whose body framing may be spoiled too: there the body is what follows the head.
fn judge_any(raw: &[u8]) -> Result<(), Failure> {
    let (head, body) = Head::read(raw)?;
    let _ = aws::precheck(&head, Timestamp::default());
    let _ = aws::read(&head, body).and_then(|s| s.verify(SECRET, Timestamp::default(), REGIONS));
    let form = form::parse(&head, body)?;
    let params = Params::parse(head.raw_query().as_bytes()).and_then(|query| query.merged(&form));
    let scheme = recognise(&head, &form);
    let _ = acs::read(&head, body).and_then(|s| s.verify(SECRET, Timestamp::default(), REGIONS));
    let _ = oss::read(&head, &Addressing::default().resolve(head.header("host").unwrap_or_default(), head.raw_path())?);
    let params = params?;
    let _ = rpc::route(&head, &params, scheme);
    rpc::read(&head, &params).map(|_| ())
}
