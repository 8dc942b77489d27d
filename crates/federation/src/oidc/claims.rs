use super::issuer_url::IssuerUrl;
use super::refusal::Refusal;
use serde_json::{Map, Value};
use std::time::Duration;
use types::Timestamp;

/// How far the issuer's clock may be from ours.
const LEEWAY: Duration = Duration::from_secs(60);
/// Characters of a subject (OpenID Connect Core §2), of an issuer and of an audience.
const CHARS: usize = 255;
/// Audiences of one token.
const AUDIENCES: usize = 50;
/// The last second of the year 9999: what is beyond is no time.
const LAST_SECOND: i64 = 253_402_300_799;

/// What is expected of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The issuer.
    pub issuer: &'a IssuerUrl,
    /// The client ids that the issuer's tokens are taken for.
    pub audiences: &'a [String],
    /// How long ago a token may have been issued, however long it says it is good.
    pub max_age: Duration,
}

/// What a token says, of what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who issued it.
    pub issuer: String,
    /// Whom it is about, in the issuer's words.
    pub subject: String,
    /// Whom it is for: after [`IdToken::verify`](super::IdToken::verify), those of them that were expected.
    pub audiences: Vec<String>,
    /// Whom it was given to, if it says.
    pub party: Option<String>,
    /// When it ends.
    pub expires: Timestamp,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it starts to be good, if it says.
    pub not_before: Option<Timestamp>,
}

impl Claims {
    pub(super) fn read(members: &Map<String, Value>) -> Result<Self, Refusal> {
        let wrong = Refusal::Malformed;
        Ok(Self {
            issuer: text(members.get("iss")).ok_or(wrong("iss must be a text"))?,
            subject: text(members.get("sub")).ok_or(wrong("sub must be a text of 1 to 255 ASCII characters"))?,
            audiences: audiences(members.get("aud")).ok_or(wrong("aud must be a text or a list of texts"))?,
            party: optional(members, "azp", text).ok_or(wrong("azp must be a text"))?,
            expires: moment(members.get("exp")).ok_or(wrong("exp must be a time"))?,
            issued: moment(members.get("iat")).ok_or(wrong("iat must be a time"))?,
            not_before: optional(members, "nbf", moment).ok_or(wrong("nbf must be a time"))?,
        })
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.plus(LEEWAY) <= now
    }

    /// Whether they are what is expected at `now` (OpenID Connect Core §3.1.3.7, steps 2 to 5 and 9 to 10).
    pub(super) fn check(&self, expected: &Expected<'_>, now: Timestamp) -> Result<(), Refusal> {
        let known = |client: &String| expected.audiences.contains(client);
        if self.issuer != expected.issuer.as_str() {
            return Err(Refusal::Issuer);
        }
        if !self.audiences.iter().any(known) {
            return Err(Refusal::Audience);
        }
        match &self.party {
            Some(party) if !known(party) => return Err(Refusal::Party),
            None if self.audiences.len() > 1 => return Err(Refusal::Party),
            _ => {}
        }
        if self.is_expired(now) {
            return Err(Refusal::Expired);
        }
        if self.issued.plus(expected.max_age).plus(LEEWAY) <= now {
            return Err(Refusal::TooOld);
        }
        let latest = now.plus(LEEWAY);
        if self.issued > latest || self.not_before.is_some_and(|from| from > latest) {
            return Err(Refusal::NotYet);
        }
        Ok(())
    }

    /// The same without audiences that were not expected: nobody is to decide by what means nothing here.
    pub(super) fn expected(&self, expected: &Expected<'_>) -> Self {
        let audiences = self.audiences.iter().filter(|one| expected.audiences.contains(one)).cloned().collect();
        Self { audiences, ..self.clone() }
    }
}

fn optional<T>(members: &Map<String, Value>, name: &str, read: fn(Option<&Value>) -> Option<T>) -> Option<Option<T>> {
    match members.get(name) {
        None => Some(None),
        given => read(given).map(Some),
    }
}

/// Printable ASCII, which is what issuers, clients and subjects are made of: nothing that is shown as something else.
fn text(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?;
    let fits = (1..=CHARS).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b));
    fits.then(|| text.to_owned())
}

fn audiences(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::Array(items) if (1..=AUDIENCES).contains(&items.len()) => {
            items.iter().map(|one| text(Some(one))).collect()
        }
        Value::Array(_) => None,
        one => text(Some(one)).map(|one| vec![one]),
    }
}

/// A `NumericDate` (RFC 7519 §2): seconds since 1970, perhaps with a fraction, which is dropped.
fn moment(value: Option<&Value>) -> Option<Timestamp> {
    let number = value?.as_number()?;
    let secs = match (number.as_i64(), number.as_f64()) {
        (Some(secs), _) => secs,
        #[expect(clippy::cast_possible_truncation, reason = "the fraction is dropped, and the range is checked")]
        (None, Some(secs)) if (0.0..253_402_300_800.0).contains(&secs) => secs as i64,
        _ => return None,
    };
    (0..=LAST_SECOND).contains(&secs).then(|| Timestamp::from_secs(secs))
}
