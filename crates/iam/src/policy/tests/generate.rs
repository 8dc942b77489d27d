//! Policies and requests out of a small world, so that statements and requests meet often.

use super::super::{Context, Key, Kind, Value};
use super::{ALICE, ASSUME, BOB, GET, PUT, WORKER, alice, away, home, object, region, role, root, user, worker};
use serde_json::{Value as Json, json};
use std::net::IpAddr;
use types::{Action, Principal, Resource, Service, Timestamp};

/// A stream of choices that a seed repeats exactly (SplitMix64).
pub(super) struct Generator(u64);

/// Everything a [`Request`](super::Request) borrows.
pub(super) struct Asked {
    pub(super) action: Action,
    pub(super) resource: Resource,
    pub(super) principal: Principal,
    pub(super) context: Context,
}

const ACTIONS: &[Action] = &[
    GET,
    PUT,
    ASSUME,
    Action::read(Service::Oss, "GetObjectAcl"),
    Action::read(Service::Oss, "ListObjects"),
    Action::read(Service::Kms, "Decrypt"),
];
const ACTION_PATTERNS: &[&str] = &[
    "*",
    "oss:*",
    "oss:Get*",
    "oss:GetObject",
    "OSS:getobject",
    "oss:*Object*",
    "oss:?utObject",
    "*:GetObject",
    "o*:List*",
    "kms:*",
    "kms:Decrypt",
    "oss:ListObjects",
    "oss:PutObject",
    "ecs:*",
];
const TRUST_ACTIONS: &[&str] = &["sts:AssumeRole", "sts:*", "sts:AssumeRoleWith*", "STS:assume????"];
const BUCKET_ACTIONS: &[&str] = &["*", "oss:*", "oss:GetObject", "oss:Get*", "oss:List*", "oss:PutObject", "oss:G*t"];
const RESOURCES: &[&str] = &[
    "*",
    "acs:*",
    "acs:oss:*",
    "acs:oss:*:*:*",
    "acs:oss:*:*:b/*",
    "acs:oss:*:1111111111111111:b/k",
    "acs:oss:local-1:*:b*",
    "acs:oss:oss-local-1:*:b/?",
    "acs:oss:local-2:*:b/*",
    "acs:oss:*:2222222222222222:*",
    "acs:oss:*:*:${acs:PrincipalName}/*",
    "acs:oss:*:*:b/${acs:PrincipalName}*",
    "acs:oss:*:*:b/${*}",
    "acs:oss:*:1*:*/k*",
    "acs:o?s:*:*:*k",
    "acs:oss:*:*:c/k",
    "acs:oss:${x:region}:*:b/*",
];
const BUCKET_RESOURCES: &[&str] =
    &["*", "acs:oss:*:*:*", "acs:oss:*:*:b/*", "acs:oss:*:1111111111111111:b/k", "acs:oss:*:*:c*"];
const SECRET_ACTIONS: &[&str] = &["*", "kms:*", "kms:GetSecretValue", "kms:Get*", "kms:Decrypt"];
const SECRET_RESOURCES: &[&str] = &["*", "acs:kms:*:*:secret/*", "acs:kms:*:1111111111111111:secret/s"];
const OTHER_RESOURCES: &[&str] =
    &["acs:ram::*:role/*", "acs:ram:*:*:role/target", "acs:kms:*:*:key/*", "acs:ram::2*:*"];
