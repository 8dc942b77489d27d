//! Objects uploaded by HTML forms. What a form is, and what is answered to it, is the same in both dialects; how its
//! fields are called is not.

use crate::arrival::Arrival;
use crate::body::{self, Request, RequestBody, Response, empty, full};
use crate::cors::Crossing;
use crate::domains::Domains;
use crate::{oss, s3};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use objects::Body;
use std::pin::Pin;
use std::sync::Arc;
use types::{BucketName, Failure, ObjectKey, Reason, Result, limits};
use wire::signature::{Family, post, recognise};
use wire::upload_form::{FormFields, FormFile, FormPiece, FormReader, announced, boundary};
use wire::{Head, Params, encoding, xml};

/// What stands for the name of the file in the key.
const FILE_NAME: &str = "${filename}";
/// Bytes of an address to go on to.
const ADDRESS: usize = 2048;

/// A form whose fields are read, its file still to come.
pub(crate) struct Form {
    /// The fields before the file.
    pub(crate) fields: FormFields,
    /// What the file says of itself.
    pub(crate) file: FormFile,
    rest: Rest,
}

struct Rest {
    reader: FormReader,
    body: Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>,
}

impl Rest {
    async fn piece(&mut self) -> Result<FormPiece> {
        loop {
            match self.reader.piece()? {
                FormPiece::Hungry => match self.body.next().await {
                    Some(bytes) => self.reader.feed(&bytes?),
                    None => return Err(Failure::of(Reason::BodyTruncated)),
                },
                piece => return Ok(piece),
            }
        }
    }
}

/// Whether a request is a form that uploads into a bucket, and brings its signature, if it has one, in its fields.
pub(crate) fn is_one(domains: &Domains, head: &Head) -> bool {
    if !announced(head) || head.header("authorization").is_some() || !head.raw_query().is_empty() {
        return false;
    }
    let location = domains.addressing.resolve(head.header("host").unwrap_or_default(), head.raw_path());
    location.is_ok_and(|location| location.bucket.is_some() && location.key.is_empty())
}

/// Answers such a request. Its fields tell its dialect.
pub(crate) async fn serve(domains: &Arc<Domains>, arrival: Arrival, head: &Head, request: Request) -> Response {
    let form = read(head, request.into_body()).await;
    let told = form.as_ref().ok().and_then(|form| post::is_aws(&form.fields));
    let aws = told.unwrap_or_else(|| recognise(head, &Params::default()).family() == Family::S3);
    let crossing = Crossing::of(head, if aws { Family::S3 } else { Family::Oss });
    let response = match aws {
        true => Box::pin(s3::post(domains, arrival, head, form)).await,
        false => Box::pin(oss::post(domains, arrival, head, form)).await,
    };
    match crossing {
        Some(crossing) => crossing.answered(domains, response).await,
        None => response,
    }
}

async fn read(head: &Head, body: RequestBody) -> Result<Form> {
    let mut rest = Rest { reader: FormReader::new(&boundary(head)?), body: Box::pin(body::data(body)) };
    let mut fields = FormFields::default();
    loop {
        match rest.piece().await? {
            FormPiece::Field(name, value) => fields.add(name, value)?,
            FormPiece::File(file) => return Ok(Form { fields, file, rest }),
            FormPiece::End => return Err(Failure::new(Reason::FormMalformed, "The form has no part called file.")),
            FormPiece::Hungry | FormPiece::Content(_) => {
                return Err(Failure::internal("content comes behind its file"));
            }
        }
    }
}

impl Form {
    /// Puts the file's name into the key, where the key asks for it. To be done before anything is held against a policy,
    /// which is about the key as it will be (Amazon S3 API Reference, "POST policy").
    pub(crate) fn expand(&mut self) {
        let Some(key) = self.fields.get("key").filter(|key| key.contains(FILE_NAME)) else { return };
        let path = self.file.name.as_deref().unwrap_or_default();
        let key = key.replace(FILE_NAME, path.rsplit(['/', '\\']).next().unwrap_or_default());
        self.fields.replace("key", key);
    }

