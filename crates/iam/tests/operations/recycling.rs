use crate::world::{World, administrator, custom};
use iam::{
    Bearer, CreateAccessKey, DeleteAccessKey, DeletePolicy, DeleteRecycledKey, DeleteRecycledUser, FindUsers,
    GetKeyNetworks, GetRecycledKey, GetRecycledUser, GetUser, KeyNetworks, ListAccessKeys, ListEntitiesForPolicy,
    ListRecycledKeys, ListRecycledUsers, PageRequest, PutBoundary, RecycleAccessKey, RecycleUser, RecycledBy,
    RestoreAccessKey, RestoreUser, SetKeyNetworks, TagIdentities, Tagged, Tags, UpdateAccessKey, UpdateUser,
    UserProfile, remove_recycled,
};
use std::time::Duration;
use types::{AccessKeyId, Clock, Reason, UserName};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

fn recycle_key(user: &str, key: &AccessKeyId) -> RecycleAccessKey {
    RecycleAccessKey { delete: DeleteAccessKey { user: Some(name(user)), access_key: key.clone() } }
}

fn all() -> ListRecycledUsers {
    ListRecycledUsers { name: None, page: PageRequest::default() }
}

#[tokio::test]
async fn a_deleted_user_comes_back_as_it_was() {
    let world = World::new().await;
    let root = world.root().await;
    let alice = world.user("alice").await;
    let tags = Tags::new("Tags", [("team".to_owned(), "red".to_owned())]).unwrap();
    world.make(TagIdentities { of: vec![Tagged::User(name("alice"))], tags: tags.clone() }).await;
    world.make(PutBoundary { bearer: Bearer::User(name("alice")), policy: administrator() }).await;
    let recycle = || RecycleUser { name: name("alice") };
    let key = world.key("alice").await.id;
    assert_eq!(world.refused(&root, recycle()).await, Reason::UserHasAccessKeys, "as with deleting");
    world.make(recycle_key("alice", &key)).await;
    world.make(recycle()).await;
    assert_eq!(world.refused(&root, GetUser { name: name("alice") }).await, Reason::UserNotFound);
    let bounded = world.make(ListEntitiesForPolicy { policy: administrator() }).await;
    assert!(bounded.is_empty());
    let found = world.make(all()).await.items;
    assert_eq!((found.len(), &found[0].user.id), (1, &alice.id));
    assert_eq!(found[0].until, found[0].since.plus(30 * DAY));
    for by in [RecycledBy::Id(alice.id.clone()), RecycledBy::Key(key.clone())] {
        assert_eq!(world.make(GetRecycledUser { by }).await.user.name, name("alice"));
    }
    assert!(world.make(GetRecycledKey { access_key: key.clone() }).await.user_recycled);
    // While another has the name, there is no room for it.
    world.user("alice").await;
    let restore = || RestoreUser { id: alice.id.clone() };
    assert_eq!(world.refused(&root, restore()).await, Reason::UserExists);
    let profile = UserProfile::default();
    world.make(UpdateUser { name: name("alice"), new_name: Some(name("other")), profile }).await;
    let back = world.make(restore()).await;
    assert_eq!((&back.id, &back.tags, back.boundary.clone()), (&alice.id, &tags, Some(administrator())));
    assert!(world.make(all()).await.items.is_empty());
    assert_eq!(world.refused(&root, restore()).await, Reason::UserNotFound);
    // Its key follows when it is asked for, and to whatever it is called by then.
    let profile = UserProfile::default();
    world.make(UpdateUser { name: name("alice"), new_name: Some(name("alicia")), profile }).await;
    let user = Some(alice.id.clone());
    world.make(RestoreAccessKey { user, access_key: key.clone() }).await;
    let keys = world.make(ListAccessKeys { user: Some(name("alicia")) }).await;
    assert_eq!((keys.len(), &keys[0].id, keys[0].active), (1, &key, false));
    let op = UpdateAccessKey { user: Some(name("alicia")), access_key: key.clone(), active: true };
    world.make(op).await;
    world.caller(&key).await;
}

