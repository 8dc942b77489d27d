//! Rules for pages of other origins, preflights, and the headers of answers to such pages.

use super::ask::{Answered, Ask};
use super::world::World;
use crate::Arrival;
use std::net::{IpAddr, Ipv4Addr};
use types::RequestId;

const RULES: &str = "<CORSConfiguration>\
    <CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedOrigin>https://*.b.example</AllowedOrigin>\
    <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-oss-*</AllowedHeader>\
    <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-request-id</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>\
    <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>\
    <ResponseVary>true</ResponseVary></CORSConfiguration>";

async fn world() -> World {
    let world = World::with_bucket().await;
    world.ann(cors("PUT").body(RULES)).await.expect(200);
    world.ann(Ask::put("box", "k").header("x-oss-object-acl", "public-read").body("x")).await.expect(200);
    world
}

fn cors(method: &str) -> Ask {
    Ask::new(method, "box", "").query("cors", "")
}

fn preflight(bucket: &str, origin: &str, method: &str) -> Ask {
    Ask::new("OPTIONS", bucket, "k").header("origin", origin).header("access-control-request-method", method)
}

/// Sends a request through the whole front, where answers get their headers for pages of other origins.
pub(super) async fn whole(world: &World, ask: Ask) -> Answered {
    let domains = &world.domains;
    let arrival = Arrival {
        id: RequestId::random(domains.rng.as_ref()),
        time: domains.clock.now(),
        source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        secure: false,
    };
    let id = arrival.id.to_string();
    Answered::read(id, crate::serve(domains, arrival, ask.request()).await).await
}

#[tokio::test]
async fn rules_are_kept() {
    let world = World::with_bucket().await;
    world.ann(cors("GET")).await.refused(404, "NoSuchCORSConfiguration");
    world.ann(cors("DELETE")).await.expect(204);
    world.ann(cors("PUT").body(RULES)).await.expect(200);
    let shown = world.ann(cors("GET")).await.expect(200).text();
    assert!(shown.ends_with(RULES), "{shown}");
    world.ann(cors("DELETE")).await.expect(204);
    world.ann(cors("GET")).await.refused(404, "NoSuchCORSConfiguration");
}

#[tokio::test]
async fn what_is_no_rule_is_refused() {
    let world = World::with_bucket().await;
    let rule = |inner: &str| format!("<CORSConfiguration><CORSRule>{inner}</CORSRule></CORSConfiguration>");
    let method = "<AllowedMethod>GET</AllowedMethod>";
    for inner in [
        String::new(),
        method.to_owned(),
        "<AllowedOrigin>*</AllowedOrigin>".to_owned(),
        format!("<AllowedOrigin>http://*.*</AllowedOrigin>{method}"),
        "<AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod>".to_owned(),
        format!("<AllowedOrigin>*</AllowedOrigin>{method}<ExposeHeader>*</ExposeHeader>"),
        format!("<AllowedOrigin>*</AllowedOrigin>{method}<MaxAgeSeconds>1000000000</MaxAgeSeconds>"),
    ] {
        world.ann(cors("PUT").body(rule(&inner))).await.refused(400, "InvalidArgument");
    }
    world.ann(cors("PUT").body(rule("<Other/>"))).await.refused(400, "MalformedXML");
    let one = format!("<CORSRule><AllowedOrigin>*</AllowedOrigin>{method}</CORSRule>");
    let many = |count| format!("<CORSConfiguration>{}</CORSConfiguration>", one.repeat(count));
    world.ann(cors("PUT").body(many(20))).await.expect(200);
    world.ann(cors("PUT").body(many(21))).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn preflights() {
    let world = world().await;
    let ask = preflight("box", "https://x.b.example", "PUT").header("access-control-request-headers", "X-Oss-Meta-A");
    let granted = world.send(ask).await.expect(200);
    assert_eq!(granted.header("access-control-allow-origin"), "https://x.b.example");
    assert_eq!(granted.header("access-control-allow-methods"), "GET, PUT");
    assert_eq!(granted.header("access-control-allow-headers"), "x-oss-meta-a");
    assert_eq!(granted.header("access-control-expose-headers"), "ETag, x-oss-request-id");
    assert_eq!((granted.header("access-control-max-age"), granted.header("vary")), ("60", "Origin"));
    assert!(granted.body.is_empty());
    let events = world.events(world.ann.account).await;
    assert_eq!(events.last().unwrap().event_name, "OptionObject");
    // The query is that of the request to come, whatever it is.
    let signed = preflight("box", "https://c.example", "GET").query("uploads", "").query("Expires", "1");
    assert_eq!(world.send(signed).await.expect(200).header("access-control-allow-origin"), "*");
    let whole_bucket = Ask { key: String::new(), ..preflight("box", "https://a.example", "GET") };
    world.send(whole_bucket).await.expect(200);
    let other = preflight("box", "https://c.example", "PUT");
    let refused = world.send(other).await.refused(403, "AccessForbidden");
    assert_eq!(refused.header("access-control-allow-origin"), "");
    world.send(preflight("none", "https://a.example", "GET")).await.refused(403, "AccessForbidden");
    let headers = preflight("box", "https://a.example", "PUT").header("access-control-request-headers", "x-other");
    world.send(headers).await.refused(403, "AccessForbidden");
    world.send(Ask::new("OPTIONS", "box", "k")).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn answers_say_what_the_page_may_see() {
    let world = world().await;
    let get = |origin: &str| Ask::get("box", "k").header("origin", origin);
    let named = whole(&world, get("https://a.example")).await.expect(200);
    assert_eq!(named.header("access-control-allow-origin"), "https://a.example");
    assert_eq!(named.header("access-control-expose-headers"), "ETag, x-oss-request-id");
    assert_eq!((named.header("vary"), named.header("access-control-allow-credentials")), ("Origin", ""));
    let any = whole(&world, get("https://c.example")).await.expect(200);
    assert_eq!(any.header("access-control-allow-origin"), "*");
    // Errors, too, or the page could not tell what went wrong.
    let missing = Ask::put("box", "other").header("origin", "https://a.example").body("x");
    let refused = whole(&world, missing).await.refused(403, "AccessDenied");
    assert_eq!(refused.header("access-control-allow-origin"), "https://a.example");
    let unlet = Ask::put("box", "other").header("origin", "https://c.example").body("x");
    let refused = whole(&world, unlet).await.refused(403, "AccessDenied");
    assert_eq!((refused.header("access-control-allow-origin"), refused.header("vary")), ("", "Origin"));
    let plain = whole(&world, Ask::get("box", "k")).await.expect(200);
    assert_eq!((plain.header("access-control-allow-origin"), plain.header("vary")), ("", ""));
    let buckets = Ask::get("", "").header("origin", "https://a.example").signed(&world.ann, &world.domains);
    assert_eq!(whole(&world, buckets).await.expect(200).header("access-control-allow-origin"), "");
    let preflight = whole(&world, preflight("box", "https://a.example", "GET")).await.expect(200);
    assert_eq!(preflight.header("vary"), "Origin");
}
