//! Bodies that are forms.

use crate::{Head, Params};
use types::{Failure, Reason, Result, limits};

/// Whether the request says that its body is a form.
pub fn announced(head: &Head) -> bool {
    let media_type = head.header("content-type").and_then(|value| value.split(';').next()).unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The parameters in the body; none if it is not a form.
pub fn parse(head: &Head, body: &[u8]) -> Result<Params> {
    if !announced(head) {
        return Ok(Params::default());
    }
    if body.len() > limits::FORM_BYTES {
        return Err(Failure::new(
            Reason::BodyTooLarge,
            format!("The form is longer than {} bytes.", limits::FORM_BYTES),
        ));
    }
    Params::parse(body)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::Head;
    use types::Reason;

    fn head(content_type: &str) -> Head {
        Head::read(format!("POST / HTTP/1.1\r\nContent-Type: {content_type}\r\n\r\n").as_bytes()).unwrap().0
    }

    #[test]
    fn only_what_is_announced_is_read() {
        let form = head("application/x-www-form-urlencoded; charset=UTF-8");
        assert_eq!(parse(&form, b"a=b+c").unwrap().get("a"), Some("b c"));
        assert!(parse(&head("application/json"), b"a=b").unwrap().is_empty());
        assert_eq!(parse(&form, &vec![b'a'; 256 * 1024 + 1]).unwrap_err().reason(), Reason::BodyTooLarge);
    }
}
