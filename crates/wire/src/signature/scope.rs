use super::malformed;
use types::{Result, Timestamp};

/// What a derived signing key is good for: a day, a region and a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The day, as `YYYYMMDD`.
    pub date: String,
    /// The region.
    pub region: String,
    /// The service: `oss`, `Kms`, `s3`.
    pub product: String,
    /// The last word, which names the scheme.
    pub terminator: &'static str,
}

impl Scope {
    /// Splits `<access key id>/<date>/<region>/<product>/<terminator>`.
    pub(super) fn parse<'a>(credential: &'a str, terminator: &'static str) -> Result<(&'a str, Self)> {
        let mut parts = credential.split('/');
        let (Some(id), Some(date), Some(region), Some(product), Some(last), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed("the credential must be id/date/region/service/terminator"));
        };
        if last != terminator || region.is_empty() || product.is_empty() {
            return Err(malformed(format_args!(
                "the credential must have a region and a service and end in {terminator}"
            )));
        }
        let scope = Self { date: date.to_owned(), region: region.to_owned(), product: product.to_owned(), terminator };
        Ok((id, scope))
    }

    /// Refuses a scope of another day than the request's.
    pub(super) fn require_day(&self, time: Timestamp) -> Result<()> {
        let day = time.iso_basic();
        if day.split('T').next() == Some(self.date.as_str()) {
            Ok(())
        } else {
            Err(malformed("the credential's date is not that of the request"))
        }
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}/{}", self.date, self.region, self.product, self.terminator)
    }
}
