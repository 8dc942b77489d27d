use super::{disposition, malformed};
use bytes::{Bytes, BytesMut};
use types::{Failure, Reason, Result};

/// Bytes of all fields, before and after the file, with what is around them.
const FIELDS_BYTES: usize = 64 * 1024;
/// Parts of a form.
const PARTS: usize = 100;
/// Bytes of the headers of one part.
const HEAD_BYTES: usize = 8 * 1024;
/// Headers of one part.
const HEADERS: usize = 16;

/// What a form's file says of itself before its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormFile {
    /// What it is called where it comes from, perhaps with its path.
    pub name: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
}

/// A piece of a form.
#[derive(Debug, PartialEq, Eq)]
pub enum FormPiece {
    /// There is none yet: more bytes have to be fed.
    Hungry,
    /// A field, whole: its name in lower case, and its value.
    Field(String, String),
    /// The file begins.
    File(FormFile),
    /// Some of the file's content.
    Content(Bytes),
    /// The form is over. What follows it means nothing.
    End,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Before the first boundary.
    Start,
    /// Behind a boundary: another part, or the end.
    Boundary,
    /// In the headers of a part.
    Head,
    /// In the value of a field.
    Value,
    /// In the content of the file.
    Content,
    Done,
}

/// Reads a form as it comes in, however it is cut. It holds on to no more than the fields may have and what was fed last.
///
/// The file is the part called `file`; parts behind it are read and count for nothing, as both vendors have it: HTML
/// forms end with their button.
#[derive(Debug)]
pub struct FormReader {
    /// A line's end, two dashes and the boundary.
    delimiter: Vec<u8>,
    buffer: BytesMut,
    /// Bytes at the buffer's start that were searched already.
    searched: usize,
    state: State,
    /// The name of the field whose value comes.
    name: String,
    parts: usize,
    /// Bytes that fields may still have.
    left: usize,
    behind_file: bool,
}

impl FormReader {
    /// A reader of a form whose parts are told apart by this boundary.
    pub fn new(boundary: &str) -> Self {
        Self {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            buffer: BytesMut::new(),
            searched: 0,
            state: State::Start,
            name: String::new(),
            parts: 0,
            left: FIELDS_BYTES,
            behind_file: false,
        }
    }

    /// Takes the next bytes of the form.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !matches!(self.state, State::Done) {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next piece. After an error there are no more.
    pub fn piece(&mut self) -> Result<FormPiece> {
        loop {
            let piece = match self.state {
                State::Start => self.start()?,
                State::Boundary => self.boundary()?,
                State::Head => self.head()?,
                State::Value => self.value()?,
                State::Content => self.content(),
                State::Done => Some(FormPiece::End),
            };
            if let Some(piece) = piece {
                return Ok(piece);
            }
        }
    }

    fn go(&mut self, state: State) {
        self.state = state;
        self.searched = 0;
    }

    /// The first boundary is at the very start.
    fn start(&mut self) -> Result<Option<FormPiece>> {
        let expected = self.delimiter.get(2..).unwrap_or_default();
        let here = self.buffer.len().min(expected.len());
        if self.buffer.get(..here) != expected.get(..here) {
            return Err(malformed("it does not start with its boundary"));
        }
        if here < expected.len() {
            return Ok(Some(FormPiece::Hungry));
        }
        let _ = self.buffer.split_to(here);
        self.go(State::Boundary);
        Ok(None)
    }

    fn boundary(&mut self) -> Result<Option<FormPiece>> {
        match self.buffer.get(..2) {
            None => return Ok(Some(FormPiece::Hungry)),
            Some(b"--") => {
                self.buffer.clear();
                self.go(State::Done);
                return Ok(None);
            }
            Some(b"\r\n") => {}
            Some(_) => return Err(malformed("a boundary is followed by neither a line's end nor two dashes")),
        }
        self.parts += 1;
        if self.parts > PARTS {
            return Err(too_large(format_args!("it has more than {PARTS} parts")));
        }
        let _ = self.buffer.split_to(2);
        self.go(State::Head);
        Ok(None)
    }

    fn head(&mut self) -> Result<Option<FormPiece>> {
        let most = HEAD_BYTES.min(self.left);
        let end = self.find(b"\r\n\r\n");
        if end.unwrap_or(self.buffer.len()) > most {
            return Err(too_large(format_args!("the headers of a part are longer than {most} bytes")));
        }
        let Some(end) = end else { return Ok(Some(FormPiece::Hungry)) };
        let head = self.buffer.split_to(end);
        let _ = self.buffer.split_to(4);
        self.left -= end;
        let (name, file) = read_head(&head)?;
        if name == "file" && !self.behind_file {
            self.behind_file = true;
            self.go(State::Content);
            return Ok(Some(FormPiece::File(file)));
        }
        self.name = name;
        self.go(State::Value);
        Ok(None)
    }

