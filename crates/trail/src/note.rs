use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::hash::sha256;
use crypto::sign::{SigningKey, VerifyingKey};
use std::fmt;
use std::str::FromStr;

/// The most bytes a note may have. Ours have some 200; room is for the cosignatures of many witnesses.
pub(crate) const NOTE_BYTES: usize = 64 * 1024;
/// The most signatures a note may carry (C2SP signed-note: at least 16 must be accepted).
const SIGNATURES: usize = 64;
/// The signature type of plain Ed25519 (C2SP signed-note, "Signature types").
const ED25519: u8 = 0x01;
/// What a signature line starts with: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// Why a note, a checkpoint or a proof was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not in the format; the text says what is wrong.
    #[error("{0}")]
    Malformed(&'static str),
    /// No signature on it is by a key we know.
    #[error("it carries no signature by the expected key")]
    Unsigned,
    /// A signature that claims to be by a key we know is not.
    #[error("its signature is not by the expected key, or the text was changed")]
    BadSignature,
    /// It is about another log.
    #[error("it belongs to another log")]
    OtherLog,
    /// The hashes do not lead to the signed root.
    #[error("it does not lead to the signed root")]
    OtherRoot,
}

/// A public key with its name, as notes are verified with (C2SP signed-note, vkey). A tenant pins one per log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    key: VerifyingKey,
}

impl NoteKey {
    /// A key under a name, which must be non-empty and without spaces, plus signs and control characters.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key alone.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// `SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]`.
    pub fn id(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.as_bytes(), &[b'\n', ED25519], self.key.as_bytes()].concat());
        let [a, b, c, d, ..] = hash;
        [a, b, c, d]
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = STANDARD.encode([&[ED25519], self.key.as_bytes().as_slice()].concat());
        write!(f, "{}+{}+{encoded}", self.name, hex::encode(self.id()))
    }
}

impl FromStr for NoteKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let wrong = NoteError::Malformed("a verifier key is a name, a key id and a key, joined by plus signs");
        // Base64 may hold plus signs too: only the first two separate.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong);
        };
        let bytes = STANDARD.decode(key).map_err(|_| wrong)?;
        let (kind, key) = bytes.split_first().ok_or(wrong)?;
        if *kind != ED25519 {
            return Err(NoteError::Malformed("only Ed25519 verifier keys (type 1) are known"));
        }
        let key: [u8; 32] = key.try_into().map_err(|_| wrong)?;
        let parsed = Self::new(name, VerifyingKey::from_bytes(key))?;
        if hex::encode(parsed.id()) != id {
            return Err(NoteError::Malformed("the key id is not that of the key"));
        }
        Ok(parsed)
    }
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NoteSignature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// A text with signatures (C2SP signed-note v1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A text, which must end in a newline, signed by one key.
    pub fn sign(text: String, name: &str, key: &SigningKey) -> Result<Self, NoteError> {
        check_text(&text)?;
        let id = NoteKey::new(name, key.public())?.id();
        let signature = NoteSignature { name: name.to_owned(), id, bytes: key.sign(text.as_bytes()).to_vec() };
        Ok(Self { text, signatures: vec![signature] })
    }

    /// Reads a note. The text is not to be believed before [`verify`](Self::verify).
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES {
            return Err(NoteError::Malformed("the note is too long"));
        }
        let all = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("the note is not UTF-8"))?;
        // The text ends at the last empty line; its own last newline belongs to it.
        let border = all.rfind("\n\n").ok_or(NoteError::Malformed("the note has no signatures"))?;
        let (text, rest) = all.split_at(border + 1);
        check_text(text)?;
        let lines = rest.strip_prefix('\n').and_then(|r| r.strip_suffix('\n'));
        let lines = lines.ok_or(NoteError::Malformed("the note does not end in a newline"))?;
        if lines.split('\n').count() > SIGNATURES {
            return Err(NoteError::Malformed("the note has too many signatures"));
        }
        let signatures = lines.split('\n').map(parse_line).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The signed text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The note as it is written.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.text);
        for s in &self.signatures {
            let encoded = STANDARD.encode([s.id.as_slice(), &s.bytes].concat());
            out.push_str(&format!("{MARK}{} {encoded}\n", s.name));
        }
        out
    }

    /// Whether `key` signed it. Signatures by other keys are passed over; a wrong one under this key's name and id
    /// condemns the note, even beside a right one.
    pub fn verify(&self, key: &NoteKey) -> Result<(), NoteError> {
        let id = key.id();
        let mut ours = self.signatures.iter().filter(|s| s.name == key.name && s.id == id).peekable();
        if ours.peek().is_none() {
            return Err(NoteError::Unsigned);
        }
        let good = ours.all(|s| key.key.verify(self.text.as_bytes(), &s.bytes));
        good.then_some(()).ok_or(NoteError::BadSignature)
    }
}

