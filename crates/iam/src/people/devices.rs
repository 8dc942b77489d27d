use super::preference::{is_oneself, preference_of};
use super::qr;
use super::records::{MFA_DEVICES, MfaDeviceRecord, USER_DEVICES, UserDeviceRecord};
use super::totp::{SEED_BYTES, base32, is_code, seed, verify, verify_pair};
use crate::caller::Caller;
use crate::iam::{own_account, read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, count};
use crate::page::{Page, PageRequest};
use crate::records::{StoredSecret, USERS, UserRecord};
use crate::users::{audit_user, find_user, user_path};
use async_trait::async_trait;
use std::str::FromStr;
use store::{Txn, View};
use types::{AccountId, Action, Failure, MfaName, NameError, Reason, Result, Rng, Secret, Timestamp, UserName};

/// Virtual MFA devices of one account (RAM limits).
pub const DEVICES_MOST: usize = 1_000;

/// What a device goes by: `acs:ram::<account>:mfa/<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MfaArn {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub name: MfaName,
}

impl FromStr for MfaArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parts = text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(":mfa/"));
        let read = parts.and_then(|(account, name)| Some((account.parse().ok()?, name.parse().ok()?)));
        let (account, name) = read.ok_or(NameError::new("serial number", "acs:ram::<account>:mfa/<name>"))?;
        Ok(Self { account, name })
    }
}

impl std::fmt::Display for MfaArn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "acs:ram::{}:mfa/{}", self.account, self.name)
    }
}

/// Makes a virtual MFA device: a seed for an authenticator app, shown this one time.
pub struct CreateMfaDevice {
    /// What it is to be called.
    pub name: MfaName,
}

/// A device, the one time its seed is shown.
pub struct NewMfaDevice {
    /// Its serial number.
    pub serial: MfaArn,
    /// The seed in base32, for typing in.
    pub seed: Secret<String>,
    /// The same as a QR code for scanning: a PNG image.
    pub image: Secret<Vec<u8>>,
}

/// Lists the account's virtual MFA devices.
pub struct ListMfaDevices {
    /// Which part.
    pub page: PageRequest,
}

/// A device as listings show it.
#[derive(Clone, Debug)]
pub struct MfaDevice {
    /// Its serial number.
    pub serial: MfaArn,
    /// To whom it is bound, and since when.
    pub bound: Option<(UserRecord, Timestamp)>,
}

/// Binds a device to a user, who then needs its codes to sign in.
pub struct BindMfaDevice {
    /// To whom.
    pub user: UserName,
    /// Which.
    pub serial: MfaArn,
    /// Two codes that the device showed one after the other: they show that it has the seed and goes by the time.
    pub codes: [Secret<String>; 2],
}

/// Takes a device from its user.
pub struct UnbindMfaDevice {
    /// From whom.
    pub user: UserName,
}

/// Takes a user's device away and deletes it.
pub struct DisableMfa {
    /// From whom.
    pub user: UserName,
}

/// Shows which device a user has.
pub struct GetUserMfa {
    /// Who.
    pub user: UserName,
}

/// Deletes a device that is nobody's.
pub struct DeleteMfaDevice {
    /// Which.
    pub serial: MfaArn,
}

fn device_path(name: &MfaName) -> String {
    format!("mfa/{name}")
}

/// The path of a device that a caller names. Devices of other accounts are as good as missing.
fn named_path(serial: &MfaArn, caller: &Caller) -> Result<String> {
    match own_account(caller)? == serial.account {
        true => Ok(device_path(&serial.name)),
        false => Err(missing(serial)),
    }
}

fn missing(serial: &MfaArn) -> Failure {
    Failure::of(Reason::MfaDeviceNotFound).with("SerialNumber", serial.to_string())
}

