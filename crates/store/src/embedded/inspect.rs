use super::journal::{ids, path};
use super::mark::Mark;
use crate::meta::MetaError;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// How far sequence numbers may jump from one batch to the next: a few are spent on tables. They are the one thing in
/// a batch that its checksum does not cover.
const JUMP: u64 = 1 << 20;
/// What ends a batch, after its checksum.
const TRAILER: [u8; 4] = *b"FJL\x03";

/// Looks at the journals before the engine replays them, because at the first batch it cannot read it drops that and
/// everything after it without a word, and because it refuses to open at all after some crashes of the machine.
///
/// - A journal that is no longer written to was synced to its end: anything in it that is not a batch is damage.
/// - In the newest, what follows the last whole batch is the torn end that a crash leaves, and is cut off; unless the
///   mark says that something there had been synced, and so acknowledged: then it is damage too.
/// - A whole batch whose sequence number does not follow is damage anywhere: nothing is torn in such a way.
pub(crate) fn inspect(dir: &Path) -> Result<(), MetaError> {
    let ids = ids(dir).map_err(failed)?;
    let mark = Mark::read(dir);
    let mut last_sequence = 0;
    for id in &ids {
        let found = read(&path(dir, *id), last_sequence).map_err(failed)?;
        if !found.clean {
            let newest = ids.last() == Some(id);
            let synced_beyond = mark.is_some_and(|mark| mark.journal == *id && found.last < mark.sequence);
            if found.out_of_order || !newest || synced_beyond {
                let at = found.end;
                return Err(MetaError::Corrupt(format!("journal {id} holds no batch at byte {at} where one had been")));
            }
            tracing::warn!(journal = id, at = found.end, "the torn end of the journal is cut off");
            cut(&path(dir, *id), found.end).map_err(failed)?;
        }
        last_sequence = found.last;
    }
    Ok(())
}

fn failed(error: io::Error) -> MetaError {
    MetaError::Failed(format!("the journals cannot be read: {error}"))
}

fn cut(path: &Path, end: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(end)?;
    file.sync_all()
}

/// What a journal holds.
struct Found {
    /// Where its last whole batch ends.
    end: u64,
    /// The sequence number of that batch, or the one before this journal.
    last: u64,
    /// Whether nothing but zeros follows.
    clean: bool,
    /// Whether what follows is a batch, but not the next one.
    out_of_order: bool,
}

fn read(path: &Path, mut last: u64) -> io::Result<Found> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    let mut reader = Reader { from: BufReader::with_capacity(256 * 1024, file), at: 0, left: len };
    let (mut end, mut out_of_order) = (0, false);
    while let Some(sequence) = reader.batch()? {
        out_of_order = last != 0 && (sequence <= last || sequence - last >= JUMP);
        if out_of_order {
            break;
        }
        (last, end) = (sequence, reader.at);
    }
    Ok(Found { end, last, clean: only_zeros(path, end)?, out_of_order })
}

fn only_zeros(path: &Path, from: u64) -> io::Result<bool> {
    let mut file = File::open(path)?;
    io::Seek::seek(&mut file, io::SeekFrom::Start(from))?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(true),
            n if buffer.iter().take(n).any(|byte| *byte != 0) => return Ok(false),
            _ => {}
        }
    }
}

/// Reads fjall's journal format, version 3: `1 count:u32 sequence:u64`, then `count` items, then `3 xxh3:u64 trailer`,
/// where the checksum is over the items' bytes. An item is `2 type compression keyspace:u64 key:u16 value:u32
/// stored:u32` and the bytes of key and value, or `4 keyspace:u64` for an emptied keyspace. All little-endian.
struct Reader {
    from: BufReader<File>,
    at: u64,
    left: u64,
}

impl Reader {
    /// The sequence number of the next batch; `None` if what follows is not a whole one.
    fn batch(&mut self) -> io::Result<Option<u64>> {
        match self.whole_batch() {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            other => other,
        }
    }

    fn whole_batch(&mut self) -> io::Result<Option<u64>> {
        let mut hash = Xxh3::new();
        let [1] = self.take()? else { return Ok(None) };
        let count = u32::from_le_bytes(self.take()?);
        let sequence = u64::from_le_bytes(self.take()?);
        for _ in 0..count {
            if !self.item(&mut hash)? {
                return Ok(None);
            }
        }
        let [3] = self.take()? else { return Ok(None) };
        let whole = u64::from_le_bytes(self.take()?) == hash.digest() && self.take()? == TRAILER;
        Ok(whole.then_some(sequence))
    }

    fn item(&mut self, hash: &mut Xxh3) -> io::Result<bool> {
        let tag = self.take::<1>()?;
        hash.update(&tag);
        match tag {
            [2] => {}
            [4] => {
                hash.update(&self.take::<8>()?);
                return Ok(true);
            }
            _ => return Ok(false),
        }
        let (types, keyspace) = (self.take::<2>()?, self.take::<8>()?);
        let (key, value, stored) = (self.take::<2>()?, self.take::<4>()?, self.take::<4>()?);
        for part in [&types[..], &keyspace, &key, &value, &stored] {
            hash.update(part);
        }
        // We have nothing compressed.
        if types.ends_with(&[1]) || value != stored {
            return Ok(false);
        }
        self.skip(u64::from(u16::from_le_bytes(key)) + u64::from(u32::from_le_bytes(stored)), hash)?;
        Ok(true)
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        self.at += N as u64;
        self.left = self.left.saturating_sub(N as u64);
        Ok(bytes)
    }

    /// Passes over bytes that only the checksum is interested in.
    fn skip(&mut self, mut count: u64, hash: &mut Xxh3) -> io::Result<()> {
        if count > self.left {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        (self.at, self.left) = (self.at + count, self.left - count);
        let mut buffer = [0; 4096];
        while count > 0 {
            let most = usize::try_from(count).unwrap_or(usize::MAX).min(buffer.len());
            let (piece, _) = buffer.split_at_mut(most);
            self.from.read_exact(piece)?;
            hash.update(piece);
            count -= most as u64;
        }
        Ok(())
    }
}
