//! How many small messages one core seals and opens under a key: what the key service does for an envelope, without the
//! call around it. `cargo run --release -p crypto --example envelope`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints what it measured")]
#![allow(clippy::disallowed_methods, reason = "it measures by the real clock")]

use crypto::Key;
use std::hint::black_box;
use std::time::{Duration, Instant};
use types::SystemRng;

const LONG: Duration = Duration::from_secs(2);
/// The size of a data key.
const MESSAGE: [u8; 32] = [7; 32];
/// About as long as what a ciphertext of the key service is bound to.
const CONTEXT: [u8; 160] = [3; 160];

fn per_second(mut work: impl FnMut()) -> f64 {
    let began = Instant::now();
    let mut times = 0_u32;
    while began.elapsed() < LONG {
        for _ in 0..1000 {
            work();
        }
        times += 1000;
    }
    f64::from(times) / began.elapsed().as_secs_f64()
}

fn main() {
    let key = Key::random(&SystemRng);
    let sealed = crypto::seal(&key, &SystemRng, &CONTEXT, &MESSAGE);
    let sealing = per_second(|| {
        black_box(crypto::seal(&key, &SystemRng, &CONTEXT, black_box(&MESSAGE)));
    });
    let opening = per_second(|| {
        black_box(crypto::open_secret(&key, &CONTEXT, black_box(&sealed)).unwrap());
    });
    println!(
        "32 bytes on one core: {sealing:.0} sealed per second, {opening:.0} opened per second (aim: 300,000 each)"
    );
}
