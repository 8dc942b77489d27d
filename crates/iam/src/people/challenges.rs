//! What passkeys sign, so that nothing they said before counts again (WebAuthn §13.4.3).
//!
//! A challenge is sealed under a key of the deployment, so every node knows those of all the others, and asking for one writes
//! nothing. That it was used is written, where used nonces are.

use crate::iam::Iam;
use crate::records::{NONCES, NonceRecord};
use crypto::Key;
use std::time::Duration;
use store::{Store, Txn};
use types::{AccountId, Result, Timestamp, UserId};

/// How long people have (WebAuthn §15.1: five minutes at least).
pub(super) const CHALLENGE_TIME: Duration = Duration::from_secs(5 * 60);
/// Bytes of the longest challenge that is looked at.
const MOST: usize = 256;

/// What a challenge was given for. One that was given for something else does not open.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// For a new passkey of this user.
    Registration(AccountId, &'a UserId),
    /// For signing in with a passkey alone, which then has to verify its user.
    SignIn,
    /// For showing a passkey beside a password.
    SecondFactor,
}

impl Purpose<'_> {
    fn context(self) -> Vec<u8> {
        match self {
            Self::Registration(account, user) => {
                [b"registration\0", account.get().to_be_bytes().as_slice(), user.as_str().as_bytes()].concat()
            }
            Self::SignIn => b"sign-in".to_vec(),
            Self::SecondFactor => b"second factor".to_vec(),
        }
    }
}

async fn key(store: &Store) -> Result<Key> {
    Ok(store.keyring().account(AccountId::PLATFORM).await?.derive("passkey challenges", b""))
}

/// A new challenge.
pub(super) async fn challenge(iam: &Iam, purpose: Purpose<'_>, now: Timestamp) -> Result<Vec<u8>> {
    let (store, expires) = (iam.identity_store(), now.plus(CHALLENGE_TIME));
    let key = key(store).await?;
    // Each seal has a salt of its own, which makes it random.
    Ok(crypto::seal(&key, store.rng().as_ref(), &purpose.context(), &expires.millis().to_be_bytes()))
}

/// Takes a challenge, which counts once: `None` if it was not given for any of these purposes, was used, or is past its time.
/// Whoever takes one conflicts with whoever takes the same.
pub(super) async fn take<'p>(
    iam: &Iam,
    txn: &mut Txn,
    given: &[u8],
    purposes: &[Purpose<'p>],
    now: Timestamp,
) -> Result<Option<Purpose<'p>>> {
    let key = key(iam.identity_store()).await?;
    if given.len() > MOST {
        return Ok(None);
    }
    let opened = purposes.iter().find_map(|purpose| {
        let plain = crypto::open(&key, &purpose.context(), given).ok()?;
        let millis = i64::from_be_bytes(plain.as_slice().try_into().ok()?);
        Some((*purpose, Timestamp::from_millis(millis)))
    });
    let Some((purpose, expires)) = opened.filter(|(_, expires)| now < *expires) else { return Ok(None) };
    let place = used_key(given, expires);
    if txn.get(NONCES, AccountId::PLATFORM, &place).await?.is_some() {
        return Ok(None);
    }
    txn.put(NONCES, AccountId::PLATFORM, &place, &NonceRecord {}).await?;
    Ok(Some(purpose))
}

/// The minute comes first, so that what is over is swept with the nonces.
fn used_key(challenge: &[u8], expires: Timestamp) -> Vec<u8> {
    let minute = expires.secs().div_euclid(60).cast_unsigned();
    let mut key = minute.to_be_bytes().to_vec();
    key.extend_from_slice(&crypto::sha256(&[b"passkey\0", challenge].concat()));
    key
}
