use serde::{Deserialize, Serialize};
use std::fmt::Display;
use store::Record;
use types::{Failure, Result};

/// Rules of one bucket.
const RULES: usize = 100;
/// Entries of one list of a rule.
const ENTRIES: usize = 100;
/// Bytes of one entry: of an origin, or of a header's name.
const ENTRY_BYTES: usize = 1024;
/// Bytes of all rules of a bucket together.
const BYTES: usize = 64 * 1024;
/// Characters of a rule's name.
const ID_CHARS: usize = 255;
/// The longest that an answer may be remembered, in seconds.
const LONGEST: u32 = 999_999_999;
/// Headers that one request asks about at most.
const ASKED_HEADERS: usize = 100;

/// What pages of other origins can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CorsMethod {
    /// To read.
    Get,
    /// To store.
    Put,
    /// To store by a form, and to run multipart uploads.
    Post,
    /// To remove.
    Delete,
    /// To read what is known of something.
    Head,
}

impl CorsMethod {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
        }
    }

    /// What [`Self::name`] gives.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Get, Self::Put, Self::Post, Self::Delete, Self::Head].into_iter().find(|method| method.name() == name)
    }
}

/// Pages of which origins may ask a bucket for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsRule {
    /// What its author calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The origins, each with at most one `*` for whatever may stand in its place.
    pub origins: Vec<String>,
    /// What may be asked for.
    pub methods: Vec<CorsMethod>,
    /// Headers that a request may have, written as origins are. Their case does not matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// Headers of an answer that the page may see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposed: Vec<String>,
    /// How long the answer to a preflight may be remembered, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
}

impl CorsRule {
    fn check(&self) -> Result<()> {
        let id = self.id.as_deref().unwrap_or_default();
        if id.chars().count() > ID_CHARS || id.chars().any(char::is_control) {
            return Err(Failure::invalid("ID", format_args!("it has at most {ID_CHARS} characters")));
        }
        if self.origins.is_empty() {
            return Err(Failure::missing("AllowedOrigin"));
        }
        if self.methods.is_empty() {
            return Err(Failure::missing("AllowedMethod"));
        }
        for (name, list) in
            [("AllowedOrigin", &self.origins), ("AllowedHeader", &self.headers), ("ExposeHeader", &self.exposed)]
        {
            check_list(name, list)?;
        }
        if let Some(one) = self.exposed.iter().find(|one| !one.bytes().all(is_token) || one.contains('*')) {
            return Err(Failure::invalid("ExposeHeader", format_args!("{one} is not the name of a header")));
        }
        if self.max_age.is_some_and(|age| age > LONGEST) {
            return Err(Failure::invalid("MaxAgeSeconds", format_args!("it must be 0 to {LONGEST}")));
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        let lists = self.origins.iter().chain(&self.headers).chain(&self.exposed);
        lists.map(String::len).sum::<usize>() + self.id.as_ref().map_or(0, String::len)
    }

    /// The pattern that lets an origin in.
    fn pattern(&self, origin: &str) -> Option<&str> {
        self.origins.iter().map(String::as_str).find(|pattern| fits(pattern, origin))
    }

    fn takes(&self, header: &str) -> bool {
        self.headers.iter().any(|pattern| fits(&pattern.to_ascii_lowercase(), header))
    }
}

fn check_list(name: &'static str, list: &[String]) -> Result<()> {
    let wrong = |why: &dyn Display| Err(Failure::invalid(name, why));
    if list.len() > ENTRIES {
        return wrong(&format_args!("there are at most {ENTRIES} of them in a rule"));
    }
    for entry in list {
        let printable = entry.bytes().all(|byte| byte.is_ascii_graphic());
        if entry.is_empty() || entry.len() > ENTRY_BYTES || !printable {
            return wrong(&format_args!("it has 1 to {ENTRY_BYTES} visible ASCII characters"));
        }
        if entry.matches('*').count() > 1 {
            return wrong(&"it has at most one *");
        }
    }
    Ok(())
}

/// Whether a text is one that a pattern with at most one `*` means.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => text.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
    }
}

/// What a header's name is made of (RFC 9110 §5.6.2).
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

/// A bucket's rules for requests of pages of other origins. The first that fits a request counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsRules {
    rules: Vec<CorsRule>,
    /// Whether every answer to such a page says that it depends on its origin.
    #[serde(default)]
    vary: bool,
}

impl Record for CorsRules {}

impl CorsRules {
    /// Rules as somebody wrote them.
    pub fn new(rules: Vec<CorsRule>, vary: bool) -> Result<Self> {
        if rules.is_empty() {
            return Err(Failure::missing("CORSRule"));
        }
        if rules.len() > RULES {
            return Err(Failure::invalid("CORSRule", format_args!("there are at most {RULES} of them")));
        }
        rules.iter().try_for_each(CorsRule::check)?;
        if rules.iter().map(CorsRule::bytes).sum::<usize>() > BYTES {
            return Err(Failure::invalid("CORSRule", format_args!("all of them have at most {BYTES} bytes")));
        }
        Ok(Self { rules, vary })
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[CorsRule] {
        &self.rules
    }

    /// Whether every answer to a page of another origin says that it depends on that.
    pub const fn varies(&self) -> bool {
        self.vary
    }

    /// What a page is let do; `None` if no rule fits. `headers`: those that it asks about, before its request itself.
    pub fn grant(&self, origin: &str, method: &str, headers: &[String]) -> Option<CorsGrant> {
        let method = CorsMethod::parse(method)?;
        let (rule, pattern) = self.rules.iter().find_map(|rule| {
            let pattern = rule.pattern(origin)?;
            let fits = rule.methods.contains(&method) && headers.iter().all(|header| rule.takes(header));
            fits.then_some((rule, pattern))
        })?;
        Some(CorsGrant {
            origin: (pattern != "*").then(|| origin.to_owned()),
            methods: rule.methods.clone(),
            headers: headers.to_vec(),
            exposed: rule.exposed.clone(),
            max_age: rule.max_age,
            vary: self.vary,
        })
    }
}

/// What a page of another origin is let do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsGrant {
    /// The origin that is let; `None`: every.
    pub origin: Option<String>,
    /// What it may ask for.
    pub methods: Vec<CorsMethod>,
    /// The headers it asked about, in lower case.
    pub headers: Vec<String>,
    /// Headers of answers that it may see.
    pub exposed: Vec<String>,
    /// How long this may be remembered, in seconds.
    pub max_age: Option<u32>,
    /// Whether answers say that they depend on the origin.
    pub vary: bool,
}

