use crate::{Head, Params, encoding};

/// The interface a request speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// The Alibaba Cloud OpenAPI services: one path, an action and a version.
    Rpc,
    /// Alibaba Cloud OSS.
    Oss,
    /// Amazon S3.
    S3,
    /// Amazon's JSON services: one path, an operation named in `X-Amz-Target`.
    AwsJson,
    /// Amazon's query services: one path, an action and a version, answers in XML.
    AwsQuery,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `ACS3-HMAC-SHA256` or `ACS3-HMAC-SM3`: read with [`acs::read`](super::acs::read).
    Acs3,
    /// `ACS4-HMAC-SHA256`, with a derived key: read with [`acs::read`](super::acs::read).
    Acs4,
    /// RPC with HMAC-SHA1 in the parameters: read with [`rpc::read`](super::rpc::read).
    Rpc,
    /// OSS version 1, header or URL: read with [`oss::read`](super::oss::read).
    OssV1,
    /// OSS version 2, header or URL: read with [`oss::read`](super::oss::read).
    OssV2,
    /// OSS version 4, header or URL: read with [`oss::read`](super::oss::read).
    OssV4,
    /// AWS, any version: checked by [`aws::precheck`](super::aws::precheck), verified by `s3s`.
    Aws,
    /// AWS version 4 on a call of a JSON service: read with [`aws::read`](super::aws::read).
    AwsJson,
    /// AWS version 4 on a call of a query service: read with [`aws::read`](super::aws::read).
    AwsQuery,
    /// Credentials of a kind that is not supported: to be refused, never taken for anonymous.
    Unsupported(Family),
    /// No credentials at all.
    Anonymous(Family),
}

impl Scheme {
    /// The interface the request speaks.
    pub const fn family(self) -> Family {
        match self {
            Self::Acs3 | Self::Acs4 | Self::Rpc => Family::Rpc,
            Self::OssV1 | Self::OssV2 | Self::OssV4 => Family::Oss,
            Self::Aws => Family::S3,
            Self::AwsJson => Family::AwsJson,
            Self::AwsQuery => Family::AwsQuery,
            Self::Unsupported(family) | Self::Anonymous(family) => family,
        }
    }
}

/// The interface versions of Amazon's query services that are served here: identities and temporary credentials.
const QUERY_VERSIONS: [&str; 2] = ["2010-05-08", "2011-06-15"];
/// The same services, as credentials name them.
const QUERY_SERVICES: [&str; 2] = ["iam", "sts"];

/// Names the scheme of a request. `form` holds the parameters of a form body, where the OpenAPI SDKs may put all of
/// theirs. Never fails: what cannot be read is found by the scheme's own reader, which answers in its dialect.
pub fn recognise(head: &Head, form: &Params) -> Scheme {
    by_target(head)
        .or_else(|| by_query_service(head))
        .or_else(|| by_authorization(head))
        .or_else(|| by_query(head))
        .unwrap_or_else(|| by_shape(head, form))
}

/// The header that names the operation is no other interface's; a signature of another scheme beside it is refused there.
fn by_target(head: &Head) -> Option<Scheme> {
    head.header("x-amz-target").filter(|_| head.raw_path() == "/" && head.method() == "POST")?;
    Some(match head.header("authorization") {
        Some(value) if value.starts_with("AWS4-") => Scheme::AwsJson,
        Some(_) => Scheme::Unsupported(Family::AwsJson),
        // These services have no signed URLs.
        None if by_query(head).is_some() => Scheme::Unsupported(Family::AwsJson),
        None => Scheme::Anonymous(Family::AwsJson),
    })
}

/// A version 4 credential names the service that the request is for. These two have one path, where S3 has none that is
/// signed for them.
fn by_query_service(head: &Head) -> Option<Scheme> {
    let is_query = |credential: &str| {
        let service = credential.split('/').nth(3);
        service.is_some_and(|service| QUERY_SERVICES.contains(&service))
    };
    Some(head).filter(|head| head.raw_path() == "/")?;
    match head.header("authorization") {
        Some(value) if value.starts_with("AWS4-") => {
            let credential = value.split_once("Credential=").and_then(|(_, rest)| rest.split([',', ' ']).next());
            credential.is_some_and(is_query).then_some(Scheme::AwsQuery)
        }
        Some(_) => None,
        // Signed URLs are another scheme, which these are not served by.
        None => {
            let query = Params::parse(head.raw_query().as_bytes()).ok()?;
            query.get("X-Amz-Credential").is_some_and(is_query).then_some(Scheme::Unsupported(Family::AwsQuery))
        }
    }
}

