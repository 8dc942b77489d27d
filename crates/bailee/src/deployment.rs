use crate::Stop;
use crate::admin;
use crate::config::{RegionSettings, SealKind, Settings, TokenSettings};
use crate::issuers::HttpIssuers;
use crate::sealing::{Sealing, join};
use crate::webhook::{HttpWebhook, TOKEN};
use dialects::{Domains, Region};
use iam::{Caller, GLOBAL, Gate, Iam, Rates};
use kms::Kms;
use kms::seal::{Keeper, OpenSeal, SealConfig, kind_in};
use kms::secrets::{Secrets, Webhook};
use kms::token::{Hsm, Pkcs11Token, TokenConfig};
use objects::Objects;
use std::fs::{File, TryLockError};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Embedded, EmbeddedOptions, LocalBlobs, LocalBlobsOptions, Store};
use trail::Publisher;
use types::{Call, Clock, Dialect, Failure, Reason, RegionId, RequestId, Rng, Secret, SystemClock, SystemRng};
use zeroize::Zeroizing;

/// A deployment whose data folder is open: by a server, or by a tool while no server runs.
pub(crate) struct Deployment {
    pub(crate) domains: Arc<Domains>,
    pub(crate) publishers: Vec<Arc<Publisher>>,
    /// Whether this start made the seal: the first one.
    pub(crate) fresh: bool,
    seal: Arc<OpenSeal>,
    /// A token that the seal is in, or could be, and that keys can be in.
    token: Option<TokenSettings>,
    engines: Vec<Arc<Embedded>>,
    /// Held as long as the folder is in use.
    _lock: File,
}

/// The passphrase that opens the seal.
pub(crate) const PASSPHRASE: &str = "BAILEE_PASSPHRASE";

/// The PIN of the token.
const PIN: &str = "BAILEE_PIN";
/// Shares that open the seal, with spaces between.
pub(crate) const SHARES: &str = "BAILEE_SHARES";

/// How calls of Bailee's own are spelled in events.
const OWN: Dialect =
    Dialect { service: "Bailee", source: "bailee", version: env!("CARGO_PKG_VERSION"), code: own_code };

fn own_code(reason: Reason) -> &'static str {
    reason.text()
}

impl Deployment {
    /// Opens the data folder, making what is missing.
    pub(crate) async fn open(settings: &Settings) -> Result<Self, Stop> {
        Self::unseal(settings, false).await
    }

    /// Opens the data folder; if its seal needs shares that are not there, waits for them.
    pub(crate) async fn open_patiently(settings: &Settings) -> Result<Self, Stop> {
        Self::unseal(settings, true).await
    }

    async fn unseal(settings: &Settings, wait: bool) -> Result<Self, Stop> {
        std::fs::create_dir_all(&settings.data).map_err(|e| format!("cannot make {}: {e}", settings.data.display()))?;
        let lock = lock(&settings.data)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let rng: Arc<dyn Rng> = Arc::new(SystemRng);
        let config = seal(settings, wait).await?;
        let (seal, fresh) = kms::seal::open_or_create(&settings.data, config, clock.clone(), rng.clone())?;
        let seal = Arc::new(seal);
        let hsm = hsm(settings.pkcs11.as_ref(), clock.clone());
        let mut opener =
            Opener { settings, clock, rng, hsm, seal: seal.clone(), engines: Vec::new(), publishers: Vec::new() };
        let domains = opener.domains().await?;
        let Opener { engines, publishers, .. } = opener;
        let mut regions = regions_in(&settings.data);
        regions.extend(domains.regions.iter().map(|region| region.id.clone()));
        Keeper::new(domains.identity.clone()).note_regions(&regions).await?;
        Ok(Self {
            seal,
            token: settings.pkcs11.clone(),
            domains: Arc::new(domains),
            publishers,
            fresh,
            engines,
            _lock: lock,
        })
    }

    /// Bailee itself as a caller, for work that nobody outside asked for.
    pub(crate) fn service(&self, name: &str, operation: &'static str) -> Caller {
        service(&self.domains, name, operation)
    }

    /// What changes the seal. `grace`: how long readers may take.
    pub(crate) fn sealing(&self, grace: Duration) -> Sealing {
        Sealing::new(self.seal.clone(), self.token.clone(), self.domains.clone(), grace)
    }

