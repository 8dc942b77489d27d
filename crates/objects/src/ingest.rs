//! Taking a body in: hashed, encrypted and made durable piece by piece, before any metadata names it.

use crate::body::{Body, BodyStream, collect};
use crate::checksum::{Expected, Hasher, Sums};
use crate::content::{ContentRecord, Segment};
use crate::hashing::Hashing;
use crate::ids::ContentId;
use crate::objects::Objects;
use bytes::Bytes;
use crypto::{Encryptor, Key};
use store::BlobWriter;
use types::{Failure, Reason, Result, Secret, limits};

/// Bytes that are hashed and encrypted in one go. Large, so that handing them to another thread costs little; small, so
/// that an upload holds no more than about four of these.
const SLICE: usize = 512 * 1024;
/// The most that is hashed and encrypted without leaving the thread that serves others too: about 0.2 ms of work.
const ON_THE_SPOT: usize = 128 * 1024;

/// A content that has been taken in and is durable, or will be by the commit that names it.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) segment: Segment,
    pub(crate) sums: Sums,
    /// The ciphertext, if it is kept beside the metadata.
    pub(crate) inline: Option<ContentRecord>,
}

/// What a piece of work needs and changes. It moves to a worker thread and back.
struct Work {
    hasher: Hasher,
    encryptor: Encryptor,
}

impl Work {
    /// Everything but the MD5.
    fn take(&mut self, pieces: &[Bytes], out: &mut Vec<u8>) {
        for piece in pieces {
            self.hasher.update_others(piece);
            self.encryptor.update(piece, out);
        }
    }

    fn finish(self, out: &mut Vec<u8>) -> Sums {
        self.encryptor.finish(out);
        self.hasher.finish()
    }
}

/// How a body is to be taken in.
pub(crate) struct Intake<'a> {
    pub(crate) key: &'a Key,
    pub(crate) id: ContentId,
    pub(crate) part: u32,
    /// What the ciphertext is bound to.
    pub(crate) context: Vec<u8>,
    pub(crate) expected: &'a Expected,
}

impl Objects {
    /// Takes a body in. Nothing that counts is left behind if it is not what was expected, or too long, or breaks off.
    pub(crate) async fn take_in(&self, body: &mut Body, intake: Intake<'_>) -> Result<Taken> {
        let length = body.length();
        check_length(length.unwrap_or(0))?;
        let mut stream = body.take()?;
        let (first, ended) = collect(&mut stream, SLICE).await?;
        let size: usize = first.iter().map(Bytes::len).sum();
        if ended && size <= self.config.inline_bytes {
            return self.take_whole(&first, length, &intake);
        }
        let encryptor = Encryptor::new(intake.key, self.store.rng().as_ref(), &intake.context);
        let header = Bytes::copy_from_slice(encryptor.header());
        let work = Work { hasher: Hasher::new(intake.expected), encryptor };
        let mut writer = self.blobs.create(intake.id.blob()?).await?;
        writer.write(header).await?;
        let rest = if ended { None } else { Some(stream) };
        let sums = self.pump(work, first, rest, length, writer.as_mut()).await?;
        verify(&sums, length, intake.expected)?;
        // Durable from here on; named only by the commit that follows. A crash between leaves an orphan.
        writer.finish().await?;
        let segment = Segment { part: intake.part, size: sums.len, id: intake.id, inline: false };
        Ok(Taken { segment, sums, inline: None })
    }

    /// Takes in a small body that is all here, to be kept beside the metadata.
    fn take_whole(&self, pieces: &[Bytes], length: Option<u64>, intake: &Intake<'_>) -> Result<Taken> {
        let mut hasher = Hasher::new(intake.expected);
        pieces.iter().for_each(|piece| hasher.update(piece));
        let sums = hasher.finish();
        verify(&sums, length, intake.expected)?;
        let joined;
        let content = match pieces {
            [whole] => whole.as_ref(),
            _ => {
                joined = Secret::new(pieces.concat());
                joined.expose()
            }
        };
        let sealed = crypto::seal(intake.key, self.store.rng().as_ref(), &intake.context, content);
        let segment = Segment { part: intake.part, size: sums.len, id: intake.id, inline: true };
        Ok(Taken { segment, sums, inline: Some(ContentRecord { sealed }) })
    }