async fn find_device(txn: &mut Txn, serial: &MfaArn) -> Result<MfaDeviceRecord> {
    let found = txn.get(MFA_DEVICES, serial.account, serial.name.as_str().as_bytes()).await?;
    found.ok_or_else(|| missing(serial))
}

async fn put_device(txn: &mut Txn, account: AccountId, device: &MfaDeviceRecord) -> Result<()> {
    txn.put(MFA_DEVICES, account, device.name.as_str().as_bytes(), device).await
}

/// The device of a user, if it has one.
async fn device_of(txn: &mut Txn, account: AccountId, user: &UserName) -> Result<Option<MfaDeviceRecord>> {
    let Some(UserDeviceRecord { device }) = txn.get(USER_DEVICES, account, user.as_str().as_bytes()).await? else {
        return Ok(None);
    };
    let found = txn.get(MFA_DEVICES, account, device.as_str().as_bytes()).await?;
    found.map(Some).ok_or_else(|| Failure::corrupt("a user's MFA device"))
}

/// The name of a user's device, if it has one.
pub(super) async fn device_name(view: &View, account: AccountId, user: &UserName) -> Result<Option<MfaName>> {
    Ok(view.get(USER_DEVICES, account, user.as_str().as_bytes()).await?.map(|record| record.device))
}

/// Whether a user has a device.
pub(crate) async fn has_device(txn: &mut Txn, account: AccountId, user: &UserName) -> Result<bool> {
    Ok(txn.get(USER_DEVICES, account, user.as_str().as_bytes()).await?.is_some())
}

/// Gives a user's device to the same user under another name.
pub(crate) async fn move_device(txn: &mut Txn, account: AccountId, from: &UserName, to: &UserName) -> Result<()> {
    let Some(mut device) = device_of(txn, account, from).await? else { return Ok(()) };
    txn.delete(USER_DEVICES, account, from.as_str().as_bytes());
    let record = UserDeviceRecord { device: device.name.clone() };
    txn.put(USER_DEVICES, account, to.as_str().as_bytes(), &record).await?;
    device.user = Some(to.clone());
    put_device(txn, account, &device).await
}

/// What came of asking for a second factor.
pub(super) enum Factor {
    /// The user has no device, and no code was given.
    None,
    /// The code was right; the device remembers that it was used, once this is put.
    Shown(MfaDeviceRecord),
    /// There was no code, a wrong one, or one that was used before; or a code although there is no device.
    Wrong,
}

/// Asks for the code of a user's device.
pub(super) async fn factor(
    txn: &mut Txn,
    account: AccountId,
    user: &UserName,
    typed: Option<&str>,
    now: Timestamp,
) -> Result<Factor> {
    let Some(mut device) = device_of(txn, account, user).await? else {
        return Ok(if typed.is_some() { Factor::Wrong } else { Factor::None });
    };
    let seed = seed(device.seed.expose()).ok_or_else(|| Failure::corrupt("an MFA device's seed"))?;
    match typed.and_then(|typed| verify(seed.expose(), typed, device.step, now)) {
        Some(step) => {
            device.step = step;
            Ok(Factor::Shown(device))
        }
        None => Ok(Factor::Wrong),
    }
}

/// Keeps in mind that a device's code was used.
pub(super) async fn used(txn: &mut Txn, account: AccountId, device: &MfaDeviceRecord) -> Result<()> {
    put_device(txn, account, device).await
}

/// Whether users may do this to their own devices without a policy that says so.
async fn lets_manage(own: bool, account: AccountId, view: &View) -> Result<bool> {
    Ok(own && preference_of(view, account).await?.manage_mfa)
}

/// Whether the device is called like the calling user: that is the one users may make for themselves.
fn is_own(caller: &Caller, name: &MfaName) -> bool {
    name.as_str().parse().is_ok_and(|user| is_oneself(caller, &user))
}

/// Whether the caller signed in with a second factor. An access key alone does not take one away from its user.
fn showed_factor(caller: &Caller) -> bool {
    caller.session().is_some_and(|session| session.mfa)
}

