//! Giving a content out: decrypted as it is asked for, one slice ahead of the client.

use crate::access::{Found, is_marker, no_object, no_version};
use crate::body::BodyStream;
use crate::bucket::Bucket;
use crate::content::{Segment, Stored};
use crate::object::ObjectRecord;
use crate::objects::Objects;
use crate::tables::{CONTENTS, MANIFESTS, USED};
use bytes::Bytes;
use crypto::{Decryptor, HEADER, Key};
use futures::StreamExt;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use store::{BlobError, BlobReader, Blobs, Store, View};
use tokio::task::JoinHandle;
use types::{AccountId, Failure, ObjectKey, Reason, Result};

/// Bytes of plaintext that are fetched and decrypted in one go: whole chunks.
const SLICE: u64 = 512 * 1024;
/// Bytes of inline parts that are taken when a read begins. As a rule only the last part of an object can be inline, and
/// is far smaller.
const AT_ONCE: usize = 1024 * 1024;

/// The content of an object, or a range of it, being read.
pub struct Content {
    length: u64,
    first: Bytes,
    rest: Option<Pump>,
}

impl Content {
    /// Bytes that the stream gives, unless it fails.
    pub const fn len(&self) -> u64 {
        self.length
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bytes, if all of them are here already, as they are of a small object.
    pub fn whole(&self) -> Option<&Bytes> {
        self.rest.is_none().then_some(&self.first)
    }

    /// The bytes as they come. What does not open ends the stream with an error; nothing unproved is ever given.
    pub fn into_stream(self) -> BodyStream {
        let first = futures::stream::iter((!self.first.is_empty()).then_some(Ok(self.first)));
        match self.rest {
            None => Box::pin(first),
            Some(pump) => Box::pin(first.chain(futures::stream::unfold(Ahead::Idle(Box::new(pump)), ahead))),
        }
    }
}

type Turn = (Box<Pump>, Result<Option<Bytes>>);

/// Where the reading of the next slice stands.
enum Ahead {
    Idle(Box<Pump>),
    Reading(JoinHandle<Turn>),
    Over,
}

/// The next slice, having begun with the one after it.
async fn ahead(state: Ahead) -> Option<(Result<Bytes>, Ahead)> {
    let turn = match state {
        Ahead::Over => return None,
        Ahead::Idle(pump) => Ok(pump.turn().await),
        Ahead::Reading(task) => task.await,
    };
    match turn {
        Err(stopped) => Some((Err(Failure::internal(stopped)), Ahead::Over)),
        Ok((_, Err(failure))) => Some((Err(failure), Ahead::Over)),
        Ok((_, Ok(None))) => None,
        Ok((pump, Ok(Some(bytes)))) if pump.is_done() => Some((Ok(bytes), Ahead::Over)),
        Ok((pump, Ok(Some(bytes)))) => Some((Ok(bytes), Ahead::Reading(tokio::spawn(pump.turn())))),
    }
}

/// A run of ciphertext still to be read, and which of its plaintext.
struct Piece {
    segment: Segment,
    context: Vec<u8>,
    range: Range<u64>,
    /// The ciphertext, if it is inline: from the very state that names it, since it goes with the object.
    inline: Option<Vec<u8>>,
}

/// Walks through the pieces of a content.
struct Pump {
    store: Store,
    blobs: Arc<dyn Blobs>,
    account: AccountId,
    key: Arc<Key>,
    /// What is being read, for errors.
    what: String,
    pieces: VecDeque<Piece>,
    open: Option<OpenPiece>,
}

enum Source {
    Inline(Vec<u8>),
    Blob(Box<dyn BlobReader>),
}

struct OpenPiece {
    source: Source,
    decryptor: Decryptor,
    at: u64,
    end: u64,
    /// Whether the empty last chunk of an empty content was looked at: it proves that the content is empty.
    proved: bool,
}

impl Pump {
    fn is_done(&self) -> bool {
        self.pieces.is_empty() && self.open.as_ref().is_none_or(OpenPiece::is_done)
    }

    async fn turn(mut self: Box<Self>) -> Turn {
        let result = self.next().await;
        (self, result)
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if self.open.is_none() {
                let Some(piece) = self.pieces.pop_front() else { return Ok(None) };
                self.open = Some(self.open_piece(piece).await?);
            }
            match self.open.as_mut() {
                Some(open) if !open.is_done() => {
                    let bytes = open.next(&self.what).await?;
                    if !bytes.is_empty() {
                        return Ok(Some(bytes));
                    }
                }
                _ => self.open = None,
            }
        }
    }

