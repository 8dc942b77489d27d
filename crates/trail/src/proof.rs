use crate::checkpoint::{parse_decimal, parse_hash};
use crate::folder::CHECKPOINT;
use crate::note::NOTE_BYTES;
use crate::source::{Source, fetch_tile};
use crate::tiles::TileId;
use crate::{Checkpoint, Commitment, Entry, Event, NoteError, NoteKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::merkle::{Hash, Tile, TileReader, inclusion_nodes, inclusion_proof, leaf_hash, verify_inclusion};
use std::collections::HashMap;
use types::{Failure, Result};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The first line of a disclosed event.
const DISCLOSURE: &str = "bailee/event/v1";
/// The most hashes on the way from a leaf to the root of a tree of less than 2^64 leaves.
const PATH: usize = 64;
/// The most bytes of a disclosed event: more than the store takes as one value.
const DISCLOSED: usize = 2 * 1024 * 1024;

/// A receipt: shows offline that an entry is in a log (C2SP tlog-proof v1). With the event's [disclosure](disclose) it
/// shows that this event was recorded, without the rest of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    index: u64,
    path: Vec<Hash>,
    checkpoint: String,
}

impl Proof {
    /// For entry `index` of a log, from what it publishes.
    pub async fn build(source: &dyn Source, vkey: &NoteKey, index: u64) -> Result<Self> {
        let bytes = source.fetch(CHECKPOINT).await?.ok_or_else(|| Failure::corrupt("a checkpoint"))?;
        let size = Checkpoint::open(&bytes, vkey).map_err(|e| Failure::corrupt("a checkpoint").caused_by(e))?.tree.size;
        if index >= size {
            return Err(Failure::invalid("index", format_args!("the checkpoint covers the events before {size}")));
        }
        let tiles = fetch_below(source, index, size).await?;
        let fetch = |tile: Tile| tiles.get(&tile).ok_or(());
        let path = inclusion_proof(&TileReader { size, fetch }, index, size);
        let path = path.map_err(|_| Failure::corrupt("the tiles of a log"))?;
        let checkpoint = String::from_utf8(bytes).map_err(Failure::internal)?;
        Ok(Self { index, path, checkpoint })
    }

    /// Which entry of the log.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hashes from the entry's sibling up to the root's child.
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// The signed checkpoint.
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// As it is written.
    pub fn to_text(&self) -> String {
        let path: String = self.path.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
        format!("{HEADER}\nindex {}\n{path}\n{}", self.index, self.checkpoint)
    }

    /// Reads a proof. Nothing of it is to be believed before [`verify`](Self::verify).
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES {
            return Err(NoteError::Malformed("the proof is too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("the proof is not UTF-8"))?;
        let (proof, checkpoint) = text.split_once("\n\n").ok_or(NoteError::Malformed("the proof has no checkpoint"))?;
        let mut lines = proof.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(NoteError::Malformed("the proof does not start with c2sp.org/tlog-proof@v1"));
        }
        // Extra data is nobody's word: it is passed over.
        lines.next_if(|line| line.strip_prefix("extra ").is_some_and(|data| STANDARD.decode(data).is_ok()));
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(parse_decimal);
        let index = index.ok_or(NoteError::Malformed("the proof has no index"))?;
        let path: Option<Vec<_>> = lines.map(parse_hash).collect();
        let path = path.filter(|p| p.len() <= PATH).ok_or(NoteError::Malformed("a hash of the proof is not one"))?;
        Ok(Self { index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Whether it shows that this commitment is in the log whose key this is; the checkpoint that it is under.
    pub fn verify(&self, vkey: &NoteKey, commitment: &Commitment) -> Result<Checkpoint, NoteError> {
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), vkey)?;
        let (tree, leaf) = (checkpoint.tree, leaf_hash(commitment));
        let leads = verify_inclusion(&leaf, self.index, tree.size, &self.path, &tree.root);
        leads.then_some(checkpoint).ok_or(NoteError::OtherRoot)
    }
}

/// The tiles that hold the nodes of a proof.
async fn fetch_below(source: &dyn Source, index: u64, size: u64) -> Result<HashMap<Tile, Vec<u8>>> {
    let mut tiles = HashMap::new();
    for node in inclusion_nodes(index, size) {
        let Some((tile, _)) = Tile::of_node(node, size).filter(|(tile, _)| !tiles.contains_key(tile)) else { continue };
        let file = fetch_tile(source, TileId::Hashes(tile)).await?;
        let file = file.ok_or_else(|| Failure::corrupt(format!("the file {} of a log", tile.path())))?;
        tiles.insert(tile, file.bytes);
    }
    Ok(tiles)
}

/// An event with its salt, to be handed out: a first line, the salt in base64, and the event's JSON exactly as it is
/// kept, since the commitment is over those bytes.
pub fn disclose(entry: &Entry) -> Vec<u8> {
    let head = format!("{DISCLOSURE}\n{}\n", STANDARD.encode(entry.salt()));
    [head.as_bytes(), entry.json(), b"\n"].concat()
}

/// Reads what [`disclose`] wrote.
pub fn read_disclosure(bytes: &[u8]) -> Result<Entry, NoteError> {
    let wrong = NoteError::Malformed("a disclosed event is a line bailee/event/v1, its salt, and its JSON");
    let rest = bytes.strip_prefix(DISCLOSURE.as_bytes()).and_then(|b| b.strip_prefix(b"\n")).ok_or(wrong)?;
    let border = rest.iter().position(|b| *b == b'\n').filter(|_| bytes.len() <= DISCLOSED).ok_or(wrong)?;
    let (salt, json) = rest.split_at(border);
    let salt: [u8; 32] = STANDARD.decode(salt).ok().and_then(|s| s.try_into().ok()).ok_or(wrong)?;
    let json = json.strip_prefix(b"\n").and_then(|j| j.strip_suffix(b"\n")).ok_or(wrong)?;
    Entry::from_bytes([salt.as_slice(), json].concat()).ok_or(wrong)
}

/// Checks a receipt and a disclosed event against each other and the log's key; the event, which the log's owner
/// recorded as the one the receipt names.
pub fn verify_receipt(proof: &[u8], disclosure: &[u8], vkey: &NoteKey) -> Result<Event<'static>, NoteError> {
    let entry = read_disclosure(disclosure)?;
    Proof::parse(proof)?.verify(vkey, &entry.commitment())?;
    entry.event().map_err(|_| NoteError::Malformed("what was disclosed is not an event"))
}
