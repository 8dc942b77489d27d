use super::super::{Document, Kind, json};
use super::generate::Generator;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

/// The value as another reader would have it; numbers as they were written.
fn plain(node: &json::Node) -> serde_json::Value {
    match &node.value {
        json::Value::Null => serde_json::Value::Null,
        json::Value::Bool(flag) => (*flag).into(),
        json::Value::Number(text) => serde_json::from_str(text).unwrap_or(serde_json::Value::Null),
        json::Value::Text(text) => text.as_str().into(),
        json::Value::List(items) => items.iter().map(plain).collect(),
        json::Value::Map(members) => members.iter().map(|m| (m.name.clone(), plain(&m.node))).collect(),
    }
}

#[test]
fn json_is_read_as_others_read_it() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1.5e+3",
        "12E9",
        "\"\"",
        r#""\u00e9\ud83d\ude00\n\/\"\\""#,
        "[]",
        "{}",
        " [ 1 , {\"a\" : [ ] } ] ",
        "\"é\u{7f}\"",
    ] {
        let ours = json::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        assert_eq!(plain(&ours), serde_json::from_str::<serde_json::Value>(text).unwrap(), "{text}");
    }
}

#[test]
fn what_is_not_json_is_refused() {
    for text in [
        "",
        " ",
        "nul",
        "truex",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "'a'",
        "\"a",
        "\"\n\"",
        r#""\x""#,
        r#""\u12g4""#,
        r#""\u+123""#,
        r#""\ud800""#,
        r#""\ud800\u0041""#,
        r#""\udc00""#,
        "1 1",
        "\u{feff}1",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":1}",
    ] {
        assert!(json::parse(text).is_err(), "{text}");
    }
    assert!(json::parse(&"[".repeat(100_000)).is_err());
    assert!(json::parse(&format!("{}1{}", "[".repeat(32), "]".repeat(32))).is_ok());
    assert!(json::parse(&format!("{}1{}", "[".repeat(33), "]".repeat(33))).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_read_or_refused(text in r#"[\[\]{}":,\\a-fu0-9eE+.\- ntrls*é\n]{0,40}"#) {
        let (ours, theirs) = (json::parse(&text), serde_json::from_str::<serde_json::Value>(&text));
        match (ours, theirs) {
            (Ok(node), Ok(value)) => prop_assert_eq!(plain(&node), value),
            (Ok(node), Err(error)) => prop_assert!(error.to_string().contains("out of range"), "{node:?} {error}"),
            // A repeated name is the one thing we refuse and it does not.
            (Err(fault), Ok(_)) => prop_assert!(format!("{fault:?}").contains("given twice"), "{fault:?}"),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        for kind in [Kind::Identity, Kind::Session, Kind::Trust, Kind::Bucket, Kind::Secret] {
            let _ = Document::parse(&text, kind);
        }
    }

    #[test]
    fn a_damaged_policy_never_panics(seed in any::<u64>(), at in any::<usize>(), with in "[\"{}\\[\\]:,*$a-z0-9é]{0,3}") {
        let mut generator = Generator::new(seed);
        for kind in [Kind::Identity, Kind::Trust, Kind::Bucket, Kind::Secret] {
            let mut chars: Vec<char> = generator.document(kind).to_string().chars().collect();
            let at = at % chars.len();
            chars.splice(at..at + 1, with.chars());
            let text: String = chars.into_iter().collect();
            if let Err(error) = Document::parse(&text, kind) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}
