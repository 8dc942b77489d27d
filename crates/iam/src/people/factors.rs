use super::devices::{self, factor, used};
use super::passkey_sign_in::{Presented, present};
use super::passkeys::has_passkeys;
use super::records::MfaDeviceRecord;
use crate::iam::Iam;
use crate::records::UserRecord;
use federation::webauthn::Assertion;
use store::Txn;
use types::{AccountId, Result, Timestamp};

/// What was shown beside a password.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) code: Option<&'a str>,
    pub(super) passkey: Option<&'a [u8]>,
}

/// What came of asking for a second factor.
pub(super) enum Factor {
    /// The user has none, and none was given.
    None,
    /// The code was right.
    Code(MfaDeviceRecord),
    /// The passkey is the user's.
    Passkey(Presented),
    /// There was none, a wrong one, or one that was used before; or one although the user has none; or two.
    Wrong,
}

impl Factor {
    /// Keeps in mind that it was used; whether there was one.
    pub(super) async fn keep(&self, txn: &mut Txn, account: AccountId) -> Result<bool> {
        match self {
            Self::Code(device) => used(txn, account, device).await?,
            Self::Passkey(presented) => presented.keep(txn, account).await?,
            Self::None | Self::Wrong => return Ok(false),
        }
        Ok(true)
    }
}

/// Asks for the second factor of a user: the code of its device, or one of its passkeys. Who has either needs one.
pub(super) async fn second_factor(
    iam: &Iam,
    txn: &mut Txn,
    (account, user): (AccountId, &UserRecord),
    given: Given<'_>,
    now: Timestamp,
) -> Result<Factor> {
    match given {
        Given { code: Some(_), passkey: Some(_) } => Ok(Factor::Wrong),
        Given { code, passkey: None } => Ok(match factor(txn, account, &user.name, code, now).await? {
            devices::Factor::Shown(device) => Factor::Code(device),
            devices::Factor::None if has_passkeys(txn.view(), account, &user.name).await? => Factor::Wrong,
            devices::Factor::None => Factor::None,
            devices::Factor::Wrong => Factor::Wrong,
        }),
        Given { code: None, passkey: Some(answer) } => {
            let Ok(answer) = Assertion::read(answer) else { return Ok(Factor::Wrong) };
            let presented = present(iam, txn, &answer, (account, user), true, now).await?;
            Ok(presented.map_or(Factor::Wrong, Factor::Passkey))
        }
    }
}