fn audit_device(audit: &mut Audit, serial: &MfaArn) {
    audit.parameter("SerialNumber", serial.to_string());
    audit.resource("ACS::RAM::MFADevice", serial.name.as_str());
}

impl Operation for CreateMfaDevice {
    type Output = NewMfaDevice;

    fn action(&self) -> Action {
        write("CreateVirtualMFADevice")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("VirtualMFADeviceName", self.name.as_str());
        audit.resource("ACS::RAM::MFADevice", self.name.as_str());
    }

    fn outcome(&self, output: &NewMfaDevice, audit: &mut Audit) {
        audit.answer("SerialNumber", output.serial.to_string());
    }
}

#[async_trait]
impl Own for CreateMfaDevice {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![device_path(&self.name)])
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage(is_own(scope.caller, &self.name), scope.account, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<NewMfaDevice> {
        let serial = MfaArn { account: scope.account, name: self.name.clone() };
        if txn.get(MFA_DEVICES, scope.account, self.name.as_str().as_bytes()).await?.is_some() {
            return Err(Failure::of(Reason::MfaDeviceExists).with("SerialNumber", serial.to_string()));
        }
        if count(txn.view(), MFA_DEVICES, scope.account, b"", DEVICES_MOST).await? >= DEVICES_MOST {
            return Err(Reason::TooManyMfaDevices.into());
        }
        let rng: &dyn Rng = scope.iam.identity_store().rng().as_ref();
        let bytes = Secret::new(rng.bytes::<SEED_BYTES>());
        let text = base32(bytes.expose());
        let device = MfaDeviceRecord {
            name: self.name.clone(),
            seed: StoredSecret::new(text.expose().clone()),
            user: None,
            created: scope.now,
            bound: None,
            step: 0,
        };
        put_device(txn, scope.account, &device).await?;
        let image = qr::image(&serial, &text)?;
        Ok(NewMfaDevice { serial, seed: text, image })
    }
}

impl Operation for ListMfaDevices {
    type Output = Page<MfaDevice>;

    fn action(&self) -> Action {
        read("ListVirtualMFADevices")
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListMfaDevices {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["mfa/*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<MfaDevice>> {
        let (account, view) = (scope.account, txn.view());
        let mut devices = Vec::new();
        for (_, record) in view.scan(MFA_DEVICES, account, &self.page.range()).await? {
            let bound = match record.user.as_ref().zip(record.bound) {
                Some((name, since)) => {
                    let user = view.get(USERS, account, name.as_str().as_bytes()).await?;
                    Some((user.ok_or_else(|| Failure::corrupt("the user of an MFA device"))?, since))
                }
                None => None,
            };
            devices.push(MfaDevice { serial: MfaArn { account, name: record.name }, bound });
        }
        Ok(self.page.page(devices, |device| device.serial.name.to_string()))
    }
}

impl Operation for BindMfaDevice {
    type Output = ();

    fn action(&self) -> Action {
        write("BindMFADevice")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
        audit_device(audit, &self.serial);
    }
}

#[async_trait]
impl Own for BindMfaDevice {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user), named_path(&self.serial, caller)?])
    }

    fn check(&self) -> Result<()> {
        let fields = ["AuthenticationCode1", "AuthenticationCode2"].into_iter().zip(&self.codes);
        match fields.into_iter().find(|(_, code)| !is_code(code.expose())) {
            Some((field, _)) => Err(Failure::invalid(field, "the six digits that the device shows")),
            None => Ok(()),
        }
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        let own = is_oneself(scope.caller, &self.user) && is_own(scope.caller, &self.serial.name);
        lets_manage(own, scope.account, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_user(txn, scope.account, &self.user).await?;
        let mut device = find_device(txn, &self.serial).await?;
        if device.user.is_some() || has_device(txn, scope.account, &self.user).await? {
            return Err(Failure::of(Reason::MfaBound).with("UserName", self.user.as_str()));
        }
        let seed = seed(device.seed.expose()).ok_or_else(|| Failure::corrupt("an MFA device's seed"))?;
        let [first, second] = &self.codes;
        let step = verify_pair(seed.expose(), first.expose(), second.expose(), scope.now);
        // A device that was bound before does not bind again with codes from then.
        let step = step.filter(|step| *step > device.step).ok_or(Reason::MfaCodeWrong)?;
        (device.user, device.bound, device.step) = (Some(self.user.clone()), Some(scope.now), step);
        put_device(txn, scope.account, &device).await?;
        let record = UserDeviceRecord { device: device.name.clone() };
        txn.put(USER_DEVICES, scope.account, self.user.as_str().as_bytes(), &record).await
    }
}