fn parse_line(line: &str) -> Result<NoteSignature, NoteError> {
    let wrong = NoteError::Malformed("a signature line is a dash, a key name and a base64 signature");
    let (name, encoded) = line.strip_prefix(MARK).and_then(|l| l.split_once(' ')).ok_or(wrong)?;
    check_name(name)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| wrong)?;
    let (id, bytes) = bytes.split_first_chunk::<4>().ok_or(wrong)?;
    if bytes.is_empty() {
        return Err(wrong);
    }
    Ok(NoteSignature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}

fn check_name(name: &str) -> Result<(), NoteError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(bad) {
        return Err(NoteError::Malformed("a key name has no spaces, plus signs or control characters"));
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') || text.chars().any(|c| c < ' ' && c != '\n') {
        return Err(NoteError::Malformed("the text of a note ends in a newline and has no control characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::{Secret, SystemRng};

    /// The example of C2SP signed-note and its key (also in golang.org/x/mod/sumdb/note).
    const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    #[test]
    fn the_published_note_verifies_and_writes_back() {
        let key: NoteKey = KEY.parse().unwrap();
        assert_eq!(key.to_string(), KEY);
        let note = Note::parse(NOTE.as_bytes()).unwrap();
        assert_eq!(note.text(), "This is an example message.\n");
        assert_eq!(note.verify(&key), Ok(()));
        assert_eq!(note.to_text(), NOTE);
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let key: NoteKey = KEY.parse().unwrap();
        for i in 0..NOTE.len() {
            let mut bytes = NOTE.as_bytes().to_vec();
            bytes[i] ^= 1;
            assert!(Note::parse(&bytes).and_then(|n| n.verify(&key)).is_err(), "byte {i}");
        }
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let line = NOTE.split_once("\n\n").unwrap().1;
        let wrong = [
            String::new(),
            "text\n".to_owned(),
            "text\n\n".to_owned(),
            NOTE.trim_end().to_owned(),
            NOTE.replace("message", "mes\tsage"),
            NOTE.replace("\u{2014} ", "- "),
            NOTE.replace("example.com/foo Uw", "example.com/foo  Uw"),
            NOTE.replace("example.com/foo Uw", "example+foo Uw"),
            NOTE.replace("yaQM=", "yaQM"),
            format!("text\n\n{}", line.repeat(SIGNATURES + 1)),
            format!("{}{NOTE}", "x".repeat(NOTE_BYTES)),
        ];
        for text in wrong {
            assert!(matches!(Note::parse(text.as_bytes()), Err(NoteError::Malformed(_))), "{text:.40}");
        }
        assert!(Note::parse(b"\xff\n\n").is_err());
    }

    #[test]
    fn keys_are_read_strictly() {
        let wrong = ["", "a+b", &KEY.replace("530d903a", "530d903b"), &KEY.replace("530d903a", "530D903A")];
        for text in wrong {
            assert!(text.parse::<NoteKey>().is_err(), "{text}");
        }
        assert!(KEY.replace("+Aek", "+Bek").parse::<NoteKey>().is_err());
        assert!(NoteKey::new("a b", *KEY.parse::<NoteKey>().unwrap().key()).is_err());
    }

    #[test]
    fn unknown_signatures_are_passed_over_and_a_wrong_known_one_condemns() {
        let key = SigningKey::from_seed(Secret::new([7; 32]));
        let mut note = Note::sign("hello\n".to_owned(), "a/b", &key).unwrap();
        let other = Note::sign("hello\n".to_owned(), "a/b", &SigningKey::random(&SystemRng)).unwrap();
        let ours = NoteKey::new("a/b", key.public()).unwrap();
        assert_eq!(other.verify(&ours), Err(NoteError::Unsigned));
        note.signatures.extend(other.signatures);
        assert_eq!(Note::parse(note.to_text().as_bytes()).unwrap().verify(&ours), Ok(()));
        let mut forged = note.signatures[0].clone();
        forged.bytes[3] ^= 1;
        note.signatures.push(forged);
        assert_eq!(note.verify(&ours), Err(NoteError::BadSignature));
    }
}
