use super::super::{Document, Ground, Kind, Labelled, Mode, Outcome, PolicySet, decide, explain};
use super::generate::{Asked, Generator};
use super::{naive, says};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use serde_json::Value as Json;
use std::sync::Arc;

/// A generated set of policies, as documents and compiled.
struct World {
    control: Option<Json>,
    session: Option<Json>,
    boundary: Option<Json>,
    identity: Vec<Json>,
    resource: Option<Json>,
    mode: Mode,
}

struct Compiled {
    control: Option<Labelled>,
    session: Option<Labelled>,
    boundary: Option<Labelled>,
    identity: Vec<Labelled>,
    resource: Option<Labelled>,
    mode: Mode,
}

fn compile(text: &Json, kind: Kind) -> Labelled {
    let text = text.to_string();
    let document = Document::parse(&text, kind).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Labelled::new("generated", Arc::new(document))
}

impl World {
    fn new(generator: &mut Generator) -> Self {
        let assume = generator.below(4) == 0;
        let maybe = |generator: &mut Generator, kind, percent| {
            (generator.below(100) < percent).then(|| generator.document(kind))
        };
        Self {
            control: maybe(generator, Kind::Identity, 10),
            session: maybe(generator, Kind::Session, 15),
            boundary: maybe(generator, Kind::Identity, 15),
            identity: (0..generator.below(4)).map(|_| generator.document(Kind::Identity)).collect(),
            resource: maybe(generator, if assume { Kind::Trust } else { Kind::Bucket }, 70),
            mode: if assume { Mode::AssumeRole } else { Mode::Access },
        }
    }

    fn documents(&self) -> naive::Documents<'_> {
        naive::Documents {
            control: self.control.as_ref(),
            session: self.session.as_ref(),
            boundary: self.boundary.as_ref(),
            identity: &self.identity,
            resource: self.resource.as_ref(),
            mode: self.mode,
        }
    }

    fn compile(&self) -> Compiled {
        let resource = if self.mode == Mode::AssumeRole { Kind::Trust } else { Kind::Bucket };
        Compiled {
            control: self.control.as_ref().map(|text| compile(text, Kind::Identity)),
            session: self.session.as_ref().map(|text| compile(text, Kind::Session)),
            boundary: self.boundary.as_ref().map(|text| compile(text, Kind::Identity)),
            identity: self.identity.iter().map(|text| compile(text, Kind::Identity)).collect(),
            resource: self.resource.as_ref().map(|text| compile(text, resource)),
            mode: self.mode,
        }
    }

    /// The same statements and policies in another order.
    fn shuffle(&mut self, generator: &mut Generator) {
        let ceilings = self.control.iter_mut().chain(self.session.iter_mut()).chain(self.boundary.iter_mut());
        for document in ceilings.chain(self.identity.iter_mut()).chain(self.resource.iter_mut()) {
            generator.shuffle(document["Statement"].as_array_mut().unwrap());
        }
        generator.shuffle(&mut self.identity);
    }
}

impl Compiled {
    fn set(&self) -> PolicySet<'_> {
        PolicySet {
            control: self.control.as_ref(),
            session: self.session.as_ref(),
            boundary: self.boundary.as_ref(),
            identity: &self.identity,
            resource: self.resource.as_ref(),
            resource_context: None,
            mode: self.mode,
        }
    }
}

fn ask<'a>(asked: &'a Asked) -> super::Request<'a> {
    super::request(&asked.action, &asked.resource, &asked.principal, &asked.context)
}

/// Compares the two evaluators over as many sets of policies, forty requests each, and counts the outcomes.
fn agree(seed: u64, sets: usize) -> [usize; 3] {
    let mut generator = Generator::new(seed);
    let mut counts = [0; 3];
    for number in 0..sets {
        let world = World::new(&mut generator);
        let compiled = world.compile();
        for _ in 0..40 {
            let asked = generator.asked(world.mode == Mode::AssumeRole);
            let (ours, theirs) =
                (decide(&compiled.set(), &ask(&asked)), naive::decide(&world.documents(), &ask(&asked)));
            let shown = || {
                let documents = [&world.control, &world.session, &world.boundary, &world.resource]
                    .map(|document| document.as_ref().map(Json::to_string));
                format!(
                    "set {number}: {documents:?}\n{:?}\n{} {} {:?}\n{:?}",
                    world.identity.iter().map(Json::to_string).collect::<Vec<_>>(),
                    asked.action,
                    asked.resource,
                    asked.principal,
                    asked.context
                )
            };
            assert_eq!(ours.outcome, theirs, "{}", shown());
            counts[match ours.outcome {
                Outcome::Allow => 0,
                Outcome::ExplicitDeny => 1,
                Outcome::ImplicitDeny => 2,
            }] += 1;
        }
    }
    counts
}