impl Operation for UnbindMfaDevice {
    type Output = MfaArn;

    fn action(&self) -> Action {
        write("UnbindMFADevice")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
    }

    fn outcome(&self, output: &MfaArn, audit: &mut Audit) {
        audit.answer("SerialNumber", output.to_string());
        audit.resource("ACS::RAM::MFADevice", output.name.as_str());
    }
}

#[async_trait]
impl Own for UnbindMfaDevice {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage(is_oneself(scope.caller, &self.user) && showed_factor(scope.caller), scope.account, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<MfaArn> {
        let (account, user) = (scope.account, &self.user);
        find_user(txn, account, user).await?;
        let mut device = device_of(txn, account, user).await?.ok_or_else(|| not_bound(user))?;
        (device.user, device.bound) = (None, None);
        put_device(txn, account, &device).await?;
        txn.delete(USER_DEVICES, account, user.as_str().as_bytes());
        Ok(MfaArn { account, name: device.name })
    }
}

impl Operation for DisableMfa {
    type Output = MfaArn;

    fn action(&self) -> Action {
        write("DisableVirtualMFA")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
    }

    fn outcome(&self, output: &MfaArn, audit: &mut Audit) {
        audit.answer("SerialNumber", output.to_string());
        audit.resource("ACS::RAM::MFADevice", output.name.as_str());
    }
}

#[async_trait]
impl Own for DisableMfa {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage(is_oneself(scope.caller, &self.user) && showed_factor(scope.caller), scope.account, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<MfaArn> {
        let taken = UnbindMfaDevice { user: self.user.clone() }.apply(scope, txn).await?;
        txn.delete(MFA_DEVICES, scope.account, taken.name.as_str().as_bytes());
        Ok(taken)
    }
}

fn not_bound(user: &UserName) -> Failure {
    Failure::of(Reason::MfaNotBound).with("UserName", user.as_str())
}

impl Operation for GetUserMfa {
    type Output = MfaArn;

    fn action(&self) -> Action {
        read("GetUserMFAInfo")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
    }
}

#[async_trait]
impl Own for GetUserMfa {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage(is_oneself(scope.caller, &self.user), scope.account, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<MfaArn> {
        let (account, user) = (scope.account, &self.user);
        find_user(txn, account, user).await?;
        let device = device_of(txn, account, user).await?.ok_or_else(|| not_bound(user))?;
        Ok(MfaArn { account, name: device.name })
    }
}

impl Operation for DeleteMfaDevice {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteVirtualMFADevice")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_device(audit, &self.serial);
    }
}

#[async_trait]
impl Own for DeleteMfaDevice {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        Ok(vec![named_path(&self.serial, caller)?])
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage(is_own(scope.caller, &self.serial.name), scope.account, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        if find_device(txn, &self.serial).await?.user.is_some() {
            return Err(Failure::of(Reason::MfaDeviceInUse).with("SerialNumber", self.serial.to_string()));
        }
        txn.delete(MFA_DEVICES, scope.account, self.serial.name.as_str().as_bytes());
        Ok(())
    }
}
