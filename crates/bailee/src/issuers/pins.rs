use crate::Stop;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// What speaks TLS with an issuer: with fingerprints, under the certificates they are of; without, under the authorities that
/// the deployment trusts.
pub(super) fn connector(
    authorities: &[CertificateDer<'static>],
    fingerprints: &[String],
) -> Result<TlsConnector, Stop> {
    if authorities.is_empty() && fingerprints.is_empty() {
        return Err("the provider has no fingerprints, and no oidc.ca is configured".into());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let fingerprints = fingerprints.iter().map(|text| text.to_ascii_lowercase()).collect();
    let verifier = Pinned { authorities: authorities.to_vec(), fingerprints, provider: provider.clone() };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Trusts certificates by their hashes. A certificate that is named so takes the place of the root: the server's own has to
/// lead up to it by signatures, as to every root. That it is among those that the server sends proves nothing, since
/// anybody can send it.
#[derive(Debug)]
struct Pinned {
    authorities: Vec<CertificateDer<'static>>,
    /// Lower-case hex of SHA-1 or SHA-256.
    fingerprints: Vec<String>,
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    fn names(&self, certificate: &CertificateDer<'_>) -> bool {
        self.fingerprints.iter().any(|text| match text.len() {
            40 => *text == hex::encode(crypto::sha1(certificate)),
            _ => *text == hex::encode(crypto::sha256(certificate)),
        })
    }

    /// The roots for a connection in which the server sent these.
    fn roots(&self, sent: &[&CertificateDer<'_>]) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        let trusted = self.authorities.iter().filter(|one| self.fingerprints.is_empty() || self.names(one));
        let named = sent.iter().copied().filter(|one| self.names(one));
        for certificate in trusted.chain(named) {
            // What cannot be read can be no root; then nothing leads up to it.
            let _ = roots.add(certificate.clone().into_owned());
        }
        roots
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let sent: Vec<&CertificateDer<'_>> = std::iter::once(end_entity).chain(intermediates).collect();
        let roots = self.roots(&sent);
        if roots.is_empty() {
            return Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        }
        let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone()).build();
        let verifier = built.map_err(|error| Error::General(error.to_string()))?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Pinned, connector};
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use std::sync::Arc;
    use std::time::Duration;

    /// An authority, and a certificate of its for `id.example`.
    struct Authority {
        root: CertificateDer<'static>,
        leaf: CertificateDer<'static>,
    }

    fn authority(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let leaf = CertificateParams::new(vec!["id.example".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
        Authority { root: issuer.der().clone(), leaf: leaf.der().clone() }
    }

    fn sha256(certificate: &CertificateDer<'_>) -> String {
        hex::encode(crypto::sha256(certificate))
    }

    fn verifies(
        authorities: &[&CertificateDer<'static>],
        pins: &[String],
        leaf: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
    ) -> bool {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let authorities = authorities.iter().map(|one| (*one).clone()).collect();
        let pinned = Pinned { authorities, fingerprints: pins.to_vec(), provider };
        let name = ServerName::try_from("id.example").unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_795_305_600));
        pinned.verify_server_cert(leaf, more, &name, &[], now).is_ok()
    }

    #[test]
    fn a_certificate_has_to_lead_up_to_what_is_trusted() {
        let (good, evil) = (authority("good"), authority("evil"));
        let none: &[String] = &[];
        let by_hash = [sha256(&good.root)];
        let by_sha1 = [hex::encode(crypto::sha1(&good.root))];
        let chain = [good.root.clone()];
        assert!(verifies(&[&good.root], none, &good.leaf, &[]));
        assert!(!verifies(&[&evil.root], none, &good.leaf, &chain));
        assert!(verifies(&[], &by_hash, &good.leaf, &chain) && verifies(&[], &by_sha1, &good.leaf, &chain));
        // The one that is named need not be sent, if the deployment has it.
        assert!(verifies(&[&good.root], &by_hash, &good.leaf, &[]) && !verifies(&[], &by_hash, &good.leaf, &[]));
        // Somebody else's certificate beside the one that is named.
        assert!(!verifies(&[], &by_hash, &evil.leaf, &chain));
        assert!(!verifies(&[], &by_hash, &evil.leaf, &[evil.root.clone(), good.root.clone()]));
        // With fingerprints the deployment's authorities are not enough.
        assert!(!verifies(&[&evil.root], &by_hash, &evil.leaf, std::slice::from_ref(&evil.root)));
        assert!(!verifies(&[], none, &good.leaf, &chain));
    }

    #[test]
    fn somebody_has_to_be_trusted() {
        assert!(connector(&[], &[]).is_err());
        assert!(connector(&[], &["a".repeat(40)]).is_ok());
    }
}
