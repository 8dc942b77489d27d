use super::super::{Context, Key, Kind, Outcome, Value, keys};
use super::{GET, alone, object, says};
use std::net::IpAddr;
use types::Timestamp;

/// Whether a condition, as policies write it, holds in a context.
fn holds(condition: &str, context: &Context) -> bool {
    let statement = format!(r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}"#);
    alone(&[says(Kind::Identity, &statement)], &GET, &object("b/k"), context) == Outcome::Allow
}

fn with(key: &str, values: Vec<Value>) -> Context {
    let mut context = Context::new();
    for value in values {
        context.add(Key::new(key.to_owned()), value);
    }
    context
}

/// Checks an operator on one key: each row is the policy's values, the request's one value, and whether it holds.
fn check(operator: &str, rows: &[(&str, Value, bool)]) {
    for (wanted, known, expected) in rows {
        let condition = format!(r#"{{"{operator}":{{"x:k":{wanted}}}}}"#);
        let context = with("x:k", vec![known.clone()]);
        assert_eq!(holds(&condition, &context), *expected, "{condition} {known:?}");
    }
}

/// As [`check`], and that `negated` says the opposite of every row.
fn both(operator: &str, negated: &str, rows: &[(&str, Value, bool)]) {
    check(operator, rows);
    let opposite: Vec<_> = rows.iter().map(|(wanted, known, holds)| (*wanted, known.clone(), !holds)).collect();
    check(negated, &opposite);
}

fn text(value: &str) -> Value {
    Value::from(value)
}

#[test]
fn string_equals() {
    both(
        "StringEquals",
        "StringNotEquals",
        &[
            (r#""a""#, text("a"), true),
            (r#""a""#, text("A"), false),
            (r#"["a","b"]"#, text("b"), true),
            (r#"["a","b"]"#, text("c"), false),
            (r#""a*""#, text("ab"), false),
            (r#""a*""#, text("a*"), true),
            (r#""""#, text(""), true),
            (r#"true"#, Value::Flag(true), true),
            (r#"7"#, Value::Number(7), true),
            (r#""10.0.0.1""#, Value::from("10.0.0.1".parse::<IpAddr>().unwrap()), true),
        ],
    );
}

#[test]
fn string_equals_ignoring_case() {
    both(
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        &[
            (r#""Ab""#, text("aB"), true),
            (r#""Ab""#, text("aBc"), false),
            (r#""ä""#, text("Ä"), false),
            (r#""ß""#, text("ab"), false),
        ],
    );
}

#[test]
fn string_like() {
    both(
        "StringLike",
        "StringNotLike",
        &[
            (r#""a*""#, text("a"), true),
            (r#""a*""#, text("abc"), true),
            (r#""a*""#, text("ba"), false),
            (r#""*c""#, text("abc"), true),
            (r#""a?c""#, text("abc"), true),
            (r#""a?c""#, text("aéc"), true),
            (r#""a?c""#, text("ac"), false),
            (r#""*b*b*""#, text("abab"), true),
            (r#""*b*b*b*""#, text("abab"), false),
            (r#""a**b""#, text("a/x/b"), true),
            (r#""?*""#, text(""), false),
            (r#""*ab?""#, text("aababx"), true),
            (r#""a${*}""#, text("a*"), true),
            (r#""a${*}""#, text("ab"), false),
            (r#""${?}${$}{""#, text("?${"), true),
            (r#""a*""#, text("A"), false),
        ],
    );
}

#[test]
fn numbers() {
    both(
        "NumericEquals",
        "NumericNotEquals",
        &[
            (r#""10""#, Value::Number(10), true),
            (r#"10.0"#, Value::Number(10), true),
            (r#""010""#, text("10"), true),
            (r#""10""#, text("10.000000001"), false),
            (r#""-1""#, text("-1"), true),
            (r#""9007199254740993""#, text("9007199254740992"), false),
            (r#""10""#, text("ten"), false),
            (r#""10""#, Value::Flag(true), false),
        ],
    );
    let below = [
        (r#""10""#, Value::Number(9), true),
        (r#""10""#, Value::Number(10), false),
        (r#"["1","10"]"#, text("5"), true),
    ];
    check("NumericLessThan", &below);
    check("NumericLessThanEquals", &[(r#""10""#, text("10"), true), (r#""10""#, text("10.1"), false)]);
    check(
        "NumericGreaterThan",
        &[(r#""10""#, text("10"), false), (r#""10""#, text("10.1"), true), (r#""1""#, text("x"), false)],
    );
    check("NumericGreaterThanEquals", &[(r#""10""#, text("10"), true), (r#""10""#, text("-10"), false)]);
}

#[test]
fn dates() {
    let noon = Value::from(Timestamp::parse_iso("2026-01-31T12:00:00Z").unwrap());
    both(
        "DateEquals",
        "DateNotEquals",
        &[
            (r#""2026-01-31T12:00:00Z""#, noon.clone(), true),
            (r#""2026-01-31T20:00:00+08:00""#, noon.clone(), true),
            (r#""2026-01-31T20:00+08:00""#, noon.clone(), true),
            (r#""2026-01-31T12:00Z""#, noon.clone(), true),
            (r#""2026-01-31""#, noon.clone(), false),
            (r#""2026-01-31""#, text("2026-01-31T00:00:00.000Z"), true),
            (r#""2026-01-31""#, text("soon"), false),
        ],
    );
    check(
        "DateLessThan",
        &[(r#""2026-01-31T12:00:00.001Z""#, noon.clone(), true), (r#""2026-01-31T12:00:00Z""#, noon.clone(), false)],
    );
    check(
        "DateLessThanEquals",
        &[(r#""2026-01-31T12:00:00Z""#, noon.clone(), true), (r#""2026-01-31""#, noon.clone(), false)],
    );
    check("DateGreaterThan", &[(r#""2026-01-31""#, noon.clone(), true), (r#""2026-02-01""#, noon.clone(), false)]);
    check("DateGreaterThanEquals", &[(r#""2026-01-31T12:00:00Z""#, noon, true)]);
}

#[test]
fn booleans() {
    check(
        "Bool",
        &[
            (r#""true""#, Value::Flag(true), true),
            (r#"true"#, Value::Flag(true), true),
            (r#""TRUE""#, text("true"), true),
            (r#""false""#, Value::Flag(true), false),
            (r#"["true","false"]"#, Value::Flag(true), true),
            (r#""false""#, text("no"), false),
        ],
    );
}

#[test]
fn addresses() {
    let ip = |address: &str| Value::from(address.parse::<IpAddr>().unwrap());
    both(
        "IpAddress",
        "NotIpAddress",
        &[
            (r#""10.0.0.1""#, ip("10.0.0.1"), true),
            (r#""10.0.0.0/8""#, ip("10.9.8.7"), true),
            (r#""10.0.0.0/8""#, ip("11.0.0.1"), false),
            (r#"["11.0.0.0/8","10.0.0.0/8"]"#, ip("10.0.0.1"), true),
            (r#""10.0.0.0/8""#, ip("::ffff:10.0.0.1"), true),
            (r#""::/0""#, ip("10.0.0.1"), false),
            (r#""2001:db8::/32""#, ip("2001:db8::7"), true),
            (r#""10.0.0.0/8""#, text("10.0.0.1"), true),
            (r#""10.0.0.0/8""#, text("here"), false),
        ],
    );
}

#[test]
fn presence() {
    let (none, some) = (Context::new(), with("x:k", vec![text("a")]));
    assert!(holds(r#"{"Null":{"x:k":"true"}}"#, &none));
    assert!(!holds(r#"{"Null":{"x:k":"true"}}"#, &some));
    assert!(holds(r#"{"Null":{"x:k":false}}"#, &some));
    assert!(!holds(r#"{"Null":{"x:k":false}}"#, &none));
}

#[test]
fn a_missing_key_fails_positive_operators_and_passes_negated_ones() {
    let none = Context::new();
    let values = [
        ("StringEquals", false),
        ("StringNotEquals", true),
        ("StringLike", false),
        ("StringNotLike", true),
        ("StringEqualsIgnoreCase", false),
        ("StringNotEqualsIgnoreCase", true),
    ];
    let numbers = [
        ("NumericEquals", false),
        ("NumericNotEquals", true),
        ("NumericLessThan", false),
        ("NumericGreaterThanEquals", false),
    ];
    let cases = values.into_iter().map(|(operator, holds)| (operator, "a", holds));
    let cases = cases.chain(numbers.into_iter().map(|(operator, holds)| (operator, "1", holds)));
    let dates = [("DateEquals", false), ("DateNotEquals", true), ("DateLessThan", false)];
    let cases = cases.chain(dates.into_iter().map(|(operator, holds)| (operator, "2026-01-01", holds)));
    let cases = cases.chain([("Bool", "false", false), ("IpAddress", "::/0", false), ("NotIpAddress", "::1", true)]);
    for (operator, value, expected) in cases {
        let named = |prefix: &str, suffix: &str| format!(r#"{{"{prefix}{operator}{suffix}":{{"x:k":"{value}"}}}}"#);
        assert_eq!(holds(&named("", ""), &none), expected, "{operator}");
        assert!(holds(&named("", "IfExists"), &none), "{operator}IfExists");
        assert!(!holds(&named("ForAnyValue:", ""), &none), "ForAnyValue:{operator}");
        assert!(holds(&named("ForAnyValue:", "IfExists"), &none), "ForAnyValue:{operator}IfExists");
        assert!(holds(&named("ForAllValues:", ""), &none), "ForAllValues:{operator}");
    }
}

#[test]
fn if_exists_still_compares_what_exists() {
    let context = with("x:k", vec![text("a")]);
    assert!(holds(r#"{"StringEqualsIfExists":{"x:k":"a"}}"#, &context));
    assert!(!holds(r#"{"StringEqualsIfExists":{"x:k":"b"}}"#, &context));
}

#[test]
fn several_values() {
    let context = with("x:k", vec![text("a"), text("b")]);
    let cases = [
        ("StringEquals", r#""b""#, true),
        ("StringEquals", r#""c""#, false),
        ("StringNotEquals", r#""b""#, false),
        ("StringNotEquals", r#""c""#, true),
        ("ForAnyValue:StringEquals", r#"["b","c"]"#, true),
        ("ForAnyValue:StringEquals", r#""c""#, false),
        ("ForAnyValue:StringNotEquals", r#""a""#, true),
        ("ForAnyValue:StringNotEquals", r#"["a","b"]"#, false),
        ("ForAllValues:StringEquals", r#""a""#, false),
        ("ForAllValues:StringEquals", r#"["a","b","c"]"#, true),
        ("ForAllValues:StringNotEquals", r#""c""#, true),
        ("ForAllValues:StringNotEquals", r#"["a","c"]"#, false),
        ("ForAllValues:StringLike", r#""?""#, true),
    ];
    for (operator, values, expected) in cases {
        assert_eq!(
            holds(&format!(r#"{{"{operator}":{{"x:k":{values}}}}}"#), &context),
            expected,
            "{operator} {values}"
        );
    }
}

#[test]
fn all_keys_and_all_operators_have_to_hold() {
    let mut context = with("x:a", vec![text("1")]);
    context.add(Key::known("x:b"), "2");
    assert!(holds(r#"{"StringEquals":{"x:a":"1","x:b":"2"},"Null":{"x:c":true}}"#, &context));
    assert!(!holds(r#"{"StringEquals":{"x:a":"1","x:b":"3"}}"#, &context));
    assert!(!holds(r#"{"StringEquals":{"x:a":"1"},"Null":{"x:b":true}}"#, &context));
}

#[test]
fn keys_are_found_whatever_their_case() {
    let mut context = Context::new();
    context.set(keys::SECURE_TRANSPORT, true);
    assert!(holds(r#"{"Bool":{"ACS:securetransport":"true"}}"#, &context));
    context.set(Key::known("acs:secureTransport"), false);
    assert!(holds(r#"{"Bool":{"acs:SecureTransport":"false"}}"#, &context));
}

#[test]
fn variables_stand_for_what_the_request_knows() {
    let mut context = with("x:k", vec![text("home/alice")]);
    let condition = r#"{"StringEquals":{"x:k":"home/${acs:PrincipalName}"}}"#;
    assert!(!holds(condition, &context), "unknown");
    context.set(keys::PRINCIPAL_NAME, "alice");
    assert!(holds(condition, &context));
    assert!(holds(r#"{"StringLike":{"x:k":"*/${ACS:principalname}"}}"#, &context));
    context.set(keys::PRINCIPAL_NAME, "*");
    assert!(!holds(r#"{"StringLike":{"x:k":"home/${acs:PrincipalName}"}}"#, &context), "a value is never a wildcard");
    context.add(keys::PRINCIPAL_NAME, "alice");
    assert!(!holds(condition, &context), "two values are no value");
}

#[test]
fn a_decimal_keeps_every_digit() {
    let context = with("x:k", vec![text("12345678901234567890.123456789")]);
    assert!(holds(r#"{"NumericEquals":{"x:k":"12345678901234567890.123456789"}}"#, &context));
    assert!(holds(r#"{"NumericLessThan":{"x:k":"12345678901234567890.123456790"}}"#, &context));
}
