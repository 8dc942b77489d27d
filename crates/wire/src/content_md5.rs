use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use types::{Failure, Reason, Result};

/// The MD5 a `Content-MD5` header announces.
pub fn parse_content_md5(value: &str) -> Result<[u8; 16]> {
    let bytes = STANDARD.decode(value).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Failure::of(Reason::DigestMalformed))
}

#[cfg(test)]
mod tests {
    use super::parse_content_md5;
    use types::Reason;

    #[test]
    fn sixteen_bytes_of_base64() {
        assert_eq!(parse_content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").unwrap()[0], 0xd4);
        for wrong in ["", "d41d8cd98f00b204e9800998ecf8427e", "1B2M2Y8AsgTpgAmY7PhCfg", "1B2M2Y8AsgTpgAmY7PhC", "é"] {
            assert_eq!(parse_content_md5(wrong).unwrap_err().reason(), Reason::DigestMalformed);
        }
    }
}
