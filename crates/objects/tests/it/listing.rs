use crate::world::{World, home, key};
use objects::{InitiateUpload, ListObjects, ListUploads, ObjectPage};
use proptest::prelude::{ProptestConfig, Strategy, prop_assert_eq, proptest};
use std::collections::BTreeSet;

/// What a listing gives, written down simply: everything in order, entries and groups.
fn model(keys: &BTreeSet<String>, prefix: &str, delimiter: &str, after: Option<&str>) -> Vec<String> {
    let group = |key: &str| {
        let rest = key.strip_prefix(prefix)?;
        let at = rest.find(delimiter).filter(|_| !delimiter.is_empty())?;
        Some(format!("{prefix}{}", &rest[..at + delimiter.len()]))
    };
    let skipped = after.filter(|a| group(a).as_deref() == Some(*a));
    let mut out: Vec<String> = Vec::new();
    for key in keys.iter().filter(|k| k.starts_with(prefix)) {
        if after.is_some_and(|a| key.as_str() <= a) || skipped.is_some_and(|s| key.starts_with(s)) {
            continue;
        }
        let item = group(key).unwrap_or_else(|| key.clone());
        if out.last() != Some(&item) {
            out.push(item);
        }
    }
    out
}

fn flat(page: &ObjectPage) -> Vec<String> {
    let mut all: Vec<String> = page.objects.iter().map(|o| o.key.to_string()).collect();
    all.extend(page.prefixes.iter().cloned());
    all.sort();
    all
}

fn names() -> impl Strategy<Value = BTreeSet<String>> {
    proptest::collection::btree_set("[ab/é]{1,5}", 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn a_listing_is_what_the_model_says(
        keys in names(),
        prefix in "[ab/]{0,2}",
        delimiter in "(/|a|//|)",
        after in proptest::option::of("[ab/é]{1,4}"),
        max in 1_usize..8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            for name in &keys {
                world.put(name, "1").await;
            }
            let want = model(&keys, &prefix, &delimiter, after.as_deref());
            let mut list = ListObjects { prefix, delimiter, after, max, ..ListObjects::new(home()) };
            let mut got = Vec::new();
            loop {
                let page = world.ann(list.clone()).await.unwrap();
                let page_names = flat(&page);
                prop_assert_eq!(page.next.clone(), page_names.last().cloned().filter(|_| page.next.is_some()));
                assert!(page_names.len() <= max);
                got.extend(page_names);
                list.after = match page.next {
                    Some(next) => Some(next),
                    None => break,
                };
            }
            prop_assert_eq!(got, want);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn what_is_below_a_common_prefix_is_not_walked_through() {
    let world = World::new().await;
    for i in 0..1200 {
        world.put(&format!("dir/{i:04}"), "").await;
    }
    world.put("last", "").await;
    let grouped = ListObjects { delimiter: "/".to_owned(), ..ListObjects::new(home()) };
    assert_eq!(flat(&world.ann(grouped.clone()).await.unwrap()), ["dir/", "last"]);
    let cut = world.ann(ListObjects { max: 1, ..grouped.clone() }).await.unwrap();
    assert_eq!((flat(&cut), cut.next.as_deref()), (vec!["dir/".to_owned()], Some("dir/")));
    let rest = world.ann(ListObjects { after: cut.next, ..grouped }).await.unwrap();
    assert_eq!(flat(&rest), ["last"]);
    let full = world.list().await;
    assert_eq!((full.objects.len(), full.next.as_deref()), (1000, Some("dir/0999")));
    let rest = world.ann(ListObjects { after: full.next, ..ListObjects::new(home()) }).await.unwrap();
    assert_eq!((rest.objects.len(), rest.next), (201, None));
}

#[tokio::test]
async fn a_page_of_none_is_whole() {
    let world = World::new().await;
    world.put("a", "1").await;
    let none = world.ann(ListObjects { max: 0, ..ListObjects::new(home()) }).await.unwrap();
    assert_eq!(none, ObjectPage::default());
}

#[tokio::test]
async fn uploads_are_listed_by_key_and_id() {
    let world = World::new().await;
    let mut want = Vec::new();
    for name in ["a", "a", "a!", "b/1", "b/2", "c"] {
        let upload = world.ann(InitiateUpload::new(home(), key(name))).await.unwrap().upload;
        want.push((name.to_owned(), upload));
    }
    want.sort_by(|x, y| (&x.0, x.1.as_str()).cmp(&(&y.0, y.1.as_str())));
    for max in 1..=6 {
        let mut list = ListUploads { max, ..ListUploads::new(home()) };
        let mut got = Vec::new();
        loop {
            let page = world.ann(list.clone()).await.unwrap();
            got.extend(page.uploads.into_iter().map(|u| (u.key.to_string(), u.upload)));
            match page.next {
                Some((name, upload)) => (list.after, list.after_upload) = (Some(name), upload),
                None => break,
            }
        }
        assert_eq!(got, want);
    }
    let grouped = ListUploads { delimiter: "/".to_owned(), max: 4, ..ListUploads::new(home()) };
    let page = world.ann(grouped.clone()).await.unwrap();
    assert_eq!((page.uploads.len(), page.prefixes), (3, vec!["b/".to_owned()]));
    let (after, after_upload) = page.next.unwrap();
    assert_eq!((after.as_str(), &after_upload), ("b/", &None));
    let rest = world.ann(ListUploads { after: Some(after), after_upload, ..grouped }).await.unwrap();
    assert_eq!((rest.uploads.len(), rest.next), (1, None));
    let skip = ListUploads { after: Some("a".to_owned()), ..ListUploads::new(home()) };
    assert_eq!(world.ann(skip).await.unwrap().uploads[0].key.as_str(), "a!");
}
