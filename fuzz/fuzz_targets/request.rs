//! Requests as they come: head, signature of each scheme, parameters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::signature::{acs, aws, oss, recognise, rpc};
use wire::{Addressing, Head, Params, form};

fuzz_target!(|bytes: &[u8]| {
    let Ok((head, body)) = Head::read(bytes) else { return };
    let params = Params::parse(head.raw_query().as_bytes()).unwrap_or_default();
    let scheme = recognise(&head, &params);
    let _ = (acs::read(&head, body), aws::read(&head, body), aws::expected(&head));
    let _ = (rpc::read(&head, &params), rpc::route(&head, &params, scheme), form::parse(&head, body));
    let addressing = Addressing::new(["oss.example.com"]);
    if let Ok(location) = addressing.resolve(head.header("host").unwrap_or_default(), head.raw_path()) {
        let _ = oss::read(&head, &location);
    }
});
