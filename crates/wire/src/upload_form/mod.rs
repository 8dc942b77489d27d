//! Objects uploaded by HTML forms (RFC 7578): the form as it streams in, the policy that its signer set for it, and the
//! fields between. What S3 and OSS call these differs; what they are does not.

mod disposition;
mod fields;
mod policy;
mod reader;

pub use fields::FormFields;
pub use policy::FormPolicy;
pub use reader::{FormFile, FormPiece, FormReader};

use crate::Head;
use types::{Failure, Reason, Result};

/// Bytes of a boundary (RFC 2046 §5.1.1).
const BOUNDARY: usize = 70;

/// Whether the request says that its body is such a form.
pub fn announced(head: &Head) -> bool {
    head.method() == "POST" && media_type(head).eq_ignore_ascii_case("multipart/form-data")
}

fn media_type(head: &Head) -> &str {
    head.header("content-type").and_then(|value| value.split(';').next()).unwrap_or_default().trim()
}

/// What stands between the form's parts.
pub fn boundary(head: &Head) -> Result<String> {
    let value = head.header("content-type").unwrap_or_default();
    let parameters = value.split_once(';').map_or("", |(_, rest)| rest);
    let parameters =
        disposition::parameters(parameters).ok_or_else(|| malformed("its content type is not in order"))?;
    let boundary = parameters.into_iter().find(|(name, _)| name == "boundary").map(|(_, value)| value);
    let boundary = boundary.ok_or_else(|| malformed("its content type names no boundary"))?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    if boundary.is_empty() || boundary.len() > BOUNDARY || boundary.ends_with(' ') || !boundary.bytes().all(fits) {
        return Err(malformed(format_args!("its boundary must be 1 to {BOUNDARY} characters of RFC 2046")));
    }
    Ok(boundary)
}

fn malformed(why: impl std::fmt::Display) -> Failure {
    Failure::new(Reason::FormMalformed, format!("The form cannot be read: {why}."))
}

#[cfg(test)]
mod tests {
    use super::{announced, boundary};
    use crate::Head;

    fn head(content_type: &str) -> Head {
        Head::read(format!("POST /b HTTP/1.1\r\nContent-Type: {content_type}\r\n\r\n").as_bytes()).unwrap().0
    }

    #[test]
    fn boundaries() {
        for (kind, expected) in [
            ("multipart/form-data; boundary=----WebKitFormBoundaryx", Some("----WebKitFormBoundaryx")),
            ("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", Some("a b")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data; boundary=\"a \"", None),
            ("multipart/form-data; boundary=a; boundary=b", None),
        ] {
            assert!(announced(&head(kind)));
            assert_eq!(boundary(&head(kind)).ok().as_deref(), expected, "{kind}");
        }
        let long = format!("multipart/form-data; boundary={}", "a".repeat(71));
        assert!(boundary(&head(&long)).is_err());
        assert!(!announced(&head("multipart/mixed; boundary=a")));
        assert!(!announced(&Head::read(b"PUT /b HTTP/1.1\r\nContent-Type: multipart/form-data\r\n\r\n").unwrap().0));
    }
}
