//! Signatures of upload forms: over the form's policy as it was sent, in Base64, and over nothing else (alibaba-wire §3.5;
//! Amazon S3 API Reference, "Authenticating requests: browser-based uploads using POST"). So what the policy says nothing
//! of is not signed; whether that may be is for the dialect to judge.

use super::proof::{Method, Proof, base64_signature, hex_signature};
use super::{Scheme, Scope, Signed, access_key_id, malformed, oss_v4, window};
use crate::upload_form::{FormFields, FormPolicy};
use std::time::Duration;
use types::{Failure, Reason, Result, Timestamp};

/// How long a derived key signs forms: as long as the longest signed URL lives.
const LONGEST: Duration = Duration::from_hours(7 * 24);
const AWS: &str = "AWS4-HMAC-SHA256";

/// Fields that only a form of OSS has.
const OSS_MARKS: &[&str] = &["ossaccesskeyid", "x-oss-signature-version", "x-oss-signature", "x-oss-credential"];
/// Fields that only a form of S3 has.
const AWS_MARKS: &[&str] = &["awsaccesskeyid", "x-amz-signature", "x-amz-credential", "x-amz-algorithm"];

/// Whether a form is one of S3 (`true`) or of OSS (`false`); `None` if it does not say.
pub fn is_aws(fields: &FormFields) -> Option<bool> {
    let any = |test: &dyn Fn(&str) -> bool| fields.iter().any(|(name, _)| test(name));
    if any(&|name| OSS_MARKS.contains(&name)) {
        return Some(false);
    }
    if any(&|name| AWS_MARKS.contains(&name)) {
        return Some(true);
    }
    any(&|name| name.starts_with("x-amz-"))
        .then_some(true)
        .or_else(|| any(&|name| name.starts_with("x-oss-")).then_some(false))
}

/// A form's policy and who claims to have signed it; `None` for a form without any of that.
pub fn read(fields: &FormFields, aws: bool) -> Result<Option<(Signed, FormPolicy)>> {
    let marks = if aws { AWS_MARKS } else { OSS_MARKS };
    let marked = marks.iter().chain(&["policy", "signature"]).any(|name| fields.get(name).is_some());
    if !marked {
        return Ok(None);
    }
    let encoded = fields.get("policy").ok_or_else(|| malformed("the form has no policy"))?;
    let policy = FormPolicy::parse(encoded)?;
    let form = Form { fields, encoded, expiration: policy.expiration() };
    let signed = match fields.get("x-oss-signature-version") {
        _ if aws => form.aws(),
        None => form.oss_v1(),
        Some(oss_v4::ALGORITHM) => form.oss_v4(),
        Some(_) => Err(Failure::new(Reason::NotImplemented, "Forms of this signature version are not supported.")),
    };
    Ok(Some((signed?, policy)))
}

struct Form<'f> {
    fields: &'f FormFields,
    encoded: &'f str,
    expiration: Timestamp,
}