#[tokio::test]
async fn a_ceiling_that_is_gone_keeps_its_user_from_coming_back() {
    let world = World::new().await;
    let root = world.root().await;
    let alice = world.user("alice").await;
    world.policy("ceiling", crate::world::EVERYTHING).await;
    world.make(PutBoundary { bearer: Bearer::User(name("alice")), policy: custom("ceiling") }).await;
    world.make(RecycleUser { name: name("alice") }).await;
    world.make(DeletePolicy { policy: custom("ceiling"), cascading: false }).await;
    assert_eq!(world.refused(&root, RestoreUser { id: alice.id }).await, Reason::PolicyNotFound);
}

#[tokio::test]
async fn a_deleted_key_signs_nothing_and_keeps_its_rule() {
    let world = World::new().await;
    let root = world.root().await;
    let alice = world.user("alice").await;
    let key = world.key("alice").await.id;
    let rule = Some(KeyNetworks { active: true, networks: vec!["192.0.2.1".to_owned()] });
    let user = || Some(name("alice"));
    world.make(SetKeyNetworks { user: user(), access_key: key.clone(), rule: rule.clone() }).await;
    world.make(recycle_key("alice", &key)).await;
    let refusal = world.deployment.caller(&key).await.err().map(|failure| failure.reason());
    assert_eq!(refusal, Some(Reason::AccessKeyNotFound));
    let (id, other) = (|| Some(alice.id.clone()), world.user("bob").await);
    assert_eq!(world.make(ListRecycledKeys { user: id() }).await[0].id, key);
    assert!(world.make(ListRecycledKeys { user: Some(other.id.clone()) }).await.is_empty());
    let wrong = RestoreAccessKey { user: Some(other.id), access_key: key.clone() };
    assert_eq!(world.refused(&root, wrong).await, Reason::AccessKeyMissing);
    let restore = || RestoreAccessKey { user: id(), access_key: key.clone() };
    let spare = [world.key("alice").await.id, world.key("alice").await.id];
    assert_eq!(world.refused(&root, restore()).await, Reason::TooManyAccessKeys);
    world.make(DeleteAccessKey { user: user(), access_key: spare[0].clone() }).await;
    world.make(restore()).await;
    assert_eq!(world.make(GetKeyNetworks { user: user(), access_key: key.clone() }).await, rule);
    // What is deleted for good is gone.
    world.make(recycle_key("alice", &key)).await;
    world.make(DeleteRecycledKey { user: id(), access_key: key.clone() }).await;
    assert_eq!(world.refused(&root, GetRecycledKey { access_key: key }).await, Reason::AccessKeyMissing);
    // The account's own keys are deleted at once.
    let own = world.make(CreateAccessKey { user: None }).await.id;
    world.make(RecycleAccessKey { delete: DeleteAccessKey { user: None, access_key: own.clone() } }).await;
    assert_eq!(world.refused(&root, GetRecycledKey { access_key: own }).await, Reason::AccessKeyMissing);
}

