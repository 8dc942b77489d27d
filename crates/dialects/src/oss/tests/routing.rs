use super::ask::Ask;
use super::world::World;
use crate::Status;
use crate::oss::{Level, OssRow, ROWS};
use std::collections::HashSet;
use wire::{Addressing, Head, Params};

fn ask(row: &OssRow) -> Ask {
    let (bucket, key) = match row.level {
        Level::Service => ("", ""),
        Level::Bucket => ("box", ""),
        Level::Object => ("box", "key"),
    };
    let ask = row.subresources.iter().fold(Ask::new(row.method, bucket, key), |ask, name| ask.query(name, "1"));
    if row.copies { ask.header("x-oss-copy-source", "/box/key") } else { ask }
}

fn route(ask: Ask) -> Result<&'static OssRow, types::Failure> {
    let (parts, _) = ask.request().into_parts();
    let head = Head::from_parts(&parts).unwrap();
    let query = Params::parse(head.raw_query().as_bytes()).unwrap();
    let location = Addressing::default().resolve("127.0.0.1", head.raw_path()).unwrap();
    OssRow::find(ROWS, &head, &query, &location)
}

#[test]
fn every_row_is_found_by_its_own_request_and_no_other() {
    let mut names = HashSet::new();
    for row in ROWS {
        assert!(names.insert((row.name, row.subresources.contains(&"versionId"))), "{} is there twice", row.name);
        assert_eq!(route(ask(row)).unwrap().name, row.name);
        assert_eq!(row.run.is_none(), row.status == Status::Refused, "{}", row.name);
        assert_eq!(row.needs.is_empty(), row.run.is_none(), "{}", row.name);
    }
}

#[test]
fn one_sub_resource_more_is_another_operation_or_none() {
    let all: HashSet<&str> = ROWS.iter().flat_map(|row| row.subresources).copied().collect();
    for row in ROWS {
        for more in all.iter().filter(|name| !row.subresources.contains(name)) {
            if let Ok(found) = route(ask(row).query(more, "1")) {
                assert!(found.subresources.contains(more), "{} with {more} became {}", row.name, found.name);
            }
        }
    }
}

#[tokio::test]
async fn refused_rows_say_so_and_are_recorded() {
    let world = World::with_bucket().await;
    for row in ROWS.iter().filter(|row| row.status == Status::Refused) {
        let refused = world.ann(ask(row)).await.refused(400, "NotImplemented");
        assert!(refused.text().contains(row.name), "{}", refused.text());
        let events = world.events_of(&refused.request).await;
        assert!(events.iter().any(|event| event.event_name == row.name && event.error_code == "NotImplemented"));
    }
}
