use super::lanes::{LANES, States, compress_lanes};
use super::{BLOCK, Md5, Run, compress};

/// With fewer hashes than this, one after the other is faster than side by side.
const WORTHWHILE: usize = 3;

/// Adds pieces to each of several hashes. They are computed side by side, in the lanes of the processor's vectors: many
/// at once take little longer than one, which by itself cannot be made faster.
pub fn update_together<P: AsRef<[u8]>>(jobs: &mut [(&mut Md5, &[P])]) {
    for some in jobs.chunks_mut(LANES) {
        let mut lanes: Vec<Lane<'_>> = some.iter_mut().map(|(md5, pieces)| Lane::new(md5, pieces)).collect();
        while lanes.len() >= WORTHWHILE {
            step(&mut lanes);
            lanes.retain(|lane| !lane.is_done());
        }
        lanes.into_iter().for_each(Lane::finish);
    }
}

/// One hash, and the blocks still to be added to it.
struct Lane<'a> {
    state: &'a mut [u32; 4],
    /// The last one is the next one.
    runs: Vec<Run<'a>>,
    /// How many blocks of the next run are done.
    done: usize,
}

impl<'a> Lane<'a> {
    fn new<P: AsRef<[u8]>>(md5: &'a mut Md5, pieces: &'a [P]) -> Self {
        let mut runs = Vec::with_capacity(2 * pieces.len());
        pieces.iter().for_each(|piece| md5.take(piece.as_ref(), |run| runs.push(run)));
        runs.reverse();
        Self { state: &mut md5.state, runs, done: 0 }
    }

    const fn is_done(&self) -> bool {
        self.runs.is_empty()
    }

    /// What of the next run is not done.
    fn next(&self) -> &[[u8; BLOCK]] {
        self.runs.last().and_then(|run| run.get(self.done..)).unwrap_or_default()
    }

    /// The first blocks of that.
    fn front(&self, blocks: usize) -> &[[u8; BLOCK]] {
        self.next().get(..blocks).unwrap_or_default()
    }

    fn advance(&mut self, blocks: usize) {
        self.done += blocks;
        if self.next().is_empty() {
            self.runs.pop();
            self.done = 0;
        }
    }

    /// Does the rest, alone.
    fn finish(mut self) {
        while !self.is_done() {
            let next = self.runs.last().and_then(|run| run.get(self.done..)).unwrap_or_default();
            compress(self.state, next);
            self.advance(next.len());
        }
    }
}

/// As many blocks as every lane has in its next run.
fn step(lanes: &mut [Lane<'_>]) {
    let blocks = lanes.iter().map(|lane| lane.next().len()).min().unwrap_or(0);
    let mut states = States::default();
    for (place, lane) in states.iter_mut().zip(lanes.iter()) {
        *place = *lane.state;
    }
    let first = lanes.first().map(|lane| lane.front(blocks)).unwrap_or_default();
    // Lanes without a hash of their own do another's work, for nothing.
    let runs: [_; LANES] = std::array::from_fn(|n| lanes.get(n).map_or(first, |lane| lane.front(blocks)));
    compress_lanes(&mut states, &runs);
    for (state, lane) in states.into_iter().zip(lanes.iter_mut()) {
        *lane.state = state;
        lane.advance(blocks);
    }
}
