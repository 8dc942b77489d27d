//! A signer of its own for tests (AWS Signature Version 4), so that a mistake in the verifier is not made twice.

use super::world::Key;
use types::Timestamp;

/// The hash of a body, as `x-amz-content-sha256` has it.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(crypto::sha256(bytes))
}

pub(super) struct Signer<'k> {
    pub(super) key: &'k Key,
    pub(super) time: Timestamp,
    pub(super) region: &'k str,
}

impl Signer<'_> {
    fn day(&self) -> String {
        self.time.iso_basic()[..8].to_owned()
    }

    fn scope(&self) -> String {
        format!("{}/{}/s3/aws4_request", self.day(), self.region)
    }

    pub(super) fn hmac(&self, text: &str) -> String {
        let step = |key: &[u8], part: &str| crypto::mac::hmac_sha256(key, &[part.as_bytes()]);
        let day = step(format!("AWS4{}", self.key.secret).as_bytes(), &self.day());
        let key = step(&step(&step(&day, self.region), "s3"), "aws4_request");
        hex::encode(step(&key, text))
    }

    fn signature(&self, method: &str, target: &str, headers: &[(String, String)], payload: &str) -> (String, String) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut pairs: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
            .collect();
        pairs.sort();
        let mut headers = headers.to_vec();
        headers.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names = names.join(";");
        let canonical = format!("{method}\n{path}\n{}\n{lines}\n{names}\n{payload}", pairs.join("&"));
        let text =
            format!("AWS4-HMAC-SHA256\n{}\n{}\n{}", self.time.iso_basic(), self.scope(), sha256(canonical.as_bytes()));
        (names, self.hmac(&text))
    }

    /// The Authorization header over the headers given.
    pub(super) fn header(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        payload: &str,
    ) -> (String, String) {
        let (names, signature) = self.signature(method, target, headers, payload);
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={names}, Signature={signature}",
            self.key.id,
            self.scope()
        );
        (value, signature)
    }

    /// A presigned target.
    pub(super) fn presigned(&self, method: &str, target: &str, host: &str, seconds: u32) -> String {
        let sign = if target.contains('?') { '&' } else { '?' };
        let credential = format!("{}/{}", self.key.id, self.scope()).replace('/', "%2F");
        let target = format!(
            "{target}{sign}X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={}\
             &X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host",
            self.time.iso_basic()
        );
        let headers = [("host".to_owned(), host.to_owned())];
        let (_, signature) = self.signature(method, &target, &headers, "UNSIGNED-PAYLOAD");
        format!("{target}&X-Amz-Signature={signature}")
    }

    /// A body in signed chunks, going on from the signature of its head.
    pub(super) fn chunked(&self, head: &str, chunks: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut before = head.to_owned();
        for chunk in chunks.iter().copied().chain([&b""[..]]) {
            let text = format!(
                "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{before}\n{}\n{}",
                self.time.iso_basic(),
                self.scope(),
                sha256(b""),
                sha256(chunk)
            );
            before = self.hmac(&text);
            out.extend_from_slice(format!("{:x};chunk-signature={before}\r\n", chunk.len()).as_bytes());
            out.extend_from_slice(chunk);
            out.extend_from_slice(b"\r\n");
        }
        out
    }
}
