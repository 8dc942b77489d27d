//! How long a decision takes with many statements attached, beside `cedar-policy` deciding the same cases in the same run:
//! `cargo run --release --manifest-path bench/policy/Cargo.toml`.

mod cedar;
mod ours;

use std::time::Instant;

/// A rule, as both engines are given it: who reads or writes below a prefix, perhaps only from the inside.
pub struct Rule {
    pub action: &'static str,
    pub bucket: usize,
    pub prefix: usize,
    pub inside_only: bool,
}

/// A question.
pub struct Case {
    pub action: &'static str,
    pub path: String,
    pub address: &'static str,
}

pub const ACTIONS: [&str; 4] = ["GetObject", "PutObject", "DeleteObject", "ListObjects"];
const ADDRESSES: [&str; 2] = ["10.1.2.3", "192.0.2.7"];
/// Questions asked in a row between two looks at the clock.
const BATCH: usize = 100;
const BATCHES: usize = 301;

/// The same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

pub fn resource(bucket: usize, prefix: usize) -> String {
    format!("bucket-{bucket}/team-{prefix}/")
}

fn rules(count: usize, numbers: &mut Numbers) -> Vec<Rule> {
    let rule = |number: usize, numbers: &mut Numbers| Rule {
        action: ACTIONS[numbers.below(ACTIONS.len())],
        bucket: numbers.below(count / 10 + 1),
        prefix: numbers.below(20),
        inside_only: number % 5 == 0,
    };
    (0..count).map(|number| rule(number, numbers)).collect()
}

/// Half about what a rule names, half about anything.
fn cases(rules: &[Rule], numbers: &mut Numbers) -> Vec<Case> {
    let case = |number: usize, numbers: &mut Numbers| {
        let rule = &rules[numbers.below(rules.len())];
        let known = number % 2 == 0;
        Case {
            action: if known { rule.action } else { ACTIONS[numbers.below(ACTIONS.len())] },
            path: resource(rule.bucket, if known { rule.prefix } else { numbers.below(40) }) + "2026/report.parquet",
            address: ADDRESSES[numbers.below(2)],
        }
    };
    (0..BATCH).map(|number| case(number, numbers)).collect()
}

/// Nanoseconds of one decision: the median over batches.
fn median(mut decide_all: impl FnMut() -> usize) -> f64 {
    let mut times: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(decide_all());
            began.elapsed().as_nanos() as f64 / BATCH as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[BATCHES / 2]
}

fn main() {
    println!("| statements | allowed of {BATCH} | this engine | cedar-policy | ratio |\n|--:|--:|--:|--:|--:|");
    let mut numbers = Numbers(7);
    for count in [20, 100, 1_000] {
        let rules = rules(count, &mut numbers);
        let cases = cases(&rules, &mut numbers);
        let (ours, theirs) = (ours::Engine::new(&rules, &cases), cedar::Engine::new(&rules, &cases));
        assert_eq!(ours.allowed(), theirs.allowed(), "the engines differ");
        let allowed = ours.allowed().iter().filter(|allowed| **allowed).count();
        let (a, b) = (median(|| ours.decide_all()), median(|| theirs.decide_all()));
        println!("| {count} | {allowed} | {a:.0} ns | {b:.0} ns | {:.0} |", b / a);
    }
}
