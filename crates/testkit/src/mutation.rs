use types::Rng;

/// How many changes one input gets at most.
const CHANGES: u8 = 6;
/// Bytes of the longest input: long enough that work which grows with the square of it shows.
const LONGEST: usize = 512 * 1024;

/// An input as a fuzzer makes it of real ones: bytes are flipped, taken away, doubled, put in, and parts of others spliced in.
/// The same randomness gives the same input.
pub fn mutated(seeds: &[&[u8]], rng: &dyn Rng) -> Vec<u8> {
    let mut out = pick(seeds, rng).to_vec();
    for _ in 0..=number(rng, usize::from(CHANGES)) {
        change(&mut out, seeds, rng);
        out.truncate(LONGEST);
    }
    out
}

fn number(rng: &dyn Rng, below: usize) -> usize {
    let random = usize::from_be_bytes(rng.bytes());
    if below == 0 { 0 } else { random % below }
}

fn pick<'a>(seeds: &[&'a [u8]], rng: &dyn Rng) -> &'a [u8] {
    seeds.get(number(rng, seeds.len())).copied().unwrap_or_default()
}

/// A part of some bytes.
fn part(of: &[u8], rng: &dyn Rng) -> std::ops::Range<usize> {
    let start = number(rng, of.len() + 1);
    start..start + number(rng, (of.len() - start).min(64) + 1)
}

/// What parsers stumble over.
const TOKENS: [&[u8]; 24] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b"/>",
    b"&#0;",
    b"&amp;",
    b"<!--",
    b"]]>",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"%",
    b"%00",
    b"&",
    b"=",
    b".",
    b"\\u0000",
    b"-1",
    b"99999999999999999999",
    b"\xbf\xff\xff",
];

fn change(out: &mut Vec<u8>, seeds: &[&[u8]], rng: &dyn Rng) {
    let at = number(rng, out.len() + 1);
    match number(rng, 6) {
        0 => {
            if let Some(byte) = out.get_mut(at) {
                *byte ^= 1 << number(rng, 8);
            }
        }
        1 => drop(out.drain(part(out, rng))),
        2 => drop(out.splice(at..at, TOKENS.get(number(rng, TOKENS.len())).copied().unwrap_or_default().to_vec())),
        3 => {
            let other = pick(seeds, rng);
            let part = other.get(part(other, rng)).unwrap_or_default().to_vec();
            drop(out.splice(at..at, part));
        }
        4 => {
            let part = out.get(part(out, rng)).unwrap_or_default().to_vec();
            drop(out.splice(at..at, part));
        }
        // Rarely much of the same, which is where time goes.
        _ => {
            let part = out.get(part(out, rng)).unwrap_or_default().to_vec();
            let times = if number(rng, 16) == 0 { 4_096 } else { 3 };
            drop(out.splice(at..at, part.repeat(times)));
        }
    }
}
