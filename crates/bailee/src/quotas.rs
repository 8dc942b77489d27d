use kms::Quotas;
use serde::Deserialize;

/// The `[quotas]` table: how much an account may have in each region, where it is not the documented number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct QuotasConfig {
    keys: Option<u32>,
    aliases: Option<u32>,
    key_versions: Option<u32>,
    secrets: Option<u32>,
}

impl QuotasConfig {
    /// The quotas that this means, or what is wrong with it.
    pub(crate) fn quotas(&self) -> Result<Quotas, String> {
        let mut quotas = Quotas::default();
        let Self { keys, aliases, key_versions, secrets } = self;
        for (name, given, quota) in [
            ("keys", keys, &mut quotas.keys),
            ("aliases", aliases, &mut quotas.aliases),
            ("key_versions", key_versions, &mut quotas.versions),
            ("secrets", secrets, &mut quotas.secrets),
        ] {
            let Some(given) = *given else { continue };
            if given > Quotas::MOST {
                return Err(format!("quotas.{name} must be a number from 0 to {}, not {given}", Quotas::MOST));
            }
            *quota = given;
        }
        Ok(quotas)
    }
}

#[cfg(test)]
mod tests {
    use super::QuotasConfig;
    use kms::Quotas;

    fn quotas(text: &str) -> Result<Quotas, String> {
        toml::from_str::<QuotasConfig>(text).map_err(|e| e.to_string())?.quotas()
    }

    #[test]
    fn what_is_not_set_is_as_documented() {
        assert_eq!(quotas("").unwrap(), Quotas { keys: 200, aliases: 300, versions: 10_000, secrets: 1_000 });
        let given = quotas("keys = 0\nkey_versions = 100000").unwrap();
        assert_eq!(given, Quotas { keys: 0, versions: 100_000, ..Quotas::default() });
    }

    #[test]
    fn quotas_have_bounds() {
        for wrong in ["keys = 100001", "keys = -1", "keys = \"7\"", "key = 7"] {
            assert!(quotas(wrong).is_err(), "{wrong}");
        }
    }
}