    async fn open_piece(&self, mut piece: Piece) -> Result<OpenPiece> {
        let (source, header, len) = match piece.inline.take() {
            Some(sealed) => self.inline(sealed)?,
            None => self.source(&piece.segment).await?,
        };
        let decryptor = Decryptor::new(&self.key, &piece.context, &header, len).map_err(|e| self.damaged(e))?;
        if decryptor.plain_len() != piece.segment.size {
            return Err(Failure::corrupt(&self.what));
        }
        Ok(OpenPiece { source, decryptor, at: piece.range.start, end: piece.range.end, proved: false })
    }

    fn inline(&self, sealed: Vec<u8>) -> Result<(Source, Vec<u8>, u64)> {
        let header = sealed.get(..HEADER).ok_or_else(|| Failure::corrupt(&self.what))?.to_vec();
        let len = sealed.len() as u64;
        Ok((Source::Inline(sealed), header, len))
    }

    async fn source(&self, segment: &Segment) -> Result<(Source, Vec<u8>, u64)> {
        if segment.inline {
            let view = self.store.view().await?;
            return self.inline(sealed(&view, self.account, segment).await?);
        }
        let reader = match self.blobs.open(segment.id.blob()?).await {
            Err(BlobError::Missing) => return Err(self.missing(segment).await?),
            other => other.map_err(Failure::from)?,
        };
        let len = reader.len();
        if len != crypto::sealed_len(segment.size) {
            return Err(Failure::corrupt(&self.what));
        }
        let header = reader.read_at(0, HEADER).await.map_err(Failure::from)?;
        Ok((Source::Blob(reader), header, len))
    }

    /// A blob that is not there was lost, unless the object was deleted or replaced so long ago that it was collected.
    async fn missing(&self, segment: &Segment) -> Result<Failure> {
        let used = self.store.view().await?.get(USED, AccountId::PLATFORM, segment.id.bytes()).await?;
        Ok(if used.is_some() { Failure::corrupt(&self.what).caused_by(BlobError::Missing) } else { changed() })
    }

    fn damaged(&self, error: crypto::OpenError) -> Failure {
        Failure::corrupt(&self.what).caused_by(error)
    }
}

/// The ciphertext of an inline content.
async fn sealed(view: &View, account: AccountId, segment: &Segment) -> Result<Vec<u8>> {
    let content = view.get(CONTENTS, account, segment.id.bytes()).await?;
    Ok(content.ok_or_else(changed)?.sealed)
}

pub(crate) fn changed() -> Failure {
    Failure::new(Reason::Contended, "What the request is about was changed meanwhile; try again.")
}

impl OpenPiece {
    fn is_done(&self) -> bool {
        self.at >= self.end && (self.proved || self.decryptor.plain_len() > 0)
    }

    /// The next slice: up to the next multiple of [`SLICE`], so that no chunk is fetched twice.
    async fn next(&mut self, what: &str) -> Result<Bytes> {
        let stop = self.end.min((self.at / SLICE + 1) * SLICE);
        let plain = self.at..stop;
        let sealed = self.decryptor.sealed_range(plain.clone());
        let first = self.decryptor.chunk_of(plain.start);
        let mut bytes = self.fetch(sealed, what).await?;
        self.decryptor.open_chunks(first, &mut bytes).map_err(|e| Failure::corrupt(what).caused_by(e))?;
        self.at = stop;
        self.proved = true;
        let skip = size(plain.start % crypto::CHUNK as u64)?;
        let end = skip.saturating_add(size(plain.end - plain.start)?);
        let bytes = Bytes::from(bytes);
        if bytes.len() < end { Err(Failure::corrupt(what)) } else { Ok(bytes.slice(skip..end)) }
    }

    async fn fetch(&self, sealed: Range<u64>, what: &str) -> Result<Vec<u8>> {
        let len = size(sealed.end.saturating_sub(sealed.start))?;
        match &self.source {
            Source::Blob(reader) => Ok(reader.read_at(sealed.start, len).await.map_err(Failure::from)?),
            Source::Inline(all) => {
                let range = size(sealed.start)?..size(sealed.end)?;
                Ok(all.get(range).ok_or_else(|| Failure::corrupt(what))?.to_vec())
            }
        }
    }
}