impl Form<'_> {
    fn field(&self, name: &'static str) -> Result<&str> {
        self.fields.get(name).ok_or_else(|| malformed(format_args!("the form has no {name}")))
    }

    fn aws(&self) -> Result<Signed> {
        if self.fields.get("awsaccesskeyid").is_some() {
            let text = "Signature version 2 is not supported; please use AWS4-HMAC-SHA256.";
            return Err(Failure::new(Reason::NotImplemented, text));
        }
        if self.field("x-amz-algorithm")? != AWS {
            return Err(malformed(format_args!("x-amz-algorithm must be {AWS}")));
        }
        self.derived(["x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-security-token"], b"AWS4", true)
    }

    fn oss_v4(&self) -> Result<Signed> {
        let names = ["x-oss-credential", "x-oss-date", "x-oss-signature", "x-oss-security-token"];
        self.derived(names, b"aliyun_v4", false)
    }

    /// Version 4 of either vendor.
    fn derived(
        &self,
        [credential, date, signature, token]: [&'static str; 4],
        prefix: &'static [u8],
        aws: bool,
    ) -> Result<Signed> {
        let (terminator, product, scheme) =
            if aws { ("aws4_request", "s3", Scheme::Aws) } else { ("aliyun_v4_request", "oss", Scheme::OssV4) };
        let (id, scope) = Scope::parse(self.field(credential)?, terminator)?;
        if scope.product != product {
            return Err(malformed(format_args!("the credential must be for {product}")));
        }
        let time = Timestamp::parse_iso_basic(self.field(date)?).ok_or_else(window::malformed)?;
        scope.require_day(time)?;
        let method = Method::Derived { prefix, scope: scope.clone() };
        let signed = Signed { time: Some(time), scope: Some(scope), ..self.signed(scheme, id, token, method)? };
        let expires = self.expiration.min(time.plus(LONGEST));
        let signature = hex_signature(self.field(signature)?)?;
        Ok(Signed { expires: Some(expires), proof: Proof { signature, ..signed.proof }, ..signed })
    }

    fn oss_v1(&self) -> Result<Signed> {
        let method = Method::Sha1 { suffix: b"" };
        let signed = self.signed(Scheme::OssV1, self.field("ossaccesskeyid")?, "x-oss-security-token", method)?;
        let signature = base64_signature(self.field("signature")?, 20)?;
        Ok(Signed { proof: Proof { signature, ..signed.proof }, ..signed })
    }

    fn signed(&self, scheme: Scheme, id: &str, token: &str, method: Method) -> Result<Signed> {
        let strings = vec![self.encoded.to_owned()];
        Ok(Signed {
            scheme,
            access_key_id: access_key_id(id)?,
            security_token: self.fields.filled(token).map(str::to_owned),
            time: None,
            expires: Some(self.expiration),
            nonce: None,
            scope: None,
            signed_headers: Vec::new(),
            proof: Proof { method, strings, canonical_request: None, signature: String::new() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{is_aws, read};
    use crate::upload_form::FormFields;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use types::{Reason, Timestamp};

    fn fields(pairs: &[(&str, &str)]) -> FormFields {
        let mut fields = FormFields::default();
        pairs.iter().for_each(|(name, value)| fields.add((*name).to_owned(), (*value).to_owned()).unwrap());
        fields
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_iso(text).unwrap()
    }

    /// The example of the Amazon S3 API Reference, "Browser-based upload using HTTP POST (Signature Version 4)".
    #[test]
    fn the_documented_form() {
        let policy = concat!(
            "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4",
            "YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9",
            "LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3Nm",
            "dWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1",
            "aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMt",
            "d2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEy",
            "MjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7Ingt",
            "YW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
        );
        let form = fields(&[
            ("policy", policy),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
            ("x-amz-date", "20151229T000000Z"),
            ("x-amz-signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
        ]);
        assert_eq!(is_aws(&form), Some(true));
        let (signed, _) = read(&form, true).unwrap().unwrap();
        let secret = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        signed.verify(secret, at("2015-12-29T01:00:00Z"), &["us-east-1"]).unwrap();
        let reason =
            |secret: &[u8], now, regions: &[&str]| signed.verify(secret, at(now), regions).unwrap_err().reason();
        assert_eq!(reason(b"other", "2015-12-29T01:00:00Z", &["us-east-1"]), Reason::SignatureMismatch);
        assert_eq!(reason(secret, "2015-12-30T12:00:01Z", &["us-east-1"]), Reason::RequestExpired);
        assert_eq!(reason(secret, "2015-12-28T12:00:00Z", &["us-east-1"]), Reason::ClockSkewed);
        assert_eq!(reason(secret, "2015-12-29T01:00:00Z", &["other"]), Reason::RegionMismatch);
    }

    #[test]
    fn forms_of_oss() {
        let policy = STANDARD.encode(r#"{"expiration":"2026-12-01T12:00:00.000Z","conditions":[]}"#);
        let mac = STANDARD.encode(crypto::mac::hmac_sha1(b"secret", &[policy.as_bytes()]));
        let form = fields(&[("ossaccesskeyid", "LTAITESTTESTTEST"), ("policy", &policy), ("signature", &mac)]);
        assert_eq!(is_aws(&form), Some(false));
        let (signed, _) = read(&form, false).unwrap().unwrap();
        signed.verify(b"secret", at("2026-12-01T12:00:00Z"), &[]).unwrap();
        assert_eq!(
            signed.verify(b"secret", at("2026-12-01T12:00:01Z"), &[]).unwrap_err().reason(),
            Reason::RequestExpired
        );
        assert!(signed.verify(b"other", at("2026-12-01T12:00:00Z"), &[]).is_err());
        // No part of a signature is none at all.
        for (left_out, ..) in [("policy", ""), ("signature", ""), ("ossaccesskeyid", "")] {
            let mut half = FormFields::default();
            for (name, value) in form.iter().filter(|(name, _)| *name != left_out) {
                half.add(name.to_owned(), value.to_owned()).unwrap();
            }
            assert_eq!(read(&half, false).err().map(|f| f.reason()), Some(Reason::SignatureMalformed), "{left_out}");
        }
        assert!(read(&fields(&[("key", "k")]), false).unwrap().is_none());
        let v2 = fields(&[("policy", &policy), ("x-oss-signature-version", "OSS2")]);
        assert_eq!(read(&v2, false).err().map(|f| f.reason()), Some(Reason::NotImplemented));
        let aws_v2 = fields(&[("policy", &policy), ("awsaccesskeyid", "a"), ("signature", "b")]);
        assert_eq!(is_aws(&aws_v2), Some(true));
        assert_eq!(read(&aws_v2, true).err().map(|f| f.reason()), Some(Reason::NotImplemented));
    }
}
