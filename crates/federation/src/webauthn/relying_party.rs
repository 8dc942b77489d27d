/// The longest name of a relying party that authenticators need to show (WebAuthn §5.4.1: 64 bytes).
const NAME_BYTES: usize = 64;
/// Origins of one relying party.
const ORIGINS: usize = 32;

/// Whom passkeys are for: us, as browsers know us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    name: String,
    origins: Vec<String>,
}

impl RelyingParty {
    /// One of this id, a domain, whose pages are at these origins. Browsers use a passkey on pages of its domain and of domains
    /// below that (WebAuthn §5.1.3 step 8, HTML "is a registrable domain suffix of or is equal to"), and where the connection is safe.
    pub fn new(id: String, name: String, origins: Vec<String>) -> Result<Self, &'static str> {
        if !is_domain(&id) {
            return Err("the id is a domain in lower case, such as example.com, without scheme and port");
        }
        if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
            return Err("the name has 1 to 64 bytes");
        }
        if origins.is_empty() || origins.len() > ORIGINS || !origins.iter().all(|origin| is_below(origin, &id)) {
            return Err(
                "there are 1 to 32 origins, each https://<the id or a domain below it>[:port]; http for localhost",
            );
        }
        Ok(Self { id, name, origins })
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What people are shown.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(inside) && !label.starts_with('-') && !label.ends_with('-')
    };
    // An address is no domain: none of them ends in letters.
    let named = text.rsplit('.').next().is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()));
    text.len() <= 253 && named && text.split('.').all(label)
}

/// Whether an origin, as browsers write it (HTML, "serialization of an origin"), is one of the domain's.
fn is_below(origin: &str, id: &str) -> bool {
    let (host, safe) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(host), _) => (host, true),
        (None, Some(host)) => (host, false),
        (None, None) => return false,
    };
    let (host, port) = host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
    let port = match port {
        None => true,
        // Browsers leave the usual port out, so that no page would ever be at such an origin.
        Some(text) => {
            let usual = if safe { 443 } else { 80 };
            text.parse::<u16>().is_ok_and(|port| port.to_string() == text && port != usual && port > 0)
        }
    };
    let local = host == "localhost" || host.ends_with(".localhost");
    let below = host == id || host.strip_suffix(id).is_some_and(|rest| rest.ends_with('.'));
    port && below && is_domain(host) && (safe || local)
}

#[cfg(test)]
mod tests {
    use super::RelyingParty;

    fn made(id: &str, origin: &str) -> bool {
        RelyingParty::new(id.to_owned(), "Bailee".to_owned(), vec![origin.to_owned()]).is_ok()
    }

    #[test]
    fn pages_are_at_the_domain_or_below_it() {
        for (id, origin) in [
            ("example.com", "https://example.com"),
            ("example.com", "https://console.example.com:8443"),
            ("localhost", "http://localhost:7070"),
            ("localhost", "https://localhost"),
        ] {
            assert!(made(id, origin), "{id} {origin}");
        }
        for (id, origin) in [
            ("example.com", "http://example.com"),
            ("example.com", "https://badexample.com"),
            ("example.com", "https://example.com.evil.test"),
            ("example.com", "https://example.com/"),
            ("example.com", "https://example.com:443"),
            ("example.com", "https://example.com:0443"),
            ("example.com", "https://example.com:x"),
            ("example.com", "https://Example.com"),
            ("example.com", "https://a@example.com"),
            ("example.com", "https://.example.com"),
            ("example.com", "example.com"),
            ("Example.com", "https://Example.com"),
            ("https://example.com", "https://example.com"),
            ("192.0.2.1", "https://192.0.2.1"),
            ("-a.com", "https://-a.com"),
            ("", "https://"),
        ] {
            assert!(!made(id, origin), "{id} {origin}");
        }
        assert!(RelyingParty::new("a.test".to_owned(), String::new(), vec!["https://a.test".to_owned()]).is_err());
        assert!(RelyingParty::new("a.test".to_owned(), "A".to_owned(), Vec::new()).is_err());
    }
}
