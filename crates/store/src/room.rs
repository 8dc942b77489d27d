use crate::sync::held;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use types::Clock;

/// Tells the free bytes of the file system a folder is on.
pub type FreeSpace = Arc<dyn Fn(&Path) -> io::Result<u64> + Send + Sync>;

/// How long a look at the disk counts; between looks, what was written since is taken off.
const FRESH: Duration = Duration::from_millis(100);

/// What one byte written may take on disk before older copies of it go: its place in a journal, in a table, and in the
/// table that is being merged from that one.
const AMPLIFICATION: u64 = 3;

/// Knows how much room the disk has, so that the engines stop before the disk does: a write that fails half way is far
/// worse than one that is refused.
pub(crate) struct Room {
    dir: PathBuf,
    source: FreeSpace,
    clock: Arc<dyn Clock>,
    known: Mutex<Option<Known>>,
}

struct Known {
    free: u64,
    at: Duration,
}

/// The free bytes as the operating system counts them for a process without privileges.
pub fn free_space_of(dir: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

impl Room {
    pub(crate) fn new(dir: &Path, source: FreeSpace, clock: Arc<dyn Clock>) -> Self {
        Self { dir: dir.to_owned(), source, clock, known: Mutex::new(None) }
    }

    /// Whether `bytes` more can be written and leave `reserve` free; if so they count as written.
    pub(crate) fn take(&self, bytes: u64, reserve: u64) -> io::Result<bool> {
        let now = self.clock.elapsed();
        let mut known = held(&self.known);
        let free = match known.as_ref() {
            Some(known) if now.saturating_sub(known.at) < FRESH => known.free,
            _ => {
                let free = (self.source)(&self.dir)?;
                *known = Some(Known { free, at: now });
                free
            }
        };
        let needed = bytes.saturating_mul(AMPLIFICATION);
        let Some(left) = free.checked_sub(needed).filter(|left| *left >= reserve) else {
            return Ok(false);
        };
        if let Some(known) = known.as_mut() {
            known.free = left;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use types::SystemClock;

    #[test]
    fn what_was_written_since_the_last_look_counts() {
        let disk = Arc::new(AtomicU64::new(1000));
        let source = disk.clone();
        let source: FreeSpace = Arc::new(move |_| Ok(source.load(Ordering::Relaxed)));
        let room = Room::new(Path::new("/"), source, Arc::new(SystemClock::new()));
        assert!(room.take(100, 400).unwrap());
        assert!(room.take(100, 400).unwrap());
        assert!(!room.take(1, 400).unwrap(), "600 bytes are spoken for");
        assert!(room.take(1, 100).unwrap(), "a smaller reserve still has room");
    }

    #[test]
    fn the_disk_of_this_folder_has_a_size() {
        assert!(free_space_of(Path::new(".")).unwrap() > 0);
        assert!(free_space_of(Path::new("/nowhere/at/all")).is_err());
    }
}
