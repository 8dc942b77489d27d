use bytes::Bytes;
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use types::{Failure, Result};

/// Bytes of a content as they come in or go out.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// The body of a request that stores something: taken in once.
pub struct Body {
    /// A stream is `Send` but not `Sync`; operations are both.
    stream: Mutex<Option<BodyStream>>,
    length: Option<u64>,
}

impl Body {
    /// A body. `length`: how long it says it is.
    pub fn new(stream: impl Stream<Item = Result<Bytes>> + Send + 'static, length: Option<u64>) -> Self {
        Self { stream: Mutex::new(Some(Box::pin(stream))), length }
    }

    /// A body that is already here.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        Self::new(futures::stream::once(std::future::ready(Ok(bytes))), Some(length))
    }

    /// How long it says it is.
    pub const fn length(&self) -> Option<u64> {
        self.length
    }

    pub(crate) fn take(&mut self) -> Result<BodyStream> {
        let stream = self.stream.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        stream.ok_or_else(|| Failure::internal("a body is taken in once"))
    }
}

/// Pieces below this are copied together: each of them holds on to the buffer it came in, which may be far larger.
const SMALL: usize = 1024;

/// Up to about `most` bytes of a body, and whether that was its end.
pub(crate) async fn collect(body: &mut BodyStream, most: usize) -> Result<(Vec<Bytes>, bool)> {
    let mut got = Pieces::default();
    while got.size < most {
        match body.next().await {
            Some(piece) => got.add(piece?),
            None => return Ok((got.finish(), true)),
        }
    }
    Ok((got.finish(), false))
}

#[derive(Default)]
struct Pieces {
    pieces: Vec<Bytes>,
    /// The small ones since the last large one.
    small: Vec<u8>,
    size: usize,
}

impl Pieces {
    fn add(&mut self, piece: Bytes) {
        self.size += piece.len();
        if piece.len() < SMALL {
            self.small.extend_from_slice(&piece);
        } else {
            self.flush();
            self.pieces.push(piece);
        }
    }

    fn flush(&mut self) {
        if !self.small.is_empty() {
            self.pieces.push(std::mem::take(&mut self.small).into());
        }
    }

    fn finish(mut self) -> Vec<Bytes> {
        self.flush();
        self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, SMALL, collect};
    use bytes::Bytes;
    use futures::stream;

    #[tokio::test]
    async fn small_pieces_are_put_together_in_their_order() {
        let whole: Bytes = (0..4 * SMALL).map(|i| i.to_le_bytes()[0]).collect::<Vec<_>>().into();
        let cut = |from, to, by| whole.slice(from..to).chunks(by).map(Bytes::copy_from_slice).collect::<Vec<_>>();
        let sent = [cut(0, SMALL, 1), cut(SMALL, 2 * SMALL, SMALL), vec![Bytes::new()], cut(2 * SMALL, 4 * SMALL, 7)];
        let mut body = Body::new(stream::iter(sent.concat().into_iter().map(Ok)), None).take().unwrap();
        let (pieces, ended) = collect(&mut body, usize::MAX).await.unwrap();
        assert_eq!((pieces.len(), ended), (3, true));
        assert_eq!(pieces.concat(), whole);
    }
}
