use super::super::{Document, Kind, PolicyError};
use super::{ALICE, policy};
use types::{Failure, Reason};

const OK: &str = r#""Effect":"Allow","Action":"oss:GetObject","Resource":"*""#;

fn document(statement: &str) -> String {
    format!(r#"{{"Version":"1","Statement":[{{{statement}}}]}}"#)
}

fn fault(text: &str, kind: Kind) -> String {
    match Document::parse(text, kind) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn documents_that_are_not_policies() {
    let cases = [
        ("", "line 1, column 1"),
        ("[]", "object with Version and Statement"),
        ("{}", "Version is missing"),
        (r#"{"Statement":[]}"#, "Version is missing"),
        (r#"{"Version":1,"Statement":[]}"#, "the string \"1\""),
        (r#"{"Version":"2012-10-17","Statement":[]}"#, "in Version"),
        (r#"{"Version":"1"}"#, "Statement is missing"),
        (r#"{"Version":"1","Statement":[]}"#, "at least one"),
        (r#"{"Version":"1","Statement":"x"}"#, "not a string"),
        (r#"{"Version":"1","Statement":[1]}"#, "in Statement[0]"),
        (r#"{"Version":"1","Version":"1","Statement":[{}]}"#, "given twice"),
        (r#"{"Version":"1","statement":[{}]}"#, "spelled Statement"),
        (r#"{"Version":"1","Id":"x","Statement":[{}]}"#, "not an element of a policy"),
        ("{\"Version\":\"1\",\n  \"Statement\":[{}]} x", "line 2, column 21"),
    ];
    for (text, wanted) in cases {
        let error = fault(text, Kind::Identity);
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn statements_that_are_refused() {
    let cases = [
        (r#""Action":"oss:GetObject","Resource":"*""#, "Effect is missing"),
        (r#""Effect":"allow","Action":"oss:GetObject","Resource":"*""#, "in Statement[0].Effect"),
        (r#""Effect":true,"Action":"oss:GetObject","Resource":"*""#, "no such effect"),
        (r#""Effect":"Allow","Resource":"*""#, "Action is missing"),
        (r#""Effect":"Allow","Action":"a:b","NotAction":"a:b","Resource":"*""#, "not both"),
        (r#""Effect":"Allow","Action":[],"Resource":"*""#, "the list is empty"),
        (r#""Effect":"Allow","Action":[1],"Resource":"*""#, "not a number"),
        (r#""Effect":"Allow","Action":"oss","Resource":"*""#, "is no action"),
        (r#""Effect":"Allow","Action":"oss:","Resource":"*""#, "is no action"),
        (r#""Effect":"Allow","Action":":Get","Resource":"*""#, "is no action"),
        (r#""Effect":"Allow","Action":"oss:Get Object","Resource":"*""#, "is no action"),
        (r#""Effect":"Allow","Action":"oss:${acs:PrincipalName}","Resource":"*""#, "is no action"),
        (r#""Effect":"Allow","Action":"oss:GetObject""#, "Resource is missing"),
        (r#""Effect":"Allow","Action":"oss:GetObject","NotResource":"*""#, "NotResource is not supported"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"bucket/key""#, "is no resource"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"arn:aws:s3:::b""#, "is no resource"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*:*""#, ""),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*:x""#, "is no resource"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*:*:""#, "is no resource"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*::bucket""#, "names no account"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss::*:bucket""#, "names no region"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*:*:${x}""#, "is no variable"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*:*:${acs:A""#, "closing brace"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"*","Resourse":"*""#, "not an element"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"*","Principal":["*"]"#, "about its bearer"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"*","NotPrincipal":["*"]"#, "about its bearer"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"*","Sid":7"#, "not a number"),
        (r#""Effect":"Allow","Action":"oss:GetObject","Resource":"*","Action":"*""#, "given twice"),
    ];
    for (statement, wanted) in cases.into_iter().filter(|(_, wanted)| !wanted.is_empty()) {
        let error = fault(&document(statement), Kind::Identity);
        assert!(error.contains(wanted), "{statement}: {error}");
    }
    let long = format!(r#"{OK},"Sid":"{}""#, "x".repeat(129));
    assert!(fault(&document(&long), Kind::Identity).contains("128"));
}

#[test]
fn conditions_that_are_refused() {
    let cases = [
        (r#"[]"#, "object of operators"),
        (r#"{"StringEqual":{"acs:UserAgent":"x"}}"#, "not a condition operator"),
        (r#"{"stringequals":{"acs:UserAgent":"x"}}"#, "perhaps StringEquals"),
        (r#"{"ForSomeValue:StringEquals":{"acs:UserAgent":"x"}}"#, "not a condition operator"),
        (r#"{"NullIfExists":{"acs:UserAgent":"true"}}"#, "not a condition operator"),
        (r#"{"ForAnyValue:Null":{"acs:UserAgent":"true"}}"#, "not a condition operator"),
        (r#"{"StringEquals":{}}"#, "no condition key"),
        (r#"{"StringEquals":"x"}"#, "object of condition keys"),
        (r#"{"StringEquals":{"UserAgent":"x"}}"#, "is no condition key"),
        (r#"{"StringEquals":{"acs:UserAgent":[]}}"#, "the list is empty"),
        (r#"{"StringEquals":{"acs:UserAgent":null}}"#, "not null"),
        (r#"{"StringEquals":{"acs:UserAgent":{}}}"#, "not an object"),
        (r#"{"StringEquals":{"acs:UserAgent":"x","acs:useragent":"y"}}"#, "given twice"),
        (r#"{"NumericEquals":{"oss:MaxKeys":"ten"}}"#, "is not a number"),
        (r#"{"NumericEquals":{"oss:MaxKeys":1e3}}"#, "is not a number"),
        (r#"{"DateEquals":{"acs:CurrentTime":"yesterday"}}"#, "is not a date"),
        (r#"{"Bool":{"acs:SecureTransport":"yes"}}"#, "true or false"),
        (r#"{"Null":{"acs:UserAgent":["true","false"]}}"#, "one value"),
        (r#"{"IpAddress":{"acs:SourceIp":"10.0.0.0/40"}}"#, "not an address"),
        (r#"{"StringLike":{"acs:UserAgent":"${nope}"}}"#, "is no variable"),
    ];
    for (condition, wanted) in cases {
        let error = fault(&document(&format!(r#"{OK},"Condition":{condition}"#)), Kind::Identity);
        assert!(error.contains(wanted) && error.contains("Condition"), "{condition}: {error}");
    }
}

#[test]
fn resource_policies_that_are_refused() {
    let trust =
        |principal: &str| document(&format!(r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal}"#));
    let cases = [
        (trust(r#"["acs:ram::1111111111111111:root"]"#), "are an object"),
        (trust("{}"), "the object is empty"),
        (trust(r#"{"RAM":"*"}"#), "has to name whom"),
        (trust(r#"{"RAM":[]}"#), "the list is empty"),
        (trust(r#"{"RAM":["acs:ram::1:root"]}"#), "is no principal"),
        (trust(r#"{"RAM":["acs:ram::1111111111111111:user/*"]}"#), "is no principal"),
        (trust(r#"{"ram":["acs:ram::1111111111111111:root"]}"#), "spelled RAM"),
        (trust(r#"{"Service":["OSS!"]}"#), "is no service"),
        (trust(r#"{"Federated":["acs:ram::1111111111111111:user/x"]}"#), "no identity provider"),
        (document(r#""Effect":"Allow","Action":"sts:AssumeRole""#), "Principal is missing"),
        (
            document(r#""Effect":"Allow","Action":"oss:GetObject","Principal":{"Service":"x"}"#),
            "no action of a trust policy",
        ),
        (document(r#""Effect":"Allow","NotAction":"sts:X","Principal":{"Service":"x"}"#), "use Action"),
        (document(r#""Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":{"Service":"x"}"#), "use Principal"),
        (
            document(r#""Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Principal":{"Service":"x"}"#),
            "leave Resource out",
        ),
    ];
    for (text, wanted) in cases {
        let error = fault(&text, Kind::Trust);
        assert!(error.contains(wanted), "{text}: {error}");
    }
    let bucket = |rest: &str| document(&format!(r#""Effect":"Allow",{rest}"#));
    let cases = [
        (bucket(r#""Action":"oss:GetObject","Resource":"acs:oss:*:*:b/*""#), "Principal is missing"),
        (
            bucket(r#""Action":"kms:Decrypt","Resource":"acs:oss:*:*:b/*","Principal":["*"]"#),
            "no action of a bucket policy",
        ),
        (
            bucket(r#""Action":"oss:*","Resource":"acs:kms:*:*:b/*","Principal":["*"]"#),
            "no resource of a bucket policy",
        ),
        (bucket(r#""Action":"oss:*","Resource":"*","Principal":["12345"]"#), "is no principal"),
        (bucket(r#""Action":"oss:*","Resource":"*","Principal":["*"],"NotPrincipal":["*"]"#), "not both"),
        (bucket(r#""Action":"oss:*","Resource":"*","Principal":{"Federated":["x"]}"#), "not an element of Principal"),
        (
            bucket(r#""Action":"oss:*","Resource":"*","Principal":["arn:sts::1111111111111111:assumed-role/x"]"#),
            "is no principal",
        ),
    ];
    for (text, wanted) in cases {
        let error = fault(&text, Kind::Bucket);
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn what_clients_really_send_is_read() {
    for text in [
        r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
        r#"{"Statement":[{"Effect":"Deny","NotAction":["ram:*","sts:*"],"Resource":["*"],"Condition":{}}],"Version":"1"}"#,
        r#"{"Version":"1","Statement":[{"Action":["oss:Get*","ecs:Describe*"],"Resource":["acs:oss:oss-cn-hangzhou:*:b","acs:oss:*"],"Effect":"Allow","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","::1"]},"Bool":{"acs:SecureTransport":true},"NumericLessThan":{"oss:MaxKeys":100},"DateLessThan":{"acs:CurrentTime":"2030-08-12T17:00:00+08:00"}}}]}"#,
    ] {
        policy(Kind::Identity, text);
        policy(Kind::Session, text);
    }
    policy(
        Kind::Trust,
        r#"{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["acs:ram::1111111111111111:root","acs:ram::1111111111111111:user/a.b"],"Service":"ecs.aliyuncs.com","Federated":["acs:ram::1111111111111111:saml-provider/idp"]}}],"Version":"1"}"#,
    );
    let bucket = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["{ALICE}","1111111111111111","*","arn:sts::1111111111111111:assumed-role/worker/*"],"Resource":["acs:oss:*:1111111111111111:b/*"]}}]}}"#
    );
    policy(Kind::Bucket, &bucket);
}

#[test]
fn each_kind_has_its_own_limit() {
    let padded = |least: usize| format!("{}{}", document(OK), " ".repeat(least));
    assert!(Document::parse(&padded(6_000), Kind::Identity).is_ok());
    assert_eq!(
        Document::parse(&padded(6_144), Kind::Identity).unwrap_err(),
        PolicyError::TooLong { limit: 6_144, unit: "characters" }
    );
    assert!(matches!(Document::parse(&padded(2_048), Kind::Session), Err(PolicyError::TooLong { .. })));
    let wide = format!("{}{}", document(OK), "\u{a0}".repeat(1_900));
    // Characters, not bytes: what is wrong with it is the white space that JSON does not know.
    assert!(matches!(Document::parse(&wide, Kind::Session), Err(PolicyError::Malformed { .. })));
    assert!(matches!(Document::parse(&padded(16 * 1024), Kind::Bucket), Err(PolicyError::TooLong { .. })));
}

#[test]
fn errors_cross_crates_with_their_reason() {
    let long = Document::parse(&" ".repeat(7_000), Kind::Identity).unwrap_err();
    assert_eq!(Failure::from(long).reason(), Reason::PolicyTooLong);
    let malformed = Failure::from(Document::parse("{", Kind::Identity).unwrap_err());
    assert_eq!(malformed.reason(), Reason::PolicyMalformed);
    assert!(malformed.to_string().contains("line 1, column 2"), "{malformed}");
}

#[test]
fn the_policy_of_a_bucket_speaks_of_that_bucket_alone() {
    let bucket = "data".parse().unwrap();
    let parse = |resource: &str| {
        let statement = format!(
            r#""Effect":"Allow","Action":"oss:*","Principal":["*"],"Resource":["acs:oss:*:*:data",{resource}]"#
        );
        Document::parse_for_bucket(&document(&statement), &bucket).map(|_| ()).map_err(|error| error.to_string())
    };
    for own in
        ["acs:oss:*:*:data", "acs:oss:*:*:data/*", "acs:oss:*:*:data/a?c", "acs:oss:*:*:data/${acs:PrincipalName}/*"]
    {
        assert_eq!(parse(&format!("\"{own}\"")), Ok(()));
    }
    for other in
        ["*", "acs:oss:*", "acs:oss:*:*:*", "acs:oss:*:*:data*", "acs:oss:*:*:database/*", "acs:oss:*:*:d?ta/*"]
    {
        let error = parse(&format!("\"{other}\"")).unwrap_err();
        assert!(error.contains("in Statement[0].Resource") && error.contains("not of the bucket data"), "{error}");
    }
}
