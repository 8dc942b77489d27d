use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

const NAME: &str = "synced.mark";
const MAGIC: &[u8; 8] = b"BLSYNC01";

/// What is known to be durable: a batch whose sequence number is at least `sequence` lies in journal `journal`.
///
/// Kept in a file beside the journals and never synced by itself: one that a crash left behind claims less than is so,
/// never more. It is what tells the torn end of a journal, which every crash of the machine may leave, from damage to
/// what had been acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) journal: u64,
    pub(crate) sequence: u64,
}

impl Mark {
    fn encode(self) -> Vec<u8> {
        let mut bytes = [&MAGIC[..], &self.journal.to_be_bytes(), &self.sequence.to_be_bytes()].concat();
        bytes.extend_from_slice(&xxhash_rust::xxh3::xxh3_64(&bytes).to_be_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (fields, _) = bytes.strip_prefix(MAGIC)?.as_chunks::<8>();
        let [journal, sequence, _] = *fields else { return None };
        let mark = Self { journal: u64::from_be_bytes(journal), sequence: u64::from_be_bytes(sequence) };
        (mark.encode() == bytes).then_some(mark)
    }

    /// The mark of the store in `dir`; none if it has none that can be read, which only means that less is known.
    pub(crate) fn read(dir: &Path) -> Option<Self> {
        std::fs::read(dir.join(NAME)).ok().and_then(|bytes| Self::decode(&bytes))
    }
}

/// The file the mark is kept in.
pub(crate) struct MarkFile(File);

impl MarkFile {
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).truncate(false).write(true).open(dir.join(NAME)).map(Self)
    }

    /// Replaces the mark: one write inside one sector.
    pub(crate) fn set(&self, mark: Mark) -> io::Result<()> {
        self.0.write_all_at(&mark.encode(), 0)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_and_a_damaged_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Mark::read(dir.path()), None);
        let mark = Mark { journal: 7, sequence: 0x0102_0304_0506 };
        MarkFile::open(dir.path()).unwrap().set(mark).unwrap();
        assert_eq!(Mark::read(dir.path()), Some(mark));
        let path = dir.path().join(NAME);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&path, &damaged).unwrap();
            assert_eq!(Mark::read(dir.path()), None, "byte {at}");
        }
        for len in 0..whole.len() {
            std::fs::write(&path, &whole[..len]).unwrap();
            assert_eq!(Mark::read(dir.path()), None, "{len} bytes");
        }
    }
}
