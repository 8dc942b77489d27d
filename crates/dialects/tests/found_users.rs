//! Users found by their tags, over the wire.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected should stop")]

mod world;

use world::World;

#[tokio::test]
async fn users_are_found_by_their_tags_and_status() {
    let world = World::new().await;
    let (root, ims) = (world.account("first").await, "2019-08-15");
    for (user, team) in [("alice", "red"), ("bob", "blue")] {
        let principal = format!("{user}@{}.onaliyun.com", root.account);
        let given = [("UserPrincipalName", principal.as_str()), ("Tag.1.Key", "team"), ("Tag.1.Value", team)];
        world.done(&root, ims, "CreateUser", &given).await;
    }
    let red = [("Tag.1.Key", "team"), ("Tag.1.Value", "red")];
    for (action, list, item) in
        [("ListUsers", "Users", "User"), ("ListUserBasicInfos", "UserBasicInfos", "UserBasicInfo")]
    {
        let found = world.done(&root, ims, action, &red).await;
        let found = found[list][item].as_array().unwrap();
        assert_eq!(found.len(), 1, "{action}");
        assert!(found[0]["UserPrincipalName"].as_str().unwrap().starts_with("alice@"), "{action}");
        for (status, count) in [("active", 2), ("active,freeze", 2), ("freeze", 0)] {
            let found = world.done(&root, ims, action, &[("Status", status)]).await;
            assert_eq!(found[list][item].as_array().unwrap().len(), count, "{action} {status}");
        }
        let wrong = world.call(Some(&root), ims, action, &[("Status", "asleep")]).await;
        assert_eq!(wrong.status, 400, "{}", wrong.body);
    }
    // What has no tags to be found by does not take them for nothing.
    let refused = world.call(Some(&root), ims, "ListGroups", &red).await;
    assert_eq!(refused.code(), "UnsupportedOperation");
}
