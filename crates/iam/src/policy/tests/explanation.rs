use super::super::{Context, Effect, Kind, Outcome, PolicySet, PolicyType, Unmet, explain, keys};
use super::{GET, alice, object, policy, request, says};

#[test]
fn an_allow_names_its_statement() {
    let own = [policy(
        Kind::Identity,
        r#"{"Version":"1","Statement":[
            {"Effect":"Deny","Action":"oss:PutObject","Resource":"*"},
            {"Sid":"reads","Effect":"Allow","Action":"oss:GetObject","Resource":"*"}]}"#,
    )];
    let set = PolicySet { identity: &own, ..PolicySet::default() };
    let told = explain(&set, &request(&GET, &object("b/k"), &alice(), &Context::new()));
    assert_eq!(told.outcome, Outcome::Allow);
    let said = told.decided_by.clone().unwrap();
    assert_eq!((said.statement, said.sid.as_deref(), said.effect), (1, Some("reads"), Effect::Allow));
    assert_eq!(told.action, "oss:GetObject");
    assert_eq!(told.resource, "acs:oss:local-1:1111111111111111:b/k");
    assert_eq!(told.principal.as_deref(), Some("acs:ram::1111111111111111:user/alice"));
    let text = serde_json::to_string(&told).unwrap();
    assert_eq!(serde_json::from_str::<super::super::Explanation>(&text).unwrap(), told);
}

#[test]
fn a_refusal_names_what_was_missing_and_what_came_near() {
    let own = [says(
        Kind::Identity,
        r#""Effect":"Allow","Action":"oss:*","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8"]},"Bool":{"acs:SecureTransport":"true"}}"#,
    )];
    let bucket =
        says(Kind::Bucket, r#""Effect":"Allow","Action":"oss:*","Resource":"*","Principal":["2222222222222222"]"#);
    let mut context = Context::new();
    context.set(keys::SECURE_TRANSPORT, true);
    context.set(keys::SOURCE_IP, "192.0.2.77".parse::<std::net::IpAddr>().unwrap());
    let set = PolicySet { identity: &own, resource: Some(&bucket), ..PolicySet::default() };
    let told = explain(&set, &request(&GET, &object("b/k"), &alice(), &context));
    assert_eq!(told.outcome, Outcome::ImplicitDeny);
    assert_eq!(told.missing, [PolicyType::Identity, PolicyType::Resource]);
    let near = &told.policies[0].near_misses[0];
    let failed = Unmet::Condition {
        operator: "IpAddress".to_owned(),
        key: "acs:SourceIp".to_owned(),
        values: vec!["10.0.0.0/8".to_owned()],
    };
    assert_eq!(near.unmet, [failed]);
    assert_eq!(told.policies[1].near_misses[0].unmet, [Unmet::Principal]);
    assert!(!serde_json::to_string(&told).unwrap().contains("192.0.2.77"), "facts of the request stay out");
}
