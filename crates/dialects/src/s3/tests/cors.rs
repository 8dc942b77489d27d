//! Rules for pages of other origins, and preflights.

use super::world::World;

const RULES: &str = "<CORSConfiguration>\
    <CORSRule><ID>one</ID><AllowedOrigin>https://*.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>\
    <AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>\
    <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";

#[tokio::test]
async fn rules_are_kept() {
    let (world, key) = World::with_bucket().await;
    let cors = |method| world.ask(&key, method, "/data?cors");
    cors("GET").send().await.fails(404, "NoSuchCORSConfiguration");
    cors("PUT").body(RULES).send().await.is(200);
    let shown = cors("GET").send().await.is(200);
    for (name, value) in [
        ("ID", "one"),
        ("AllowedOrigin", "https://*.example"),
        ("AllowedMethod", "PUT"),
        ("AllowedHeader", "*"),
        ("ExposeHeader", "ETag"),
        ("MaxAgeSeconds", "60"),
    ] {
        assert_eq!(shown.element(name), value);
    }
    assert_eq!(shown.text().matches("<CORSRule>").count(), 2);
    cors("PUT").body("<CORSConfiguration></CORSConfiguration>").send().await.is(400);
    let odd = RULES.replace("https://*.example", "https://*.*");
    cors("PUT").body(odd).send().await.fails(400, "InvalidArgument");
    let odd = RULES.replace(">60<", ">-1<");
    cors("PUT").body(odd).send().await.fails(400, "InvalidArgument");
    cors("DELETE").send().await.is(204);
    cors("GET").send().await.fails(404, "NoSuchCORSConfiguration");
}

#[tokio::test]
async fn preflights() {
    let (world, key) = World::with_bucket().await;
    let ask = |target: &str, origin: &str, method: &str| {
        let ask = world.nobody("OPTIONS", target).header("origin", origin);
        ask.header("access-control-request-method", method)
    };
    let none = ask("/data/k", "https://a.example", "PUT").send().await.fails(403, "AccessForbidden");
    let missing = ask("/none/k", "https://a.example", "PUT").send().await.fails(403, "AccessForbidden");
    assert_eq!(none.element("Message"), missing.element("Message"));
    world.ask(&key, "PUT", "/data?cors").body(RULES).send().await.is(200);
    let signed = ask("/data/k?X-Amz-Signature=0&partNumber=1", "https://a.example", "PUT");
    let granted = signed.header("access-control-request-headers", "X-Amz-Date, content-type").send().await.is(200);
    assert_eq!(granted.header("access-control-allow-origin"), "https://a.example");
    assert_eq!(granted.header("access-control-allow-methods"), "PUT");
    assert_eq!(granted.header("access-control-allow-headers"), "x-amz-date, content-type");
    assert_eq!(granted.header("access-control-allow-credentials"), "true");
    assert_eq!(granted.header("access-control-max-age"), "60");
    assert!(granted.header("vary").starts_with("Origin"));
    let any = ask("/data", "https://b.other", "GET").send().await.is(200);
    assert_eq!((any.header("access-control-allow-origin"), any.header("access-control-allow-credentials")), ("*", ""));
    ask("/data/k", "https://b.other", "PUT").send().await.fails(403, "AccessForbidden");
    world.nobody("OPTIONS", "/data/k").send().await.is(400);
    let events = world.events(key.account).await;
    assert_eq!(events[0]["eventName"], "OptionsObject");
}
