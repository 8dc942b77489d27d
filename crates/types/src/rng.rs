use std::cell::RefCell;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Where randomness comes from. Production passes [`SystemRng`]; simulations pass a seeded one.
pub trait Rng: Send + Sync + 'static {
    /// Fills `out` with uniformly random bytes fit for keys.
    fn fill(&self, out: &mut [u8]);
}

impl dyn Rng + '_ {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

/// The random generator of the cryptographic library, seeded by the operating system.
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) {
        let given = out.len() <= STOCK_BYTES && STOCK.try_with(|stock| stock.borrow_mut().give(out)).is_ok();
        // A thread that is ending has no stock any more.
        if !given {
            generate(out);
        }
    }
}

/// Random bytes taken from the generator in one go: it costs about a microsecond however few it is asked for, and most
/// calls ask for a salt or an id.
const STOCK_BYTES: usize = 1024;

thread_local! {
    static STOCK: RefCell<Stock> = const { RefCell::new(Stock { bytes: [0; STOCK_BYTES], given: STOCK_BYTES }) };
}

/// One thread's random bytes. Each is given out once and wiped.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Stock {
    bytes: [u8; STOCK_BYTES],
    given: usize,
}

impl Stock {
    /// `out` is no longer than the stock.
    fn give(&mut self, out: &mut [u8]) {
        if STOCK_BYTES - self.given < out.len() {
            generate(&mut self.bytes);
            self.given = 0;
        }
        let end = self.given + out.len();
        if let Some(bytes) = self.bytes.get_mut(self.given..end) {
            out.copy_from_slice(bytes);
            bytes.zeroize();
        }
        self.given = end;
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where randomness enters")]
#[expect(clippy::expect_used, reason = "a machine without randomness must stop, not make guessable keys")]
fn generate(out: &mut [u8]) {
    aws_lc_rs::rand::fill(out).expect("the operating system's random generator answers");
}

#[cfg(test)]
mod tests {
    use super::{Rng, STOCK_BYTES, SystemRng};
    use std::collections::BTreeSet;

    #[test]
    fn no_bytes_are_given_twice() {
        let rng: &dyn Rng = &SystemRng;
        let many: BTreeSet<[u8; 16]> = (0..1000).map(|_| rng.bytes()).collect();
        assert_eq!(many.len(), 1000);
        assert!(!many.contains(&[0; 16]));
    }

    #[test]
    fn any_length_is_filled_to_its_end() {
        for length in [0, 1, 15, STOCK_BYTES - 1, STOCK_BYTES, STOCK_BYTES + 1, 5000] {
            let mut out = vec![0; length];
            SystemRng.fill(&mut out);
            assert!(out.chunks_exact(32).all(|run| run.iter().any(|byte| *byte != 0)), "{length}");
        }
    }
}