const PATHS: &[&str] = &["b/k", "b/alice", "b/", "b", "c/k", "alice/x/k", "b/*", "b/k/k"];
const RAM_PRINCIPALS: &[&str] = &[
    "acs:ram::1111111111111111:root",
    "acs:ram::2222222222222222:root",
    "acs:ram::1111111111111111:user/alice",
    "acs:ram:*:2222222222222222:user/bob",
    "acs:ram::1111111111111111:role/worker",
    "acs:ram::2222222222222222:role/worker",
];
const IDS: &[&str] = &[
    "*",
    ALICE,
    BOB,
    WORKER,
    "1111111111111111",
    "2222222222222222",
    "arn:sts::1111111111111111:assumed-role/worker/*",
    "arn:sts::2222222222222222:assumed-role/w*/s-?",
    "arn:sts::1111111111111111:assumed-role/worker/t-*",
];
const PROVIDER: &str = "acs:ram::1111111111111111:saml-provider/idp";
const KEYS: &[&str] = &[
    "x:a",
    "X:A",
    "x:b",
    "acs:PrincipalName",
    "acs:SecureTransport",
    "acs:SourceIp",
    "oss:MaxKeys",
    "acs:CurrentTime",
];
const TEXTS: &[&str] =
    &["a", "A", "ab", "a*", "?b", "", "${x:b}", "${acs:PrincipalName}", "*${x:a}", "${*}", "true", "10", "alice"];
const NUMBERS: &[&str] = &["0", "1", "10", "10.5", "-3", "010"];
const DATES: &[&str] = &["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2027-01-01T00:00:00Z"];
const BLOCKS: &[&str] = &["10.0.0.0/8", "10.0.0.1", "10.1.0.0/15", "0.0.0.0/0", "::/0", "2001:db8::/33", "::1"];

impl Generator {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// One of them, or a list of a few.
    fn some(&mut self, from: &[&str]) -> Json {
        if self.chance(40) {
            return self.pick(from).into();
        }
        (0..=self.below(3)).map(|_| Json::from(self.pick(from))).collect()
    }

    /// Any order of the items.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// A policy that its kind's grammar accepts.
    pub(super) fn document(&mut self, kind: Kind) -> Json {
        // Large ones go by the index; session policies have no room for many.
        let most = if kind != Kind::Session && self.chance(20) { 12 } else { 4 };
        let statements: Vec<_> = (0..=self.below(most)).map(|_| self.statement(kind)).collect();
        json!({"Version": "1", "Statement": statements})
    }

    fn statement(&mut self, kind: Kind) -> Json {
        let effect = if self.chance(75) { "Allow" } else { "Deny" };
        let mut out = json!({"Effect": effect});
        match kind {
            Kind::Trust => out["Action"] = self.some(TRUST_ACTIONS),
            Kind::Bucket => {
                out[self.action_element()] = self.some(BUCKET_ACTIONS);
                out["Resource"] = self.some(BUCKET_RESOURCES);
            }
            Kind::Key => {
                out[self.action_element()] = json!("kms:*");
                out["Resource"] = json!("*");
            }
            Kind::Secret => {
                out[self.action_element()] = self.some(SECRET_ACTIONS);
                out["Resource"] = self.some(SECRET_RESOURCES);
            }
            Kind::Identity | Kind::Session => {
                let others = self.chance(15);
                out[self.action_element()] = self.some(if others { TRUST_ACTIONS } else { ACTION_PATTERNS });
                let resources = if self.chance(20) { OTHER_RESOURCES } else { RESOURCES };
                out["Resource"] = self.some(resources);
            }
        }
        match kind {
            Kind::Trust => out["Principal"] = self.groups(true),
            Kind::Key => out["Principal"] = self.groups(false),
            Kind::Bucket | Kind::Secret => {
                let element = if self.chance(80) { "Principal" } else { "NotPrincipal" };
                out[element] = if self.chance(80) { self.some(IDS) } else { self.groups(false) };
            }
            Kind::Identity | Kind::Session => {}
        }
        if self.chance(45) {
            out["Condition"] = self.condition();
        }
        out
    }

