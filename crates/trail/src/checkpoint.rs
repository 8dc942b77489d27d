use crate::note::{Note, NoteError, NoteKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::merkle::{Hash, empty_root};
use crypto::sign::SigningKey;
use serde::{Deserialize, Serialize};

/// What a Merkle tree is: how many leaves, and what they hash to (RFC 6962 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeHead {
    /// The number of leaves.
    pub size: u64,
    /// The root hash.
    pub root: Hash,
}

impl TreeHead {
    /// The tree without leaves.
    pub fn empty() -> Self {
        Self { size: 0, root: empty_root() }
    }
}

/// A tree head with the name of its log (C2SP tlog-checkpoint v1). Ours have no extension lines; those of others are
/// read over, since their signature covers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Its tree.
    pub tree: TreeHead,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.tree.size, STANDARD.encode(self.tree.root))
    }

    /// Signed by the log; the key's name is the origin.
    pub fn sign(&self, key: &SigningKey) -> Result<String, NoteError> {
        Ok(Note::sign(self.body(), &self.origin, key)?.to_text())
    }

    /// Reads a signed checkpoint of the log whose key this is: the signature holds and the origin is the key's name.
    pub fn open(bytes: &[u8], key: &NoteKey) -> Result<Self, NoteError> {
        let note = Note::parse(bytes)?;
        note.verify(key)?;
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin != key.name() {
            return Err(NoteError::OtherLog);
        }
        Ok(checkpoint)
    }

    /// The name of the log that a signed checkpoint claims to be of, to find the key to verify it with.
    pub fn claimed_origin(bytes: &[u8]) -> Result<String, NoteError> {
        Ok(Self::parse(Note::parse(bytes)?.text())?.origin)
    }

    /// Reads the text of a note that is a checkpoint.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let wrong = NoteError::Malformed("a checkpoint has an origin, a size and a root, each on a line");
        let mut lines = text.strip_suffix('\n').ok_or(wrong)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(wrong);
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(wrong);
        }
        let size = parse_decimal(size).ok_or(NoteError::Malformed("the tree size is not a number"))?;
        let root = parse_hash(root).ok_or(NoteError::Malformed("the root is not a base64 hash"))?;
        Ok(Self { origin: origin.to_owned(), tree: TreeHead { size, root } })
    }
}

/// A decimal number without sign and without zeros in front.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    plain.then(|| text.parse().ok()).flatten()
}

/// A hash in base64.
pub(crate) fn parse_hash(text: &str) -> Option<Hash> {
    let bytes: [u8; 32] = STANDARD.decode(text).ok()?.try_into().ok()?;
    Some(Hash::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::Secret;

    /// The body of the example of C2SP tlog-checkpoint.
    const BODY: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_published_example_reads_and_writes_back() {
        let checkpoint = Checkpoint::parse(BODY).unwrap();
        assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(checkpoint.tree.size, 20_852_163);
        assert_eq!(checkpoint.body(), BODY);
        assert_eq!(Checkpoint::parse(&format!("{BODY}extension\n")).unwrap(), checkpoint);
    }

    #[test]
    fn bodies_are_read_strictly() {
        let wrong = [
            "",
            "\n",
            "a\n1\n",
            &BODY[1..BODY.len() - 1],
            &BODY.replace("20852163", "020852163"),
            &BODY.replace("20852163", "+20852163"),
            &BODY.replace("20852163", "99999999999999999999"),
            &BODY.replace("CsUY", "CsU"),
            &BODY.replace("example.com/behind-the-sofa", ""),
            &format!("{BODY}\n"),
        ];
        for text in wrong {
            assert!(Checkpoint::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_signed_checkpoint_opens_with_its_own_key_and_origin_only() {
        let key = SigningKey::from_seed(Secret::new([1; 32]));
        let checkpoint =
            Checkpoint { origin: "a/b".to_owned(), tree: TreeHead { size: 3, root: Hash::from_bytes([9; 32]) } };
        let signed = checkpoint.sign(&key).unwrap();
        let vkey = NoteKey::new("a/b", key.public()).unwrap();
        assert_eq!(Checkpoint::open(signed.as_bytes(), &vkey), Ok(checkpoint.clone()));
        assert_eq!(Checkpoint::claimed_origin(signed.as_bytes()).as_deref(), Ok("a/b"));
        let other = NoteKey::new("a/c", key.public()).unwrap();
        assert_eq!(Checkpoint::open(signed.as_bytes(), &other), Err(NoteError::Unsigned));
        let borrowed = Note::sign(checkpoint.body(), "a/c", &key).unwrap().to_text();
        assert_eq!(Checkpoint::open(borrowed.as_bytes(), &other), Err(NoteError::OtherLog));
    }
}
