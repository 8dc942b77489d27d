//! Shutting public access off.

use super::ask::Ask;
use super::world::World;

fn block(method: &str, bucket: &str) -> Ask {
    Ask::new(method, bucket, "").query("publicAccessBlock", "")
}

fn document(on: bool) -> String {
    format!(
        "<PublicAccessBlockConfiguration><BlockPublicAccess>{on}</BlockPublicAccess></PublicAccessBlockConfiguration>"
    )
}

#[tokio::test]
async fn of_a_bucket_and_of_an_account() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "k").body("x")).await.expect(200);
    world.ann(Ask::put("box", "").query("acl", "").header("x-oss-acl", "public-read")).await.expect(200);
    for bucket in ["box", ""] {
        assert!(world.ann(block("GET", bucket)).await.expect(200).text().ends_with(&document(false)));
        world.send(Ask::get("box", "k")).await.expect(200);
        world.ann(block("PUT", bucket).body(document(true))).await.expect(200);
        assert!(world.ann(block("GET", bucket)).await.expect(200).text().ends_with(&document(true)));
        world.send(Ask::get("box", "k")).await.refused(403, "AccessDenied");
        let open = Ask::put("box", "").query("acl", "").header("x-oss-acl", "public-read-write");
        world.ann(open).await.refused(403, "AccessDenied");
        let info = world.ann(Ask::get("box", "").query("bucketInfo", "")).await.expect(200).text();
        assert!(info.contains(&format!("<BlockPublicAccess>{}</BlockPublicAccess>", bucket == "box")), "{info}");
        world.ann(block("DELETE", bucket)).await.expect(204);
        world.send(Ask::get("box", "k")).await.expect(200);
    }
    world.ann(block("PUT", "box").body("<PublicAccessBlockConfiguration/>")).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn whether_a_policy_is_public() {
    let world = World::with_bucket().await;
    let status = || Ask::get("box", "").query("policyStatus", "");
    world.ann(status()).await.refused(404, "NoSuchBucketPolicy");
    let policy = |who: &str| {
        format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["{who}"],"Resource":["acs:oss:*:*:box/*"]}}]}}"#
        )
    };
    for (who, public) in [("*", true), ("1234567890123456", false)] {
        world.ann(Ask::put("box", "").query("policy", "").body(policy(who))).await.expect(200);
        let shown = world.ann(status()).await.expect(200).text();
        assert!(shown.ends_with(&format!("<PolicyStatus><IsPublic>{public}</IsPublic></PolicyStatus>")), "{shown}");
    }
}

#[tokio::test]
async fn who_pays() {
    let world = World::with_bucket().await;
    let payer =
        |payer: &str| format!("<RequestPaymentConfiguration><Payer>{payer}</Payer></RequestPaymentConfiguration>");
    let put = |text: String| Ask::put("box", "").query("requestPayment", "").body(text);
    world.ann(put(payer("BucketOwner"))).await.expect(200);
    let shown = world.ann(Ask::get("box", "").query("requestPayment", "")).await.expect(200).text();
    assert!(shown.ends_with(&payer("BucketOwner")), "{shown}");
    world.ann(put(payer("Requester"))).await.refused(400, "NotImplemented");
    world.ann(put(payer("Nobody"))).await.refused(400, "InvalidArgument");
}