#[tokio::test]
async fn what_is_deleted_is_forgotten_after_a_month() {
    let world = World::new().await;
    let root = world.root().await;
    let service = || world.deployment.service();
    let sweep = async || remove_recycled(&world.deployment.iam, &service()).await.unwrap();
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let key = world.key("bob").await.id;
    world.make(RecycleUser { name: name("alice") }).await;
    world.deployment.clock.advance(DAY);
    world.make(recycle_key("bob", &key)).await;
    world.deployment.clock.advance(29 * DAY - Duration::from_secs(1));
    assert_eq!(sweep().await, 0);
    world.deployment.clock.advance(Duration::from_secs(1));
    assert_eq!(sweep().await, 1);
    assert_eq!(world.refused(&root, RestoreUser { id: alice.id.clone() }).await, Reason::UserNotFound);
    assert_eq!(world.make(ListRecycledKeys { user: Some(bob.id.clone()) }).await.len(), 1);
    world.deployment.clock.advance(DAY);
    assert_eq!(sweep().await, 1);
    assert_eq!(sweep().await, 0);
    let events = world.events(world.tenant.account).await;
    let removed = events.iter().filter(|event| event.event_name == "RemoveFromRecycleBin").count();
    assert_eq!(removed, 2, "it is in the account's trail");
    // Deleted for good, a user takes its keys along, and nothing is left to be forgotten later.
    let key = world.key("bob").await.id;
    world.make(recycle_key("bob", &key)).await;
    world.make(RecycleUser { name: name("bob") }).await;
    world.make(DeleteRecycledUser { id: bob.id.clone() }).await;
    assert_eq!(world.refused(&root, GetRecycledKey { access_key: key }).await, Reason::AccessKeyMissing);
    world.deployment.clock.advance(31 * DAY);
    assert_eq!(sweep().await, 0);
    // What came back is not forgotten.
    let carol = world.user("carol").await;
    world.make(RecycleUser { name: name("carol") }).await;
    world.make(RestoreUser { id: carol.id }).await;
    world.deployment.clock.advance(31 * DAY);
    assert_eq!(sweep().await, 0);
    world.make(GetUser { name: name("carol") }).await;
    assert!(world.deployment.clock.now() > alice.created);
}

#[tokio::test]
async fn the_bin_is_listed_by_page_and_by_name() {
    let world = World::new().await;
    for user in ["a", "b", "c"] {
        world.user(user).await;
        world.make(RecycleUser { name: name(user) }).await;
    }
    let page = |marker: Option<String>| PageRequest { marker, max_items: Some(2) };
    let first = world.make(ListRecycledUsers { name: None, page: page(None) }).await;
    assert!(first.is_truncated && first.items.len() == 2);
    let rest = world.make(ListRecycledUsers { name: None, page: page(first.marker) }).await;
    assert!(!rest.is_truncated && rest.items.len() == 1);
    let b = world.make(ListRecycledUsers { name: Some(name("b")), page: page(None) }).await;
    assert_eq!(b.items.iter().map(|user| user.user.name.as_str()).collect::<Vec<_>>(), ["b"]);
    let other = world.deployment.tenant("second").await.unwrap();
    let stranger = world.deployment.caller(&other.root).await.unwrap();
    assert!(world.done(&stranger, all()).await.items.is_empty());
}

#[tokio::test]
async fn users_are_found_by_their_tags() {
    let world = World::new().await;
    for (user, team) in [("alice", "red"), ("bob", "blue"), ("carol", "red"), ("dave", "red")] {
        world.user(user).await;
        let tags = [("team".to_owned(), team.to_owned()), (user.to_owned(), String::new())];
        let tags = Tags::new("Tags", tags).unwrap();
        world.make(TagIdentities { of: vec![Tagged::User(name(user))], tags }).await;
    }
    let find = async |wanted: &[(&str, Option<&str>)], marker: Option<String>| {
        let own = |(key, value): &(&str, Option<&str>)| ((*key).to_owned(), value.map(str::to_owned));
        let page = PageRequest { marker, max_items: Some(2) };
        let wanted = wanted.iter().map(own).collect();
        world.make(FindUsers { wanted, names_only: false, page }).await
    };
    let names = |page: &iam::Page<iam::UserRecord>| {
        page.items.iter().map(|user| user.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    let red = find(&[("team", Some("red"))], None).await;
    assert_eq!((names(&red).as_str(), red.is_truncated), ("alice carol", true));
    let rest = find(&[("team", Some("red"))], red.marker).await;
    assert_eq!((names(&rest).as_str(), rest.is_truncated), ("dave", false));
    assert_eq!(names(&find(&[("team", None), ("bob", None)], None).await), "bob");
    assert_eq!(names(&find(&[("team", Some("green"))], None).await), "");
    let too_many =
        FindUsers { wanted: vec![("a".to_owned(), None); 21], names_only: true, page: PageRequest::default() };
    assert_eq!(world.refused(&world.root().await, too_many).await, Reason::ParameterInvalid);
}
