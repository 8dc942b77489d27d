use super::context::{Context, hash};
use types::{Action, Principal, Resource};

/// What is to be decided: who wants to do what with what, and all else that policies may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What is to be done.
    pub action: &'a Action,
    /// With what.
    pub resource: &'a Resource,
    /// By whom.
    pub principal: &'a Principal,
    /// Under which circumstances.
    pub context: &'a Context,
}

/// A request with what every statement needs of it worked out once.
pub(super) struct Facts<'a> {
    pub(super) request: Request<'a>,
    /// Of the service and the action, whatever their case.
    pub(super) action_hash: u64,
    /// Of `service`.
    pub(super) service_hash: u64,
    /// Of the resource's whole path.
    pub(super) path_hash: u64,
    /// Of the resource's path up to its first slash.
    pub(super) segment_hash: u64,
    account: [u8; 16],
}

impl<'a> Facts<'a> {
    pub(super) fn of(request: &Request<'a>) -> Self {
        let path = request.resource.path.as_bytes();
        let segment = path.split(|b| *b == b'/').next().unwrap_or_default();
        let service = request.action.service.code();
        Self {
            request: *request,
            action_hash: action_hash(service, request.action.name),
            service_hash: hash(service.as_bytes()),
            path_hash: hash(path),
            segment_hash: hash(segment),
            account: digits(request.resource.account.get()),
        }
    }

    /// The account that owns the resource, in digits.
    pub(super) fn account(&self) -> &str {
        str::from_utf8(&self.account).unwrap_or_default()
    }

    /// The region the resource lives in; empty for what lives in none.
    pub(super) fn region(&self) -> &str {
        self.request.resource.region.as_ref().map_or("", |region| region.as_str())
    }

    /// Whether the caller is the account that owns the resource, by its root key.
    pub(super) fn is_owner(&self) -> bool {
        matches!(self.request.principal, Principal::Root { account } if *account == self.request.resource.account)
    }
}

/// The hash by which an action is looked up.
pub(super) const fn action_hash(service: &str, name: &str) -> u64 {
    hash(service.as_bytes()).rotate_left(32) ^ hash(name.as_bytes())
}

/// The sixteen digits of an account id, without an allocation.
fn digits(mut number: u64) -> [u8; 16] {
    let mut out = [b'0'; 16];
    for place in out.iter_mut().rev() {
        // The remainder is below ten.
        *place += (number % 10) as u8;
        number /= 10;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn an_account_id_keeps_its_digits() {
        assert_eq!(&digits(1_000_000_000_000_000), b"1000000000000000");
        assert_eq!(&digits(9_876_543_210_123_456), b"9876543210123456");
    }
}
