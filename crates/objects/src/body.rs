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

/// Up to about `most` bytes of a body, as they came, and whether that was its end.
pub(crate) async fn collect(body: &mut BodyStream, most: usize) -> Result<(Vec<Bytes>, bool)> {
    let (mut pieces, mut size) = (Vec::new(), 0);
    while size < most {
        match body.next().await {
            Some(piece) => {
                let piece = piece?;
                size += piece.len();
                pieces.push(piece);
            }
            None => return Ok((pieces, true)),
        }
    }
    Ok((pieces, false))
}