    /// What kind of seal it has.
    pub(crate) fn seal_kind(&self) -> &'static str {
        self.seal.status().kind
    }

    /// Publishes what is not published yet and closes the engines. Nothing depends on it: a start after `kill -9` does
    /// the same.
    pub(crate) async fn close(self) -> Result<(), Stop> {
        for publisher in &self.publishers {
            publisher.publish_all().await?;
        }
        for engine in &self.engines {
            engine.close().map_err(Failure::from)?;
        }
        Ok(())
    }
}

/// Bailee itself as a caller.
pub(crate) fn service(domains: &Domains, name: &str, operation: &'static str) -> Caller {
    let call = Call {
        id: RequestId::random(domains.rng.as_ref()),
        time: domains.clock.now(),
        source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        secure: true,
        user_agent: format!("bailee/{}", env!("CARGO_PKG_VERSION")),
        dialect: OWN,
        operation,
    };
    Caller::service(call, name)
}

/// The regions that have a folder where regions usually have theirs, in the configuration or not.
fn regions_in(data: &Path) -> Vec<RegionId> {
    let Ok(entries) = std::fs::read_dir(data.join("regions")) else { return Vec::new() };
    let with_store = entries.flatten().filter(|entry| entry.path().join("meta").is_dir());
    with_store.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// One process per data folder: two would overwrite each other.
fn lock(data: &Path) -> Result<File, Stop> {
    let path = data.join("lock");
    let file = File::create(&path).map_err(|e| format!("cannot make {}: {e}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(format!("{} is in use by another bailee process; stop it first", data.display()).into())
        }
        Err(TryLockError::Error(e)) => Err(format!("cannot lock {}: {e}", path.display()).into()),
    }
}

/// The token that the settings name, with its PIN.
pub(crate) fn token(settings: Option<&TokenSettings>) -> Result<TokenConfig, Stop> {
    let missing = "the seal is a token: name it in the configuration, [pkcs11] with module and token";
    let TokenSettings { module, token, pin_file, sessions: _ } = settings.ok_or(missing)?;
    let pin = match (std::env::var(PIN), pin_file) {
        (Ok(pin), _) => pin,
        (Err(_), Some(file)) => {
            let text = std::fs::read_to_string(file).map(Zeroizing::new);
            let text = text.map_err(|e| format!("cannot read the PIN from {}: {e}", file.display()))?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        (Err(_), None) => return Err(format!("give the token's PIN in {PIN}, or name a pin_file in [pkcs11]").into()),
    };
    Ok(TokenConfig { module: module.clone(), token: token.clone(), pin: Secret::new(pin) })
}

/// Sessions with a token, if the settings don't say.
const SESSIONS: usize = 8;

/// The token that keys can be in. It is asked for nothing yet: that it is away keeps nobody from starting.
fn hsm(settings: Option<&TokenSettings>, clock: Arc<dyn Clock>) -> Option<Arc<Hsm>> {
    let settings = settings?;
    match token(Some(settings)) {
        Ok(config) => {
            let token = Arc::new(Pkcs11Token::new(config));
            Some(Arc::new(Hsm::new(token, settings.sessions.unwrap_or(SESSIONS), clock)))
        }
        Err(missing) => {
            tracing::warn!(%missing, "no keys can be in the token");
            None
        }
    }
}

/// The seal that the settings name; if they name none, the one that the folder has; a file for a new one.
async fn seal(settings: &Settings, wait: bool) -> Result<SealConfig, Stop> {
    let found = kind_in(&settings.data)?;
    let kind = match (settings.seal, found.as_deref()) {
        (Some(kind), _) => kind,
        (None, Some("passphrase")) => SealKind::Passphrase,
        (None, Some("shares")) => SealKind::Shares,
        (None, Some("pkcs11")) => SealKind::Pkcs11,
        // Of a kind that is not known, opening says so.
        (None, _) => SealKind::File,
    };
    match kind {
        SealKind::File => Ok(SealConfig::File),
        SealKind::Passphrase => {
            let passphrase = std::env::var(PASSPHRASE);
            let passphrase = passphrase.map_err(|_| format!("the seal is a passphrase: give it in {PASSPHRASE}"))?;
            Ok(SealConfig::Passphrase(Secret::new(passphrase.into_bytes())))
        }
        SealKind::Pkcs11 => Ok(SealConfig::Pkcs11(token(settings.pkcs11.as_ref())?)),
        SealKind::Shares if found.is_none() => Err(
            "a new data folder has no shares yet: start it with another seal, then `bailee seal migrate --to shares`"
                .into(),
        ),
        SealKind::Shares => match std::env::var(SHARES).map(Zeroizing::new) {
            Ok(texts) => Ok(SealConfig::Shares(join(texts.split_whitespace())?)),
            Err(_) if wait && found.as_deref() == Some("shares") => {
                Ok(SealConfig::Shares(admin::gather(&settings.data).await?))
            }
            Err(_) => Err(format!("the seal needs shares: give them in {SHARES}, with spaces between").into()),
        },
    }
}

/// What opening needs on the way.
struct Opener<'s> {
    settings: &'s Settings,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    hsm: Option<Arc<Hsm>>,
    seal: Arc<OpenSeal>,
    engines: Vec<Arc<Embedded>>,
    publishers: Vec<Arc<Publisher>>,
}

impl Opener<'_> {
    async fn domains(&mut self) -> Result<Domains, Stop> {
        let folder = self.settings.data.join("identity");
        let identity = self.store(GLOBAL, &folder).await?;
        let gate = Gate::new(identity.clone(), self.clock.clone()).await?;
        let gate = gate.with_rates(Rates::new(self.settings.rates.clone(), kms::pace, self.clock.clone()));
        let issuers = Arc::new(HttpIssuers::new(&self.settings.oidc, self.clock.clone())?);
        let mut regions = Vec::new();
        for settings in &self.settings.regions {
            regions.push(Arc::new(self.region(settings, &gate).await?));
        }
        Ok(Domains {
            iam: Iam::new(gate.clone()).with_issuers(issuers),
            gate,
            identity,
            identity_trail: folder.join("trail"),
            regions,
            addressing: wire::Addressing::new(&self.settings.domains),
            clock: self.clock.clone(),
            rng: self.rng.clone(),
        })
    }

    async fn region(&mut self, settings: &RegionSettings, gate: &Gate) -> Result<Region, Stop> {
        let folder = &settings.folder;
        let store = self.store(settings.name.as_str(), folder).await?;
        let blobs = LocalBlobs::open(&folder.join("blobs"), &LocalBlobsOptions::new(self.clock.clone()));
        let blobs = Arc::new(blobs.map_err(Failure::from)?);
        let kms = Arc::new(Kms::new(store.clone()).with_token(self.hsm.clone()).with_quotas(self.settings.quotas));
        let config = objects::Config { lifecycle_day: self.settings.lifecycle_day, ..objects::Config::default() };
        let objects = Objects::new(store.clone(), blobs, gate.clone(), kms.clone(), self.clock.clone(), config);
        let secrets = Secrets::new(store.clone(), kms.clone(), Iam::new(gate.clone()), self.webhook()?);
        let (objects, secrets, trail) = (Arc::new(objects), Arc::new(secrets), folder.join("trail"));
        Ok(Region { id: settings.name.clone(), store, kms, secrets, objects, trail })
    }

    /// Who rotates the secrets that Bailee itself cannot.
    fn webhook(&self) -> Result<Option<Arc<dyn Webhook>>, Stop> {
        let Some(settings) = &self.settings.rotation else { return Ok(None) };
        Ok(Some(Arc::new(HttpWebhook::new(settings, std::env::var(TOKEN).ok())?)))
    }

    /// Opens a store and starts a publisher for its trails.
    async fn store(&mut self, region: &str, folder: &Path) -> Result<Store, Stop> {
        std::fs::create_dir_all(folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
        let mut options = EmbeddedOptions::new(self.clock.clone());
        options.cache_bytes = self.settings.cache_bytes;
        let engine = Embedded::open(&folder.join("meta"), &options).map_err(Failure::from)?;
        self.engines.push(engine.clone());
        let store = Store::open(engine, self.seal.unsealed(), region.parse()?, self.rng.clone()).await?;
        let publisher = Arc::new(Publisher::new(store.clone(), folder.join("trail"), self.clock.clone()));
        let marked = publisher.clone();
        store.watch(move |account| marked.mark(account));
        self.publishers.push(publisher);
        Ok(store)
    }
}

/// What tests look at, and the first durable change of what takes many steps.
#[cfg(test)]
impl Deployment {
    pub(crate) fn seal_status(&self) -> kms::seal::SealStatus {
        self.seal.status()
    }

    pub(crate) fn begin_epoch(&self) -> types::Result<()> {
        self.seal.begin_epoch()
    }

    pub(crate) fn begin_root(&self) -> types::Result<()> {
        self.seal.begin_root()
    }
}
