//! Recorded requests, damaged as a fuzzer would: nothing panics, and nothing takes long. The same entry points have targets in
//! `fuzz/`, for whoever has the hours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::PathBuf;
use std::time::{Duration, Instant};
use testkit::{SeededRng, mutated};
use wire::signature::{acs, aws, oss, recognise, rpc};
use wire::{Addressing, Head, Params, form, json, xml};

const ROUNDS: u64 = 3_000;
/// Far more than the longest input takes on a slow machine that does much else.
const LONG: Duration = Duration::from_secs(5);

/// Feeds a parser.
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn feed(seeds: &[&[u8]], parse: impl Fn(&[u8])) {
    for round in 0..ROUNDS {
        let input = mutated(seeds, &SeededRng::new(round));
        let start = Instant::now();
        parse(&input);
        let took = start.elapsed();
        assert!(took < LONG, "{} bytes of round {round} took {took:?}", input.len());
    }
}

fn recorded() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "raw"));
    files.sort();
    assert!(files.len() > 10);
    files.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn requests_and_their_signatures() {
    let recorded = recorded();
    let seeds: Vec<&[u8]> = recorded.iter().map(Vec::as_slice).collect();
    let addressing = Addressing::new(["oss.example.com".to_owned()]);
    let read = std::cell::Cell::new(0_u32);
    feed(&seeds, |input| {
        let Ok((head, body)) = Head::read(input) else { return };
        read.set(read.get() + 1);
        let params = Params::parse(head.raw_query().as_bytes()).unwrap_or_default();
        let scheme = recognise(&head, &params);
        drop((acs::read(&head, body), aws::read(&head, body), aws::expected(&head)));
        drop((rpc::read(&head, &params), rpc::route(&head, &params, scheme), form::parse(&head, body)));
        let host = head.header("host").unwrap_or_default();
        if let Ok(location) = addressing.resolve(host, head.raw_path()) {
            drop(oss::read(&head, &location));
        }
    });
    assert!(read.get() > 500, "{} of the damaged requests still have a head", read.get());
}

#[test]
fn forms_and_documents() {
    let form =
        b"Action=CreateUser&Version=2015-05-01&Tag.1.Key=a&Tag.1.Value=b&UserName=%E5%AD%97&Policy=%7B%22a%22%3A1%7D";
    feed(&[form], |input| {
        if let Ok(params) = Params::parse(input) {
            drop((params.list("Tag"), params.structures("Tag"), params.boolean("UserName"), params.integer("Version")));
        }
    });
    let document = br#"<?xml version="1.0" encoding="UTF-8"?><Tagging xmlns="http://example.com/"><TagSet><Tag><Key>a&amp;b</Key><Value/></Tag></TagSet></Tagging>"#;
    feed(&[document], |input| drop((xml::parse(input), xml::parse_root(input, "Tagging"))));
    let object =
        br#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["a","b"],"n":1.5e3,"x":null,"s":"\u00e9"}]}"#;
    feed(&[object], |input| drop(json::parse(input)));
}
