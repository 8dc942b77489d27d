use crate::saml::c14n::exclusive;
use crate::saml::xml::{Comments, Element, Node, parse};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use serde_json::Value;

/// The W3C's examples and some more, as libxml2 has them (`golden/make.py`).
#[test]
fn as_libxml2_does() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("golden/c14n.json")).unwrap();
    for case in &cases {
        let document = case["document"].as_str().unwrap();
        // Relative name space names are refused here, and libxml2 takes them.
        let root = parse(document, Comments::Refused).unwrap();
        let first = root.elements().next();
        let path = if case["path"] == "." { vec![&root] } else { vec![&root, first.unwrap()] };
        let prefixes = case["prefixes"].as_array().unwrap().iter().map(|prefix| prefix.as_str().unwrap().to_owned());
        let made = exclusive(&path, None, &prefixes.collect::<Vec<_>>());
        assert_eq!(made, case["canonical"].as_str().unwrap(), "{document}");
    }
}

/// The default name space as in inclusive canonicalisation (xml-exc-c14n §3), which lxml cannot be asked for.
#[test]
fn the_default_name_space_may_be_listed() {
    let root = parse(r#"<r xmlns="urn:d"><a:s xmlns:a="urn:a"><t xmlns=""/></a:s></r>"#, Comments::Refused).unwrap();
    let made = exclusive(&[&root, root.elements().next().unwrap()], None, &[String::new()]);
    assert_eq!(made, r#"<a:s xmlns="urn:d" xmlns:a="urn:a"><t xmlns=""></t></a:s>"#);
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(str::to_owned)
}

fn prefix() -> impl Strategy<Value = String> {
    prop_oneof![Just(""), Just("p"), Just("q")].prop_map(str::to_owned)
}

/// A document, written with prefixes, quotes, white space and sections of every kind.
fn document() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a-z &&[^&]]{0,6}",
        Just("&amp;&lt;&gt;&#13;".to_owned()),
        Just("<![CDATA[<x>&]]>".to_owned()),
        Just("\r\n\t".to_owned()),
        Just("é😀".to_owned()),
    ];
    let leaf = text.prop_map(|text| text);
    let tree = leaf.prop_recursive(4, 32, 4, |inner| {
        let attributes = prop::collection::btree_map((prefix(), name()), "[a-z'\t\n>]{0,4}", 0..3);
        let declared = prop::collection::btree_map(prefix(), prop_oneof![Just("urn:1"), Just("urn:2")], 0..3);
        (prefix(), name(), attributes, declared, prop::collection::vec(inner, 0..4)).prop_map(
            |(prefix, local, attributes, declared, children)| {
                let full = |prefix: &str, local: &str| {
                    if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
                };
                let mut start = full(&prefix, &local);
                for (prefix, space) in declared {
                    let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
                    start.push_str(&format!("\n {name} = '{space}'"));
                }
                for ((prefix, local), value) in attributes {
                    start.push_str(&format!(" {}=\"{value}\"", full(&prefix, &local)));
                }
                format!("<{start} >{}</{}>", children.concat(), full(&prefix, &local))
            },
        )
    });
    tree.prop_map(|tree| format!("<r xmlns='urn:0' xmlns:p='urn:1' xmlns:q='urn:3'>{tree}</r>"))
}

/// What an element means, without how its prefixes are declared.
fn meaning(element: &Element) -> Element {
    let mut bare = Element { declared: Vec::new(), children: Vec::new(), ..element.clone() };
    bare.attributes.sort_by(|a, b| (&a.space, &a.local).cmp(&(&b.space, &b.local)));
    bare.children = element
        .children
        .iter()
        .map(|child| match child {
            Node::Element(child) => Node::Element(meaning(child)),
            Node::Text(text) => Node::Text(text.clone()),
        })
        .collect();
    bare
}

proptest! {
    #[test]
    fn the_canonical_form_means_the_same_and_is_its_own(document in document(), listed in any::<bool>()) {
        // Two prefixes can give an element the same attribute twice: that is no document.
        if let Ok(root) = parse(&document, Comments::Refused) {
            let prefixes = if listed { vec![String::new(), "q".to_owned()] } else { Vec::new() };
            let canonical = exclusive(&[&root], None, &prefixes);
            let again = parse(&canonical, Comments::Refused).unwrap();
            prop_assert_eq!(meaning(&again), meaning(&root));
            prop_assert_eq!(exclusive(&[&again], None, &prefixes), canonical);
            for child in root.elements() {
                let canonical = exclusive(&[&root, child], None, &prefixes);
                let alone = parse(&canonical, Comments::Refused).unwrap();
                prop_assert_eq!(meaning(&alone), meaning(child));
                prop_assert_eq!(exclusive(&[&alone], None, &prefixes), canonical);
            }
        }
    }
}
