use super::secret_record::{SecretKind, SecretRecord};

/// Which secrets a listing shows: those that match every part. A part without values matches all, one with several matches
/// any of them; texts match by how they begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretFilter {
    /// By name.
    pub names: Vec<String>,
    /// By description.
    pub descriptions: Vec<String>,
    /// By kind.
    pub kinds: Vec<SecretKind>,
    /// By the key of a tag.
    pub tag_keys: Vec<String>,
    /// By the value of a tag.
    pub tag_values: Vec<String>,
}

fn begins<'a>(wanted: &[String], mut texts: impl Iterator<Item = &'a str>) -> bool {
    wanted.is_empty() || texts.any(|text| wanted.iter().any(|start| text.starts_with(start.as_str())))
}

impl SecretFilter {
    /// Whether it lets a secret through.
    pub fn matches(&self, secret: &SecretRecord) -> bool {
        let Self { names, descriptions, kinds, tag_keys, tag_values } = self;
        begins(names, std::iter::once(secret.name.as_str()))
            && begins(descriptions, std::iter::once(secret.description.as_str()))
            && (kinds.is_empty() || kinds.contains(&secret.kind))
            && begins(tag_keys, secret.tags.keys().map(String::as_str))
            && begins(tag_values, secret.tags.values().map(String::as_str))
    }
}
