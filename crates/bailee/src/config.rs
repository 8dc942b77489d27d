use crate::Stop;
use crate::quotas::QuotasConfig;
use crate::rates::RatesConfig;
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use types::RegionId;

/// The configuration file, as written. Every setting may be left out; one that is not known stops the start.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) data: Option<PathBuf>,
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) metrics_listen: Option<SocketAddr>,
    #[serde(default)]
    pub(crate) insecure_listen: bool,
    #[serde(default)]
    pub(crate) tls: TlsConfig,
    pub(crate) seal: Option<String>,
    #[serde(default)]
    pub(crate) domains: Vec<String>,
    pub(crate) log_format: Option<String>,
    #[serde(default, rename = "region")]
    regions: Vec<RegionConfig>,
    cache_mib: Option<u64>,
    pub(crate) connections: Option<usize>,
    rotation: Option<RotationSettings>,
    #[serde(default)]
    oidc: OidcSettings,
    erasure_epoch_hours: Option<u64>,
    lifecycle_day_seconds: Option<u64>,
    pkcs11: Option<TokenSettings>,
    #[serde(default)]
    rates: RatesConfig,
    #[serde(default)]
    quotas: QuotasConfig,
}

/// The `[tls]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsConfig {
    pub(crate) cert: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    #[serde(default)]
    pub(crate) self_signed: bool,
}

/// A `[[region]]` table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionConfig {
    name: String,
    data: Option<PathBuf>,
}

/// The `[rotation]` table: who rotates the secrets that Bailee itself cannot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationSettings {
    /// Where to ask: `https`, or `http` on loopback.
    pub(crate) webhook: String,
    /// For `https`: the file of the certificate authority to trust.
    pub(crate) ca: Option<PathBuf>,
}

/// The `[oidc]` table: how the keys of identity providers are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OidcSettings {
    /// The file of the certificate authorities to trust, for providers without fingerprints.
    pub(crate) ca: Option<PathBuf>,
    /// Hosts that may be asked although they are at addresses of the own network; those on loopback also by plain `http`.
    #[serde(default)]
    pub(crate) internal_hosts: Vec<String>,
}

/// The `[pkcs11]` table: the token that keys can be in, and that the root key is sealed by, or is to be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenSettings {
    /// The module: a shared library.
    pub(crate) module: PathBuf,
    /// The token's label.
    pub(crate) token: String,
    /// The file that holds the PIN, if the environment doesn't.
    pub(crate) pin_file: Option<PathBuf>,
    /// How many sessions may be open for what is done with keys.
    pub(crate) sessions: Option<usize>,
}

/// Where the server's TLS certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    Off,
    Files { cert: PathBuf, key: PathBuf },
    SelfSigned,
}

/// What protects the root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealKind {
    File,
    Passphrase,
    Shares,
    Pkcs11,
}

/// A region to serve, and its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegionSettings {
    pub(crate) name: RegionId,
    pub(crate) folder: PathBuf,
}

/// The settings in force, checked.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: SocketAddr,
    pub(crate) tls: Tls,
    /// `None`: as the data folder says, and a file for a new one.
    pub(crate) seal: Option<SealKind>,
    /// How long an erasure epoch lasts; `None`: until it is ended by hand.
    pub(crate) epoch: Option<Duration>,
    /// How long a day of lifecycle rules is.
    pub(crate) lifecycle_day: Duration,
    pub(crate) domains: Vec<String>,
    pub(crate) json_log: bool,
    pub(crate) regions: Vec<RegionSettings>,
    pub(crate) cache_bytes: u64,
    pub(crate) connections: usize,
    pub(crate) rotation: Option<RotationSettings>,
    pub(crate) oidc: OidcSettings,
    pub(crate) pkcs11: Option<TokenSettings>,
    pub(crate) rates: iam::Limits,
    pub(crate) quotas: kms::Quotas,
}

/// The most sessions with a token.
const SESSIONS: usize = 256;
const DEFAULT_REGION: &str = "local-1";
const SEALS: &[(&str, SealKind)] = &[
    ("file", SealKind::File),
    ("passphrase", SealKind::Passphrase),
    ("shares", SealKind::Shares),
    ("pkcs11", SealKind::Pkcs11),
];
const DEFAULT_EPOCH_HOURS: u64 = 24;
/// Ten years.
const MOST_EPOCH_HOURS: u64 = 87_600;
const DEFAULT_CACHE_MIB: u64 = 16;
const DEFAULT_CONNECTIONS: usize = 4096;
/// More than any machine has files for.
const MOST_CONNECTIONS: usize = 1_000_000;

