use bytes::Bytes;
use futures::{Stream, StreamExt};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use std::error::Error;
use types::{Failure, Reason, Result};

/// Why a body ended early.
pub(crate) type BodyError = Box<dyn Error + Send + Sync>;
/// The body of a request as it arrives.
pub type RequestBody = UnsyncBoxBody<Bytes, BodyError>;
/// A request.
pub type Request = http::Request<RequestBody>;
/// The body of an answer.
pub type ResponseBody = UnsyncBoxBody<Bytes, BodyError>;
/// An answer.
pub type Response = http::Response<ResponseBody>;

/// A body of these bytes.
pub fn full(bytes: impl Into<Bytes>) -> ResponseBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body of nothing.
pub fn empty() -> ResponseBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body that is produced while it is sent. An error breaks the connection off, since the status is already out.
pub fn streaming(stream: impl Stream<Item = Result<Bytes>> + Send + 'static) -> ResponseBody {
    let frames = stream.map(|chunk| chunk.map(Frame::data).map_err(BodyError::from));
    BodyExt::boxed_unsync(StreamBody::new(frames))
}

/// The data of a request's body, as it arrives. What breaks off is [`Reason::BodyTruncated`].
pub(crate) fn data(body: RequestBody) -> impl Stream<Item = Result<Bytes>> + Send {
    body.into_data_stream().map(|chunk| chunk.map_err(|e| Failure::of(Reason::BodyTruncated).caused_by(e)))
}

/// The whole of a body that may have at most `most` bytes.
pub(crate) async fn collect(body: RequestBody, most: usize) -> Result<Bytes> {
    let mut stream = std::pin::pin!(data(body));
    let mut collected = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        if collected.len() + chunk.len() > most {
            let text = format!("The request body is larger than the {most} bytes allowed.");
            return Err(Failure::new(Reason::BodyTooLarge, text));
        }
        collected.extend_from_slice(&chunk);
    }
    Ok(collected.into())
}
