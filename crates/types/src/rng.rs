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
    #[expect(clippy::disallowed_methods, reason = "this is the one place where randomness enters")]
    #[expect(clippy::expect_used, reason = "a machine without randomness must stop, not make guessable keys")]
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out).expect("the operating system's random generator answers");
    }
}
