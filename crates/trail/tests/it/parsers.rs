//! Nothing from outside makes a reader panic, and what is read is written back the same.

use proptest::prelude::{any, prop};
use proptest::{prop_assert_eq, proptest};
use trail::{Checkpoint, Note, NoteKey, Proof, TileId, entries, published_path, read_disclosure};

/// Bytes that look like a note often enough to get past the first checks.
const ALMOST: &str = "(c2sp.org/tlog-proof@v1\n)?(extra [A-Za-z0-9+/=]{0,8}\n)?(index [0-9]{1,3}\n)?([A-Za-z0-9+/]{43}=\n){0,3}\
    \n?([a-z/]{1,5}\n[0-9]{1,21}\n[A-Za-z0-9+/]{43}=\n)?\n?(\u{2014} [a-z+ ]{1,4} [A-Za-z0-9+/]{0,12}={0,2}\n){0,2}";

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = (Note::parse(&bytes), Proof::parse(&bytes), read_disclosure(&bytes), entries(&bytes));
        let text = String::from_utf8_lossy(&bytes);
        let _ = (Checkpoint::parse(&text), text.parse::<NoteKey>(), published_path(&text), TileId::parse(&text));
    }

    #[test]
    fn almost_right_text(text in ALMOST) {
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_text(), text.clone());
        }
        if let Ok(proof) = Proof::parse(text.as_bytes()) {
            prop_assert_eq!(Proof::parse(proof.to_text().as_bytes()), Ok(proof));
        }
        let _ = (Checkpoint::parse(&text), Checkpoint::claimed_origin(text.as_bytes()));
    }

    #[test]
    fn tile_paths(path in "tile/(entries|[0-9]{1,2})/(x[0-9]{3}/){0,2}x?[0-9]{2,4}(\\.p/[0-9]{1,3})?") {
        if let Some(id) = TileId::parse(&path) {
            prop_assert_eq!(id.path(), path);
        }
    }
}