    fn value(&mut self) -> Result<Option<FormPiece>> {
        let end = self.find_delimiter();
        if end.unwrap_or(self.buffer.len().saturating_sub(self.delimiter.len())) > self.left {
            return Err(too_large(format_args!("its fields have more than {FIELDS_BYTES} bytes")));
        }
        let Some(end) = end else { return Ok(Some(FormPiece::Hungry)) };
        self.left -= end;
        let value = self.buffer.split_to(end);
        let _ = self.buffer.split_to(self.delimiter.len());
        self.go(State::Boundary);
        let name = std::mem::take(&mut self.name);
        if self.behind_file {
            return Ok(None);
        }
        let value = String::from_utf8(value.to_vec()).map_err(|_| malformed(format_args!("{name} is not UTF-8")))?;
        Ok(Some(FormPiece::Field(name, value)))
    }

    fn content(&mut self) -> Option<FormPiece> {
        let end = self.find_delimiter();
        if end == Some(0) {
            let _ = self.buffer.split_to(self.delimiter.len());
            self.go(State::Boundary);
            return None;
        }
        // The end of what is here may be the start of a delimiter.
        let safe = end.unwrap_or_else(|| self.buffer.len().saturating_sub(self.delimiter.len() - 1));
        if safe == 0 {
            return Some(FormPiece::Hungry);
        }
        self.searched = 0;
        Some(FormPiece::Content(self.buffer.split_to(safe).freeze()))
    }

    fn find_delimiter(&mut self) -> Option<usize> {
        let delimiter = std::mem::take(&mut self.delimiter);
        let found = self.find(&delimiter);
        self.delimiter = delimiter;
        found
    }

    /// Where a sequence that starts with a carriage return is in the buffer. What was searched is not searched again.
    fn find(&mut self, sequence: &[u8]) -> Option<usize> {
        let mut from = self.searched;
        while let Some(rest) = self.buffer.get(from..) {
            match rest.iter().position(|byte| *byte == b'\r') {
                None => break,
                Some(at) if rest.get(at..).is_some_and(|rest| rest.starts_with(sequence)) => return Some(from + at),
                Some(at) => from += at + 1,
            }
        }
        self.searched = self.buffer.len().saturating_sub(sequence.len() - 1);
        None
    }
}

/// The name of a part, in lower case, and what it says of itself if it is the file.
fn read_head(head: &[u8]) -> Result<(String, FormFile)> {
    let head = std::str::from_utf8(head).map_err(|_| malformed("the headers of a part are not UTF-8"))?;
    let (mut disposition, mut content_type) = (None, None);
    for (number, line) in head.split("\r\n").enumerate() {
        let (name, value) = line.split_once(':').ok_or_else(|| malformed("a header of a part has no colon"))?;
        let slot = match name.to_ascii_lowercase().as_str() {
            _ if number >= HEADERS => return Err(malformed(format_args!("a part has more than {HEADERS} headers"))),
            "content-disposition" => &mut disposition,
            "content-type" => &mut content_type,
            // It would say that the value is another than what is here.
            "content-transfer-encoding" if !is_plain(value) => {
                return Err(malformed("a part has a transfer encoding"));
            }
            _ => continue,
        };
        if slot.replace(value.trim()).is_some() {
            return Err(malformed("a header of a part is there twice"));
        }
    }
    let read = disposition.and_then(disposition::read);
    let read = read.ok_or_else(|| malformed("a part has no Content-Disposition of form-data with a name"))?;
    let file = FormFile { name: read.file_name, content_type: content_type.map(str::to_owned) };
    Ok((read.name.to_ascii_lowercase(), file))
}

fn is_plain(encoding: &str) -> bool {
    ["7bit", "8bit", "binary"].iter().any(|plain| encoding.trim().eq_ignore_ascii_case(plain))
}

fn too_large(why: impl std::fmt::Display) -> Failure {
    Failure::new(Reason::FormTooLarge, format!("The form is too large: {why}."))
}