    /// Moves the body through: while one slice is hashed and encrypted on worker threads, the one before is written and
    /// the next is received.
    async fn pump(
        &self,
        mut work: Work,
        first: Vec<Bytes>,
        mut rest: Option<BodyStream>,
        length: Option<u64>,
        writer: &mut dyn BlobWriter,
    ) -> Result<Sums> {
        let (mut pieces, mut sealed, mut received) = (first, Vec::new(), 0);
        while !pieces.is_empty() {
            received += pieces.iter().map(|p| p.len() as u64).sum::<u64>();
            check_received(received, length)?;
            let write = flush(writer, std::mem::take(&mut sealed));
            let process = process(&self.hashing, work, pieces);
            let ((done, next), (), (more, ended)) = futures::try_join!(process, write, receive(&mut rest))?;
            (work, sealed, pieces) = (done, next, more);
            if ended {
                rest = None;
            }
        }
        let sums = work.finish(&mut sealed);
        flush(writer, sealed).await?;
        Ok(sums)
    }

    /// Removes what was taken in for a change that will not be made. Best effort: the sweep does what fails here.
    pub(crate) async fn discard(&self, taken: &Taken) {
        if !taken.segment.inline {
            self.discard_blob(&taken.segment.id).await;
        }
    }

    /// Removes a blob that nothing names. Best effort, as above.
    pub(crate) async fn discard_blob(&self, content: &ContentId) {
        if let Ok(blob) = content.blob()
            && let Err(error) = self.blobs.delete(blob).await
        {
            tracing::warn!(%blob, %error, "a blob that nothing names could not be removed; the sweep will");
        }
    }
}

async fn receive(rest: &mut Option<BodyStream>) -> Result<(Vec<Bytes>, bool)> {
    match rest {
        Some(body) => collect(body, SLICE).await,
        None => Ok((Vec::new(), true)),
    }
}

async fn flush(writer: &mut dyn BlobWriter, sealed: Vec<u8>) -> Result<()> {
    if sealed.is_empty() { Ok(()) } else { Ok(writer.write(sealed.into()).await?) }
}

async fn process(hashing: &Hashing, mut work: Work, pieces: Vec<Bytes>) -> Result<(Work, Vec<u8>)> {
    let size: usize = pieces.iter().map(Bytes::len).sum();
    let mut out = Vec::new();
    if size <= ON_THE_SPOT {
        pieces.iter().for_each(|piece| work.hasher.md5.update(piece));
        work.take(&pieces, &mut out);
        return Ok((work, out));
    }
    let md5 = hashing.update(std::mem::take(&mut work.hasher.md5), pieces.clone());
    let others = tokio::task::spawn_blocking(move || {
        work.take(&pieces, &mut out);
        (work, out)
    });
    let (md5, others) = futures::join!(md5, others);
    let (mut work, out) = others.map_err(Failure::internal)?;
    work.hasher.md5 = md5?;
    Ok((work, out))
}

fn check_length(length: u64) -> Result<()> {
    if length > limits::PUT_BYTES { Err(Failure::of(Reason::ObjectTooLarge)) } else { Ok(()) }
}

fn check_received(received: u64, length: Option<u64>) -> Result<()> {
    check_length(received)?;
    match length {
        Some(length) if received > length => {
            Err(Failure::new(Reason::BodyMalformed, "The request body is longer than its announced length."))
        }
        _ => Ok(()),
    }
}

fn verify(sums: &Sums, length: Option<u64>, expected: &Expected) -> Result<()> {
    check_received(sums.len, length)?;
    if length.is_some_and(|length| sums.len < length) {
        return Err(Failure::of(Reason::BodyTruncated));
    }
    expected.verify(sums)
}