    fn action_element(&mut self) -> &'static str {
        if self.chance(85) { "Action" } else { "NotAction" }
    }

    fn groups(&mut self, federated: bool) -> Json {
        let mut out = json!({"RAM": self.some(RAM_PRINCIPALS)});
        if self.chance(30) {
            out["Service"] = "ecs.aliyuncs.com".into();
        }
        if federated && self.chance(40) {
            out["Federated"] = PROVIDER.into();
        }
        out
    }

    fn condition(&mut self) -> Json {
        let mut out = json!({});
        for _ in 0..=self.below(2) {
            let (operator, values): (&str, &[&str]) = match self.below(6) {
                0 => (
                    self.pick(&[
                        "NumericEquals",
                        "NumericNotEquals",
                        "NumericLessThan",
                        "NumericLessThanEquals",
                        "NumericGreaterThan",
                        "NumericGreaterThanEquals",
                    ]),
                    NUMBERS,
                ),
                1 => (
                    self.pick(&[
                        "DateEquals",
                        "DateNotEquals",
                        "DateLessThan",
                        "DateLessThanEquals",
                        "DateGreaterThan",
                        "DateGreaterThanEquals",
                    ]),
                    DATES,
                ),
                2 => ("Bool", &["true", "false"]),
                3 => (self.pick(&["IpAddress", "NotIpAddress"]), BLOCKS),
                _ => (
                    self.pick(&[
                        "StringEquals",
                        "StringNotEquals",
                        "StringEqualsIgnoreCase",
                        "StringNotEqualsIgnoreCase",
                        "StringLike",
                        "StringNotLike",
                    ]),
                    TEXTS,
                ),
            };
            let prefix = self.pick(&["", "", "", "ForAnyValue:", "ForAllValues:"]);
            let suffix = self.pick(&["", "", "IfExists"]);
            let key = self.pick(KEYS);
            out[format!("{prefix}{operator}{suffix}")] = json!({key: self.some(values)});
        }
        if self.chance(10) {
            let key = self.pick(KEYS);
            out["Null"] = json!({key: self.pick(&["true", "false"])});
        }
        out
    }

    /// A request; `assume`: of a role.
    pub(super) fn asked(&mut self, assume: bool) -> Asked {
        let account = if self.chance(80) { home() } else { away() };
        let (action, resource) = if assume {
            (ASSUME, role(account, "target"))
        } else {
            let path = self.pick(PATHS);
            let own = Resource { account, ..object(path) };
            let kms = Resource::regional(Service::Kms, &region(), account, "key/k");
            (ACTIONS[self.below(ACTIONS.len())], if self.chance(85) { own } else { kms })
        };
        Asked { action, resource, principal: self.principal(), context: self.context() }
    }

    fn principal(&mut self) -> Principal {
        match self.below(9) {
            0 => Principal::Anonymous,
            1 => root(home()),
            2 => root(away()),
            3 => user(away(), BOB, "bob"),
            4 => worker(home()),
            5 => worker(away()),
            6 => Principal::Service { name: "ecs.aliyuncs.com".to_owned() },
            _ => alice(),
        }
    }

    fn context(&mut self) -> Context {
        let mut out = Context::new();
        for key in KEYS.iter().chain(["x:a", "x:region", "sts:FederatedProvider"].iter()) {
            if self.chance(60) {
                out.add(Key::new((*key).to_owned()), self.value(key));
            }
        }
        out
    }

    fn value(&mut self, key: &str) -> Value {
        match key {
            "acs:SecureTransport" => self.chance(50).into(),
            "acs:SourceIp" => {
                let address = self.pick(&["10.0.0.1", "10.1.2.3", "192.0.2.1", "::1", "2001:db8:8000::1"]);
                address.parse::<IpAddr>().unwrap().into()
            }
            "oss:MaxKeys" => Value::Number(i64::try_from(self.below(12)).unwrap()),
            "acs:CurrentTime" => Timestamp::parse_iso(self.pick(DATES)).unwrap().into(),
            "acs:PrincipalName" => self.pick(&["alice", "b", "*"]).into(),
            "x:region" => self.pick(&["local-1", "*"]).into(),
            "sts:FederatedProvider" => PROVIDER.into(),
            _ => self.pick(&["a", "A", "ab", "b", "", "10", "true", "10.0.0.1", "2026-02-01T00:00:00Z"]).into(),
        }
    }
}