fn by_authorization(head: &Head) -> Option<Scheme> {
    let value = head.header("authorization")?;
    let known = [
        ("ACS3-HMAC-", Scheme::Acs3),
        ("ACS4-HMAC-", Scheme::Acs4),
        ("OSS4-HMAC-", Scheme::OssV4),
        ("OSS2 ", Scheme::OssV2),
        ("OSS ", Scheme::OssV1),
        ("AWS4-", Scheme::Aws),
        ("AWS ", Scheme::Aws),
        ("acs ", Scheme::Unsupported(Family::Rpc)),
        ("ACS", Scheme::Unsupported(Family::Rpc)),
    ];
    let found = known.iter().find(|(prefix, _)| value.starts_with(prefix)).map(|(_, scheme)| *scheme);
    Some(found.unwrap_or_else(|| Scheme::Unsupported(family_by_headers(head))))
}

/// Signed URLs. The names decide alone, so that a request with half a signature is refused and not anonymous.
fn by_query(head: &Head) -> Option<Scheme> {
    let names = Names::of(head.raw_query());
    if names.has("x-oss-signature-version") || names.has("x-oss-signature") {
        let version_1_or_2 =
            names.has("x-oss-access-key-id") || names.has("x-oss-expires") && !names.has("x-oss-credential");
        return Some(if version_1_or_2 { Scheme::OssV2 } else { Scheme::OssV4 });
    }
    if names.has("OSSAccessKeyId") {
        return Some(Scheme::OssV1);
    }
    let version_2 = names.has("AWSAccessKeyId") && names.has("Signature");
    (names.has("X-Amz-Signature") || names.has("X-Amz-Algorithm") || version_2).then_some(Scheme::Aws)
}

fn by_shape(head: &Head, form: &Params) -> Scheme {
    let names = Names::of(head.raw_query());
    let has = |name: &str| names.has(name) || form.contains(name);
    let asked = has("Action") && has("Version") || has("AccessKeyId") && has("Signature");
    let marked = ["x-acs-action", "x-kms-apiname"].iter().any(|name| head.header(name).is_some());
    let is_rpc = head.raw_path() == "/" && (asked || marked);
    if !is_rpc {
        return Scheme::Anonymous(family_by_headers(head));
    }
    if !has("Signature") && names_query_version(head, form) {
        return Scheme::Anonymous(Family::AwsQuery);
    }
    if head.header("x-acs-bearer-token").is_some() || head.header("x-acs-zero-trust-idtoken").is_some() {
        Scheme::Unsupported(Family::Rpc)
    } else if has("Signature") || has("AccessKeyId") {
        Scheme::Rpc
    } else {
        Scheme::Anonymous(Family::Rpc)
    }
}

/// No interface of Alibaba's has one of these versions.
fn names_query_version(head: &Head, form: &Params) -> bool {
    let query = Params::parse(head.raw_query().as_bytes()).unwrap_or_default();
    query.get("Version").or_else(|| form.get("Version")).is_some_and(|version| QUERY_VERSIONS.contains(&version))
}

fn family_by_headers(head: &Head) -> Family {
    if head.has_header_prefix("x-oss-") {
        Family::Oss
    } else if head.has_header_prefix("x-amz-") {
        Family::S3
    } else if head.has_header_prefix("x-acs-") || head.has_header_prefix("x-kms-") {
        Family::Rpc
    } else {
        // An anonymous read of an object looks the same in both dialects; OSS is the default.
        Family::Oss
    }
}

/// The names in a query, decoded where that is possible.
struct Names(Vec<String>);

