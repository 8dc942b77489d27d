//! AWS Signature Version 4, in the header, with the payload left unsigned.

use crate::client::Target;
use crate::outcome::{Doing, Outcome};
use aws_lc_rs::{digest, hmac};
use time::OffsetDateTime;
use time::macros::format_description;

/// What stands in the place of the payload's hash. Over loopback the hash would only cost the load generator time.
pub(super) const PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The headers that a signature adds.
pub(super) struct Signed {
    pub(super) date: String,
    pub(super) authorization: String,
}

impl Signed {
    /// Signs a request that is sent now.
    pub(super) fn now(target: &Target, method: &str, path: &str, query: &str) -> Outcome<Self> {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let date = OffsetDateTime::now_utc().format(format).doing("write the date")?;
        Ok(Self::at(target, method, path, query, date))
    }

    fn at(target: &Target, method: &str, path: &str, query: &str, date: String) -> Self {
        let headers = format!("host:{}\nx-amz-content-sha256:{PAYLOAD}\nx-amz-date:{date}\n", target.address);
        let names = "host;x-amz-content-sha256;x-amz-date";
        let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{PAYLOAD}");
        let day = date.split('T').next().unwrap_or_default();
        let scope = format!("{day}/{}/s3/aws4_request", target.region);
        let hash = hex::encode(digest::digest(&digest::SHA256, canonical.as_bytes()));
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
        let key = [day, &target.region, "s3", "aws4_request"]
            .iter()
            .fold(format!("AWS4{}", target.secret_key).into_bytes(), |key, part| mac(&key, part.as_bytes()));
        let signature = hex::encode(mac(&key, to_sign.as_bytes()));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            target.access_key
        );
        Self { date, authorization }
    }
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::Signed;
    use crate::client::Target;

    /// The value was computed with botocore's S3SigV4Auth for the same request.
    #[test]
    fn a_known_request_has_its_known_signature() {
        let target = Target {
            address: "127.0.0.1:7070".into(),
            access_key: "AKIDEXAMPLE".into(),
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            region: "local-1".into(),
        };
        let date = "20261122T080000Z".to_owned();
        let signed = Signed::at(&target, "GET", "/bucket/dir/key", "list-type=2&prefix=a%20b", date);
        let signature = signed.authorization.rsplit('=').next();
        assert_eq!(signature, Some("8668c270819b9e8dabd6c36ce720311faf790a0766e466d28ee8629121e6badb"));
    }
}