#[cfg(test)]
mod tests {
    use super::{FIELDS_BYTES, FormFile, FormPiece, FormReader, HEAD_BYTES, PARTS};
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};
    use types::Reason;

    type Read = (Vec<(String, String)>, Option<FormFile>, Vec<u8>);

    /// Reads a form that comes in pieces of these lengths, again and again.
    fn read(form: &[u8], boundary: &str, cuts: &[usize]) -> Result<Read, Reason> {
        let mut reader = FormReader::new(boundary);
        let (mut rest, mut cuts) = (form, cuts.iter().cycle());
        let (mut fields, mut file, mut content) = (Vec::new(), None, Vec::new());
        loop {
            match reader.piece().map_err(|failure| failure.reason())? {
                FormPiece::Hungry if rest.is_empty() => return Err(Reason::BodyTruncated),
                FormPiece::Hungry => {
                    let (now, later) = rest.split_at((*cuts.next().unwrap()).clamp(1, rest.len()));
                    reader.feed(now);
                    rest = later;
                }
                FormPiece::Field(name, value) => fields.push((name, value)),
                FormPiece::File(found) => file = Some(found),
                FormPiece::Content(bytes) => {
                    assert!(!bytes.is_empty());
                    content.extend_from_slice(&bytes);
                }
                FormPiece::End => return Ok((fields, file, content)),
            }
        }
    }

    fn form(fields: &[(String, String)], content: &[u8]) -> Vec<u8> {
        let mut form = Vec::new();
        for (name, value) in fields {
            let part = format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            form.extend_from_slice(part.as_bytes());
        }
        form.extend_from_slice(b"--xx\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n");
        form.extend_from_slice(b"Content-Type: text/plain\r\n\r\n");
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n--xx\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nGo\r\n--xx--\r\n");
        form
    }

    fn one(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), value.to_owned())]
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_however_it_is_cut(
            fields in prop::collection::vec(("[a-eg-z]{1,8}", "[ -~\r\n]{0,20}"), 0..5),
            content in prop::collection::vec(prop::sample::select(b"\r\n-x ".to_vec()), 0..200),
            cuts in prop::collection::vec(1_usize..40, 1..5),
        ) {
            let text = String::from_utf8_lossy(&content).into_owned();
            let clear = |text: &str| !text.contains("\r\n--xx");
            proptest::prop_assume!(clear(&format!("\r\n{text}\r\n")[2..]) && fields.iter().all(|(_, v)| clear(v)));
            let file = FormFile { name: Some("a.txt".to_owned()), content_type: Some("text/plain".to_owned()) };
            prop_assert_eq!(read(&form(&fields, &content), "xx", &cuts), Ok((fields, Some(file), content)));
        }

        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), cuts in prop::collection::vec(1_usize..40, 1..5)) {
            let _ = read(&bytes, "xx", &cuts);
            let _ = read(&[b"--xx\r\n".as_slice(), &bytes].concat(), "xx", &cuts);
        }

        /// Bytes of a right form, some of them changed.
        #[test]
        fn damage_is_noticed_or_harmless(at in 0_usize..300, with in any::<u8>(), cut in 1_usize..60) {
            let mut damaged = form(&one("key", "value"), b"content");
            if let Some(byte) = damaged.get_mut(at) {
                *byte = with;
            }
            let whole = read(&damaged, "xx", &[usize::MAX]);
            prop_assert_eq!(read(&damaged, "xx", &[cut]), whole);
        }
    }

    #[test]
    fn a_form_that_breaks_off_is_never_whole() {
        let whole = form(&one("key", "value"), b"content");
        let end = whole.len() - 2;
        for cut in 0..end {
            assert_eq!(read(&whole[..cut], "xx", &[7]), Err(Reason::BodyTruncated), "{cut}");
        }
        assert!(read(&whole[..end], "xx", &[7]).is_ok());
    }

    #[test]
    fn limits() {
        let sized = |bytes: usize| read(&form(&one("key", &"v".repeat(bytes)), b""), "xx", &[1000]).err();
        assert_eq!(sized(FIELDS_BYTES - 1000), None);
        assert_eq!(sized(FIELDS_BYTES), Some(Reason::FormTooLarge));
        let many = |count: usize| read(&form(&vec![("a".to_owned(), String::new()); count], b""), "xx", &[1000]).err();
        assert_eq!((many(PARTS - 2), many(PARTS)), (None, Some(Reason::FormTooLarge)));
        let head = |bytes: usize| read(&form(&one(&"n".repeat(bytes), ""), b""), "xx", &[1000]).err();
        assert_eq!((head(HEAD_BYTES - 100), head(HEAD_BYTES)), (None, Some(Reason::FormTooLarge)));
        let endless = [b"--xx\r\n".as_slice(), &b"a: b\r\n".repeat(10_000)].concat();
        assert_eq!(read(&endless, "xx", &[1000]).err(), Some(Reason::FormTooLarge));
        let behind = [form(&[], b"x"), vec![]].concat();
        let behind = String::from_utf8(behind).unwrap().replace("Go", &"g".repeat(FIELDS_BYTES));
        assert_eq!(read(behind.as_bytes(), "xx", &[1000]).err(), Some(Reason::FormTooLarge));
        assert_eq!(read(&form(&[], &vec![b'c'; 10 * FIELDS_BYTES]), "xx", &[8192]).unwrap().2.len(), 10 * FIELDS_BYTES);
    }

    #[test]
    fn what_is_no_form() {
        let part = |head: &str| format!("--xx\r\n{head}\r\n\r\nv\r\n--xx--").into_bytes();
        assert!(read(&part("Content-Disposition: form-data; name=a"), "xx", &[9]).is_ok());
        for head in [
            "Content-Type: text/plain",
            "Content-Disposition: form-data",
            "Content-Disposition: attachment; name=a",
            "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=a",
            "Content-Disposition: form-data; name=a\r\nno colon",
            "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64",
        ] {
            assert_eq!(read(&part(head), "xx", &[9]), Err(Reason::FormMalformed), "{head}");
        }
        for raw in ["x", "\r\n--xx", "--xy", "--xx--x", "--xxx\r\n"] {
            let expected = if raw == "--xx--x" { None } else { Some(Reason::FormMalformed) };
            assert_eq!(read(raw.as_bytes(), "xx", &[9]).err(), expected, "{raw}");
        }
    }
}