impl Config {
    /// Reads the file, if one is named. The error shows the line and what is wrong with it.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Stop> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        toml::from_str(&text).map_err(|e| format!("in {}: {e}", path.display()).into())
    }

    /// A configuration that says where the data is and nothing else.
    #[cfg(test)]
    pub(crate) fn at(data: &Path) -> Self {
        Self { data: Some(data.to_owned()), ..Self::default() }
    }

    /// Fills in what was left out and checks that it all fits together.
    pub(crate) fn settle(self) -> Result<Settings, Stop> {
        let data = self.data.clone().unwrap_or_else(|| PathBuf::from("./bailee-data"));
        let listen = self.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 7070)));
        let metrics_listen = self.metrics_listen.unwrap_or(SocketAddr::from((listen.ip(), 7071)));
        let tls = self.tls()?;
        if tls == Tls::Off && !listen.ip().is_loopback() && !self.insecure_listen {
            return Err(format!(
                "{listen} can be reached from elsewhere and there is no TLS: give --tls-cert and --tls-key or \
                 --tls-self-signed, or say --insecure-listen if something in front of it does TLS"
            )
            .into());
        }
        Ok(Settings {
            seal: self.seal.as_deref().map(|seal| one_of("seal", Some(seal), SEALS)).transpose()?,
            epoch: epoch(self.erasure_epoch_hours)?,
            lifecycle_day: lifecycle_day(self.lifecycle_day_seconds)?,
            json_log: one_of("log_format", self.log_format.as_deref(), &[("text", false), ("json", true)])?,
            regions: self.regions(&data)?,
            cache_bytes: self.cache_mib.unwrap_or(DEFAULT_CACHE_MIB) << 20,
            connections: connections(self.connections)?,
            rotation: self.rotation,
            oidc: self.oidc,
            pkcs11: self.pkcs11.map(sessions).transpose()?,
            rates: self.rates.limits(),
            quotas: self.quotas.quotas()?,
            domains: self.domains,
            data,
            listen,
            metrics_listen,
            tls,
        })
    }

    fn tls(&self) -> Result<Tls, Stop> {
        match (&self.tls.cert, &self.tls.key, self.tls.self_signed) {
            (None, None, false) => Ok(Tls::Off),
            (None, None, true) => Ok(Tls::SelfSigned),
            (Some(cert), Some(key), false) => Ok(Tls::Files { cert: cert.clone(), key: key.clone() }),
            (Some(_), Some(_), true) => Err("tls.self_signed does not go with tls.cert and tls.key".into()),
            _ => Err("tls.cert and tls.key belong together: give both".into()),
        }
    }

    fn regions(&self, data: &Path) -> Result<Vec<RegionSettings>, Stop> {
        let region = |name: &str, folder: Option<&PathBuf>| -> Result<RegionSettings, Stop> {
            let name: RegionId = name.parse().map_err(|e| format!("region {name:?}: {e}"))?;
            if name.as_str() == iam::GLOBAL {
                return Err("a region cannot be called \"global\": that is where identities live".into());
            }
            let folder = folder.cloned().unwrap_or_else(|| data.join("regions").join(name.as_str()));
            Ok(RegionSettings { name, folder })
        };
        if self.regions.is_empty() {
            return Ok(vec![region(DEFAULT_REGION, None)?]);
        }
        let mut regions: Vec<RegionSettings> = Vec::new();
        for config in &self.regions {
            let next = region(&config.name, config.data.as_ref())?;
            if regions.iter().any(|r| r.name == next.name || r.folder == next.folder) {
                return Err(format!("region {}: each region has a name and a folder of its own", next.name).into());
            }
            regions.push(next);
        }
        Ok(regions)
    }
}

fn epoch(given: Option<u64>) -> Result<Option<Duration>, Stop> {
    match given.unwrap_or(DEFAULT_EPOCH_HOURS) {
        0 => Ok(None),
        hours @ 1..=MOST_EPOCH_HOURS => Ok(Some(Duration::from_secs(hours * 60 * 60))),
        wrong => Err(format!("erasure_epoch_hours is {wrong}; it can be 0 (by hand) to {MOST_EPOCH_HOURS}").into()),
    }
}