#[test]
fn two_evaluators_agree() {
    // Four seeds beside each other: both cores, and a failure names its set.
    // A million decisions; POLICY_SETS asks for a longer run (625,000: a hundred million).
    let sets = std::env::var("POLICY_SETS").ok().and_then(|sets| sets.parse().ok()).unwrap_or(6_300);
    let threads = (1..=4).map(|seed| std::thread::spawn(move || agree(seed, sets)));
    let counts: Vec<_> = threads.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect();
    let total = |outcome: usize| counts.iter().map(|count| count[outcome]).sum::<usize>();
    let all = total(0) + total(1) + total(2);
    assert_eq!(all, 4 * sets * 40);
    for outcome in 0..3 {
        assert!(total(outcome) * 20 > all, "the generator is lopsided: {counts:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_deny_anywhere_wins(seed in any::<u64>()) {
        let mut generator = Generator::new(seed);
        let world = World::new(&mut generator);
        let mut compiled = world.compile();
        compiled.identity.push(says(Kind::Identity, r#""Effect":"Deny","Action":"*","Resource":"*""#));
        for _ in 0..10 {
            let asked = generator.asked(world.mode == Mode::AssumeRole);
            prop_assert!(!decide(&compiled.set(), &ask(&asked)).is_allowed());
        }
    }

    #[test]
    fn without_an_allow_there_is_no_way_in(seed in any::<u64>()) {
        let mut generator = Generator::new(seed);
        let mut world = World::new(&mut generator);
        for document in world.identity.iter_mut().chain(world.resource.iter_mut()) {
            document["Statement"].as_array_mut().unwrap().iter_mut().for_each(|s| s["Effect"] = "Deny".into());
        }
        let compiled = world.compile();
        for _ in 0..10 {
            let asked = generator.asked(world.mode == Mode::AssumeRole);
            prop_assert!(!decide(&compiled.set(), &ask(&asked)).is_allowed());
        }
    }

    #[test]
    fn the_order_of_statements_and_policies_is_irrelevant(seed in any::<u64>()) {
        let mut generator = Generator::new(seed);
        let mut world = World::new(&mut generator);
        let before = world.compile();
        world.shuffle(&mut generator);
        let after = world.compile();
        for _ in 0..10 {
            let asked = generator.asked(world.mode == Mode::AssumeRole);
            prop_assert_eq!(decide(&before.set(), &ask(&asked)).outcome, decide(&after.set(), &ask(&asked)).outcome);
        }
    }

    #[test]
    fn a_ceiling_never_grants(seed in any::<u64>()) {
        let mut generator = Generator::new(seed);
        let world = World::new(&mut generator);
        let compiled = world.compile();
        let free = PolicySet { control: None, session: None, boundary: None, ..compiled.set() };
        let ceiling = compile(&generator.document(Kind::Session), Kind::Session);
        for _ in 0..10 {
            let asked = generator.asked(world.mode == Mode::AssumeRole);
            let request = ask(&asked);
            let open = decide(&free, &request).is_allowed();
            let ceilings = [
                PolicySet { session: Some(&ceiling), ..free },
                PolicySet { control: Some(&ceiling), ..free },
                PolicySet { boundary: Some(&ceiling), ..free },
                // Beside those that are there, too.
                PolicySet { boundary: Some(&ceiling), ..compiled.set() },
            ];
            for held in ceilings {
                prop_assert!(open || !decide(&held, &request).is_allowed());
            }
        }
    }

    #[test]
    fn no_account_lets_itself_in_elsewhere(seed in any::<u64>()) {
        let mut generator = Generator::new(seed);
        let world = World::new(&mut generator);
        let compiled = world.compile();
        let set = PolicySet { resource: None, ..compiled.set() };
        for _ in 0..20 {
            let asked = generator.asked(world.mode == Mode::AssumeRole);
            let foreign = asked.principal.account() != Some(asked.resource.account);
            prop_assert!(!(foreign && decide(&set, &ask(&asked)).is_allowed()));
        }
    }

    #[test]
    fn an_explanation_tells_the_same(seed in any::<u64>()) {
        let mut generator = Generator::new(seed);
        let world = World::new(&mut generator);
        let compiled = world.compile();
        for _ in 0..10 {
            let asked = generator.asked(world.mode == Mode::AssumeRole);
            let (decision, told) = (decide(&compiled.set(), &ask(&asked)), explain(&compiled.set(), &ask(&asked)));
            prop_assert_eq!(decision.outcome, told.outcome);
            let stated = matches!(decision.ground, Ground::Statement(_));
            prop_assert_eq!(stated, told.decided_by.is_some(), "{:?} {:?}", decision, told);
        }
    }
}