/// The names in a list of headers that a page asks about, in lower case.
pub fn cors_headers(list: Option<&str>) -> Result<Vec<String>> {
    let names = list.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> = names.take(ASKED_HEADERS + 1).map(str::to_ascii_lowercase).collect();
    if names.len() > ASKED_HEADERS || names.iter().any(|name| !name.bytes().all(is_token)) {
        let rule = format_args!("at most {ASKED_HEADERS} names of headers, separated by commas");
        return Err(Failure::invalid("Access-Control-Request-Headers", rule));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{ASKED_HEADERS, CorsMethod, CorsRule, CorsRules, RULES, cors_headers, fits};
    use proptest::prelude::{any, proptest};
    use types::Reason;

    fn rule(origins: &[&str], headers: &[&str]) -> CorsRule {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let methods = vec![CorsMethod::Get, CorsMethod::Put];
        CorsRule { id: None, origins: owned(origins), methods, headers: owned(headers), exposed: vec![], max_age: None }
    }

    fn rules(rules: Vec<CorsRule>) -> CorsRules {
        CorsRules::new(rules, false).unwrap()
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("http://*.a.com", "http://x.a.com", true),
            ("http://*.a.com", "http://.a.com", true),
            ("http://*.a.com", "http://a.com", false),
            ("http://*.a.com", "http://x.a.com.b", false),
            ("ab*ba", "aba", false),
            ("http://a.com", "http://A.com", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_for_the_star(start in "[a-z]{0,4}", middle in any::<String>(), end in "[a-z]{0,4}") {
            assert!(fits(&format!("{start}*{end}"), &format!("{start}{middle}{end}")));
        }

        #[test]
        fn lists_of_headers_never_panic(list in any::<String>()) {
            let _ = cors_headers(Some(&list));
        }
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let rules = rules(vec![rule(&["http://a.com"], &["x-a"]), rule(&["*"], &["x-*"])]);
        let asked = |name: &str| vec![name.to_owned()];
        assert_eq!(rules.grant("http://a.com", "GET", &asked("x-a")).unwrap().origin.as_deref(), Some("http://a.com"));
        assert_eq!(rules.grant("http://a.com", "GET", &asked("x-b")).unwrap().origin, None);
        assert_eq!(rules.grant("http://b.com", "PUT", &[]).unwrap().origin, None);
        assert_eq!(rules.grant("http://a.com", "GET", &asked("y")), None);
        assert_eq!(rules.grant("http://a.com", "DELETE", &[]), None);
        assert_eq!(rules.grant("http://a.com", "get", &[]), None);
    }

    #[test]
    fn what_is_no_rule() {
        let reason = |rules| CorsRules::new(rules, false).err().map(|failure| failure.reason());
        let odd = |change: fn(&mut CorsRule)| {
            let mut one = rule(&["*"], &[]);
            change(&mut one);
            reason(vec![one])
        };
        assert_eq!(odd(|_| {}), None);
        assert_eq!(reason(vec![]), Some(Reason::ParameterMissing));
        assert_eq!(odd(|r| r.origins.clear()), Some(Reason::ParameterMissing));
        assert_eq!(odd(|r| r.methods.clear()), Some(Reason::ParameterMissing));
        for change in [
            (|r| r.origins = vec!["http://*.*".to_owned()]) as fn(&mut CorsRule),
            |r| r.origins = vec![String::new()],
            |r| r.headers = vec!["a\r\nb".to_owned()],
            |r| r.exposed = vec!["*".to_owned()],
            |r| r.exposed = vec!["a:b".to_owned()],
            |r| r.max_age = Some(1_000_000_000),
            |r| r.id = Some("i".repeat(256)),
            |r| r.origins = vec!["o".to_owned(); 101],
            |r| r.origins = vec!["o".repeat(1025)],
            |r| r.origins = vec!["o".repeat(1000); 70],
        ] {
            assert_eq!(odd(change), Some(Reason::ParameterInvalid));
        }
        assert_eq!(reason(vec![rule(&["*"], &[]); RULES]), None);
        assert_eq!(reason(vec![rule(&["*"], &[]); RULES + 1]), Some(Reason::ParameterInvalid));
    }

    #[test]
    fn lists_of_headers() {
        assert_eq!(cors_headers(Some("X-A, y,")).unwrap(), ["x-a", "y"]);
        assert!(cors_headers(None).unwrap().is_empty());
        assert!(cors_headers(Some("a b")).is_err());
        assert!(cors_headers(Some(&"a,".repeat(ASKED_HEADERS))).is_ok());
        assert!(cors_headers(Some(&"a,".repeat(ASKED_HEADERS + 1))).is_err());
    }
}
