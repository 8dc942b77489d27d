//! RPC HMAC-SHA1: the signature in the parameters, as the legacy SDKs, pop-core and the credentials library send it.

use super::acs::canonical_query;
use super::proof::{Method, Proof, base64_signature};
use super::{Scheme, Signed, access_key_id, malformed, nonce, window};
use crate::{Head, Params, encoding};
use types::{Failure, Reason, Result, Timestamp};

/// Which action of which service is asked for: the pair that routes a request of this family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The action.
    pub action: String,
    /// The version, which names the service.
    pub version: String,
}

/// Reads an RPC signature. `params` are those of the query and the form together, since both are signed as one.
pub fn read(head: &Head, params: &Params) -> Result<Signed> {
    // The path is not part of what is signed, so it may not say anything.
    if head.raw_path() != "/" {
        return Err(malformed("a request signed in its parameters must have the path /"));
    }
    check_method(params)?;
    let time = Timestamp::parse_iso(params.required("Timestamp")?).ok_or_else(window::malformed)?;
    Ok(Signed {
        scheme: Scheme::Rpc,
        access_key_id: access_key_id(params.required("AccessKeyId")?)?,
        security_token: params.optional("SecurityToken").map(str::to_owned),
        time: Some(time),
        expires: None,
        nonce: params.get("SignatureNonce").map(nonce).transpose()?,
        scope: None,
        signed_headers: Vec::new(),
        proof: Proof {
            method: METHOD,
            strings: vec![string_to_sign(head.method(), params)],
            canonical_request: None,
            signature: base64_signature(params.required("Signature")?, 20)?,
        },
    })
}

const METHOD: Method = Method::Sha1 { suffix: b"&" };

fn check_method(params: &Params) -> Result<()> {
    if params.required("SignatureMethod")? != "HMAC-SHA1" || params.required("SignatureVersion")? != "1.0" {
        return Err(malformed("SignatureMethod must be HMAC-SHA1 and SignatureVersion 1.0"));
    }
    match params.optional("SignatureType") {
        None => Ok(()),
        Some(_) => Err(Failure::new(Reason::NotImplemented, "Only the SignatureType that is empty is supported.")),
    }
}

fn string_to_sign(method: &str, params: &Params) -> String {
    format!("{method}&%2F&{}", encoding::encode(&canonical_query(params, &["Signature"])))
}

/// The action and version of a request in the RPC family.
///
/// They may be in headers and in parameters. Both must agree, and the place that `scheme` signs must have them.
pub fn route(head: &Head, params: &Params, scheme: Scheme) -> Result<Route> {
    let one = |header: &'static str, parameter: &'static str| {
        let (in_header, in_parameters) = (head.header(header), params.optional(parameter));
        if let (Some(a), Some(b)) = (in_header, in_parameters)
            && a != b
        {
            return Err(Failure::invalid(parameter, format_args!("it and the header {header} must agree")));
        }
        let found = match scheme {
            Scheme::Acs3 | Scheme::Acs4 => in_header,
            Scheme::Rpc => in_parameters,
            _ => in_parameters.or(in_header),
        };
        found.map(str::to_owned).ok_or_else(|| Failure::missing(parameter))
    };
    Ok(Route { action: one("x-acs-action", "Action")?, version: one("x-acs-version", "Version")? })
}

#[cfg(test)]
mod tests {
    use super::{METHOD, read, route, string_to_sign};
    use crate::signature::Scheme;
    use crate::{Head, Params};
    use types::Reason;

    /// The vector Alibaba Cloud publishes for KMS.
    #[test]
    fn the_published_vector() {
        let params = Params::parse(
            b"AccessKeyId=testid&Action=CreateKey&Format=json&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0\
              &Timestamp=2016-03-28T03%3A13%3A08Z&Version=2016-01-20",
        )
        .unwrap();
        let string = string_to_sign("GET", &params);
        assert_eq!(METHOD.sign(b"testsecret", string.as_bytes()), "41wk2SSX1GJh7fwnc5eqOfiJPFg=");
    }

    #[test]
    fn action_and_version_must_agree_and_be_signed() {
        let head = |headers: &str| Head::read(format!("POST / HTTP/1.1\r\n{headers}\r\n").as_bytes()).unwrap().0;
        let params = Params::parse(b"Action=A&Version=V").unwrap();
        let none = Params::default();
        let both = head("x-acs-action: A\r\nx-acs-version: V\r\n");
        let other = head("x-acs-action: B\r\n");
        assert_eq!(route(&both, &params, Scheme::Rpc).unwrap().action, "A");
        assert_eq!(route(&both, &none, Scheme::Acs3).unwrap().version, "V");
        assert_eq!(route(&both, &none, Scheme::Rpc).unwrap_err().reason(), Reason::ParameterMissing);
        assert_eq!(route(&head(""), &params, Scheme::Acs3).unwrap_err().reason(), Reason::ParameterMissing);
        assert_eq!(route(&other, &params, Scheme::Rpc).unwrap_err().reason(), Reason::ParameterInvalid);
    }

    #[test]
    fn what_is_not_supported_or_missing_is_said() {
        let (head, _) = Head::read(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let base = "AccessKeyId=LTAI5tTest&Timestamp=2016-03-28T03:13:08Z&Signature=41wk2SSX1GJh7fwnc5eqOfiJPFg%3D";
        let reason = |more: &str| {
            read(&head, &Params::parse(format!("{base}{more}").as_bytes()).unwrap()).err().map(|f| f.reason())
        };
        let method = "&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0";
        assert_eq!(reason(method), None);
        assert_eq!(reason(""), Some(Reason::ParameterMissing));
        assert_eq!(reason("&SignatureMethod=HMAC-SHA256&SignatureVersion=1.0"), Some(Reason::SignatureMalformed));
        assert_eq!(reason(&format!("{method}&SignatureType=BEARERTOKEN")), Some(Reason::NotImplemented));
        for (bytes, expected) in
            [(0, Some(Reason::ParameterInvalid)), (1, None), (128, None), (129, Some(Reason::ParameterInvalid))]
        {
            assert_eq!(reason(&format!("{method}&SignatureNonce={}", "n".repeat(bytes))), expected, "{bytes}");
        }
    }

    #[test]
    fn the_signature_is_told_as_sent() {
        let (head, _) = Head::read(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let params = b"AccessKeyId=LTAI5tTest&Timestamp=2016-03-28T03:13:08Z&SignatureMethod=HMAC-SHA1\
                       &SignatureVersion=1.0&Signature=41wk2SSX1GJh7fwnc5eqOfiJPFg%3D";
        let signed = read(&head, &Params::parse(params).unwrap()).unwrap();
        assert_eq!((signed.nonce.as_deref(), signed.signature()), (None, "41wk2SSX1GJh7fwnc5eqOfiJPFg="));
    }
}