/// Shorter than a day for tests; never longer.
fn lifecycle_day(given: Option<u64>) -> Result<Duration, Stop> {
    match given.map_or(objects::DAY, Duration::from_secs) {
        day if !day.is_zero() && day <= objects::DAY => Ok(day),
        wrong => {
            let (given, most) = (wrong.as_secs(), objects::DAY.as_secs());
            Err(format!("lifecycle_day_seconds is {given}; it can be 1 to {most}").into())
        }
    }
}

fn connections(given: Option<usize>) -> Result<usize, Stop> {
    match given.unwrap_or(DEFAULT_CONNECTIONS) {
        most @ 1..=MOST_CONNECTIONS => Ok(most),
        wrong => Err(format!("connections is {wrong}; it can be 1 to {MOST_CONNECTIONS}").into()),
    }
}

/// A token that is asked by as many at a time as it may be.
fn sessions(token: TokenSettings) -> Result<TokenSettings, Stop> {
    match token.sessions {
        Some(sessions) if !(1..=SESSIONS).contains(&sessions) => {
            Err(format!("pkcs11.sessions is {sessions}; it can be 1 to {SESSIONS}").into())
        }
        _ => Ok(token),
    }
}

/// A setting that is one of a few words; the first is the default.
fn one_of<T: Copy>(name: &str, given: Option<&str>, words: &[(&str, T)]) -> Result<T, Stop> {
    let found = match given {
        None => words.first(),
        Some(given) => words.iter().find(|(word, _)| *word == given),
    };
    let allowed = || words.iter().map(|(word, _)| format!("{word:?}")).collect::<Vec<_>>().join(" or ");
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| format!("{name} is {:?}; it can be {}", given.unwrap_or_default(), allowed()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(text: &str) -> Result<Settings, Stop> {
        toml::from_str::<Config>(text)?.settle()
    }

    #[test]
    fn nothing_set_is_a_server_on_loopback() {
        let settings = settle("").unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:7070");
        assert_eq!((settings.tls, settings.connections), (Tls::Off, 4096));
        assert_eq!((settings.seal, settings.epoch), (None, Some(Duration::from_secs(86_400))));
        assert_eq!(settle("erasure_epoch_hours = 0").unwrap().epoch, None);
        assert_eq!(settings.regions[0].name.as_str(), "local-1");
        assert_eq!(settings.regions[0].folder, Path::new("./bailee-data/regions/local-1"));
    }

    #[test]
    fn what_is_not_known_or_does_not_fit_stops_the_start() {
        let wrong = [
            ("lissten = \"127.0.0.1:1\"", "lissten"),
            ("listen = \"here\"", "line 1"),
            ("listen = \"0.0.0.0:7070\"", "--tls-self-signed"),
            ("seal = \"paper\"", "\"file\" or \"passphrase\" or \"shares\" or \"pkcs11\""),
            ("log_format = \"xml\"", "\"text\" or \"json\""),
            ("erasure_epoch_hours = 87601", "0 (by hand) to 87600"),
            ("connections = 0", "1 to 1000000"),
            ("lifecycle_day_seconds = 86401", "1 to 86400"),
            ("[rates]\nread = 0", "line 2"),
            ("[quotas]\nkeys = 100001", "0 to 100000"),
            ("[pkcs11]\nmodule = \"m\"\ntoken = \"t\"\nsessions = 0", "1 to 256"),
            ("[pkcs11]\nmodule = \"m\"", "token"),
            ("[oidc]\ninternal = true", "line 2"),
            ("[tls]\ncert = \"a\"", "belong together"),
            ("[tls]\ncert = \"a\"\nkey = \"b\"\nself_signed = true", "does not go with"),
            ("[[region]]\nname = \"A B\"", "lower-case"),
            ("[[region]]\nname = \"global\"", "identities"),
            ("[[region]]\nname = \"a\"\n[[region]]\nname = \"a\"", "of its own"),
            ("[[region]]\nnam = \"a\"", "line 2"),
        ];
        for (text, says) in wrong {
            let error = settle(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text:?} says {error:?}");
        }
    }

    #[test]
    fn elsewhere_needs_tls_or_a_word() {
        assert!(settle("listen = \"0.0.0.0:1\"\ninsecure_listen = true").is_ok());
        assert!(settle("listen = \"0.0.0.0:1\"\n[tls]\nself_signed = true").is_ok());
    }
}