fn size(bytes: u64) -> Result<usize> {
    usize::try_from(bytes).map_err(Failure::internal)
}

impl Objects {
    /// Begins to read a range of an object. Its first slice is fetched and proved here, so that what is damaged at the
    /// front is an error before anything is answered.
    pub(crate) async fn read(
        &self,
        view: &View,
        bucket: &Bucket,
        key: &ObjectKey,
        object: &ObjectRecord,
        data_key: Arc<Key>,
        range: Range<u64>,
    ) -> Result<Content> {
        let segments = self.segments(view, bucket.owner, &object.stored).await?;
        let mut pieces = pieces(bucket, key, &segments, &range);
        take_inline(&mut pieces, view, bucket.owner).await?;
        let mut pump = Pump {
            store: self.store.clone(),
            blobs: self.blobs.clone(),
            account: bucket.owner,
            key: data_key,
            what: format!("object {}/{key}", bucket.name),
            pieces,
            open: None,
        };
        let first = pump.next().await?.unwrap_or_default();
        let rest = (!pump.is_done()).then_some(pump);
        Ok(Content { length: range.end - range.start, first, rest })
    }

    /// The runs of ciphertext an object is made of. If the view has no list of them, it is one in which the object was
    /// deleted or replaced already.
    pub(crate) async fn segments(&self, view: &View, account: AccountId, stored: &Stored) -> Result<Vec<Segment>> {
        match stored {
            Stored::Whole(segment) => Ok(vec![*segment]),
            Stored::Parts { manifest, .. } => {
                let list = view.get(MANIFESTS, account, manifest.bytes()).await?;
                Ok(list.ok_or_else(changed)?.segments)
            }
        }
    }

    /// The object as `view` has it, once the one that was decided on turned out to be gone. What was decided counts for
    /// the new one only if it is in the same bucket, with the same access control list.
    pub(crate) async fn found_again(&self, view: &View, decided: &Found, key: &ObjectKey) -> Result<Found> {
        let fresh = self.found_version(view, &decided.bucket.name, key, decided.asked).await?;
        if fresh.bucket.record.id != decided.bucket.record.id || fresh.acl() != decided.acl() {
            return Err(changed());
        }
        let stored = |found: &Found| found.object.as_ref().map(|o| o.stored.clone());
        if stored(&fresh) == stored(decided) {
            // Nobody replaced it, so what is gone was lost.
            return Err(Failure::corrupt(format!("object {}/{key}", decided.bucket.name)));
        }
        Ok(fresh)
    }
}

/// Takes the inline pieces from the state that names them: when their turn comes, they may be gone.
async fn take_inline(pieces: &mut VecDeque<Piece>, view: &View, account: AccountId) -> Result<()> {
    let mut taken = 0;
    for piece in pieces.iter_mut().filter(|p| p.segment.inline) {
        if taken > AT_ONCE {
            return Ok(());
        }
        let sealed = sealed(view, account, &piece.segment).await?;
        taken += sealed.len();
        piece.inline = Some(sealed);
    }
    Ok(())
}

/// The part of each segment that a range of the whole touches.
fn pieces(bucket: &Bucket, key: &ObjectKey, segments: &[Segment], range: &Range<u64>) -> VecDeque<Piece> {
    let place = bucket.place(key);
    let mut start: u64 = 0;
    let mut found = VecDeque::new();
    for segment in segments {
        let end = start.saturating_add(segment.size);
        let (from, to) = (range.start.max(start), range.end.min(end));
        // An empty content is one empty piece: its last chunk still has to prove it.
        if from < to || (segments.len() == 1 && segment.size == 0) {
            let context = place.content(&segment.id, segment.part);
            found.push_back(Piece { segment: *segment, context, range: from - start..to - start, inline: None });
        }
        start = end;
    }
    found
}

impl Found {
    /// The object, or that it is not there.
    pub(crate) fn existing(&self, key: &ObjectKey) -> Result<&ObjectRecord> {
        self.object.as_deref().ok_or_else(|| match (self.asked, self.marker) {
            (None, None) => no_object(key),
            (None, Some(marker)) => is_marker(no_object(key), marker),
            (Some(id), None) => no_version(key, id),
            // What can be done with it is to delete it.
            (Some(_), Some(marker)) => {
                is_marker(Failure::of(Reason::MethodNotAllowed).with("Key", key.as_str()), marker)
            }
        })
    }
}