    /// The file's content, as it comes in. It ends only when the whole form did, and fails if it is not of the size that
    /// it may have: so what is not let in is never whole.
    pub(crate) fn content(self, (least, most): (u64, u64)) -> Body {
        let most = most.min(limits::PUT_BYTES);
        let pieces = futures::stream::unfold(Some((self.rest, 0_u64)), move |state| async move {
            let (mut rest, mut size) = state?;
            let piece = match rest.piece().await {
                Ok(FormPiece::Content(bytes)) => {
                    size = size.saturating_add(bytes.len() as u64);
                    if size > most { Err(too_large(most)) } else { Ok(bytes) }
                }
                Ok(FormPiece::End) if size < least => Err(too_small(least)),
                Ok(FormPiece::End) => return None,
                Ok(_) => Err(Failure::internal("nothing but content is behind a file")),
                Err(failure) => Err(failure),
            };
            let more = piece.is_ok().then_some((rest, size));
            Some((piece, more))
        });
        Body::new(pieces, None)
    }
}

fn too_large(most: u64) -> Failure {
    Failure::new(Reason::ObjectTooLarge, format!("The file of the form is larger than the {most} bytes allowed."))
        .with("MaxSizeAllowed", most.to_string())
}

fn too_small(least: u64) -> Failure {
    Failure::new(Reason::ObjectTooSmall, format!("The file of the form is smaller than the {least} bytes needed."))
        .with("MinSizeAllowed", least.to_string())
}

/// How the sender of a form wants to be answered.
pub(crate) enum Outcome {
    /// By this status.
    Status(StatusCode),
    /// By being sent on to this address.
    Redirect(String),
}

impl Outcome {
    /// As the fields say. Another status than the three means 204 to both vendors.
    pub(crate) fn of(fields: &FormFields) -> Result<Self> {
        let to = fields.filled("success_action_redirect").or_else(|| fields.filled("redirect"));
        if let Some(to) = to {
            let web = to.starts_with("http://") || to.starts_with("https://");
            if !web || to.len() > ADDRESS || to.contains('#') || !to.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(Failure::invalid("success_action_redirect", "it must be an http or https address"));
            }
            return Ok(Self::Redirect(to.to_owned()));
        }
        Ok(Self::Status(match fields.get("success_action_status") {
            Some("200") => StatusCode::OK,
            Some("201") => StatusCode::CREATED,
            _ => StatusCode::NO_CONTENT,
        }))
    }
}

/// What a form stored, and where it was sent.
pub(crate) struct Stored<'s> {
    pub(crate) head: &'s Head,
    pub(crate) secure: bool,
    pub(crate) bucket: &'s BucketName,
    pub(crate) key: &'s ObjectKey,
    /// In quotes, as the dialect writes it.
    pub(crate) etag: &'s str,
}

impl Stored<'_> {
    /// The answer to the form.
    pub(crate) fn answer(&self, outcome: &Outcome) -> Response {
        let location = self.location();
        let mut response = Response::new(empty());
        let (status, location) = match outcome {
            Outcome::Status(StatusCode::CREATED) => {
                *response.body_mut() = full(self.document(&location));
                put(response.headers_mut(), header::CONTENT_TYPE, "application/xml");
                (StatusCode::CREATED, location)
            }
            Outcome::Status(status) => (*status, location),
            Outcome::Redirect(to) => (StatusCode::SEE_OTHER, self.onward(to)),
        };
        *response.status_mut() = status;
        put(response.headers_mut(), header::LOCATION, &location);
        put(response.headers_mut(), header::ETAG, self.etag);
        response
    }

    /// The object's address, as the form was addressed.
    fn location(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        let (host, path) = (self.head.header("host").unwrap_or_default(), self.head.raw_path().trim_end_matches('/'));
        format!("{scheme}://{host}{path}/{}", encoding::encode_path(self.key.as_str()))
    }

    fn document(&self, location: &str) -> String {
        xml::document("PostResponse", |w| {
            w.text("Location", location);
            w.text("Bucket", self.bucket);
            w.text("Key", self.key);
            w.text("ETag", self.etag);
        })
    }

    fn onward(&self, to: &str) -> String {
        let mark = if to.contains('?') { '&' } else { '?' };
        let (key, etag) = (encoding::encode(self.key.as_str()), encoding::encode(self.etag));
        format!("{to}{mark}bucket={}&key={key}&etag={etag}", self.bucket)
    }
}

fn put(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}
