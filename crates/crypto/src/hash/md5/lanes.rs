use super::BLOCK;
use fearless_simd::{Level, Simd, SimdBase, dispatch, u32x16};

/// Hashes side by side: two vectors of AVX2, whose latencies hide one another, or four of SSE2 or NEON.
pub(super) const LANES: usize = 16;
/// The state of each.
pub(super) type States = [[u32; 4]; LANES];

/// Words of a block.
const WORDS: usize = BLOCK / 4;

/// The integer part of 2^32 times abs(sin(n + 1)) (RFC 1321 §3.4).
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

/// How far each step of a round rotates, by four.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// Compresses each lane's run of blocks into its state. All runs have the same length.
pub(super) fn compress_lanes(states: &mut States, runs: &[&[[u8; BLOCK]]; LANES]) {
    let level = Level::new();
    dispatch!(level, simd => compress(simd, states, runs));
}

/// The four words of the states, each of all lanes.
type Vectors<S> = [u32x16<S>; 4];

#[inline(always)]
fn compress<S: Simd>(simd: S, states: &mut States, runs: &[&[[u8; BLOCK]]; LANES]) {
    let blocks = runs.iter().map(|run| run.len()).min().unwrap_or(0);
    let mut vectors = across(simd, states);
    for block in 0..blocks {
        let words = words(runs, block);
        let before = vectors;
        vectors = rounds(simd, vectors, &words);
        for (after, before) in vectors.iter_mut().zip(before) {
            *after += before;
        }
    }
    back(vectors, states);
}

#[inline(always)]
fn across<S: Simd>(simd: S, states: &States) -> Vectors<S> {
    let mut words = [[0; LANES]; 4];
    for (lane, state) in states.iter().enumerate() {
        for (vector, word) in words.iter_mut().zip(state) {
            if let Some(place) = vector.get_mut(lane) {
                *place = *word;
            }
        }
    }
    words.map(|vector| u32x16::from_slice(simd, &vector))
}

#[inline(always)]
fn back<S: Simd>(vectors: Vectors<S>, states: &mut States) {
    for (number, vector) in vectors.into_iter().enumerate() {
        let mut words = [0; LANES];
        vector.store_slice(&mut words);
        for (state, word) in states.iter_mut().zip(words) {
            if let Some(place) = state.get_mut(number) {
                *place = word;
            }
        }
    }
}

/// The words of one block of each lane: for each word the lanes side by side.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "both indices are within their arrays, of constant lengths")]
fn words(runs: &[&[[u8; BLOCK]]; LANES], block: usize) -> [[u32; LANES]; WORDS] {
    let mut words = [[0; LANES]; WORDS];
    for (lane, run) in runs.iter().enumerate() {
        let Some(bytes) = run.get(block) else { continue };
        let (quads, _) = bytes.as_chunks::<4>();
        for (word, quad) in quads.iter().enumerate() {
            words[word][lane] = u32::from_le_bytes(*quad);
        }
    }
    words
}

/// The 64 steps (RFC 1321 §3.4). Written out, so that every number in them is a constant.
#[inline(always)]
fn rounds<S: Simd>(simd: S, mut vectors: Vectors<S>, words: &[[u32; LANES]; WORDS]) -> Vectors<S> {
    macro_rules! steps {
        ($($number:literal)*) => {
            $(vectors = step(simd, $number, vectors, words);)*
        };
    }
    steps!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    steps!(16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    steps!(32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47);
    steps!(48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
    vectors
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a step has a number below 64, and all else is a remainder")]
fn step<S: Simd>(simd: S, number: usize, vectors: Vectors<S>, words: &[[u32; LANES]; WORDS]) -> Vectors<S> {
    let [a, b, c, d] = vectors;
    let round = number / 16;
    // The second round's function is the first's with its arguments turned round.
    let (mixed, word) = match round {
        0 => (d ^ (b & (c ^ d)), number),
        1 => (c ^ (d & (b ^ c)), 5 * number + 1),
        2 => (b ^ c ^ d, 3 * number + 5),
        _ => (c ^ (b | !d), 7 * number),
    };
    let sum = a + mixed + u32x16::from_slice(simd, &words[word % WORDS]) + SINES[number];
    let turn = TURNS[round][number % 4];
    [d, b + ((sum << turn) | (sum >> (32 - turn))), b, c]
}