impl Names {
    fn of(raw_query: &str) -> Self {
        let name = |pair: &str| {
            let raw = pair.split_once('=').map_or(pair, |(name, _)| name);
            encoding::decode_form(raw.as_bytes()).unwrap_or_else(|_| raw.to_owned())
        };
        Self(raw_query.split('&').map(name).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|n| n == name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, Scheme, recognise};
    use crate::{Head, Params};
    use proptest::prelude::{any, proptest};

    fn scheme(target: &str, header: &str, form: &str) -> Scheme {
        let raw = format!("POST {target} HTTP/1.1\r\nHost: h\r\n{header}\r\n\r\n");
        recognise(&Head::read(raw.as_bytes()).unwrap().0, &Params::parse(form.as_bytes()).unwrap())
    }

    #[test]
    fn every_scheme_has_its_mark() {
        let cases = [
            ("/", "Authorization: ACS3-HMAC-SHA256 x", "", Scheme::Acs3),
            ("/", "Authorization: ACS4-HMAC-SHA256 x", "", Scheme::Acs4),
            ("/", "Authorization: acs x:y", "", Scheme::Unsupported(Family::Rpc)),
            ("/", "Authorization: Bearer x", "", Scheme::Unsupported(Family::Oss)),
            ("/?Action=A&Version=V&Signature=S&AccessKeyId=K", "a: b", "", Scheme::Rpc),
            ("/?Action=A", "a: b", "Version=V&Signature=S", Scheme::Rpc),
            ("/?Action=A&Signature=S&AccessKeyId=K", "a: b", "", Scheme::Rpc),
            ("/?Action=A&Version=V", "a: b", "", Scheme::Anonymous(Family::Rpc)),
            ("/?Action=A&Version=V", "x-acs-bearer-token: b", "", Scheme::Unsupported(Family::Rpc)),
            ("/b/k?Action=A&Version=V&Signature=S", "a: b", "", Scheme::Anonymous(Family::Oss)),
            ("/b/k", "Authorization: OSS a:b", "", Scheme::OssV1),
            ("/b/k", "Authorization: OSS2 x", "", Scheme::OssV2),
            ("/b/k", "Authorization: OSS4-HMAC-SHA256 x", "", Scheme::OssV4),
            ("/b/k?OSSAccessKeyId=x", "a: b", "", Scheme::OssV1),
            ("/b/k?x-oss-signature-version=OSS2&x-oss-access-key-id=x", "a: b", "", Scheme::OssV2),
            ("/b/k?x-oss-signature=x", "a: b", "", Scheme::OssV4),
            ("/b/k?x-oss-signature%2dversion=x", "a: b", "", Scheme::OssV4),
            ("/b/k", "Authorization: AWS4-HMAC-SHA256 x", "", Scheme::Aws),
            ("/b/k", "Authorization: AWS a:b", "", Scheme::Aws),
            ("/", "x-amz-target: T.A\r\nAuthorization: AWS4-HMAC-SHA256 x", "", Scheme::AwsJson),
            ("/", "x-amz-target: T.A\r\nAuthorization: OSS a:b", "", Scheme::Unsupported(Family::AwsJson)),
            ("/", "x-amz-target: T.A", "", Scheme::Anonymous(Family::AwsJson)),
            ("/?X-Amz-Signature=x", "x-amz-target: T.A", "", Scheme::Unsupported(Family::AwsJson)),
            ("/b", "x-amz-target: T.A\r\nAuthorization: AWS4-HMAC-SHA256 x", "", Scheme::Aws),
            ("/b/k?X-Amz-Signature=x", "a: b", "", Scheme::Aws),
            ("/b/k?AWSAccessKeyId=x&Signature=y", "a: b", "", Scheme::Aws),
            ("/b/k", "x-amz-date: b", "", Scheme::Anonymous(Family::S3)),
            ("/", "Authorization: AWS4-HMAC-SHA256 Credential=k/d/r/iam/aws4_request, x", "", Scheme::AwsQuery),
            ("/", "Authorization: AWS4-HMAC-SHA256 Credential=k/d/r/sts/aws4_request", "", Scheme::AwsQuery),
            ("/", "Authorization: AWS4-HMAC-SHA256 Credential=k/d/r/s3/aws4_request", "", Scheme::Aws),
            ("/b", "Authorization: AWS4-HMAC-SHA256 Credential=k/d/r/iam/aws4_request", "", Scheme::Aws),
            ("/?X-Amz-Credential=k%2Fd%2Fr%2Fsts%2Faws4_request", "a: b", "", Scheme::Unsupported(Family::AwsQuery)),
            ("/", "a: b", "Action=A&Version=2010-05-08&AccessKeyId=K", Scheme::Anonymous(Family::AwsQuery)),
            ("/?Action=A&Version=2011-06-15", "a: b", "", Scheme::Anonymous(Family::AwsQuery)),
            ("/", "a: b", "Action=A&Version=2010-05-08&Signature=S&AccessKeyId=K", Scheme::Rpc),
            ("/b/k", "x-oss-date: b", "", Scheme::Anonymous(Family::Oss)),
            ("/b/k", "a: b", "", Scheme::Anonymous(Family::Oss)),
        ];
        for (target, header, form, expected) in cases {
            assert_eq!(scheme(target, header, form), expected, "{target} {header}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_queries_never_panic(query in any::<String>()) {
            if let Ok((head, _)) = Head::read(format!("GET /?{query} HTTP/1.1\r\n\r\n").as_bytes()) {
                let _ = recognise(&head, &Params::default());
            }
        }
    }
}
