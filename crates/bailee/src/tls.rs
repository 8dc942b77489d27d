use crate::Stop;
use crate::config::{Settings, Tls};
use crate::deployment::Deployment;
use crypto::Key;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use types::{AccountId, Secret};

/// How long a certificate made at a start is good. It is made anew at each start.
const LEAF_DAYS: i64 = 397;
const CA_DAYS: i64 = 3650;
const CA_KEY_CONTEXT: &[u8] = b"bailee/tls/ca-key/v1";

/// Where the certificate authority's certificate is, for clients to trust.
pub(crate) fn ca_file(data: &Path) -> PathBuf {
    data.join("tls").join("ca.pem")
}

/// What accepts TLS connections (1.2 and 1.3, forward secrecy only); `None` if there is no TLS.
pub(crate) async fn acceptor(settings: &Settings, deployment: &Deployment) -> Result<Option<TlsAcceptor>, Stop> {
    let (chain, key) = match &settings.tls {
        Tls::Off => return Ok(None),
        Tls::Files { cert, key } => read(cert, key)?,
        Tls::SelfSigned => self_signed(settings, deployment).await?,
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| format!("the TLS certificate and key cannot be used: {e}"))?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn read(cert: &Path, key: &Path) -> Result<Identity, Stop> {
    let wrong = |path: &Path, e: &dyn std::fmt::Display| format!("cannot read {}: {e}", path.display());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(cert).map_err(|e| wrong(cert, &e))?.collect();
    let key = PrivateKeyDer::from_pem_file(key).map_err(|e| wrong(key, &e))?;
    Ok((chain.map_err(|e| wrong(cert, &e))?, key))
}

/// A certificate for this start, from an authority that is made once. The authority's key is kept sealed.
async fn self_signed(settings: &Settings, deployment: &Deployment) -> Result<Identity, Stop> {
    let platform = deployment.domains.identity.keyring().account(AccountId::PLATFORM).await?;
    let seal = platform.derive("tls", b"");
    let folder = settings.data.join("tls");
    std::fs::create_dir_all(&folder)?;
    let authority = authority(&folder, &seal, deployment)?;
    let issuer = Issuer::new(authority_params()?, authority);
    let leaf_key = KeyPair::generate()?;
    let leaf = dated(leaf_params(settings)?, deployment, LEAF_DAYS).signed_by(&leaf_key, &issuer)?;
    let key = PrivatePkcs8KeyDer::from(leaf_key.serialize_der());
    Ok((vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key)))
}

/// The authority's key: opened if it is there, made and written if not. The certificate is written last, so that a crash
/// between the two makes a new authority that nobody has trusted yet.
fn authority(folder: &Path, seal: &Key, deployment: &Deployment) -> Result<KeyPair, Stop> {
    let (sealed_path, ca_path) = (folder.join("ca-key.sealed"), folder.join("ca.pem"));
    if ca_path.exists() {
        let sealed = std::fs::read(&sealed_path).map_err(|e| format!("cannot read {}: {e}", sealed_path.display()))?;
        let opened = crypto::open_secret(seal, CA_KEY_CONTEXT, &sealed);
        let opened = opened.map_err(|_| format!("{} is damaged or of another deployment", sealed_path.display()))?;
        return Ok(KeyPair::try_from(opened.expose().as_slice())?);
    }
    let key = KeyPair::generate()?;
    let plain = Secret::new(key.serialize_der());
    let sealed = crypto::seal(seal, deployment.domains.rng.as_ref(), CA_KEY_CONTEXT, plain.expose());
    write(&sealed_path, 0o600, &sealed)?;
    let certificate = dated(authority_params()?, deployment, CA_DAYS).self_signed(&key)?;
    write(&ca_path, 0o644, certificate.pem().as_bytes())?;
    Ok(key)
}

fn write(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), Stop> {
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path);
    let mut file = file.map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

fn authority_params() -> Result<CertificateParams, Stop> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, "Bailee local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// Names the server under which clients may reach it: loopback, the address it listens on, and its domains with their
/// buckets.
fn leaf_params(settings: &Settings) -> Result<CertificateParams, Stop> {
    let mut names = vec!["localhost".to_owned(), "*.localhost".to_owned()];
    for domain in &settings.domains {
        names.push(domain.clone());
        names.push(format!("*.{domain}"));
    }
    let mut params = CertificateParams::new(names)?;
    for ip in ["127.0.0.1".parse()?, "::1".parse()?, settings.listen.ip()] {
        if !params.subject_alt_names.contains(&SanType::IpAddress(ip)) {
            params.subject_alt_names.push(SanType::IpAddress(ip));
        }
    }
    params.distinguished_name.push(DnType::CommonName, "Bailee");
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// From a day ago, so that clocks that are a little behind agree.
fn dated(mut params: CertificateParams, deployment: &Deployment, days: i64) -> CertificateParams {
    let now = time::OffsetDateTime::from_unix_timestamp(deployment.domains.clock.now().secs());
    let now = now.unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    params.not_before = now - time::Duration::days(1);
    params.not_after = now + time::Duration::days(days);
    params
}
