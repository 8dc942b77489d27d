//! Policies that there are, damaged as a fuzzer would: nothing panics, and nothing takes long, neither reading nor deciding.

use crate::policy::{Document, Kind, SystemPolicy};
use std::time::{Duration, Instant};
use testkit::{SeededRng, mutated};

const ROUNDS: u64 = 3_000;
/// Far more than the longest policy takes on a slow machine that does much else.
const LONG: Duration = Duration::from_secs(5);

const SEEDS: [&str; 4] = [
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::1234567890123456:root"],
        "Federated":["acs:ram::1234567890123456:oidc-provider/okta"],"Service":["ecs.aliyuncs.com"]},
        "Condition":{"StringEquals":{"oidc:sub":["a","b"]},"IpAddress":{"acs:SourceIp":"10.0.0.0/8"}}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Deny","NotAction":["oss:Get*","oss:*?x"],"Resource":["acs:oss:*:*:b/${acs:PrincipalTag/team}/*"],
        "Condition":{"DateLessThan":{"acs:CurrentTime":"2026-12-01T00:00:00Z"},"NumericGreaterThan":{"acs:MFAAge":"3600"},
        "Bool":{"acs:SecureTransport":"false"},"ForAllValues:StringLike":{"acs:RequestTag/a":"*"}}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":["*"],"Action":["oss:GetObject"],"Resource":["acs:oss:*:*:bucket/*"]}]}"#,
    r#"{"Version":"1","Statement":[{"Sid":"kms","Effect":"Allow","Principal":{"RAM":["*"]},"Action":["kms:*"],"Resource":["*"]}]}"#,
];

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn policies() {
    let mut seeds: Vec<&[u8]> = SEEDS.iter().map(|text| text.as_bytes()).collect();
    seeds.extend(SystemPolicy::ALL.iter().map(|policy| policy.text.as_bytes()));
    for round in 0..ROUNDS {
        let input = mutated(&seeds, &SeededRng::new(round));
        let Ok(text) = std::str::from_utf8(&input) else { continue };
        let start = Instant::now();
        for kind in [Kind::Identity, Kind::Session, Kind::Trust, Kind::Bucket, Kind::Key, Kind::Secret] {
            if let Err(error) = Document::parse(text, kind) {
                assert!(!error.to_string().is_empty());
            }
        }
        let took = start.elapsed();
        assert!(took < LONG, "{} bytes of round {round} took {took:?}", input.len());
    }
}
